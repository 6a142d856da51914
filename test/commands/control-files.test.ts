import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, take, timeout, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlFiles, controlFolder, requestControl } from '../../src/commands/control-files.js';

// Goal: a request is taken exactly once, wherever it comes from and whenever it was left.
describe('control files', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'control-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('are taken from before the start, safest first, and removed', async () => {
    requestControl(dataDir, 'resume', 'all clear');
    requestControl(dataDir, 'halt', 'too hot');
    const commands = await firstValueFrom(controlFiles(dataDir).pipe(take(2), toArray()));
    expect(commands).toEqual([
      { kind: 'kill', level: 'halt', why: 'too hot' },
      { kind: 'resume', why: 'all clear' },
    ]);
    expect(readdirSync(controlFolder(dataDir))).toEqual([]);
  });

  it('are taken while it runs, though only touched', async () => {
    const first = firstValueFrom(controlFiles(dataDir).pipe(timeout(5_000)));
    writeFileSync(join(controlFolder(dataDir), 'pause'), '');
    expect(await first).toEqual({ kind: 'kill', level: 'pause', why: 'file pause' });
    expect(existsSync(join(controlFolder(dataDir), 'pause'))).toBe(false);
  });

  it('of another name stay where they are', async () => {
    requestControl(dataDir, 'cancel', '');
    writeFileSync(join(controlFolder(dataDir), 'explode'), '');
    expect(await firstValueFrom(controlFiles(dataDir))).toMatchObject({ level: 'cancel' });
    expect(readdirSync(controlFolder(dataDir))).toEqual(['explode']);
  });
});
