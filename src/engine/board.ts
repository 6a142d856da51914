import {
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  Subject,
  Subscription,
  switchMap,
  take,
  timer,
} from 'rxjs';
import type { Settings } from '../config/schema.js';
import type { Result } from '../domain/result.js';
import type { EpochMs, Ticker } from '../domain/units.js';
import type { VenueCodec } from '../exchange/venue.js';
import type { LogScheduler } from '../log-scheduler.js';
import type { Outcome } from '../messages/effect.js';
import type { InferenceCall, InferenceReply } from '../messages/inference.js';
import type { MarketEvent } from '../messages/market-event.js';
import type { Catalog, Window } from '../messages/window.js';
import { pointOf } from '../sources/noaa/stations.js';
import type { Ask } from '../streams/ask.js';
import type { BookStore } from '../streams/book-store.js';
import type { BookChange } from '../streams/book-view.js';
import { books } from '../streams/books.js';
import { catalogs, type LifecycleEvent } from '../streams/catalogs.js';
import { type Cut, cuts } from '../streams/cuts.js';
import { type Enrichment, enrichments } from '../streams/enrichments.js';
import type { IntentItem } from '../streams/intent-item.js';
import { intents } from '../streams/intents.js';
import { type Judged, judgements } from '../streams/judgements.js';
import { listingSnapshot, listingSnapshots } from '../streams/listing-snapshots.js';
import { type HeldPosition, marks, type WindowMarks } from '../streams/marks.js';
import { repricedIntents } from '../streams/repriced-intents.js';
import { scans } from '../streams/scans.js';
import { selections } from '../streams/selections.js';
import { type StaleMarket, staleMarkets } from '../streams/stale-markets.js';
import { type JobInputs, type Valuation, valuations } from '../streams/valuations.js';
import { windows } from '../streams/windows.js';
import { reprice } from '../valuation/reprice.js';
import { rewalk } from '../valuation/rewalk.js';
import { verticalOf } from '../valuation/vertical.js';
import { ClaudeDesk, type ClaudeDeskPorts } from './claude-desk.js';
import {
  claudeSettings,
  cycleMs,
  judgementSettings,
  leastEdge,
  listenMs,
  newsMs,
  selectionSettings,
  watchList,
} from './derived-settings.js';
import { evidenceAddresses } from './evidence-addresses.js';
import { SourcesDesk } from './evidence-desk.js';
import { PastMids } from './past-mids.js';

/** What the board needs of the engine around it. */
export type BoardPorts = {
  readonly scheduler: LogScheduler;
  readonly codec: VenueCodec;
  readonly store: BookStore;
  readonly ask: Ask;
  readonly speed: number;
  readonly settings: () => Settings;
  readonly jobInputs: () => JobInputs;
  readonly held: () => readonly HeldPosition[];
  /** Whether Claude can be asked, how, and what its questions are named after. */
  readonly hasClaude: boolean;
  readonly infer: (call: InferenceCall) => Observable<InferenceReply>;
  readonly genesis: ClaudeDeskPorts['genesis'];
};

/** What the board tells it, in the order things happen. */
export type BoardSink = {
  readonly changed: (change: BookChange) => void;
  readonly window: (window: Window) => void;
  readonly marks: (marks: WindowMarks) => void;
  /** Answers with the tickers that have books from now on. */
  readonly catalog: (catalog: Catalog) => readonly Ticker[];
  readonly valued: (valuation: Valuation) => void;
  readonly wanted: (item: IntentItem) => void;
  readonly lifecycle: (event: LifecycleEvent) => void;
  readonly stale: (market: StaleMarket) => void;
  readonly enriched: (enrichment: Enrichment) => void;
  readonly judged: (call: InferenceCall, reply: InferenceReply) => void;
};

