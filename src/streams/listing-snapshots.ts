import { distinctUntilKeyChanged, from, map, mergeMap, type Observable } from 'rxjs';
import type { Market, Quote } from '../domain/market.js';
import { complement } from '../domain/units.js';
import type { Level, SnapshotEvent } from '../messages/market-event.js';
import type { Catalog } from '../messages/window.js';

/** The quotes of each newly read list, as books of one level a side: all there is to go by without a feed. */
export const listingSnapshots = (catalogs$: Observable<Catalog>): Observable<SnapshotEvent> =>
  catalogs$.pipe(
    // What the venue said between scans renews the catalog, not its quotes.
    distinctUntilKeyChanged('scannedAt'),
    mergeMap(({ markets }) => from(markets).pipe(map(listingSnapshot))),
  );

/** One market's listed quote, as a book. */
export const listingSnapshot = ({ ticker, quote }: Market): SnapshotEvent => ({
  kind: 'snapshot',
  ticker,
  ...levelsOf(quote),
  exchangeAt: null,
  from: 'listing',
});

const levelsOf = (
  quote: Quote,
): { readonly yes: readonly Level[]; readonly no: readonly Level[] } => ({
  yes: quote.yesBid === null ? [] : [[quote.yesBid, quote.yesBidSize]],
  no: quote.yesAsk === null ? [] : [[complement(quote.yesAsk), quote.yesAskSize]],
});
