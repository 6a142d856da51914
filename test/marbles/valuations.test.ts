import { map, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import { micros } from '../../src/domain/units.js';
import type { EffectRequest, Outcome } from '../../src/messages/effect.js';
import type { Allocation } from '../../src/messages/valuation.js';
import type { Selection } from '../../src/messages/window.js';
import { type JobInputs, type Valuation, valuations } from '../../src/streams/valuations.js';
import { startingBlend } from '../../src/valuation/blend.js';
import {
  anAllocation,
  aSelectedMarket,
  aSelection,
  aVerdict,
  someSettings,
} from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: each window is valued as it stands when the pool is free; an answer that is not one is said, never thrown.
const inputs: JobInputs = {
  settings: someSettings,
  bankroll: micros(100_000_000),
  holdings: [],
  barred: [],
  blend: startingBlend,
};
const selections: Record<string, Selection> = {
  a: aSelection(1, [aSelectedMarket('X')]),
  b: aSelection(2, [aSelectedMarket('X')]),
  c: aSelection(3, [aSelectedMarket('X')]),
  n: aSelection(4, []),
};
const worker = (output: unknown): Outcome => ({ kind: 'worker', output });
const failed: Outcome = { kind: 'failed', code: 'worker_failed', sent: true, detail: 'exit 1' };
/** What the pool answers to a job of X, by name. */
const answers = (cycle: number): Record<string, Outcome> => ({
  y: worker({ cycle, verdicts: [aVerdict('X')], allocations: [anAllocation('X')] }),
  f: failed,
  e: { kind: 'end', parts: 1 },
  // Of another job, of another market, of no market of the job, and nothing at all.
  1: worker({ cycle: cycle + 1, verdicts: [aVerdict('X')], allocations: [] }),
  2: worker({ cycle, verdicts: [aVerdict('Z')], allocations: [] }),
  3: worker({ cycle, verdicts: [aVerdict('X')], allocations: [anAllocation('Z')] }),
  4: worker(null),
  5: { kind: 'flushed', recordSeq: 1 },
  // Numbers that nothing can be reckoned with.
  6: mad(cycle, { count: Number.NaN as never }),
  7: mad(cycle, { worstCost: Number.POSITIVE_INFINITY as never }),
  8: mad(cycle, { limit: 10_000 as never }),
  9: mad(cycle, { fair: Number.NaN as never }),
});
const mad = (cycle: number, change: Partial<Allocation>): Outcome =>
  worker({ cycle, verdicts: [aVerdict('X')], allocations: [anAllocation('X', change)] });

const lines = (valuations$: Observable<Valuation>) =>
  valuations$.pipe(
    map((valuation) =>
      valuation.kind === 'valued'
        ? `${valuation.result.cycle}: ${valuation.result.verdicts.length} verdicts, ${valuation.result.allocations.length} bets`
        : `${valuation.selection.window.index}: ${valuation.code}`,
    ),
  );
const values = {
  a: '1: 1 verdicts, 1 bets',
  b: '2: 1 verdicts, 1 bets',
  c: '3: 1 verdicts, 1 bets',
  n: '4: 0 verdicts, 0 bets',
  f: '1: worker_failed',
  q: '1: no_answer',
  o: '1: odd_answer',
};
const cycleOf = (request: EffectRequest): number =>
  request.kind === 'value' ? request.job.cycle : -1;

describe('valuations', () => {
  it(
    'values window after window',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      const selections$ = hot('-a-----b---|', selections);
      const answer = '          --(ye|)';
      const subs = '            ^----------!';
      const expected = '        ---a-----b-|';

      const ask = (request: EffectRequest) => cold(answer, answers(cycleOf(request)));
      const valuations$ = valuations(selections$, ask, () => inputs, scheduler);
      expectObservable(lines(valuations$)).toBe(expected, values);
      expectSubscriptions(selections$.subscriptions).toBe(subs);
    }),
  );

  it(
    'takes up the newest window when the pool is free, with the account as it is then',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const selections$ = hot('-(ab)c------|', selections);
      const answer = '          ----(ye|)';
      const expected = '        -----a---c--|';

      let cash = 100;
      const jobInputs = () => ({ ...inputs, bankroll: micros(cash) });
      const asked: number[] = [];
      const ask = (request: EffectRequest) => {
        asked.push(request.kind === 'value' ? request.job.bankroll : -1);
        cash -= 10;
        return cold(answer, answers(cycleOf(request)));
      };
      const valuations$ = valuations(selections$, ask, jobInputs, scheduler);
      expectObservable(lines(valuations$)).toBe(expected, values);
      expectObservable(hot('------------a').pipe(map(() => asked))).toBe('------------a', {
        a: [100, 90],
      });
    }),
  );

  it(
    'says nothing about no markets without asking anyone',
    marbles(({ hot, scheduler, expectObservable }) => {
      const selections$ = hot('-n-|', selections);
      const expected = '        -n-|';

      const ask = () => hot<Outcome>('#', {});
      const valuations$ = valuations(selections$, ask, () => inputs, scheduler);
      expectObservable(lines(valuations$)).toBe(expected, values);
    }),
  );

  it(
    'gives the pool’s failure as an item with its code, and refuses what does not answer the question',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const answered = (answer: string) => {
        const ask = () => cold(answer, answers(1));
        return lines(valuations(hot('-a', selections), ask, () => inputs, scheduler));
      };
      expectObservable(answered('-(f|)')).toBe('--f', values);
      expectObservable(answered('-|   ')).toBe('--q', values);
      expectObservable(answered('-(e|)')).toBe('--q', values);
      expectObservable(answered('-(1|)')).toBe('--o', values);
      expectObservable(answered('-(2|)')).toBe('--o', values);
      expectObservable(answered('-(3|)')).toBe('--o', values);
      expectObservable(answered('-(4|)')).toBe('--o', values);
      expectObservable(answered('-(5|)')).toBe('--o', values);
      expectObservable(answered('-(6|)')).toBe('--o', values);
      expectObservable(answered('-(7|)')).toBe('--o', values);
      expectObservable(answered('-(8|)')).toBe('--o', values);
      expectObservable(answered('-(9|)')).toBe('--o', values);
    }),
  );

  it(
    'lets go of the windows and of the pool when its consumer leaves',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      const selections$ = hot('-a-----', selections);
      const answer$ = cold('    ----y|', answers(1));
      const unsub = '           ---!';
      const subs = '            ^--!';
      const asked = '           -^-!';
      const expected = '        ----';

      const valuations$ = valuations(
        selections$,
        () => answer$,
        () => inputs,
        scheduler,
      );
      expectObservable(valuations$, unsub).toBe(expected);
      expectSubscriptions(selections$.subscriptions).toBe(subs);
      expectSubscriptions(answer$.subscriptions).toBe(asked);
    }),
  );
});
