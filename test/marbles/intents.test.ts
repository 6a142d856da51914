import { map, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import { err, ok } from '../../src/domain/result.js';
import { epochMs, quantity } from '../../src/domain/units.js';
import type { EffectRequest, Outcome } from '../../src/messages/effect.js';
import type { Allocation } from '../../src/messages/valuation.js';
import type { Selection } from '../../src/messages/window.js';
import { BookStore } from '../../src/streams/book-store.js';
import type { IntentItem } from '../../src/streams/intent-item.js';
import { type IntentPorts, intents } from '../../src/streams/intents.js';
import type { Valuation } from '../../src/streams/valuations.js';
import { anAllocation, aSelectedMarket, aSelection, aSnapshot } from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: a bet becomes an intent on a book that is fresh now, or a refusal with its code. None is dropped in silence.
const names = ['A', 'B', 'C', 'D', 'E', 'F'];
const selectionOf = (cycle: number): Selection =>
  aSelection(
    cycle,
    names.map((name) => aSelectedMarket(name)),
  );
const valued = (cycle: number, allocations: readonly Allocation[]): Valuation => ({
  kind: 'valued',
  selection: selectionOf(cycle),
  result: { cycle, verdicts: [], allocations },
});
const told: Record<string, Valuation> = {
  a: valued(1, [anAllocation('A')]),
  // A too small to be bought by now, B known, C never heard of.
  b: valued(2, [anAllocation('A', { count: quantity(0) }), anAllocation('B'), anAllocation('C')]),
  // More bets that need a check than may be checked at once.
  m: valued(
    3,
    names.map((name) => anAllocation(name, { reason: 'backfill' })),
  ),
  f: { kind: 'failed', selection: selectionOf(4), code: 'timeout', detail: '' },
};
const rest: Record<string, Outcome> = {
  // The venue's own book as it is, a server error, the end of the reply.
  s: { kind: 'http', status: 200, path: '/markets/A/orderbook', body: 'same' },
  o: { kind: 'http', status: 200, path: '/markets/A/orderbook', body: 'other' },
  h: { kind: 'http', status: 503, path: '/markets/A/orderbook', body: '' },
  e: { kind: 'end', parts: 1 },
};

type Setup = { readonly quietFrom?: number; readonly hasFeed?: boolean; readonly has?: string[] };
/** A store in which the named markets last spoke at `quietFrom`; the drawing starts at 0. */
function portsOf(
  ask: (request: EffectRequest) => Observable<Outcome>,
  { quietFrom = 0, hasFeed = true, has = ['A', 'B'] }: Setup = {},
): IntentPorts {
  const books = new BookStore({ speed: 1, hasFeed });
  const from = hasFeed ? 'feed' : 'listing';
  for (const name of has) {
    books.apply(aSnapshot(name, [[4_800, 100]], [[4_800, 100]], from), epochMs(quietFrom));
  }
  books.apply({ kind: 'alive' }, epochMs(0));
  return {
    ask,
    books,
    takeBook: (ticker, asked, outcome, askedAt) => {
      if (outcome.kind !== 'http' || outcome.status !== 200) return false;
      const size = outcome.body === 'same' ? 100 : 90;
      const snapshot = aSnapshot(ticker, [[4_800, 100]], [[4_800, size]], asked);
      books.apply({ ...snapshot, exchangeAt: askedAt }, epochMs(0));
      return true;
    },
    rewalk: (allocation, _market, book) =>
      allocation.count === 0
        ? err('too_small')
        : ok({
            ...allocation,
            count: quantity(Math.min(allocation.count, book.yesAsks[0]?.[1] ?? 0)),
          }),
  };
}
const nobody = (): Observable<Outcome> => {
  throw new Error('nothing needs to be asked');
};

const lines = (items$: Observable<IntentItem>) =>
  items$.pipe(
    map((item) => {
      if (item.kind === 'refused') return `${item.cycle} ${item.ticker} refused: ${item.code}`;
      const { cycle, ticker, count, reason, keyless, decidedAt } = item.intent;
      return `${cycle} ${ticker} ${count} ${reason}${keyless ? ' keyless' : ''} at ${decidedAt}`;
    }),
  );

describe('intents', () => {
  it(
    'turns a bet on a fresh book into an intent at once',
    marbles(({ hot, scheduler, expectObservable, expectSubscriptions }) => {
      const valuations$ = hot('-a-f-|', told);
      const subs = '           ^----!';
      const expected = '       -a---|';

      const items$ = lines(intents(valuations$, portsOf(nobody), scheduler));
      expectObservable(items$).toBe(expected, { a: '1 A 100 taken at 1' });
      expectSubscriptions(valuations$.subscriptions).toBe(subs);
    }),
  );

  it(
    'walks each bet of a burst again, in order, and says which it refuses and why',
    marbles(({ hot, scheduler, expectObservable }) => {
      const valuations$ = hot('-b----|', told);
      const expected = '       -(abc)|';

      const items$ = lines(intents(valuations$, portsOf(nobody), scheduler));
      expectObservable(items$).toBe(expected, {
        a: '2 A refused: too_small',
        b: '2 B 100 taken at 1',
        c: '2 C refused: no_book',
      });
    }),
  );

  it(
    'asks for the venue’s own book of a market that was silent for long, and trusts the answer',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      const valuations$ = hot('-a---|', told);
      const book$ = cold('     --(se|)', rest);
      const asked = '          -^-!';
      const expected = '       ---a-|';

      const ports = portsOf(() => book$, { quietFrom: -70_000 });
      expectObservable(lines(intents(valuations$, ports, scheduler))).toBe(expected, {
        a: '1 A 100 taken at 3',
      });
      expectSubscriptions(book$.subscriptions).toBe(asked);
    }),
  );

  it(
    'goes by the venue’s book where it disagrees with ours: never for more than is there',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const valuations$ = hot('-a---|', told);
      const answer = '         --(oe|)';
      const expected = '       ---a-|';

      const ports = portsOf(() => cold(answer, rest), { quietFrom: -70_000 });
      expectObservable(lines(intents(valuations$, ports, scheduler))).toBe(expected, {
        a: '1 A 90 taken at 3',
      });
    }),
  );

  it(
    'does not believe a book that may be as old as its question: the answer may have lain in a sleeping process',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const valuations$ = hot('-a 5s      -|', told);
      const prompt = '         2999ms (oe|)';
      const late = '           3001ms (oe|)';

      const answered = (answer: string) =>
        lines(
          intents(
            valuations$,
            portsOf(() => cold(answer, rest), { quietFrom: -70_000 }),
            scheduler,
          ),
        );
      expectObservable(answered(prompt)).toBe('- 2999ms a 2001ms -|', {
        a: '1 A 90 taken at 3000',
      });
      expectObservable(answered(late)).toBe('- 3001ms r 1999ms -|', {
        r: '1 A refused: book_stale',
      });
    }),
  );

  it(
    'refuses a bet whose book the venue would not confirm',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const valuations$ = hot('-a---|', told);
      const answer = '         --(he|)';
      const expected = '       ---r-|';

      const ports = portsOf(() => cold(answer, rest), { quietFrom: -70_000 });
      expectObservable(lines(intents(valuations$, ports, scheduler))).toBe(expected, {
        r: '1 A refused: book_unconfirmed',
      });
    }),
  );

  it(
    'fetches the book without a feed, and goes by the listed quote when that is refused',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const valuations$ = hot('-a---|', told);
      const yes = '            --(se|)';
      const no = '             -(he|)';
      const soon = '           ---a-|';
      const later = '          ----b|';

      const keyless = { hasFeed: false };
      const fetched = portsOf(() => cold(yes, rest), keyless);
      expectObservable(lines(intents(valuations$, fetched, scheduler))).toBe(soon, {
        a: '1 A 100 taken keyless at 3',
      });
      const listed = portsOf(({ kind }) => cold(kind === 'book' ? no : yes, rest), keyless);
      expectObservable(lines(intents(valuations$, listed, scheduler))).toBe(later, {
        b: '1 A 100 taken keyless at 4',
      });
    }),
  );

  it(
    'checks only a few books at once, and forgets none of the others',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const valuations$ = hot('-m-----------------|', told);
      const answer = '         -------(se|)';
      const expected = '       --------(ABCD)-(EF)|';

      const ports = portsOf(() => cold(answer, rest), { quietFrom: -70_000, has: names });
      expectObservable(
        lines(intents(valuations$, ports, scheduler)).pipe(map((line) => line[2])),
      ).toBe(expected);
    }),
  );

  it(
    'drops what still waits for a book when a newer window has been valued',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const valuations$ = hot('-m---a----------------|', told);
      const answer = '         -------(se|)';
      const expected = '       --------(AEFaBCD)-----|';

      const ports = portsOf(() => cold(answer, rest), { quietFrom: -70_000, has: names });
      const items$ = lines(intents(valuations$, ports, scheduler));
      const dropped = names.map((name) => [name, `3 ${name} refused: superseded`] as const);
      expectObservable(items$).toBe(expected, {
        ...Object.fromEntries(dropped),
        a: '1 A 100 taken at 8',
      });
    }),
  );

  it(
    'takes back what it asked when its consumer leaves',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      const valuations$ = hot('-a-----', told);
      const book$ = cold('     ----(se|)', rest);
      const unsub = '          ---!';
      const subs = '           ^--!';
      const asked = '          -^-!';
      const expected = '       ----';

      const ports = portsOf(() => book$, { quietFrom: -70_000 });
      expectObservable(intents(valuations$, ports, scheduler), unsub).toBe(expected);
      expectSubscriptions(valuations$.subscriptions).toBe(subs);
      expectSubscriptions(book$.subscriptions).toBe(asked);
    }),
  );
});
