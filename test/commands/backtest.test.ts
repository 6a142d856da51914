// Goal: the command says what it was given, what it could not answer, and leaves with the code that is documented.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerBacktest } from '../../src/commands/backtest.js';
import type { Input } from '../../src/messages/input.js';
import { written } from '../backtest/recorded-demo.js';
import { openedWith } from '../engine/scripted-run.js';

const home = mkdtempSync(join(tmpdir(), 'backtest-command-'));
afterAll(() => rmSync(home, { recursive: true }));
let [out, err] = ['', ''];
beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

async function run(...args: readonly string[]): Promise<number> {
  const program = new Command().exitOverride();
  registerBacktest(program);
  for (const command of program.commands) command.exitOverride();
  process.exitCode = 0;
  try {
    await program.parseAsync(['backtest', ...args], { from: 'user' });
  } catch {
    // What commander refuses; the program's own entry makes a 2 of it.
    return 2;
  }
  return Number(process.exitCode);
}

/** A run that saw nothing but a clock. */
const nothing = (): readonly Input[] => {
  const opened = openedWith();
  const at = opened.clock.marketOriginMs as Input['at'];
  return [
    { seq: 1, at, source: 'engine', payload: opened },
    { seq: 2, at: (at + 5_000) as Input['at'], source: 'clock', payload: { kind: 'tick' } },
  ];
};

describe('backtest', () => {
  it('prints the three estimates beside each other, and what the recording lacks', async () => {
    const recording = await written(join(home, 'a'), nothing());
    expect(await run(recording)).toBe(0);
    expect(out).toMatch(/pessimistic +realistic +optimistic/);
    expect(out).toMatch(/\norders +0 +0 +0\n/);
    for (const code of ['no_listing', 'no_order_books', 'no_lifecycle', 'latency_unmeasured'])
      expect(out).toContain(`(${code})`);
  });

  it('prints one line of JSON, for the estimates that were named', async () => {
    const recording = await written(join(home, 'b'), nothing());
    expect(await run(recording, '--json', '--fills', 'optimistic,realistic', '--seed', '4')).toBe(
      0,
    );
    const line = JSON.parse(out) as {
      readonly seed: number;
      readonly recordings: readonly { readonly totals: Readonly<Record<string, object>> }[];
    };
    expect(line.seed).toBe(4);
    expect(Object.keys(line.recordings[0]?.totals ?? {})).toEqual(['realistic', 'optimistic']);
  });

  it('writes one page of the realistic estimate, with all of them beside each other', async () => {
    const recording = await written(join(home, 'd'), nothing());
    const page = join(home, 'pages', 'd.html');
    expect(await run(recording, '--tearsheet', page, '--seed', '4')).toBe(0);
    expect(out).toContain(`${page}: `);
    const text = readFileSync(page, 'utf8');
    expect(text).toContain('<h1>Backtest of 000001, realistic fills</h1>');
    for (const said of ['Fills are estimates', 'Seed 4; settings as recorded.', '(no_listing)'])
      expect(text).toContain(said);
    expect(text).toMatch(/pessimistic<.*realistic<.*optimistic</);
    expect(await run(recording, '--tearsheet', page)).toBe(2);
    expect(err).toContain(`${page}: there is a file already; --force replaces it`);
    const again = ['--tearsheet', page, '--force', '--fills', 'optimistic', '--json'];
    expect(await run(recording, ...again, '--set', 'bankroll=50')).toBe(0);
    expect(out).toContain(`"tearsheet":${JSON.stringify(page)}`);
    expect(readFileSync(page, 'utf8')).toContain(', optimistic fills</h1>');
    expect(readFileSync(page, 'utf8')).toContain('with bankroll=50');
  });

  it('says before it runs that a page cannot be written', async () => {
    const recording = await written(join(home, 'e'), nothing());
    const file = join(home, 'file');
    writeFileSync(file, '');
    mkdirSync(join(home, 'folder'));
    for (const [page, said] of [
      [join(file, 'page.html'), /ENOTDIR|EEXIST/],
      [join(home, 'folder'), /is a folder/],
    ] as const) {
      expect(await run(recording, '--tearsheet', page, '--force')).toBe(2);
      expect(err).toMatch(said);
    }
    expect(await run(recording, recording, '--tearsheet', join(home, 'two.html'))).toBe(2);
    expect(err).toContain('a page is of one recording, and 2 are named');
    expect(existsSync(join(home, 'two.html'))).toBe(false);
    expect(out).toBe('');
  });

  it('names what is wrong with what it is given', async () => {
    const recording = await written(join(home, 'c'), nothing());
    expect(await run(home)).toBe(2);
    expect(err).toContain('not_a_recording');
    expect(await run(recording, '--set', 'nosuch=1')).toBe(3);
    expect(err).toContain('unknown setting "nosuch"');
    expect(await run(recording, '--from', '2300-01-01T00:00:00Z')).toBe(2);
    expect(err).toContain('nothing_in_span');
    for (const bad of [
      ['--fills', 'hopeful'],
      ['--from', 'yesterday'],
      ['--to', '2026-11-23T14:00:00'],
      ['--seed', '-1'],
    ])
      expect(await run(recording, ...bad)).toBe(2);
  });
});
