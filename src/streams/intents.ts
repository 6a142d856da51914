import {
  defer,
  from,
  map,
  mergeMap,
  type Observable,
  of,
  reduce,
  type SchedulerLike,
  tap,
} from 'rxjs';
import type { ListedMarket } from '../domain/market.js';
import type { Result } from '../domain/result.js';
import { type EpochMs, epochMs, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { Outcome } from '../messages/effect.js';
import type { IntentBasis } from '../messages/repricing.js';
import type { Allocation, RefusalCode } from '../messages/valuation.js';
import type { BookShot } from '../messages/window.js';
import type { Ask } from './ask.js';
import type { BookView } from './book-view.js';
import { type IntentItem, type IntentRefusal, intentOf, untrusted } from './intent-item.js';
import type { Valuation } from './valuations.js';

export type IntentPorts = {
  readonly ask: Ask;
  readonly books: BookView;
  /** Hands the venue's answer to the books' owner, as no older than `askedAt`; false when it could not be used. */
  readonly takeBook: (
    ticker: Ticker,
    from: 'book' | 'listing',
    outcome: Outcome,
    askedAt: EpochMs,
  ) => boolean;
  /** The same bet on this book: smaller, or refused, never larger. Pure. */
  readonly rewalk: (
    allocation: Allocation,
    market: ListedMarket,
    book: BookShot,
  ) => Result<Allocation, RefusalCode>;
};

/**
 * The bets of a valuation as intents, each walked again over the book as it is now. A market that has been silent for too
 * long, or is only listed, has its book fetched from the venue first. Every bet ends as an intent or a coded refusal; one
 * that still waits for a book when a newer window has been valued is not bought at the older one's opinion.
 */
export const intents = (
  valuations$: Observable<Valuation>,
  ports: IntentPorts,
  scheduler: SchedulerLike,
): Observable<IntentItem> => {
  const { books } = ports;
  const now = (): EpochMs => epochMs(scheduler.now());

  return defer(() => {
    let newest: Valuation | null = null;
    return valuations$.pipe(
      tap((valuation) => {
        newest = valuation;
      }),
      mergeMap((valuation) => from(valuation.kind === 'valued' ? betsOf(valuation) : [])),
      mergeMap(({ valuation, allocation, market }) => {
        const { ticker } = allocation;
        const { cycle } = valuation.result;
        const refused = (code: IntentRefusal, basis: IntentBasis | null = null): IntentItem => ({
          kind: 'refused',
          cycle,
          ticker,
          code,
          basis,
        });
        const decide = (): IntentItem => {
          if (valuation !== newest) return refused('superseded');
          const book = books.shot(ticker, now());
          const basis = { kind: 'look', book } as const;
          const refusal = untrusted(book, books.hasFeed);
          if (refusal !== null) return refused(refusal, basis);
          const walked = ports.rewalk(allocation, market, book);
          if (!walked.ok) return refused(walked.error, basis);
          return intentOf(cycle, walked.value, allocation.reason, !books.hasFeed, now(), basis);
        };
        if (valuation !== newest || !books.needsCheck(ticker, now())) return of(decide());
        return checked(ticker, ports, now).pipe(
          map((isChecked): IntentItem => (isChecked ? decide() : refused('book_unconfirmed'))),
        );
      }, limits.bookChecksInFlightMax),
    );
  });
};

type Valued = Valuation & { readonly kind: 'valued' };
type Bet = {
  readonly valuation: Valued;
  readonly allocation: Allocation;
  readonly market: ListedMarket;
};

/** In the pool's order: best first. */
function betsOf(valuation: Valued): readonly Bet[] {
  const { selection, result } = valuation;
  const { allocations } = result;
  const markets = new Map(selection.markets.map(({ market }) => [market.ticker, market]));
  return allocations.flatMap((allocation): readonly Bet[] => {
    const market = markets.get(allocation.ticker);
    return market === undefined ? [] : [{ valuation, allocation, market }];
  });
}

/** Whether the venue's own book is in the store now; without a feed its listed quote will do. */
function checked(
  ticker: Ticker,
  { ask, books, takeBook }: IntentPorts,
  now: () => EpochMs,
): Observable<boolean> {
  const taken = (from: 'book' | 'listing'): Observable<boolean> => {
    const askedAt = now();
    return ask({ kind: from === 'book' ? 'book' : 'market', ticker }).pipe(
      reduce(
        (isTaken, outcome) =>
          isTaken || (outcome.kind !== 'end' && takeBook(ticker, from, outcome, askedAt)),
        false,
      ),
    );
  };
  return taken('book').pipe(
    mergeMap((isTaken) => (isTaken || books.hasFeed ? of(isTaken) : taken('listing'))),
  );
}
