import {
  concat,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  from,
  ignoreElements,
  merge,
  type Observable,
  of,
  repeat,
  type SchedulerLike,
  tap,
  timer,
} from 'rxjs';
import { type EpochMs, epochMs, priceMax, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { Repricing } from '../messages/repricing.js';
import type { RefusalCode } from '../messages/valuation.js';
import type { BookShot, SelectedMarket } from '../messages/window.js';
import type { Repriced } from '../valuation/reprice.js';
import type { BookChange, BookView } from './book-view.js';
import { type IntentItem, intentOf, untrusted } from './intent-item.js';
import { Period } from './period.js';
import type { JobInputs, Valuation } from './valuations.js';

export type RepricePorts = {
  readonly books: BookView;
  readonly isOn: () => boolean;
  readonly jobInputs: () => JobInputs;
  /** No market's threshold is below this, dollars per contract. */
  readonly leastEdge: () => number;
  /** The market with what is known of it by now, not only when the window was cut. */
  readonly informed: (selected: SelectedMarket, at: EpochMs) => SelectedMarket;
  /** A sized bet if the edge clears the threshold, or why not, and the opinion as it is now. Pure. */
  readonly reprice: (question: Repricing) => Repriced;
  readonly speed: number;
};

/**
 * Between windows the last fair values stay in force until something is learnt. News of a market (evidence, a late answer
 * of Claude) forms its opinion anew; that, or a quote that moved, raises an intent at once where it opens an edge over the
 * threshold, at most every `repriceEveryMs`. One per market and period, under the same caps as the period's own bets. What
 * the window refused for another reason than its price or its opinion stays refused.
 *
 * A quote that has just moved is news until something newer contradicts it: whoever moved it may know what we are yet to
 * be told, and the siblings that disagree may only be slower. Betting against such quotes on what was known before loses
 * (measured, docs/measured-demo.md).
 */
export const repricedIntents = (
  bookChanges$: Observable<BookChange>,
  news$: Observable<readonly Ticker[]>,
  valuations$: Observable<Valuation>,
  ports: RepricePorts,
  scheduler: SchedulerLike,
): Observable<IntentItem> =>
  defer(() => {
    let period = Period.none;
    /** Markets whose quote moved since they were last looked at, in that order. Bounded by the markets valued. */
    const moved = new Set<Ticker>();
    /** Of those, the ones that something was learnt about. */
    const news = new Set<Ticker>();

    const look = (): Observable<IntentItem> => {
      const items: IntentItem[] = [];
      // Nothing the executor does can fall between two markets of one look.
      const inputs = ports.jobInputs();
      let looked = 0;
      for (const ticker of moved) {
        if (looked >= limits.repricesPerSweepMax) break;
        looked += 1;
        moved.delete(ticker);
        const isNews = news.delete(ticker);
        const item = judged(ticker, isNews, period, ports, inputs, epochMs(scheduler.now()));
        if (item !== null) items.push(item);
      }
      return from(items);
    };
    const pause$ = timer(limits.repriceEveryMs * ports.speed, scheduler).pipe(ignoreElements());
    const looks$ = concat(defer(look), pause$).pipe(
      repeat({ delay: () => (moved.size === 0 ? EMPTY : of(true)) }),
    );

    return merge(
      valuations$.pipe(
        tap((valuation) => {
          period = valuation.kind === 'valued' ? Period.of(valuation) : Period.none;
        }),
        ignoreElements(),
      ),
      merge(
        bookChanges$.pipe(
          filter((change) => {
            if (change.kind !== 'moved' && change.kind !== 'replaced') return false;
            if (!ports.isOn() || !mayPay(change, period, ports)) return false;
            moved.add(change.ticker);
            return true;
          }),
        ),
        news$.pipe(
          filter((tickers) => {
            if (!ports.isOn()) return false;
            for (const ticker of tickers) {
              if (!period.isOpen(ticker)) continue;
              moved.add(ticker);
              news.add(ticker);
            }
            return moved.size > 0;
          }),
        ),
      ).pipe(exhaustMap(() => looks$)),
    );
  });

/**
 * Whether the best offer alone, before any fee, is far enough from the last fair value: nearly every quote is not, and
 * costs two comparisons. Written so that NaN refuses.
 */
function mayPay(
  { ticker, slot }: { readonly ticker: Ticker; readonly slot: number },
  period: Period,
  { books, leastEdge }: RepricePorts,
): boolean {
  const opinion = period.opinionOf(ticker);
  const entry = books.entryAt(slot);
  if (opinion === null || entry === null || !entry.known) return false;
  const { fair } = opinion.fair;
  const yesAsk = entry.book.bestAsk('yes') ?? priceMax;
  const noAsk = entry.book.bestAsk('no') ?? priceMax;
  return Math.max(fair - yesAsk / priceMax, 1 - fair - noAsk / priceMax) >= leastEdge();
}

/** An edge was there, and a cap of the period stood in its way: worth saying, once. */
const ofCaps: ReadonlySet<RefusalCode> = new Set([
  'per_cycle_cap',
  'per_event_cap',
  'per_underlying_cap',
  'gross_cap',
  'trades_per_cycle',
]);

/** The market as the window saw it, with its book and its siblings' quotes of now. */
const asOf = (selected: SelectedMarket, book: BookShot, books: BookView): SelectedMarket => ({
  ...selected,
  book,
  siblings: selected.siblings.map((sibling) => {
    const entry = books.entry(sibling.ticker);
    const isKnown = entry?.known === true;
    return {
      ...sibling,
      bid: isKnown ? entry.book.bestBid('yes') : null,
      ask: isKnown ? entry.book.bestAsk('yes') : null,
    };
  }),
});

/** Something was heard of it no sooner than its quote last moved. What is of unknown age is older. */
const isNewer = ({ evidence, judgement, book }: SelectedMarket): boolean =>
  isWithin(evidence.evidence === null ? null : evidence.ageMs, book.ageMs) ||
  isWithin(judgement.judgement === null ? null : judgement.ageMs, book.ageMs);

const isWithin = (ageMs: number | null, most: number): boolean => ageMs !== null && ageMs <= most;

/** Null: no edge, or nothing to be said about it now. */
function judged(
  ticker: Ticker,
  isNews: boolean,
  period: Period,
  { books, informed, reprice }: RepricePorts,
  inputs: JobInputs,
  now: EpochMs,
): IntentItem | null {
  const opinion = period.opinionOf(ticker);
  const book = books.shot(ticker, now);
  if (opinion === null || untrusted(book, books.hasFeed) !== null) return null;
  if (inputs.barred.some((barred) => barred.ticker === ticker)) return null;
  const { fair } = opinion;
  const selected = informed(asOf(opinion.selected, book, books), now);
  // Looked at again when the next news of it comes.
  if (!isNewer(selected)) return null;
  const question: Repricing = { fair, selected, inputs, at: now, isNews, spent: period.spent };
  const { fair: formed, bet: priced } = reprice(question);
  const basis = { kind: 'repriced', question, fair: formed?.fair ?? null } as const;
  const { cycle } = period;
  // The opinion formed anew stays in force: quotes that it explains are not looked at twice.
  period.renew(ticker, formed);
  if (!priced.ok) {
    if (!ofCaps.has(priced.error)) return null;
    period.pass(ticker);
    return { kind: 'refused', cycle, ticker, code: priced.error, basis };
  }
  const refusal = period.take(selected.market, priced.value, inputs);
  if (refusal !== null) return { kind: 'refused', cycle, ticker, code: refusal, basis };
  return intentOf(cycle, priced.value, 'between_windows', !books.hasFeed, now, basis);
}
