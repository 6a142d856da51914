import {
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  scan as scanOver,
  tap,
} from 'rxjs';
import { assertNever } from '../domain/assert.js';
import type { ListedMarket, Market } from '../domain/market.js';
import { type EpochMs, epochMs, type Ticker } from '../domain/units.js';
import { type WatchEntry, type WatchList, watchedAmong } from '../domain/watch-list.js';
import { limits } from '../limits.js';
import type { LifecycleChange, MarketEvent } from '../messages/market-event.js';
import type { Catalog, DropCounts, DropReason } from '../messages/window.js';
import type { Ask } from './ask.js';
import { cluesOf, Metadata, type ParseMetadata, type VerticalOf } from './metadata.js';
import { mapNewest } from './operators/map-newest.js';
import type { Scan } from './scans.js';

export type LifecycleEvent = MarketEvent & { readonly kind: 'lifecycle' };

export type CatalogPorts = {
  readonly ask: Ask;
  readonly parse: ParseMetadata;
  readonly verticalOf: VerticalOf;
  readonly marketsMax: () => number;
  readonly watchList: () => WatchList;
  readonly speed: number;
};

/**
 * The markets worth following, with all a decision needs to know about them: the best of each whole scan, brought up to
 * date by what the venue says between scans. A scan that is not whole leaves the last good catalog in force and says
 * why; only at the start is half a list better than none, unless names have to be looked up strictly.
 *
 * What the watch list means is looked up in each list; those markets are kept first, whatever their rank.
 */
export const catalogs = (
  scans$: Observable<Scan>,
  lifecycles$: Observable<LifecycleEvent>,
  ports: CatalogPorts,
  scheduler: SchedulerLike,
): Observable<Catalog> =>
  defer(() => {
    const now = (): EpochMs => epochMs(scheduler.now());
    const metadata = new Metadata(ports.parse, limits.metadataAgeMsMax * ports.speed);

    const read = (scan: Scan): Observable<Step> => {
      const { kept, dropped, watched } = choose(scan, metadata, ports, now());
      const events$ = defer(() => {
        const events = metadata.eventsMissing(kept, now());
        if (events.length === 0) return EMPTY;
        return ports
          .ask({ kind: 'metadata', events, series: [] })
          .pipe(tap((outcome) => metadata.learnEvents(outcome, now())));
      });
      const series$ = defer(() => {
        const series = metadata.seriesMissing(kept, now());
        if (series.length === 0) return EMPTY;
        return ports
          .ask({ kind: 'metadata', events: [], series })
          .pipe(tap((outcome) => metadata.learnSeries(outcome, now())));
      });
      const catalog$ = defer(() => {
        metadata.keep(kept);
        const markets = kept.map((market) => metadata.listed(market, ports.verticalOf, now()));
        const { scannedAt, scanned, problems, startedAt } = scan;
        const catalog: Catalog = { scannedAt, scanned, markets, dropped, watched, problems };
        return of<Step>({ kind: 'catalog', catalog, asOf: startedAt });
      });
      return concat(concat(events$, series$).pipe(ignoreElements()), catalog$);
    };

    let hasCatalog = false;
    const read$ = scans$.pipe(
      mapNewest((scan) => {
        const isWhole = scan.problems.length === 0;
        const { inputs, isStrict } = ports.watchList();
        const isHalfEnough = !hasCatalog && scan.markets.length > 0;
        if (isWhole || (isHalfEnough && !(isStrict && inputs.length > 0))) return read(scan);
        return of<Step>({ kind: 'not_whole', problems: scan.problems });
      }),
      tap((step) => {
        if (step.kind === 'catalog') hasCatalog = true;
      }),
    );
    const heard$ = lifecycles$.pipe(map((event): Step => ({ kind: 'heard', event, at: now() })));
    return merge(read$, heard$).pipe(
      scanOver(advance, nothing),
      filter((state): state is State & { readonly catalog: Catalog } => state.isNew),
      map((state) => state.catalog),
    );
  });

type Drops = Partial<Record<DropReason, number>>;

type Step =
  | { readonly kind: 'catalog'; readonly catalog: Catalog; readonly asOf: EpochMs }
  | { readonly kind: 'not_whole'; readonly problems: readonly string[] }
  | { readonly kind: 'heard'; readonly event: LifecycleEvent; readonly at: EpochMs };

