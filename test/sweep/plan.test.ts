// Goal: the same spec plans the same jobs, who goes on depends on scores alone, and tests never overlap their training.
import { describe, expect, it } from 'vitest';
import { candidatesOf } from '../../src/sweep/candidates.js';
import { clipped, foldsOf } from '../../src/sweep/folds.js';
import { jobIdOf, type SweepJob } from '../../src/sweep/job.js';
import { Plan } from '../../src/sweep/plan.js';
import { foldRowsOf, rowsOf } from '../../src/sweep/rows.js';
import { build, outcomeOf, recording, specOf } from './helpers.js';

describe('candidates', () => {
  it('of a grid are all combinations, the last setting fastest', () => {
    const spec = specOf({ vary: { bankroll: [1, 2], BOT_MIN_EDGE_PCT: ['0.050', 0.1] } });
    expect(candidatesOf(spec).map(({ varied }) => Object.values(varied).join())).toEqual([
      '1,0.05',
      '1,0.1',
      '2,0.05',
      '2,0.1',
    ]);
  });

  it('drawn by a seed are the same each time, inside their range, and each once', () => {
    const vary = {
      minEdgePct: { from: 0.001, to: 0.1, scale: 'log', decimals: 9 },
      maxTradesPerCycle: { from: 1, to: 3, scale: 'integer' },
    };
    const drawn = (seed: number) =>
      candidatesOf(specOf({ vary, search: { kind: 'random', n: 400, seed } })).map(
        ({ varied }) => varied,
      );
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    const edges = drawn(1).map(({ minEdgePct }) => Number(minEdgePct));
    expect(Math.min(...edges)).toBeGreaterThanOrEqual(0.001);
    expect(Math.max(...edges)).toBeLessThanOrEqual(0.1);
    // Half of a log scale is its geometric middle, 0.01; of a linear one it would be a tenth.
    const low = edges.filter((edge) => edge < 0.01).length / edges.length;
    expect(low).toBeGreaterThan(0.3);
    expect(new Set(drawn(1).map(({ maxTradesPerCycle }) => maxTradesPerCycle))).toEqual(
      new Set(['1', '2', '3']),
    );
    const few = { maxTradesPerCycle: vary.maxTradesPerCycle };
    expect(candidatesOf(specOf({ vary: few, search: { kind: 'random', n: 400 } }))).toHaveLength(3);
  });
});

describe('folds', () => {
  const whole = { fromMs: 0, toMs: 999 };
  it('test each part of the held-back time once, after its training', () => {
    for (const window of ['expanding', 'rolling'] as const) {
      const folds = foldsOf(whole, { testShare: 0.3, folds: 3, window });
      expect(folds.map(({ test }) => test)).toEqual([
        { fromMs: 700, toMs: 799 },
        { fromMs: 800, toMs: 899 },
        { fromMs: 900, toMs: 999 },
      ]);
      for (const { train, test } of folds) expect(train.toMs + 1).toBe(test?.fromMs);
      const starts = folds.map(({ train }) => train.fromMs);
      expect(starts).toEqual(window === 'rolling' ? [0, 100, 200] : [0, 0, 0]);
    }
  });

  it('hold nothing back unless asked', () => {
    expect(foldsOf(whole, null)).toEqual([{ train: whole, test: null }]);
  });

  it('are cut to what a recording covers', () => {
    const its = { fromMs: 100, toMs: 299 };
    expect(clipped(its, { fromMs: 0, toMs: 199 })).toEqual({ fromMs: 100, toMs: 199 });
    expect(clipped(its, { fromMs: 0, toMs: 199 }, 0.1)).toEqual({ fromMs: 100, toMs: 109 });
    expect(clipped(its, { fromMs: 300, toMs: 400 })).toBeNull();
  });
});

describe('a job id', () => {
  const job: SweepJob = {
    settings: { minEdgePct: '0.05' },
    recording: 'a'.repeat(64),
    build,
    seed: 1,
    fills: 'pessimistic',
    span: { fromMs: 1, toMs: 2 },
  };
  it('is another as soon as anything that decides is another', () => {
    const others: readonly Partial<SweepJob>[] = [
      { settings: { minEdgePct: '0.06' } },
      { recording: 'b'.repeat(64) },
      { build: 'f'.repeat(16) },
      { seed: 2 },
      { fills: 'optimistic' },
      { span: { fromMs: 1, toMs: 3 } },
    ];
    const ids = [job, ...others.map((other) => ({ ...job, ...other }))].map(jobIdOf);
    expect(new Set(ids).size).toBe(7);
    expect(jobIdOf({ ...job, settings: { ...job.settings } })).toBe(ids[0]);
  });
});

