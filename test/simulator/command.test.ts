import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiled } from '../support/compiled.js';

/** The command in a process of its own, because that is what exit codes, signals and stdin belong to. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-command-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(compiled, join(folder, 'dist'));
  const main =
    "import { Command } from 'commander';\nimport { registerSimulator } from './dist/commands/simulator.js';\nconst program = new Command();\nregisterSimulator(program);\nawait program.parseAsync();\n";
  writeFileSync(join(folder, 'main.js'), main);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = {
  readonly child: ChildProcess;
  readonly line: () => Promise<string>;
  readonly end: () => Promise<{ code: number | null; out: string; err: string }>;
};

function run(args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore'): Run {
  const child = spawn(process.execPath, [join(folder, 'main.js'), 'simulator', ...args], {
    stdio: [stdin, 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout?.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    err += data.toString();
  });
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  return {
    child,
    line: async () => {
      await expect.poll(() => out.includes('\n')).toBe(true);
      return out.split('\n')[0] ?? '';
    },
    end: async () => ({ code: await ended, out, err }),
  };
}

describe('the simulator command', () => {
  it('says where it is in one line, and leaves nothing behind when told to stop', async () => {
    const running = run(['--markets', '20', '--origin', '1800000000000', '--speed', '60']);
    const ready = JSON.parse(await running.line()) as Record<string, unknown>;
    expect(ready).toMatchObject({
      schemaVersion: 1,
      seed: 1,
      clock: { marketOriginMs: 1_800_000_000_000, speed: 60 },
    });
    expect(Object.keys(ready['evidence'] as object)).toEqual([
      'noaa',
      'injuries',
      'sentiment',
      'onchain',
      'spot',
    ]);
    const path = ready['privateKeyPath'] as string;
    expect(existsSync(path)).toBe(true);
    expect((await fetch(`${ready['rest'] as string}/trade-api/v2/exchange/status`)).status).toBe(
      200,
    );
    running.child.kill('SIGTERM');
    const { code, out, err } = await running.end();
    expect([code, err, out.trim().split('\n').length]).toEqual([0, '', 1]);
    expect(existsSync(dirname(path))).toBe(false);
  });

  it('names the port that is in use', async () => {
    const first = run(['--markets', '5']);
    const { port } = new URL((JSON.parse(await first.line()) as { rest: string }).rest);
    const { code, out, err } = await run(['--markets', '5', '--port', port]).end();
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(new RegExp(`^simulator: port ${port} is in use: .*--port.*\n$`));
    first.child.kill('SIGINT');
    expect((await first.end()).code).toBe(0);
  });

  it('goes with its parent when asked to, and not otherwise', async () => {
    const bound = run(['--markets', '5', '--exit-with-parent'], 'pipe');
    const free = run(['--markets', '5'], 'pipe');
    await bound.line();
    await free.line();
    bound.child.stdin?.end();
    free.child.stdin?.end();
    expect((await bound.end()).code).toBe(0);
    expect(free.child.exitCode).toBeNull();
    free.child.kill('SIGTERM');
    await free.end();
  });

  it('goes with a parent that died before it was ready, with nobody to say so to', async () => {
    const orphan = run(['--markets', '5', '--exit-with-parent'], 'pipe');
    orphan.child.stdout?.destroy();
    orphan.child.stdin?.end();
    expect((await orphan.end()).code).toBe(0);
  });

  it('prints a script and exits', async () => {
    const { code, out } = await run([
      '--script',
      '5000',
      '--markets',
      '20',
      '--origin',
      '2027-01-15T08:00:00Z',
    ]).end();
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('at');
  });

  it.each([
    ['--speed', 'fast'],
    ['--faults', 'gremlins:1'],
    ['--tier', 'gold'],
  ])('refuses %s %s in words', async (flag, value) => {
    const { code, err } = await run([flag, value]).end();
    expect(code).toBe(1);
    expect(err).toContain(flag);
  });
});
