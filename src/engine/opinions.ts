import { map, merge, mergeMap, type Observable, of, Subject, Subscription } from 'rxjs';
import type { Settings } from '../config/schema.js';
import type { EpochMs, Ticker } from '../domain/units.js';
import type { LogScheduler } from '../log-scheduler.js';
import type { InferenceCall, InferenceReply } from '../messages/inference.js';
import type { Catalog, Selection, Window } from '../messages/window.js';
import { pointOf } from '../sources/noaa/stations.js';
import type { Ask } from '../streams/ask.js';
import type { BookStore } from '../streams/book-store.js';
import type { BookChange } from '../streams/book-view.js';
import { type Enrichment, enrichments } from '../streams/enrichments.js';
import type { IntentItem } from '../streams/intent-item.js';
import { type IntentPorts, intents } from '../streams/intents.js';
import { type Judged, judgements } from '../streams/judgements.js';
import { repricedIntents } from '../streams/repriced-intents.js';
import { selections } from '../streams/selections.js';
import { type JobInputs, type Valuation, valuations } from '../streams/valuations.js';
import { opinionOf } from '../valuation/opinion.js';
import { reprice } from '../valuation/reprice.js';
import { rewalk } from '../valuation/rewalk.js';
import { ClaudeDesk, type ClaudeDeskPorts } from './claude-desk.js';
import {
  claudeSettings,
  judgementSettings,
  leastEdge,
  newsMs,
  selectionSettings,
} from './derived-settings.js';
import { evidenceAddresses } from './evidence-addresses.js';
import { SourcesDesk } from './evidence-desk.js';
import { PastMids } from './past-mids.js';
import { QuotesMemo } from './quotes-memo.js';

export type OpinionPorts = {
  readonly scheduler: LogScheduler;
  readonly store: BookStore;
  readonly ask: Ask;
  readonly speed: number;
  readonly settings: () => Settings;
  readonly jobInputs: () => JobInputs;
  /** Whether Claude can be asked, how, and what its questions are named after. */
  readonly hasClaude: boolean;
  readonly infer: (call: InferenceCall) => Observable<InferenceReply>;
  readonly genesis: ClaudeDeskPorts['genesis'];
};

/** What comes of them, in the order things happen. */
export type OpinionSink = {
  readonly valued: (valuation: Valuation) => void;
  readonly wanted: (item: IntentItem) => void;
  readonly enriched: (enrichment: Enrichment) => void;
  readonly judged: (call: InferenceCall, reply: InferenceReply) => void;
};

/** What opinions are about. */
export type OpinionStreams = {
  readonly windows$: Observable<Window>;
  readonly catalogs$: Observable<Catalog>;
  readonly changes$: Observable<BookChange>;
};

/**
 * What markets are thought to be worth, wired: windows → selections → judgements → valuations → intents, and between
 * windows news and quotes that moved → intents. Evidence is asked for beside them. Every joint is subscribed once; what is
 * wired first hears first.
 */
export class Opinions {
  private readonly ports: OpinionPorts;
  private readonly sink: OpinionSink;
  private readonly pastMids: PastMids;
  private readonly evidence: SourcesDesk;
  private readonly claude: ClaudeDesk;
  private readonly quotes = new QuotesMemo();
  private readonly wired = new Subscription();
  private readonly judged$ = new Subject<Judged>();
  private readonly valuations$ = new Subject<Valuation>();
  private readonly enrichments$ = new Subject<Enrichment>();

  constructor(ports: OpinionPorts, sink: OpinionSink) {
    const { store, speed, settings, jobInputs, genesis } = ports;
    this.ports = ports;
    this.sink = sink;
    this.pastMids = new PastMids(store, newsMs(settings()));
    this.evidence = new SourcesDesk({
      addresses: evidenceAddresses(settings()),
      point: pointOf(settings().noaaPoint),
      reactions: settings().sportsReactions,
      midAt: (ticker, at) => this.pastMids.at(ticker, at),
      speed,
    });
    this.claude = new ClaudeDesk({
      settings: () => claudeSettings(settings()),
      jobInputs,
      genesis,
      speed,
    });
  }

  close(): void {
    this.wired.unsubscribe();
  }

  /** A print of an index that coin markets settle on. */
  hearIndex(index: string, value: number, at: EpochMs): void {
    this.evidence.hearIndex(index, value, at, this.ports.scheduler.now());
  }

