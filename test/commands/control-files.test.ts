import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, take, timeout, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlFiles, requestTrueUp, trueUpMicrosMax } from '../../src/commands/control-files.js';
import { micros } from '../../src/domain/units.js';
import {
  asLeftOver,
  controlFolder,
  requestControl,
  waitingControls,
} from '../../src/runtime/control-requests.js';
import type { OperatorRequest } from '../../src/runtime/inlets.js';

// Goal: a request is taken exactly once, wherever it comes from and whenever it was left.
describe('control files', () => {
  let dataDir: string;
  let home: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'control-'));
    home = join(dataDir, 'paper-loopback-main');
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('are taken from before the start and removed, the strictest last', async () => {
    requestControl(dataDir, 'halt', 'too hot');
    requestControl(dataDir, 'pause', 'warm');
    const requests = await firstValueFrom(controlFiles(dataDir, home).pipe(take(2), toArray()));
    expect(requests.map(({ command }) => command)).toEqual([
      { kind: 'kill', level: 'pause', why: 'warm' },
      { kind: 'kill', level: 'halt', why: 'too hot' },
    ]);
    for (const { kept } of requests) kept();
    expect(readdirSync(controlFolder(dataDir))).toEqual([]);
  });

  it('say whether they were left before the run began', async () => {
    requestControl(dataDir, 'resume', 'all clear');
    const taken: OperatorRequest[] = [];
    const running = controlFiles(dataDir, home).subscribe((request) => taken.push(request));
    expect(taken.map(({ isLeftOver }) => isLeftOver)).toEqual([true]);
    requestControl(dataDir, 'halt', 'too hot');
    await expect.poll(() => taken.length).toBe(2);
    running.unsubscribe();
    expect(taken.map(({ isLeftOver }) => isLeftOver)).toEqual([true, false]);
  });

  it('of before the run resume what was held then, and nothing latched since', () => {
    const resume = { kind: 'resume', why: 'all clear' } as const;
    expect(asLeftOver(resume, ['operator'])).toEqual({ ...resume, only: ['operator'] });
    expect(asLeftOver(resume, [])).toBeNull();
    const kill = { kind: 'kill', level: 'halt', why: 'too hot' } as const;
    expect(asLeftOver(kill, [])).toBe(kill);
  });

  it('count by their name, also a link that leads nowhere', async () => {
    mkdirSync(controlFolder(dataDir), { recursive: true });
    symlinkSync(join(dataDir, 'nothing'), join(controlFolder(dataDir), 'halt'));
    const { command, kept } = await firstValueFrom(
      controlFiles(dataDir, home).pipe(timeout(2_000)),
    );
    expect(command).toEqual({ kind: 'kill', level: 'halt', why: 'file halt' });
    kept();
    expect(readdirSync(controlFolder(dataDir))).toEqual([]);
  });

  it('a kill has the last word over a resume that lies beside it', async () => {
    mkdirSync(controlFolder(dataDir), { recursive: true });
    for (const name of ['halt', 'resume']) writeFileSync(join(controlFolder(dataDir), name), '');
    const requests = await firstValueFrom(controlFiles(dataDir, home).pipe(take(2), toArray()));
    expect(requests.map(({ command }) => command.kind)).toEqual(['resume', 'kill']);
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
    const first = firstValueFrom(controlFiles(dataDir, home).pipe(timeout(5_000)));
    writeFileSync(join(controlFolder(dataDir), 'pause'), '');
    const { command, kept } = await first;
    expect(command).toEqual({ kind: 'kill', level: 'pause', why: 'file pause' });
    kept();
    expect(existsSync(join(controlFolder(dataDir), 'pause'))).toBe(false);
  });

  it('stay until what came of them is on disk: an engine that died before is followed by one that takes them', async () => {
    requestControl(dataDir, 'halt', 'too hot');
    const taken: string[] = [];
    const first = controlFiles(dataDir, home).subscribe(({ command }) => taken.push(command.kind));
    // Once a run, however often it is looked for.
    await new Promise((done) => setTimeout(done, 1_200));
    first.unsubscribe();
    expect(taken).toEqual(['kill']);
    const { command, kept } = await firstValueFrom(controlFiles(dataDir, home));
    expect(command).toEqual({ kind: 'kill', level: 'halt', why: 'too hot' });
    kept();
    expect(readdirSync(controlFolder(dataDir))).toEqual([]);
  });

  it('a kill that is left again before the first one is on disk is taken again, and not swept away with it', async () => {
    const taken: OperatorRequest[] = [];
    const running = controlFiles(dataDir, home).subscribe((request) => taken.push(request));
    const until = (count: number): Promise<void> => expect.poll(() => taken.length).toBe(count);
    requestControl(dataDir, 'halt', 'first');
    await until(1);
    requestControl(dataDir, 'resume', 'all clear');
    await until(2);
    requestControl(dataDir, 'halt', 'second');
    await until(3);
    running.unsubscribe();
    const [first, resume, second] = taken;
    first?.kept();
    resume?.kept();
    expect(readdirSync(controlFolder(dataDir))).toEqual(['halt']);
    expect(taken.map(({ command }) => command)).toMatchObject([
      { why: 'first' },
      { why: 'all clear' },
      { why: 'second' },
    ]);
    second?.kept();
    expect(readdirSync(controlFolder(dataDir))).toEqual([]);
  });

  it('correct Claude’s bills once; a second waits for the first, and what reads otherwise is put aside', async () => {
    const most = micros(0 - trueUpMicrosMax);
    expect(requestTrueUp(dataDir, home, most, 'invoice\nof May')).toBe(true);
    expect(requestTrueUp(dataDir, home, micros(1), 'again')).toBe(false);
    expect((await firstValueFrom(controlFiles(dataDir, home))).command).toEqual({
      kind: 'true_up',
      amount: most,
      why: 'invoice\nof May',
    });
    for (const text of ['', '1.5 x', '1e9', 'NaN', '9'.repeat(13), '1x']) {
      writeFileSync(join(controlFolder(dataDir), 'true_up.paper-loopback-main'), text);
      requestControl(dataDir, 'pause', text);
      const taken = await firstValueFrom(controlFiles(dataDir, home).pipe(take(1), toArray()));
      expect(taken.map(({ command }) => command.kind)).toEqual(['kill']);
      for (const { kept } of taken) kept();
      expect(readdirSync(controlFolder(dataDir))).toEqual(['true_up.refused']);
    }
  });

  it('that loosen or book wait for their own account, however many others start before; a kill takes them back', async () => {
    const others = controlFiles(dataDir, join(dataDir, 'live-loopback-main'));
    requestControl(dataDir, 'resume', 'all clear', home);
    requestTrueUp(dataDir, home, micros(5), '');
    requestControl(dataDir, 'pause', 'for anybody');
    expect(readdirSync(controlFolder(dataDir))).toEqual(['pause', 'true_up.paper-loopback-main']);
    requestControl(dataDir, 'resume', 'all clear', home);
    const taken: OperatorRequest[] = [];
    others.subscribe((request) => taken.push(request)).unsubscribe();
    expect(taken).toEqual([]);
    const own = await firstValueFrom(controlFiles(dataDir, home).pipe(take(2), toArray()));
    expect(own.map(({ command }) => command.kind)).toEqual(['resume', 'true_up']);
    for (const { kept } of own) kept();
    expect(readdirSync(controlFolder(dataDir))).toEqual([]);
  });

  it('are shown to whoever asks about the account that they wait for', () => {
    requestControl(dataDir, 'resume', '', home);
    const other = join(dataDir, 'live-production-main');
    expect([waitingControls(dataDir, home), waitingControls(dataDir, other)]).toEqual([
      ['resume'],
      [],
    ]);
    requestControl(dataDir, 'halt', '');
    expect([waitingControls(dataDir, home), waitingControls(dataDir, other)]).toEqual([
      ['halt'],
      ['halt'],
    ]);
  });

  it('of another name stay where they are', async () => {
    requestControl(dataDir, 'cancel', '');
    writeFileSync(join(controlFolder(dataDir), 'explode'), '');
    const { command, kept } = await firstValueFrom(controlFiles(dataDir, home));
    expect(command).toMatchObject({ level: 'cancel' });
    kept();
    expect(readdirSync(controlFolder(dataDir))).toEqual(['explode']);
  });
});
