import { filter, map, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import { callId, durationMs, micros, probability, ticker } from '../../src/domain/units.js';
import {
  type InferenceCall,
  type InferenceReply,
  type MarketJudgement,
  noJudgement,
} from '../../src/messages/inference.js';
import type { Verdict } from '../../src/messages/valuation.js';
import type { Selection } from '../../src/messages/window.js';
import { type Judged, type JudgementPorts, judgements } from '../../src/streams/judgements.js';
import { aSelectedMarket, aSelection, aVerdict } from '../support/fixtures.js';
import { type Drawing, marbles } from '../support/marbles.js';

// Goal: a window waits for Claude so long and no longer, a late answer is news, and nobody is asked out of turn.
const selections: Record<string, Selection> = {
  a: aSelection(1, [aSelectedMarket('X')]),
  b: aSelection(2, [aSelectedMarket('X')]),
  c: aSelection(3, [aSelectedMarket('X')]),
  n: aSelection(4, []),
};
const answered: InferenceReply = { kind: 'answered', body: '{}' };
const replies: Record<string, InferenceReply> = {
  y: answered,
  f: { kind: 'failed', code: 'http_529', detail: '' },
  r: { kind: 'refused', code: 'daily_cap' },
};
const questionAbout = (name: string): InferenceCall => ({
  callId: callId(name),
  model: 'm',
  tickers: [ticker('X')],
  body: '{}',
  maxCost: micros(1),
});
const known: MarketJudgement = {
  judgement: { p: probability(0.7), sigma: 0.1, samples: 1 },
  refusal: null,
  ageMs: durationMs(0),
};

type Setup = {
  readonly isOn?: boolean;
  readonly mode?: ReturnType<JudgementPorts['settings']>['mode'];
  readonly everyNCycles?: number;
  /** What is asked of every window; each is answered as its drawing says. */
  readonly questions?: Readonly<Record<string, string>>;
  readonly verdicts?: readonly Verdict[];
};

/** `1`: window 1 with nothing judged; `1+`: with an answer known; and the news. */
function drawn(
  { cold, scheduler }: Drawing,
  selections$: Observable<Selection>,
  { isOn = true, mode = 'cadence', everyNCycles = 1, questions = {}, verdicts = [] }: Setup = {},
): Observable<string> {
  const learnt = new Set<string>();
  const ports: JudgementPorts = {
    isOn,
    settings: () => ({ waitMs: 5, mode, everyNCycles }),
    infer: ({ callId: name }) => cold(questions[name] ?? '', replies),
    desk: {
      calls: () => Object.keys(questions).map(questionAbout),
      learn: ({ callId: name }, reply) => {
        if (reply.kind === 'answered') learnt.add(name);
      },
      judgementOf: () => {
        if (!isOn) throw new Error('without a key there is nothing to look up');
        return learnt.size > 0 ? known : noJudgement;
      },
    },
    preview: () => cold('-(v|)', { v: verdicts }),
  };
  return judgements(selections$, ports, scheduler).pipe(
    filter((judged) => judged.kind !== 'reply'),
    map(line),
  );
}
const line = (judged: Judged): string => {
  switch (judged.kind) {
    case 'selection': {
      const { window, markets } = judged.selection;
      return `${window.index}${markets.some(({ judgement }) => judgement.judgement !== null) ? '+' : ''}`;
    }
    case 'news':
      return `news ${judged.tickers.join()}`;
    case 'reply':
      return judged.reply.kind;
  }
};
const values = { 1: '1', 2: '2', 3: '3', 4: '4', a: '1+', b: '2+', c: '3+', N: 'news X' };

describe('judgements', () => {
  it(
    'hands a window on when its last question is answered, and what it was answered as news',
    marbles((drawing) => {
      const selections$ = drawing.hot('-a---------b---------|', selections);
      const questions = {
        first: '                        --(y|)',
        second: '                       ---(y|)',
      };
      const subs = '                    ^--------------------!';
      const expected = '                ---N(Na)-----N(Nb)---|';

      const judged$ = drawn(drawing, selections$, { questions });
      drawing.expectObservable(judged$).toBe(expected, values);
      drawing.expectSubscriptions(selections$.subscriptions).toBe(subs);
    }),
  );

  it(
    'waits no longer than it may; the late answer is news, and the next window has it',
    marbles((drawing) => {
      const selections$ = drawing.hot('-a------------b', selections);
      const questions = { late: '      -------(y|)' };
      const unsub = '                  ---------------------!';
      const expected = '               ------1-N----------b';

      const judged$ = drawn(drawing, selections$, { questions });
      drawing.expectObservable(judged$, unsub).toBe(expected, { ...values, b: '2+' });
    }),
  );

  it(
    'keeps only the newest of the windows that come while one waits',
    marbles((drawing) => {
      const selections$ = drawing.hot('-a-b-c', selections);
      const questions = { never: '     -' };
      const unsub = '                  ---------------!';
      const expected = '               ------1----3';

      drawing
        .expectObservable(drawn(drawing, selections$, { questions }), unsub)
        .toBe(expected, values);
    }),
  );

  it(
    'waits for nobody who failed or was refused, and calls that no news',
    marbles((drawing) => {
      const { hot, expectObservable } = drawing;
      const window = '  -a';
      const failed = '  --(f|)';
      const refused = ' (r|)';
      const unsub = '   --------!';
      const late = '    ---1';
      const atOnce = '  -1';

      const told = (answer: string) =>
        drawn(drawing, hot(window, selections), { questions: { one: answer } });
      expectObservable(told(failed), unsub).toBe(late, values);
      expectObservable(told(refused), unsub).toBe(atOnce, values);
    }),
  );

  it(
    'asks nobody without a key, nor about a window without markets, and loses no time over it',
    marbles((drawing) => {
      const { hot, expectObservable } = drawing;
      const windows = ' -a--n';
      const empty = '   -n';
      const one = '     --(y|)';
      const unsub = '   ----------!';
      const off = '     -1--4';
      const none = '    -4';

      const questions = { one };
      const judged = (drawing_: string, setup: Setup) =>
        drawn(drawing, hot(drawing_, selections), { questions, ...setup });
      expectObservable(judged(windows, { isOn: false }), unsub).toBe(off, values);
      for (const mode of ['cadence', 'on_viable_markets', 'on_heuristic_candidates'] as const)
        expectObservable(judged(empty, { mode }), unsub).toBe(none, values);
    }),
  );

  it(
    'asks every so many windows: of all, or of those with markets',
    marbles((drawing) => {
      const { hot, expectObservable } = drawing;
      const windows = '    -n-----a-----b-----c';
      const one = '        --(y|)';
      const unsub = '      ---------------------------!';
      // The first and the third of all; then the first and the third with markets.
      const cadence = '    -4-----1-------(Nb)c';
      const viable = '     -4-------(Na)b-------(Nc)';

      const questions = { one };
      const every = (mode: 'cadence' | 'on_viable_markets') =>
        drawn(drawing, hot(windows, selections), { questions, mode, everyNCycles: 2 });
      expectObservable(every('cadence'), unsub).toBe(cadence, values);
      expectObservable(every('on_viable_markets'), unsub).toBe(viable, values);
    }),
  );

  it(
    'asks, if so told, only after the heuristic has found something',
    marbles((drawing) => {
      const { hot, expectObservable } = drawing;
      const window = '  -a';
      const one = '     --(y|)';
      const unsub = '   ---------!';
      const asked = '   ----(Na)';
      const not = '     --1';

      const mode = 'on_heuristic_candidates' as const;
      const found = (edge: number) =>
        drawn(drawing, hot(window, selections), {
          questions: { one },
          mode,
          verdicts: [aVerdict('X', { edge, threshold: 0.08 })],
        });
      expectObservable(found(0.08), unsub).toBe(asked, values);
      expectObservable(found(0.079), unsub).toBe(not, values);
    }),
  );

  it(
    'stops listening when its consumer leaves',
    marbles((drawing) => {
      const selections$ = drawing.hot('-a-----b', selections);
      const questions = { one: '       -' };
      const unsub = '                  ---!';
      const subs = '                   ^--!';
      const expected = '               ---';

      const judged$ = drawn(drawing, selections$, { questions });
      drawing.expectObservable(judged$, unsub).toBe(expected);
      drawing.expectSubscriptions(selections$.subscriptions).toBe(subs);
    }),
  );
});
