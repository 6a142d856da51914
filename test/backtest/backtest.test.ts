// Goal: a backtest is the live engine on what was recorded: unchanged it sees the same windows and thinks the same of them,
// it is the same wherever it runs, it never looks ahead, and what the recording cannot answer is said and counted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BacktestJob,
  type BacktestTotals,
  runBacktest,
  runEstimates,
} from '../../src/backtest/backtest.js';
import type { Result } from '../../src/domain/result.js';
import type { Step } from '../../src/messages/step.js';
import type { Verdict } from '../../src/messages/valuation.js';
import { demo, written } from './recorded-demo.js';

const home = mkdtempSync(join(tmpdir(), 'backtest-'));
let run: ReturnType<typeof demo>;
let recording: string;

const cycles = 3;
let unchanged: Awaited<ReturnType<typeof backtested>>;

beforeAll(async () => {
  run = demo(7, cycles);
  recording = await written(home, run.inputs);
  unchanged = await backtested(jobOf());
});
afterAll(() => rmSync(home, { recursive: true }));

const jobOf = (over: Partial<BacktestJob> = {}): BacktestJob => ({
  recording,
  settings: {},
  seed: 1,
  fills: 'realistic',
  fromMs: null,
  toMs: null,
  ...over,
});

async function backtested(job: BacktestJob) {
  const steps: Step[] = [];
  const done = await runBacktest(job, { onStep: (step) => steps.push(step) });
  if (!done.ok) throw new Error(done.error.detail);
  return { totals: done.value, steps };
}