describe('halving', () => {
  const spec = specOf({
    vary: { bankroll: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    search: { kind: 'halving', eta: 3, firstShare: 0.1 },
    walkForward: { testShare: 0.5 },
  });
  const plan = new Plan(spec, [recording], build);
  /** Bankroll 5 is best on little time, 7 on all of it; 1 and 2 are equal. */
  const outcomes = new Map(
    plan.rungs.flatMap((share) =>
      plan.candidates.flatMap((candidate) => {
        const bankroll = Number(candidate.varied['bankroll']);
        const best = share === 1 ? 7 : 5;
        const score = bankroll <= 2 ? -1 : -Math.abs(bankroll - best) * 10;
        return [
          ...plan.jobsOf(candidate, 'train', share).map(({ jobId }) => [jobId, score] as const),
          ...plan.jobsOf(candidate, 'test', 1).map(({ jobId }) => [jobId, -100] as const),
        ];
      }),
    ),
  );
  const get = (jobId: string) => {
    const score = outcomes.get(jobId);
    return score === undefined ? undefined : outcomeOf(score);
  };
  const banks = (rung: number) =>
    plan.survivors(rung, get).map(({ varied }) => Number(varied['bankroll']));

  it('lets one in eta go on to eta times as much, ties by their order', () => {
    expect(plan.rungs.map((share) => share.toFixed(2))).toEqual(['0.10', '0.30', '0.90', '1.00']);
    expect(banks(0)).toHaveLength(9);
    expect(banks(1)).toEqual([5, 1, 2]);
    expect(banks(2)).toEqual([5]);
    const [job] = plan.jobs(0, get);
    expect(job?.job.span).toEqual({ fromMs: 1_000, toMs: 1_049 });
  });

  it('scores out of sample only who saw everything', () => {
    expect(plan.jobs(0, get).map(({ part }) => part)).not.toContain('test');
    expect(plan.jobs(3, get).map(({ part }) => part)).toEqual(['train', 'test']);
    const rows = rowsOf(plan, get);
    expect(rows.map(({ settings }) => Number(settings['bankroll']))).toEqual([
      5, 1, 2, 4, 6, 3, 7, 8, 9,
    ]);
    expect(rows.map(({ outOfSampleMicros }) => outOfSampleMicros).filter(Number)).toEqual([-100]);
  });
});

describe('rows', () => {
  const spec = specOf({
    vary: { bankroll: [1, 2, 3] },
    objective: { drawdownPenalty: 0.5 },
    walkForward: { testShare: 0.5, folds: 2 },
  });
  const plan = new Plan(spec, [recording], build);

  it('are ordered by what is in sample, and each fold by its own training', () => {
    // By bankroll: training of fold 1 and 2, test of fold 1 and 2.
    const pnl: Readonly<Record<string, readonly number[]>> = {
      1: [10, 0, 1, 2],
      2: [0, 30, 3, 4],
      3: [9, 9, 99, 99],
    };
    const outcomes = new Map(
      plan.candidates.flatMap((candidate) => {
        const values = pnl[candidate.varied['bankroll'] ?? ''] ?? [];
        const jobs = [...plan.jobsOf(candidate, 'train', 1), ...plan.jobsOf(candidate, 'test', 1)];
        return jobs.map(({ jobId }, at) => [jobId, outcomeOf(values[at] ?? 0)] as const);
      }),
    );
    const get = (jobId: string) => outcomes.get(jobId);
    expect(
      rowsOf(plan, get).map((row) => [row.index, row.inSampleMicros, row.outOfSampleMicros]),
    ).toEqual([
      [1, 30, 7],
      [2, 18, 198],
      [0, 10, 3],
    ]);
    expect(
      foldRowsOf(plan, get).map((row) => [row.winner, row.inSampleMicros, row.outOfSampleMicros]),
    ).toEqual([
      [0, 10, 1],
      [1, 30, 4],
    ]);
  });

  it('take the penalty of the drawdown, and have no score when a job failed', () => {
    const get = () => outcomeOf(100, { maxDrawdownMicros: 40 });
    expect(rowsOf(plan, get)[0]?.inSampleMicros).toBe(2 * (100 - 20));
    const failing = (jobId: string) =>
      jobId === plan.jobs(0, get)[0]?.jobId
        ? ({ ok: false, failure: { code: 'settings_invalid', detail: 'why' } } as const)
        : get();
    const last = rowsOf(plan, failing).at(-1);
    expect([last?.index, last?.inSampleMicros, last?.failure?.code]).toEqual([
      0,
      null,
      'settings_invalid',
    ]);
  });
});
