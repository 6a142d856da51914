import type { LedgerRecord, RecordBody, VerdictRow } from '../../domain/records.js';
import { priceMax } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { EventRow, MarketRow } from '../../messages/dashboard.js';
import type { FeedMarket, FeedQuote } from '../../messages/dashboard-feed.js';
import { eventOf } from '../../valuation/calibration.js';
import { Table } from './table.js';

type Cycle = Extract<RecordBody, { kind: 'cycle' }>;

/** Our last fair value of a market, and the middles and fair values of its last windows. */
type Opinion = {
  fair: number | null;
  model: string | null;
  at: number;
  vertical: string;
  volume24h: number;
  readonly mids: (number | null)[];
  readonly fairs: (number | null)[];
};

const unit = 1e9;

/** What is known of markets: facts and quotes as the engine tells them, fair values and middles as the ledger has them. */
export class Markets {
  readonly markets = new Table<MarketRow>(limits.feedMarketsMax);
  readonly events = new Table<EventRow>(limits.feedMarketsMax);
  readonly #facts = new Map<string, FeedMarket>();
  readonly #quotes = new Map<string, FeedQuote>();
  readonly #opinions = new Map<string, Opinion>();
  #selected: readonly string[] = [];
  readonly #stale = new Set<string>();

  title(ticker: string): string {
    return this.#facts.get(ticker)?.title ?? '';
  }

  facts(ticker: string): FeedMarket | undefined {
    return this.#facts.get(ticker);
  }

  quote(ticker: string): FeedQuote | undefined {
    return this.#quotes.get(ticker);
  }

  hearFacts(markets: readonly FeedMarket[]): void {
    for (const market of markets) {
      this.#facts.set(market.ticker, market);
      this.#stale.add(market.ticker);
    }
  }

  hearQuotes(selected: readonly string[] | null, quotes: readonly FeedQuote[]): void {
    if (selected !== null) this.#select(selected);
    for (const quote of quotes) {
      this.#quotes.set(quote[0], quote);
      this.#stale.add(quote[0]);
    }
  }

  hearCycle(body: Cycle, { at }: LedgerRecord): void {
    for (const row of body.verdicts) this.#value(row, at);
    this.#forget();
  }

  /** Without an engine nobody says what was selected: it is what was valued last. */
  selectValued({ verdicts }: Cycle): void {
    this.#select(verdicts.slice(0, limits.feedMarketsMax).map(([ticker]) => ticker));
  }

  /** Brings the rows up to date. `held`: contracts of each market. */
  refresh(held: ReadonlyMap<string, number>): void {
    if (this.#stale.size === 0) return;
    const selected = new Set(this.#selected);
    const events = new Set<string>();
    for (const ticker of this.#stale) {
      events.add(this.#eventOf(ticker));
      if (selected.has(ticker)) this.markets.set(ticker, this.#row(ticker));
    }
    this.#stale.clear();
    this.#refreshEvents(events, held);
  }

  #select(selected: readonly string[]): void {
    this.#selected = selected;
    this.markets.keepOnly(new Set(selected));
    this.events.keepOnly(new Set(selected.map((ticker) => this.#eventOf(ticker))));
    for (const ticker of selected) this.#stale.add(ticker);
  }

  #value(row: VerdictRow, at: number): void {
    const [ticker, , model, fair, , mid2] = row;
    const known = this.#opinions.get(ticker) ?? emptyOpinion();
    this.#opinions.delete(ticker);
    this.#opinions.set(ticker, known);
    known.at = at;
    known.model = model;
    known.fair = fair === null ? null : fair / unit;
    known.volume24h = row[17];
    known.vertical = row[18];
    push(known.mids, mid2);
    push(known.fairs, known.fair);
    this.#stale.add(ticker);
  }

  /** Opinions are in the order of their last window: the oldest go first. */
  #forget(): void {
    for (const ticker of this.#opinions.keys()) {
      if (this.#opinions.size <= 4 * limits.feedMarketsMax) break;
      this.#opinions.delete(ticker);
      this.#facts.delete(ticker);
      this.#quotes.delete(ticker);
    }
  }

  #eventOf(ticker: string): string {
    return this.#facts.get(ticker)?.event ?? eventOf(ticker);
  }

  #row(ticker: string): MarketRow {
    const facts = this.#facts.get(ticker);
    const opinion = this.#opinions.get(ticker);
    const [, bid = null, ask = null, bidDepth = 0, askDepth = 0, trust = 'unknown'] =
      this.#quotes.get(ticker) ?? [];
    return {
      ticker,
      title: facts?.title ?? '',
      event: this.#eventOf(ticker),
      vertical: facts?.vertical ?? opinion?.vertical ?? 'other',
      bid,
      ask,
      bidDepth,
      askDepth,
      trust,
      volume24h: facts?.volume24h ?? opinion?.volume24h ?? 0,
      closesAt: facts?.closesAt ?? null,
      spark: [...(opinion?.mids ?? [])],
      sparkFair: [...(opinion?.fairs ?? [])],
      fair: opinion?.fair ?? null,
      model: opinion?.model ?? null,
      valuedAt: opinion?.at ?? null,
    };
  }

  #mid(ticker: string): number | null {
    const [, bid = null, ask = null] = this.#quotes.get(ticker) ?? [];
    if (bid !== null && ask !== null) return (bid + ask) / 2 / priceMax;
    const last = this.#opinions.get(ticker)?.mids.at(-1) ?? null;
    return last === null ? null : last / 2 / priceMax;
  }

  #refreshEvents(changed: ReadonlySet<string>, held: ReadonlyMap<string, number>): void {
    const outcomes = new Map<string, string[]>();
    for (const ticker of this.#selected) {
      const event = this.#eventOf(ticker);
      // Nested outcomes may all happen: what they add up to says nothing.
      if (!changed.has(event) || this.#facts.get(ticker)?.isExclusive !== true) continue;
      const tickers = outcomes.get(event) ?? [];
      outcomes.set(event, tickers);
      tickers.push(ticker);
    }
    for (const [event, tickers] of outcomes)
      if (tickers.length > 1) this.events.set(event, this.#eventRow(event, tickers, held));
  }

  #eventRow(
    event: string,
    tickers: readonly string[],
    held: ReadonlyMap<string, number>,
  ): EventRow {
    const facts = this.#facts.get(tickers[0] as string);
    const mids = tickers.flatMap((ticker) => this.#mid(ticker) ?? []);
    const fairs = tickers.flatMap((ticker) => this.#opinions.get(ticker)?.fair ?? []);
    return {
      event,
      title: facts?.eventTitle ?? '',
      outcomes: tickers.length,
      quoted: mids.length,
      // A sum over some of the outcomes is not the sum.
      midSum: mids.length === tickers.length ? sum(mids) : null,
      fairSum: fairs.length === tickers.length ? sum(fairs) : null,
      held: sum(tickers.map((ticker) => Math.abs(held.get(ticker) ?? 0))),
    };
  }
}

const emptyOpinion = (): Opinion => ({
  fair: null,
  model: null,
  at: 0,
  vertical: 'other',
  volume24h: 0,
  mids: [],
  fairs: [],
});

function push(values: (number | null)[], value: number | null): void {
  values.push(value);
  if (values.length > limits.dashboardSparkMax) values.shift();
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
