// Goal: outcomes become weights that the next window is valued with; the log alone decides it; what is odd changes nothing.
import { describe, expect, it } from 'vitest';
import { encodeAccount } from '../../src/domain/account-codec.js';
import { plainHash } from '../../src/domain/chain.js';
import { type EpochMs, epochMs, ticker } from '../../src/domain/units.js';
import { EffectDesk } from '../../src/engine/effect-desk.js';
import { Learner } from '../../src/engine/learner.js';
import { OutcomeAsks } from '../../src/engine/outcome-asks.js';
import { limits } from '../../src/limits.js';
import type { Effect, Outcome } from '../../src/messages/effect.js';
import type { Input } from '../../src/messages/input.js';
import type { BlendTerms, ValuationJob } from '../../src/messages/valuation.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { aLearnt } from '../support/fixtures.js';
import { names, replayed, ScriptedRun } from './scripted-run.js';

const terms = {
  ...(startingBlend['crypto'] as BlendTerms),
  weight: 0.123,
  weightSigma: 0.02,
  source: 'learnt from 100 settled events',
};
const learnt = aLearnt(terms);
const taught: readonly Outcome[] = [{ kind: 'calibration', output: learnt }];

const ends = (run: ScriptedRun, ...over: readonly string[]): ScriptedRun => {
  for (const name of over)
    run.frame({
      type: 'market_lifecycle_v2',
      sid: 8,
      msg: { market_ticker: name, event_type: 'determined', result: 'no' },
    });
  return run;
};

/** An account as a restart finds it. */
const recovered = (run: ScriptedRun): Record<string, unknown> => {
  const { account } = run.engine;
  if (account === null) throw new Error('no account');
  return JSON.parse(JSON.stringify(encodeAccount(account)));
};

/** Valued once, and two of the markets are over: the twentieth of the ledger's outcomes is among them. */
const settled = (): ScriptedRun => {
  const before = { ...recovered(new ScriptedRun().ready()), outcomes: 18 };
  const run = new ScriptedRun().ready({ run: 2, recovered: before }).tick(2_010).reply('value');
  return ends(run, names[0] ?? '', names[1] ?? '');
};

/** Answers whatever is open until the next window is valued. */
function nextWindow(run: ScriptedRun): ScriptedRun {
  for (let left = 12; left > 0; left -= 1) {
    run.tick(10_000);
    for (const kind of ['scan', 'metadata', 'value'] as const)
      if (run.waiting.some(({ request }) => request.kind === kind)) run.reply(kind);
  }
  return run;
}
const blends = (run: ScriptedRun): readonly ValuationJob['blend'][] =>
  run.effectsOf('value').map(({ job }) => job.blend);
const calibrated = (run: ScriptedRun) =>
  run.steps.flatMap((step) =>
    step.kind === 'records'
      ? step.records.flatMap(({ body }) => (body.kind === 'calibrated' ? [body] : []))
      : [],
  );

