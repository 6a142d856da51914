import { map, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { EffectRequest } from '../../src/messages/effect.js';
import type { Catalog } from '../../src/messages/window.js';
import { type Enrichment, type EvidenceDesk, enrichments } from '../../src/streams/enrichments.js';
import { aListedMarket, noEvidence } from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: each thing worth knowing is asked once, for as many markets a window as there is budget, and answers lead on.
// c, d: lists of markets. w: a window ends. Letters expected: the question that was answered.
const noon = { kind: 'http', status: 200, path: '', body: 'said' } as const;
const lost = { kind: 'failed', code: 'timeout', sent: true, detail: '' } as const;

const list = (at: number, names: readonly string[]): Catalog => ({
  scannedAt: epochMs(at),
  scanned: names.length,
  markets: names.map((name) => ({ ...aListedMarket(name), vertical: 'weather' as const })),
  dropped: {},
  watched: [],
  problems: [],
});
const lists = { c: list(1, ['A', 'B', 'C']), d: list(2, ['A', 'B', 'C']) };

const window = { index: 1, from: epochMs(0), to: epochMs(3), summaries: [] };

/** Every market asks `https://x/<its name>`, and once that is answered, as often as `follows`, one more. */
function deskOf(follows = 0) {
  const known: string[] = [];
  const desk: EvidenceDesk = {
    questions: ({ ticker }) => {
      const told = known.filter((url) => url.startsWith(`https://x/${ticker}`)).length;
      if (told > follows) return [];
      return [{ source: 'noaa', url: `https://x/${ticker}${told === 0 ? '' : told}` }];
    },
    learn: ({ url }, outcome) => {
      known.push(url);
      return outcome.kind === 'failed' ? null : url.slice('https://x/'.length);
    },
    aboutOf: ({ ticker }) => ticker,
    evidenceOf: () => noEvidence,
  };
  return { desk, known };
}
const said = ({ url, outcome }: Enrichment): string =>
  `${url.slice('https://x/'.length)}${outcome.kind === 'failed' ? '!' : ''}`;

describe('enrichments', () => {
  it(
    'asks about each market of a new list, no more of them than a window may',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const catalogs$ = hot('-c------', lists);
      const answer = '        -(a|)   ';
      const unsub = '        -------!';
      const expected = '     --(ab)   ';
      const { desk } = deskOf();
      const ask = () => cold(answer, { a: noon });
      const enriched$ = enrichments(catalogs$, NEVER, ask, desk, () => 2, 1, scheduler);
      expectObservable(enriched$.pipe(map(said)), unsub).toBe(expected, { a: 'A', b: 'B' });
    }),
  );

  it(
    'goes on asking about its markets when the budget is spent, past those that share a question with them',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('-c------', { c: list(1, ['A', 'ALIKE', 'B', 'C']) });
      const unsub = '        -------!';
      const expected = '     -(abcd) ';
      const { desk } = deskOf(1);
      const shared: EvidenceDesk = {
        ...desk,
        questions: (market, at) =>
          desk.questions(market.ticker === 'ALIKE' ? aListedMarket('A') : market, at),
      };
      const ask = () => of(noon);
      const enriched$ = enrichments(catalogs$, NEVER, ask, shared, () => 2, 1, scheduler);
      const values = { a: 'A', b: 'B', c: 'A1', d: 'B1' };
      expectObservable(enriched$.pipe(map(said)), unsub).toBe(expected, values);
    }),
  );

  it(
    'goes on to the next markets once the window has ended',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('-c---d--', lists);
      const windows$ = hot(' ---w----', { w: window });
      const unsub = '        -------!';
      const expected = '     -(ab)c--';
      const { desk } = deskOf();
      const ask = () => of(noon);
      const enriched$ = enrichments(catalogs$, windows$, ask, desk, () => 2, 1, scheduler);
      const values = { a: 'A', b: 'B', c: 'C' };
      expectObservable(enriched$.pipe(map(said)), unsub).toBe(expected, values);
    }),
  );

  it(
    'counts what many markets share once, and refreshes it although the budget is spent',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('-c------', lists);
      const unsub = '        -------!';
      const expected = '     -(acde)-';
      // A and C are about the same.
      const desk = {
        ...deskOf(1).desk,
        aboutOf: ({ ticker }: { ticker: string }) => ticker.replace('C', 'A'),
      };
      const ask = () => of(noon);
      const enriched$ = enrichments(catalogs$, NEVER, ask, desk, () => 1, 1, scheduler);
      const values = { a: 'A', c: 'C', d: 'A1', e: 'C1' };
      expectObservable(enriched$.pipe(map(said)), unsub).toBe(expected, values);
    }),
  );

  it(
    'follows an answer to the question it raises, for a bounded number of rounds',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('-c------', { c: list(1, ['A']) });
      const unsub = '        -------!';
      const expected = '     -(abcd) ';
      const { desk } = deskOf(99);
      expect(limits.evidenceRoundsMax).toBe(4);
      const ask = () => of(noon);
      const enriched$ = enrichments(catalogs$, NEVER, ask, desk, () => 9, 1, scheduler);
      const values = { a: 'A', b: 'A1', c: 'A2', d: 'A3' };
      expectObservable(enriched$.pipe(map(said)), unsub).toBe(expected, values);
    }),
  );

  it(
    'takes a failure as an answer, and asks again only when the desk wants to',
    marbles(({ hot, scheduler, expectObservable, flush }) => {
      const catalogs$ = hot('-c------', { c: list(1, ['A']) });
      const unsub = '        -------!';
      const expected = '     -a------';
      const { desk, known } = deskOf();
      const ask = () => of(lost);
      const enriched$ = enrichments(catalogs$, NEVER, ask, desk, () => 9, 1, scheduler);
      expectObservable(enriched$.pipe(map(said)), unsub).toBe(expected, { a: 'A!' });
      flush();
      expect(known).toEqual(['https://x/A']);
    }),
  );

  it(
    'says which markets an answer may move, and that a failure moves none',
    marbles(({ hot, scheduler, expectObservable }) => {
      const catalogs$ = hot('-c------', { c: list(1, ['A', 'B']) });
      const unsub = '        -------!';
      const expected = '     -(ab)---';
      const { desk } = deskOf();
      const ask = (request: EffectRequest) =>
        of(request.kind === 'evidence' && request.url.endsWith('B') ? lost : noon);
      const enriched$ = enrichments(catalogs$, NEVER, ask, desk, () => 9, 1, scheduler);
      expectObservable(enriched$.pipe(map(({ touched }) => touched.join())), unsub).toBe(expected, {
        a: 'A',
        b: '',
      });
    }),
  );

  it(
    'goes on asking the others while one host does not answer',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const catalogs$ = hot('-c---d---c', lists);
      const unsub = '        -----------!';
      const expected = '     --b---b---b-';
      const desk: EvidenceDesk = {
        ...deskOf().desk,
        questions: ({ ticker }, at) =>
          ticker === 'C' || at % 4 !== 1
            ? []
            : [{ source: 'noaa', url: `https://${ticker === 'A' ? 'dead' : 'x'}/${ticker}` }],
      };
      const ask = (request: EffectRequest) =>
        request.kind === 'evidence' && request.url.includes('dead')
          ? NEVER
          : cold('-(a|)', { a: noon });
      const enriched$ = enrichments(catalogs$, NEVER, ask, desk, () => 9, 1, scheduler);
      expectObservable(enriched$.pipe(map(said)), unsub).toBe(expected, { b: 'B' });
    }),
  );

  it(
    'leaves nothing behind when its consumer leaves',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      const catalogs$ = hot('-c------', lists);
      const unsub = '        --!     ';
      const subs = '         ^-!     ';
      const answer$ = cold('  ----(a|)', { a: noon });
      expectObservable(
        enrichments(
          catalogs$,
          NEVER,
          () => answer$,
          deskOf().desk,
          () => 1,
          1,
          scheduler,
        ),
        unsub,
      ).toBe('--------');
      expectSubscriptions(catalogs$.subscriptions).toBe(subs);
      expectSubscriptions(answer$.subscriptions).toBe('-^!');
    }),
  );
});