type Heard = { readonly event: LifecycleEvent; readonly at: EpochMs };
type State = {
  readonly catalog: Catalog | null;
  readonly places: ReadonlyMap<Ticker, number>;
  /** What may be newer than the next scan, in order. */
  readonly heard: readonly Heard[];
  readonly isNew: boolean;
};
const nothing: State = { catalog: null, places: new Map(), heard: [], isNew: false };

function advance(state: State, step: Step): State {
  switch (step.kind) {
    case 'catalog': {
      const places = new Map(step.catalog.markets.map(({ ticker }, place) => [ticker, place]));
      const heard = state.heard.filter(({ at }) => at >= step.asOf);
      let { catalog } = step;
      for (const { event } of heard) catalog = updated(catalog, places, event) ?? catalog;
      return { catalog, places, heard, isNew: true };
    }
    case 'not_whole': {
      if (state.catalog === null) return { ...state, isNew: false };
      const catalog = { ...state.catalog, problems: step.problems };
      return { ...state, catalog, isNew: true };
    }
    case 'heard': {
      // The newest are kept: only those since the running scan began can matter.
      const heard = [...state.heard, { event: step.event, at: step.at }].slice(
        -limits.lifecyclesKeptMax,
      );
      const catalog =
        state.catalog === null ? null : updated(state.catalog, state.places, step.event);
      if (catalog === null) return { ...state, heard, isNew: false };
      return { ...state, catalog, heard, isNew: true };
    }
    default:
      return assertNever(step);
  }
}

/** The catalog after a lifecycle event; null when it says nothing about it. */
function updated(
  catalog: Catalog,
  places: ReadonlyMap<Ticker, number>,
  event: LifecycleEvent,
): Catalog | null {
  const place = places.get(event.ticker);
  const market = place === undefined ? undefined : catalog.markets[place];
  if (place === undefined || market === undefined) return null;
  const after = afterLifecycle(market, event.change);
  return after === market ? null : { ...catalog, markets: catalog.markets.with(place, after) };
}

function afterLifecycle(market: ListedMarket, change: LifecycleChange): ListedMarket {
  switch (change.kind) {
    case 'activated':
      return market.status === 'active' ? market : { ...market, status: 'active' };
    case 'deactivated':
      return market.status === 'inactive' ? market : { ...market, status: 'inactive' };
    case 'close_moved':
      return { ...market, closeAt: change.closeAt };
    case 'determined':
      return { ...market, status: 'determined', settlementValue: change.settlementValue };
    case 'settled':
      return { ...market, status: 'finalized' };
    case 'grid_changed':
      return { ...market, priceRanges: change.priceRanges };
    case 'metadata':
      return market;
    default:
      return assertNever(change);
  }
}

function choose(
  scan: Scan,
  metadata: Metadata,
  { verticalOf, marketsMax, watchList }: CatalogPorts,
  now: EpochMs,
): {
  readonly kept: readonly Market[];
  readonly dropped: DropCounts;
  readonly watched: readonly WatchEntry[];
} {
  const drops: Drops = {};
  if (scan.malformed > 0) drops.malformed = scan.malformed;
  const open = scan.markets.filter((market) => {
    const reason = unfit(market);
    if (reason !== null) drops[reason] = (drops[reason] ?? 0) + 1;
    return reason === null;
  });
  const watched = watchedAmong(watchList(), open);
  const watchedTickers = new Set(watched.flatMap(({ ticker }) => ticker ?? []));
  const ranked = open
    .map((market) => ({
      market,
      isUnwatched: watchedTickers.has(market.ticker) ? 0 : 1,
      isOther: verticalOf(cluesOf(market, metadata.of(market, now))) === 'other' ? 1 : 0,
    }))
    .sort(
      (left, right) =>
        left.isUnwatched - right.isUnwatched ||
        left.isOther - right.isOther ||
        right.market.volume24h - left.market.volume24h ||
        byTicker(left.market, right.market),
    );
  const most = Math.max(marketsMax(), watchedTickers.size);
  const kept = ranked.slice(0, most).map(({ market }) => market);
  if (kept.length < open.length) drops.over_scan_max = open.length - kept.length;
  return { kept, dropped: drops, watched };
}

function unfit(market: Market): 'multivariate' | 'provisional' | 'not_active' | null {
  if (market.isMultivariate) return 'multivariate';
  if (market.isProvisional) return 'provisional';
  return market.status === 'active' ? null : 'not_active';
}

// By code unit: a locale would order differently elsewhere.
const byTicker = (left: Market, right: Market): number =>
  left.ticker < right.ticker ? -1 : left.ticker > right.ticker ? 1 : 0;