/** The program as it is built, in another thread. */
function inThread(job: BacktestJob): Promise<BacktestTotals> {
  const program = JSON.stringify(pathToFileURL('dist/backtest/backtest.js').href);
  const text = `import { parentPort, workerData } from 'node:worker_threads';
    import { runBacktest } from ${program};
    parentPort.postMessage(await runBacktest(workerData));`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`), {
    workerData: job,
  });
  return new Promise((done, failed) => {
    worker.once('message', (result: Result<BacktestTotals, unknown>) => {
      if (result.ok) done(result.value);
      else failed(new Error(JSON.stringify(result.error)));
    });
    worker.once('error', failed);
  });
}

const of = <Kind extends Step['kind']>(kind: Kind, steps: readonly Step[]) =>
  steps.filter((step): step is Step & { kind: Kind } => step.kind === kind);
const filledBy = (steps: readonly Step[]): number =>
  of('records', steps)
    .flatMap(({ records }) => records)
    .reduce((sum, { body }) => sum + (body.kind === 'fill' ? Math.abs(body.count) : 0), 0);
/** What was thought, without what the account at hand makes of it. */
const thoughts = (verdict: Verdict) => {
  const { ticker, side, model, fair, sigma, mid2, threshold, confidence, kelly } = verdict;
  const { word, noSignal, quoteAgeMs, volume24h, vertical } = verdict;
  return [
    [ticker, side, model, fair, sigma, mid2, threshold, confidence, kelly],
    [word, noSignal, quoteAgeMs, volume24h, vertical],
  ];
};

/** What happened up to the last window, in which a run that ends places no more orders. */
const beforeTheLast = (steps: readonly Step[]): readonly Step[] => {
  const last = steps.findLastIndex(({ kind }) => kind === 'window');
  return steps.slice(0, last);
};

describe('with unchanged settings', () => {
  it('sees the recorded windows field for field, and thinks the same of them', () => {
    const { steps, totals } = unchanged;
    const windows = of('window', run.steps);
    expect(windows).toHaveLength(cycles);
    expect(of('window', steps)).toEqual(windows);
    const [first, ...rest] = of('cycle', run.steps).map(({ report }) => report.result);
    const [again, ...later] = of('cycle', steps).map(({ report }) => report.result);
    expect(first?.verdicts.length).toBeGreaterThan(80);
    expect(again).toEqual(first);
    const thought = (results: typeof rest) => results.map(({ verdicts }) => verdicts.map(thoughts));
    expect(thought(later)).toEqual(thought(rest));
    const { asked } = totals.tape;
    expect(Object.keys(asked)).toEqual(['evidence', 'market', 'metadata', 'scan']);
    for (const { older, missing } of Object.values(asked))
      expect({ older, missing }).toEqual({ older: 0, missing: 0 });
    expect(totals.tape.warnings).toEqual([]);
  });

  it('fills nearly what the exchange filled, and less or more as the estimate says', async () => {
    const steps = new Map<string, Step[]>();
    const names = ['pessimistic', 'realistic', 'optimistic'] as const;
    const done = await runEstimates(jobOf(), names, {
      onStep: (step, fills) => {
        const heard = steps.get(fills) ?? [];
        steps.set(fills, heard);
        heard.push(step);
      },
    });
    if (!done.ok) throw new Error(done.error.detail);
    const real = filledBy(beforeTheLast(run.steps));
    const [pessimistic = 0, realistic = 0, optimistic = 0] = names.map((name) =>
      filledBy(beforeTheLast(steps.get(name) ?? [])),
    );
    expect(real).toBeGreaterThan(0);
    expect(realistic / real).toBeGreaterThan(0.8);
    expect(realistic / real).toBeLessThan(1.2);
    expect(pessimistic).toBeLessThan(realistic);
    expect(realistic).toBeLessThanOrEqual(optimistic);
    // In one pass as alone.
    expect(done.value[1]).toEqual(unchanged.totals);
  });

  it('comes to the same in a thread of its own', async () => {
    const totals = await inThread(jobOf());
    expect(totals).toEqual(unchanged.totals);
  });
});

describe('otherwise', () => {
  it('other settings ask other things at other times, and what is older or missing is counted', async () => {
    const { totals, steps } = await backtested(jobOf({ settings: { BOT_CYCLE_SECONDS: '300' } }));
    const cuts = of('window', steps).map(({ window }) => window.to);
    expect(cuts.length).toBeGreaterThan(cycles);
    expect(totals.tape.asked['scan']?.older).toBeGreaterThan(0);
    expect(totals.cycles).toBe(cuts.length);
    expect(totals.decisionsHash).not.toBe(unchanged.totals.decisionsHash);
  });

  it('cuts no window beyond its end while an order is under way', async () => {
    // So short that one would be due before the answer.
    const over = { settings: { cycleSeconds: '1' }, fills: 'pessimistic' } as const;
    const placed = of('effect', unchanged.steps).find(
      ({ effect }) => effect.request.kind === 'place',
    );
    if (placed === undefined) throw new Error('a backtest without an order');
    const toMs = placed.at;
    const { steps } = await backtested(jobOf({ ...over, toMs }));
    const late = of('cycle', steps).filter(({ report }) => report.window.to > toMs);
    expect(of('window', steps).length).toBeGreaterThan(1);
    expect(late).toEqual([]);
  });

  it('begins and ends where it is told, knowing the books by then', async () => {
    const [first, second, third] = of('window', run.steps).map(({ window }) => window.to);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('too few windows');
    const { steps, totals } = await backtested(jobOf({ fromMs: first + 1, toMs: third }));
    const windows = of('window', steps);
    expect(windows.length).toBeGreaterThan(0);
    for (const { window } of windows) {
      expect(window.to).toBeGreaterThan(first);
      expect(window.to).toBeLessThanOrEqual(third);
    }
    const known = windows[0]?.window.summaries.filter(({ trust }) => trust === 'fresh');
    expect(known?.length).toBeGreaterThan(80);
    const within = run.inputs.filter(({ at }) => at > first && at <= third);
    expect(totals.inputs).toBe(within.length);
  });

  it('says what is wrong with what it is given', async () => {
    const codeOf = async (over: Partial<BacktestJob>) => {
      const done = await runBacktest(jobOf(over));
      return done.ok ? 'ok' : `${done.error.code} ${done.error.exitCode}`;
    };
    expect(await codeOf({ recording: tmpdir() })).toBe('not_a_recording 2');
    expect(await codeOf({ recording: join(home, 'nowhere') })).toBe('file_unreadable 2');
    expect(await codeOf({ settings: { minEdgePct: 'much' } })).toBe('settings_invalid 3');
    expect(await codeOf({ settings: { nosuch: '1' } })).toBe('settings_invalid 3');
    expect(await codeOf({ toMs: 1 })).toBe('nothing_in_span 2');
  });
});
