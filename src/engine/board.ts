import { Subject, Subscription, switchMap, take, timer } from 'rxjs';
import type { Result } from '../domain/result.js';
import type { EpochMs, Ticker } from '../domain/units.js';
import type { VenueCodec } from '../exchange/venue.js';
import type { Outcome } from '../messages/effect.js';
import type { MarketEvent, SnapshotEvent } from '../messages/market-event.js';
import type { Catalog, Window } from '../messages/window.js';
import type { BookChange } from '../streams/book-view.js';
import { books } from '../streams/books.js';
import { catalogs, type LifecycleEvent } from '../streams/catalogs.js';
import { type Cut, cuts } from '../streams/cuts.js';
import { listingSnapshot, listingSnapshots } from '../streams/listing-snapshots.js';
import { type HeldPosition, marks, type WindowMarks } from '../streams/marks.js';
import { scans } from '../streams/scans.js';
import { type StaleMarket, staleMarkets } from '../streams/stale-markets.js';
import { windows } from '../streams/windows.js';
import { verticalOf } from '../valuation/vertical.js';
import { cycleMs, listenMs, watchList } from './derived-settings.js';
import { type OpinionPorts, type OpinionSink, Opinions } from './opinions.js';

/** What the board needs of the engine around it. */
export type BoardPorts = OpinionPorts & {
  readonly codec: VenueCodec;
  readonly held: () => readonly HeldPosition[];
  /** After so many windows none is cut any more. */
  readonly cyclesMax: number;
};

/** What the board tells it, in the order things happen. */
export type BoardSink = OpinionSink & {
  readonly changed: (change: BookChange) => void;
  readonly window: (window: Window) => void;
  readonly marks: (marks: WindowMarks) => void;
  /** Answers with the tickers that have books from now on. */
  readonly catalog: (catalog: Catalog) => readonly Ticker[];
  readonly lifecycle: (event: LifecycleEvent) => void;
  readonly stale: (market: StaleMarket) => void;
};

/**
 * The streams of the picture, wired: market events → books → windows → opinions, with scans and catalogs beside them.
 * Every joint is subscribed once; what is wired first hears first.
 */
export class Board {
  /** Market events enter here. */
  readonly events$ = new Subject<MarketEvent>();
  private readonly ports: BoardPorts;
  private readonly sink: BoardSink;
  private readonly cuts$ = new Subject<Cut>();
  private readonly catalogs$ = new Subject<Catalog>();
  private readonly changes$ = new Subject<BookChange>();
  private readonly windows$ = new Subject<Window>();
  private readonly wired = new Subscription();
  private readonly cutting = new Subscription();
  /** Null: a capture, of which nobody forms one. */
  private opinions: Opinions | null = null;

  constructor(ports: BoardPorts, sink: BoardSink) {
    this.ports = ports;
    this.sink = sink;
  }

  close(): void {
    this.opinions?.close();
    this.wired.unsubscribe();
    this.cutting.unsubscribe();
  }

  /** No window is cut any more; what came of the last one goes on. */
  endWindows(): void {
    this.cutting.unsubscribe();
  }

  /** A print of an index that coin markets settle on. */
  hearIndex(index: string, value: number, at: EpochMs): void {
    this.opinions?.hearIndex(index, value, at);
  }

  /** Books and windows alone: a capture has no list of markets and nobody to ask. */
  openCapture(): void {
    this.openBooks(new Subject());
    const { scheduler, settings } = this.ports;
    this.cutting.add(
      cuts(
        this.events$.pipe(take(1)),
        'whole_window',
        () => cycleMs(settings()),
        scheduler,
      ).subscribe(this.cuts$),
    );
  }

  openLive(): void {
    const { wired, events$, catalogs$, windows$, changes$, sink, ports } = this;
    const { scheduler, codec, store, ask, speed, settings, cyclesMax } = ports;
    const kept$ = new Subject<readonly Ticker[]>();
    const lifecycles$ = new Subject<LifecycleEvent>();
    this.openBooks(kept$);
    this.opinions = new Opinions(ports, sink);
    this.opinions.open({ windows$, catalogs$, changes$ }, (...answer) => this.takeBook(...answer));
    wired.add(catalogs$.subscribe((catalog) => kept$.next(sink.catalog(catalog))));
    wired.add(listingSnapshots(catalogs$).subscribe(events$));
    wired.add(staleMarkets(catalogs$, store, speed, scheduler).subscribe(sink.stale));
    wired.add(
      events$.subscribe((event) => {
        if (event.kind !== 'lifecycle') return;
        lifecycles$.next(event);
        sink.lifecycle(event);
      }),
    );
    const start$ = catalogs$.pipe(
      take(1),
      switchMap(() => timer(listenMs(settings(), speed), scheduler)),
    );
    this.cutting.add(
      cuts(start$, 'early_cut', () => cycleMs(settings()), scheduler)
        .pipe(take(cyclesMax))
        .subscribe((cut) => this.cuts$.next(cut)),
    );
    const scans$ = scans(this.cuts$, ask, codec.listing, speed, scheduler);
    wired.add(
      catalogs(
        scans$,
        lifecycles$,
        {
          ask,
          parse: codec,
          verticalOf,
          marketsMax: () => settings().scanMaxMarkets,
          watchList: () => watchList(settings()),
          speed,
        },
        scheduler,
      ).subscribe(catalogs$),
    );
  }

  private openBooks(kept$: Subject<readonly Ticker[]>): void {
    const { wired, events$, catalogs$, changes$, windows$, cuts$, sink } = this;
    const { store, scheduler, held } = this.ports;
    wired.add(books(events$, kept$, store, scheduler).subscribe(changes$));
    wired.add(changes$.subscribe(sink.changed));
    wired.add(windows(changes$, catalogs$, cuts$, store).subscribe(windows$));
    wired.add(marks(windows$, store, held).subscribe(sink.marks));
    wired.add(windows$.subscribe(sink.window));
  }

  /**
   * The venue's own book of one market, asked for before an order. False: it could not be read. The answer may have lain
   * in a sleeping process, so that its age counts from when it was asked for.
   */
  private takeBook(
    ticker: Ticker,
    from: 'book' | 'listing',
    outcome: Outcome,
    askedAt: EpochMs,
  ): boolean {
    if (outcome.kind !== 'http' || outcome.status !== 200) return false;
    const { codec } = this.ports;
    const snapshot: Result<SnapshotEvent, unknown> =
      from === 'book' ? codec.book(ticker, outcome.body) : listed(codec, ticker, outcome.body);
    if (!snapshot.ok) return false;
    this.events$.next({ ...snapshot.value, exchangeAt: askedAt });
    return true;
  }
}

/** One level a side out of a market's own listing, where the book itself is refused. */
function listed(codec: VenueCodec, ticker: Ticker, body: string): Result<SnapshotEvent, unknown> {
  const market = codec.market(body);
  if (!market.ok) return market;
  if (market.value.ticker !== ticker) return { ok: false, error: 'another market' };
  return { ok: true, value: listingSnapshot(market.value) };
}