describe('learning', () => {
  it('is asked for after a window that outcomes came before, and weighs from the next one on', () => {
    const run = settled();
    expect(run.effectsOf('calibrate')).toEqual([]);
    expect(run.engine.account).toMatchObject({ outcomes: 20 });
    nextWindow(run);
    const [asked, ...more] = run.effectsOf('calibrate');
    expect(more).toEqual([]);
    run.reply('calibrate', taught);
    expect(run.notices()).toContain('calibrated');
    expect(calibrated(run)).toEqual([
      {
        kind: 'calibrated',
        throughSeq: asked?.throughSeq,
        snapshots: 300,
        events: 100,
        tableHash: plainHash(learnt.table),
      },
    ]);
    nextWindow(run);
    expect(blends(run)[0]).toEqual(startingBlend);
    expect(blends(run).at(-1)).toEqual(learnt.table);
    // Nothing is new since, and the day is the same.
    expect(run.effectsOf('calibrate')).toHaveLength(1);
  });

  it('replays to the same from the recording, and differs by a digit of the table', () => {
    const run = nextWindow(nextWindow(settled()).reply('calibrate', taught));
    const log = JSON.parse(JSON.stringify(run.inputs)) as Input[];
    const again = replayed(log);
    expect(again.problems).toEqual([]);
    expect(again.digest()).toBe(run.digest());
    expect(blends(again).at(-1)).toEqual(learnt.table);
    const bent = JSON.parse(JSON.stringify(run.inputs).replaceAll('0.123', '0.124')) as Input[];
    expect(replayed(bent).engine.totals().ledger.headHash).not.toBe(
      run.engine.totals().ledger.headHash,
    );
  });

  it.each([
    [
      'a table out of bounds',
      'calibration_refused',
      { table: { a: { ...terms, weight: 2 } }, parts: [] },
    ],
    ['no table', 'calibration_refused', null],
  ])('refuses %s: the last weights stay', (_, code, output) => {
    const run = nextWindow(settled()).reply('calibrate', [{ kind: 'calibration', output }]);
    expect(run.notices()).toContain(code);
    expect(calibrated(run)).toEqual([]);
    expect(blends(nextWindow(run)).at(-1)).toEqual(startingBlend);
  });

  it('that failed leaves the weights, and is asked again the next day', () => {
    const run = nextWindow(settled()).reply('calibrate');
    expect(run.notices()).toContain('not_calibrated');
    ends(run, names[2] ?? '');
    nextWindow(run);
    expect(run.effectsOf('calibrate')).toHaveLength(1);
    run.tick(86_400_000);
    nextWindow(run);
    expect(run.effectsOf('calibrate')).toHaveLength(2);
  });

  it('begins with the run where the ledger knows outcomes already', () => {
    const run = new ScriptedRun().ready({ run: 3, recovered: recovered(settled()) });
    expect(run.effectsOf('calibrate')).toEqual([
      { kind: 'calibrate', throughSeq: expect.any(Number) },
    ]);
    run.reply('calibrate', taught).tick(2_010);
    expect(blends(run)).toEqual([learnt.table]);
  });
});

it('a new ledger’s first outcomes do not use up its day: asked at twenty, at each doubling, then every so many', () => {
  const { account } = settled().engine;
  if (account === null) throw new Error('no account');
  const askedAt: number[] = [];
  let outcomes = 0;
  const asked: Effect[] = [];
  const effects = new EffectDesk((effect) => {
    asked.push(effect);
    askedAt.push(outcomes);
  });
  const learner = new Learner({
    account: () => ({ ...account, outcomes }),
    effects,
    tell: () => {},
    notice: () => {},
  });
  for (; outcomes <= 1_700; outcomes += 1) {
    const before = askedAt.length;
    learner.look();
    if (askedAt.length > before) {
      const { id, hash } = asked.at(-1) as Effect;
      effects.settle({
        effectId: id,
        requestHash: hash,
        part: 0,
        last: true,
        outcome: { kind: 'calibration', output: learnt },
      });
    }
  }
  expect(askedAt).toEqual([20, 40, 80, 160, 320, 640, 1_140, 1_640]);
});

describe('what became of markets that nobody spoke of', () => {
  const since = (entries: readonly (readonly [string, number])[]) =>
    new Map(entries.map(([name, at]) => [ticker(name), epochMs(at) as EpochMs]));
  const none: ReadonlySet<never> = new Set();

  it('is asked, longest awaited first, each once before any again, so many a scan', () => {
    const awaited = since(Array.from({ length: 50 }, (_, i) => [`M${i}`, 1_000 - i]));
    const asks = new OutcomeAsks();
    const rounds = [1, 2, 3, 4].map(() => asks.next(awaited, none, none));
    expect(rounds.map(({ length }) => length)).toEqual([20, 20, 10, 20]);
    expect(rounds[0]?.length).toBe(limits.outcomeAsksPerScanMax);
    expect(new Set(rounds.slice(0, 3).flat()).size).toBe(50);
    expect(rounds[0]?.[0]).toBe('M49');
    expect(rounds[3]).toEqual(rounds[0]);
  });

  it('is not asked of what is still listed or asked about anyway', () => {
    const awaited = since([
      ['A', 1],
      ['B', 2],
      ['C', 3],
    ]);
    const asks = new OutcomeAsks();
    expect(asks.next(awaited, new Set([ticker('A')]), new Set([ticker('B')]))).toEqual(['C']);
  });
});