  open(streams: OpinionStreams, takeBook: IntentPorts['takeBook']): void {
    // Prices of before the news are asked for only where a reaction to news was measured.
    if (this.ports.settings().sportsReactions.length > 0) this.remember(streams);
    this.value(takeBook);
    this.reprice(streams);
    this.ask(streams);
    // Last: everybody who hears of a judged window is wired.
    this.judge(streams);
  }

  private remember({ catalogs$, changes$ }: OpinionStreams): void {
    const { wired, pastMids } = this;
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

  /** Judged windows → valuations → intents. */
  private value(takeBook: IntentPorts['takeBook']): void {
    const { wired, judged$, valuations$, sink } = this;
    const { ask, store, jobInputs, scheduler } = this.ports;
    const selections$ = judged$.pipe(
      mergeMap((judged) => (judged.kind === 'selection' ? [judged.selection] : [])),
    );
    wired.add(valuations(selections$, ask, jobInputs, scheduler).subscribe(valuations$));
    wired.add(
      judged$.subscribe((judged) => {
        if (judged.kind === 'reply') sink.judged(judged.call, judged.reply);
      }),
    );
    wired.add(valuations$.subscribe(() => this.quotes.clear()));
    wired.add(valuations$.subscribe(sink.valued));
    const ports: IntentPorts = {
      ask,
      books: store,
      takeBook,
      rewalk: (allocation, market, book) =>
        rewalk(allocation, market, book, jobInputs(), scheduler.now()),
    };
    wired.add(intents(valuations$, ports, scheduler).subscribe(sink.wanted));
  }

  /** News, and quotes that moved → intents. */
  private reprice({ changes$ }: OpinionStreams): void {
    const { wired, judged$, enrichments$, valuations$, evidence, claude, sink } = this;
    const { store, settings, jobInputs, speed, hasClaude, scheduler } = this.ports;
    const news$ = new Subject<readonly Ticker[]>();
    wired.add(
      repricedIntents(
        changes$,
        news$,
        valuations$,
        {
          books: store,
          informed: (selected, at) => {
            const informed = { ...selected, evidence: evidence.evidenceOf(selected.market, at) };
            return hasClaude
              ? { ...informed, judgement: claude.judgementOf(informed, at) }
              : informed;
          },
          isOn: () => settings().intentsBetweenWindows,
          leastEdge: () => leastEdge(settings()),
          jobInputs,
          reprice: (question) =>
            reprice(question, (selected, at, blend) =>
              opinionOf(selected, at, blend, this.quotes.of(selected)),
            ),
          speed,
        },
        scheduler,
      ).subscribe(sink.wanted),
    );
    wired.add(
      merge(
        judged$.pipe(mergeMap((judged) => (judged.kind === 'news' ? [judged.tickers] : []))),
        enrichments$.pipe(map(({ touched }) => touched)),
      ).subscribe(news$),
    );
  }

  /** Catalogs → questions to the sources. */
  private ask({ catalogs$, windows$ }: OpinionStreams): void {
    const { wired, evidence, enrichments$, sink } = this;
    const { ask, settings, speed, scheduler } = this.ports;
    const marketsMax = (): number => settings().enrichmentMarkets;
    wired.add(enrichments$.subscribe(sink.enriched));
    wired.add(
      enrichments(catalogs$, windows$, ask, evidence, marketsMax, speed, scheduler).subscribe(
        enrichments$,
      ),
    );
  }

  /** Windows → selections → judgements. */
  private judge({ windows$, catalogs$ }: OpinionStreams): void {
    const { wired, evidence, claude, judged$ } = this;
    const { ask, store, jobInputs, settings, speed, hasClaude, infer, scheduler } = this.ports;
    const selections$ = selections(
      windows$,
      catalogs$,
      store,
      () => selectionSettings(settings()),
      evidence.evidenceOf,
      scheduler,
    );
    const preview = (selection: Selection) =>
      valuations(of(selection), ask, jobInputs, scheduler).pipe(
        map((valuation) => (valuation.kind === 'valued' ? valuation.result.verdicts : [])),
      );
    wired.add(
      judgements(
        selections$,
        {
          isOn: hasClaude,
          settings: () => judgementSettings(settings(), speed),
          infer,
          desk: claude,
          preview,
        },
        scheduler,
      ).subscribe(judged$),
    );
  }
}
