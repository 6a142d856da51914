// Goal: the engine survives what can go wrong, the same seed is the same run in any process, and the judge convicts. On the
// compiled sources: what `npm run sim -- --seeds 2000` runs, in little more than a minute of two cores.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runScript } from '../support/scripts.js';
import { plantedBugs } from './planted-bugs.mjs';
import { withBug } from './planted-bugs-loader.mjs';

/** Two thousand seeds take two minutes of one core; a machine that does other things besides may take much longer. */
const msMax = 900_000;

/** Runs one of the scripts; what it says on stdout, and its exit code. */
const run = (script: string, ...args: readonly string[]) =>
  runScript(new URL(script, import.meta.url), args);
const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '');

describe('an engine between faults', () => {
  it(
    'comes to agree with the exchange to the micro-dollar, the same way in any process',
    async () => {
      const many = await run('main.mjs', '--seeds', '2000', '--json');
      expect(many.err).toContain('; 0 violations');
      expect(many.err).toContain(
        '100 seeds ran the same twice in this process and once in a fresh one: yes',
      );
      expect(many.code).toBe(0);
      const sums = lastLine(many.out) as {
        readonly orders: number;
        readonly faults: number;
        readonly runs: number;
        readonly crashes: number;
        readonly traces: Readonly<Record<string, string>>;
      };
      // It went somewhere.
      expect(sums.orders).toBeGreaterThan(5_000);
      expect(sums.faults).toBeGreaterThan(35_000);
      expect(sums.runs).toBeGreaterThan(2_700);
      // Before and after each call of an honest run and of one with faults.
      expect(sums.crashes).toBeGreaterThan(250);
      expect(new Set(Object.values(sums.traces)).size).toBe(100);
    },
    msMax,
  );

  it('refuses what it does not know', async () => {
    expect(await run('main.mjs', '--faults', 'gremlins')).toMatchObject({ code: 2 });
    expect(await run('main.mjs', '--bug', 'none')).toMatchObject({ code: 2 });
    expect(await run('main.mjs', '--seeds', 'many')).toMatchObject({ code: 2 });
    expect(await run('oracle.mjs', '--seeds-max', 'many')).toMatchObject({ code: 2 });
  });
});

describe('the judge', () => {
  it(
    'convicts, and names the faults it takes',
    async () => {
      const bugs = 'unknown_is_sent_again,kill_is_a_note,hole_not_seen';
      const oracle = await run('oracle.mjs', '--seeds-max', '30', '--bugs', bugs);
      expect(oracle.out).toContain('3 of 3 convicted');
      expect(oracle.code).toBe(0);
      // Seeds are taken from 1: how many it took is the one that convicted.
      const [, seed = ''] = /unknown_is_sent_again +yes +(\d+)/.exec(oracle.out) ?? [];
      const one = await run('main.mjs', '--seed', seed, '--bug', 'unknown_is_sent_again');
      expect(one.code).toBe(1);
      expect(one.err).toMatch(
        new RegExp(`npm run sim -- --seed ${seed} --faults [\\w,]+ --bug unknown_is_sent_again`),
      );
    },
    msMax,
  );

  it('has the text of every planted bug in the compiled sources, once', () => {
    expect(Object.keys(plantedBugs).length).toBeGreaterThanOrEqual(20);
    for (const [name, swaps] of Object.entries(plantedBugs))
      for (const swap of swaps) {
        const source = readFileSync(new URL(`../../dist/${swap.file}`, import.meta.url), 'utf8');
        expect(withBug(source, swap, name)).not.toBe(source);
      }
    expect(() => withBug('a b', { file: '', from: 'c', to: '' }, 'gone')).toThrow(/gone/);
    expect(() => withBug('a a', { file: '', from: 'a', to: '' }, 'twice')).toThrow(/2 times/);
  });
});
