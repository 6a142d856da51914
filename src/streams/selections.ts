import { map, type Observable, type SchedulerLike, withLatestFrom } from 'rxjs';
import type { ListedMarket } from '../domain/market.js';
import { type EventTicker, epochMs, type Quantity, type Ticker } from '../domain/units.js';
import { noJudgement } from '../messages/inference.js';
import type {
  Catalog,
  DropReason,
  MarketSummary,
  SelectedMarket,
  Selection,
  Sibling,
  Window,
} from '../messages/window.js';
import type { BookView } from './book-view.js';
import type { EvidenceOf } from './enrichments.js';

export type SelectionSettings = {
  readonly minVolume: Quantity;
  /** In units of a price. */
  readonly maxSpread: number;
  readonly marketsMax: number;
};

/**
 * The markets of a window that are worth valuing: liquid, tight, quoted on both sides, with known fees; of those the
 * best by the catalog's own order. What was left out is counted by the first reason that hit it. Stale books are kept:
 * their verdict says so. Watched markets are valued whatever they look like, and their verdict says what keeps them
 * from being traded.
 */
export const selections = (
  windows$: Observable<Window>,
  catalogs$: Observable<Catalog>,
  books: BookView,
  settings: () => SelectionSettings,
  evidenceOf: EvidenceOf,
  scheduler: SchedulerLike,
): Observable<Selection> =>
  windows$.pipe(
    withLatestFrom(catalogs$),
    map(([window, catalog]): Selection => {
      const summaries = new Map(window.summaries.map((summary) => [summary.ticker, summary]));
      const siblings = siblingsByEvent(catalog, summaries);
      const wanted = settings();
      const now = epochMs(scheduler.now());
      const watched = new Set(catalog.watched.flatMap(({ ticker }) => ticker ?? []));
      const dropped: Partial<Record<DropReason, number>> = {};
      const markets: SelectedMarket[] = [];
      for (const market of catalog.markets) {
        const summary = summaries.get(market.ticker);
        const isWatched = watched.has(market.ticker) && summary !== undefined;
        const reason = isWatched ? null : whyNot(market, summary, wanted, markets.length);
        if (reason !== null) dropped[reason] = (dropped[reason] ?? 0) + 1;
        else if (summary !== undefined) {
          markets.push({
            market,
            summary,
            book: books.shot(market.ticker, now),
            siblings: siblings.get(market.eventTicker) ?? [],
            evidence: evidenceOf(market, now),
            judgement: noJudgement,
          });
        }
      }
      return { window, catalog, markets, dropped };
    }),
  );

function whyNot(
  market: ListedMarket,
  summary: MarketSummary | undefined,
  { minVolume, maxSpread, marketsMax }: SelectionSettings,
  selected: number,
): DropReason | null {
  if (market.status !== 'active') return 'not_active';
  if (summary === undefined || summary.trust === 'unknown') return 'no_book';
  if (summary.bid === null || summary.ask === null || summary.spread === null) return 'no_quote';
  // Written so that NaN refuses.
  if (!(market.volume >= minVolume)) return 'low_volume';
  if (!(summary.spread <= maxSpread)) return 'wide_spread';
  if (market.fees === null) return 'fees_unknown';
  return selected < marketsMax ? null : 'over_valuation_max';
}

function siblingsByEvent(
  { markets }: Catalog,
  summaries: ReadonlyMap<Ticker, MarketSummary>,
): ReadonlyMap<EventTicker, readonly Sibling[]> {
  const byEvent = new Map<EventTicker, Sibling[]>();
  for (const { ticker, eventTicker, strikeType, floorStrike, capStrike } of markets) {
    const summary = summaries.get(ticker);
    // A quote that cannot be believed says nothing about its neighbours.
    const isKnown = summary !== undefined && summary.trust !== 'unknown';
    const sibling: Sibling = {
      ticker,
      strikeType,
      floorStrike,
      capStrike,
      bid: isKnown ? summary.bid : null,
      ask: isKnown ? summary.ask : null,
    };
    const siblings = byEvent.get(eventTicker);
    if (siblings === undefined) byEvent.set(eventTicker, [sibling]);
    else siblings.push(sibling);
  }
  return byEvent;
}