/**
 * The streams of the picture, wired: market events → books → windows → selections → judgements → valuations → intents,
 * with scans, catalogs and evidence beside them. Every joint is subscribed once; what is wired first hears first.
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
  /** Null: a capture, of which nobody forms an opinion. */
  private evidence: SourcesDesk | null = null;

  constructor(ports: BoardPorts, sink: BoardSink) {
    this.ports = ports;
    this.sink = sink;
  }

  close(): void {
    this.wired.unsubscribe();
  }

  /** A print of an index that coin markets settle on. */
  hearIndex(index: string, value: number, at: EpochMs): void {
    this.evidence?.hearIndex(index, value, at, this.ports.scheduler.now());
  }

  /** Books and windows alone: a capture has no list of markets and nobody to ask. */
  openCapture(): void {
    this.openBooks(new Subject());
    const { scheduler, settings } = this.ports;
    this.wired.add(
      cuts(
        this.events$.pipe(take(1)),
        'whole_window',
        () => cycleMs(settings()),
        scheduler,
      ).subscribe(this.cuts$),
    );
  }

  openLive(): void {
    const { wired, events$, catalogs$, windows$, sink, ports } = this;
    const { scheduler, codec, store, ask, speed, settings, jobInputs } = ports;
    const pastMids = new PastMids(store, newsMs(settings()));
    const evidence = new SourcesDesk({
      addresses: evidenceAddresses(settings()),
      point: pointOf(settings().noaaPoint),
      reactions: settings().sportsReactions,
      midAt: (ticker, at) => pastMids.at(ticker, at),
      speed,
    });
    this.evidence = evidence;
    const kept$ = new Subject<readonly Ticker[]>();
    const valuations$ = new Subject<Valuation>();
    const lifecycles$ = new Subject<LifecycleEvent>();
    const news$ = new Subject<readonly Ticker[]>();
    this.openBooks(kept$);
    if (settings().sportsReactions.length > 0) this.remember(pastMids);
    const selections$ = selections(
      windows$,
      catalogs$,
      store,
      () => selectionSettings(settings()),
      evidence.evidenceOf,
      scheduler,
    );
    const judged$ = new Subject<Judged>();
    const judgedSelections$ = judged$.pipe(
      mergeMap((judged) => (judged.kind === 'selection' ? [judged.selection] : [])),
    );
    const claude = new ClaudeDesk({
      settings: () => claudeSettings(settings()),
      jobInputs,
      genesis: ports.genesis,
      speed,
    });
    wired.add(valuations(judgedSelections$, ask, jobInputs, scheduler).subscribe(valuations$));
    wired.add(
      judged$.subscribe((judged) => {
        if (judged.kind === 'reply') sink.judged(judged.call, judged.reply);
      }),
    );
    wired.add(valuations$.subscribe(sink.valued));
    wired.add(
      intents(
        valuations$,
        {
          ask,
          books: store,
          takeBook: (ticker, from, outcome) => this.takeBook(ticker, from, outcome),
          rewalk: (allocation, market, book) =>
            rewalk(allocation, market, book, jobInputs(), scheduler.now()),
        },
        scheduler,
      ).subscribe(sink.wanted),
    );
    wired.add(
      repricedIntents(
        this.changes$,
        news$,
        valuations$,
        {
          books: store,
          informed: (selected, at) => {
            const informed = { ...selected, evidence: evidence.evidenceOf(selected.market, at) };
            return ports.hasClaude
              ? { ...informed, judgement: claude.judgementOf(informed, at) }
              : informed;
          },
          isOn: () => settings().intentsBetweenWindows,
          leastEdge: () => leastEdge(settings()),
          jobInputs,
          reprice,
          speed,
        },
        scheduler,
      ).subscribe(sink.wanted),
    );
    const enrichments$ = new Subject<Enrichment>();
    wired.add(
      merge(
        judged$.pipe(mergeMap((judged) => (judged.kind === 'news' ? [judged.tickers] : []))),
        enrichments$.pipe(map(({ touched }) => touched)),
      ).subscribe(news$),
    );
    wired.add(enrichments$.subscribe(sink.enriched));
    wired.add(
      enrichments(
        catalogs$,
        windows$,
        ask,
        evidence,
        () => settings().enrichmentMarkets,
        speed,
        scheduler,
      ).subscribe(enrichments$),
    );
    // Last: everybody who hears of a judged window is wired.
    wired.add(
      judgements(
        selections$,
        {
          isOn: ports.hasClaude,
          settings: () => judgementSettings(settings(), speed),
          infer: ports.infer,
          desk: claude,
          preview: (selection) =>
            valuations(of(selection), ask, jobInputs, scheduler).pipe(
              map((valuation) => (valuation.kind === 'valued' ? valuation.result.verdicts : [])),
            ),
        },
        scheduler,
      ).subscribe(judged$),
    );
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
    wired.add(
      cuts(start$, 'early_cut', () => cycleMs(settings()), scheduler).subscribe(this.cuts$),
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

  /** Prices of before the news are asked for only where a reaction to news was measured. */
  private remember(pastMids: PastMids): void {
    const { wired, catalogs$, changes$ } = this;
    const { scheduler } = this.ports;
    wired.add(
      catalogs$.subscribe(({ markets }) => {
        const sports = markets.filter(({ vertical }) => vertical === 'sports');
        pastMids.follow(
          sports.map(({ ticker }) => ticker),
          scheduler.now(),
        );
      }),
    );
    wired.add(changes$.subscribe((change) => pastMids.add(change, scheduler.now())));
  }

  /** The venue's own book of one market, asked for before an order. False: it could not be read. */
  private takeBook(ticker: Ticker, from: 'book' | 'listing', outcome: Outcome): boolean {
    if (outcome.kind !== 'http' || outcome.status !== 200) return false;
    const { codec } = this.ports;
    const snapshot: Result<MarketEvent, unknown> =
      from === 'book' ? codec.book(ticker, outcome.body) : listed(codec, ticker, outcome.body);
    if (!snapshot.ok) return false;
    this.events$.next(snapshot.value);
    return true;
  }
}

/** One level a side out of a market's own listing, where the book itself is refused. */
function listed(codec: VenueCodec, ticker: Ticker, body: string): Result<MarketEvent, unknown> {
  const market = codec.market(body);
  if (!market.ok) return market;
  if (market.value.ticker !== ticker) return { ok: false, error: 'another market' };
  return { ok: true, value: listingSnapshot(market.value) };
}
