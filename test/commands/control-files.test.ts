import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, take, timeout, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  controlFiles,
  controlFolder,
  requestControl,
  requestTrueUp,
  trueUpMicrosMax,
} from '../../src/commands/control-files.js';
import { micros } from '../../src/domain/units.js';

// Goal: a request is taken exactly once, wherever it comes from and whenever it was left.
describe('control files', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'control-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('are taken from before the start and removed, the strictest last', async () => {
    requestControl(dataDir, 'halt', 'too hot');
    requestControl(dataDir, 'pause', 'warm');
    const commands = await firstValueFrom(controlFiles(dataDir).pipe(take(2), toArray()));
    expect(commands).toEqual([
      { kind: 'kill', level: 'pause', why: 'warm' },
      { kind: 'kill', level: 'halt', why: 'too hot' },
    ]);
    expect(readdirSync(controlFolder(dataDir))).toEqual([]);
  });

  it('a kill has the last word over a resume that lies beside it', async () => {
    mkdirSync(controlFolder(dataDir), { recursive: true });
    for (const name of ['halt', 'resume']) writeFileSync(join(controlFolder(dataDir), name), '');
    const commands = await firstValueFrom(controlFiles(dataDir).pipe(take(2), toArray()));
    expect(commands.map(({ kind }) => kind)).toEqual(['resume', 'kill']);
  });

  it('of two that contradict each other the later one counts', () => {
    requestControl(dataDir, 'resume', 'all clear');
    requestControl(dataDir, 'halt', 'too hot');
    expect(readdirSync(controlFolder(dataDir))).toEqual(['halt']);
    requestControl(dataDir, 'cancel', 'and the resting ones');
    requestControl(dataDir, 'resume', 'all clear after all');
    expect(readdirSync(controlFolder(dataDir))).toEqual(['resume']);
  });

  it('are taken while it runs, though only touched', async () => {
    const first = firstValueFrom(controlFiles(dataDir).pipe(timeout(5_000)));
    writeFileSync(join(controlFolder(dataDir), 'pause'), '');
    expect(await first).toEqual({ kind: 'kill', level: 'pause', why: 'file pause' });
    expect(existsSync(join(controlFolder(dataDir), 'pause'))).toBe(false);
  });

  it('correct Claude’s bills once; a second waits for the first, and what reads otherwise is put aside', async () => {
    const most = micros(0 - trueUpMicrosMax);
    expect(requestTrueUp(dataDir, most, 'invoice\nof May')).toBe(true);
    expect(requestTrueUp(dataDir, micros(1), 'again')).toBe(false);
    expect(await firstValueFrom(controlFiles(dataDir))).toEqual({
      kind: 'true_up',
      amount: most,
      why: 'invoice\nof May',
    });
    for (const text of ['', '1.5 x', '1e9', 'NaN', '9'.repeat(13), '1x']) {
      writeFileSync(join(controlFolder(dataDir), 'true_up'), text);
      requestControl(dataDir, 'pause', text);
      const taken = await firstValueFrom(controlFiles(dataDir).pipe(take(1), toArray()));
      expect(taken.map(({ kind }) => kind)).toEqual(['kill']);
      expect(readdirSync(controlFolder(dataDir))).toEqual(['true_up.refused']);
    }
  });

  it('of another name stay where they are', async () => {
    requestControl(dataDir, 'cancel', '');
    writeFileSync(join(controlFolder(dataDir), 'explode'), '');
    expect(await firstValueFrom(controlFiles(dataDir))).toMatchObject({ level: 'cancel' });
    expect(readdirSync(controlFolder(dataDir))).toEqual(['explode']);
  });
});
