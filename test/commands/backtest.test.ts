// Goal: the command says what it was given, what it could not answer, and leaves with the code that is documented.
import { mkdtempSync, rmSync } from 'node:fs';
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
