import type {
  FeeSchedule,
  ListedMarket,
  Market,
  MarketEventInfo,
  Series,
  Vertical,
} from '../domain/market.js';
import type { Result } from '../domain/result.js';
import type { EpochMs, EventTicker, SeriesTicker } from '../domain/units.js';
import type { Outcome } from '../messages/effect.js';
import type { VerticalClues } from '../valuation/vertical.js';

export type VerticalOf = (clues: VerticalClues) => Vertical;

export type ParseMetadata = {
  readonly events: (body: string) => Result<readonly MarketEventInfo[], unknown>;
  readonly series: (body: string) => Result<readonly Series[], unknown>;
};

/** What belongs to a market's event or series. Null: unknown, not "none". */
export type MarketMetadata = {
  readonly event: MarketEventInfo | null;
  readonly series: Series | null;
  readonly fees: FeeSchedule | null;
};

type Learned<Value> = { readonly value: Value; readonly at: EpochMs };

/**
 * Events and series as last read, forgotten when too old: fees change. Mutable, owned by the `catalogs` stream, bounded
 * by the markets it keeps.
 */
export class Metadata {
  readonly #events = new Map<EventTicker, Learned<MarketEventInfo>>();
  readonly #series = new Map<SeriesTicker, Learned<Series>>();
  readonly #parse: ParseMetadata;
  readonly #ageMsMax: number;

  constructor(parse: ParseMetadata, ageMsMax: number) {
    this.#parse = parse;
    this.#ageMsMax = ageMsMax;
  }

  of(market: Market, now: EpochMs): MarketMetadata {
    const event = this.#fresh(this.#events.get(market.eventTicker), now);
    const series = event && this.#fresh(this.#series.get(event.seriesTicker), now);
    const fees = event && (event.feeOverride ?? series?.fees ?? null);
    // A fee we cannot compute is a fee we do not know.
    return { event, series, fees: fees === null || fees.type === 'unknown' ? null : fees };
  }

  /** A market with all that is known of it now. */
  listed(market: Market, verticalOf: VerticalOf, now: EpochMs): ListedMarket {
    const known = this.of(market, now);
    const { event, series, fees } = known;
    return {
      ...market,
      seriesTicker: event?.seriesTicker ?? null,
      vertical: verticalOf(cluesOf(market, known)),
      mutuallyExclusive: event?.mutuallyExclusive ?? false,
      fees,
      settlementSources: series?.settlementSources ?? [],
    };
  }

  eventsMissing(markets: readonly Market[], now: EpochMs): readonly EventTicker[] {
    const missing = new Set<EventTicker>();
    for (const market of markets) {
      if (this.of(market, now).event === null) missing.add(market.eventTicker);
    }
    return [...missing];
  }

  seriesMissing(markets: readonly Market[], now: EpochMs): readonly SeriesTicker[] {
    const missing = new Set<SeriesTicker>();
    for (const market of markets) {
      const { event, series } = this.of(market, now);
      if (event !== null && series === null) missing.add(event.seriesTicker);
    }
    return [...missing];
  }

  learnEvents(outcome: Outcome, now: EpochMs): void {
    for (const value of goodBody(outcome, this.#parse.events)) {
      this.#events.set(value.ticker, { value, at: now });
    }
  }

  learnSeries(outcome: Outcome, now: EpochMs): void {
    for (const value of goodBody(outcome, this.#parse.series)) {
      this.#series.set(value.ticker, { value, at: now });
    }
  }

  /** Forgets what none of these needs. */
  keep(markets: readonly Market[]): void {
    const events = new Set(markets.map((market) => market.eventTicker));
    const series = new Set<SeriesTicker>();
    for (const [ticker, { value }] of this.#events) {
      if (events.has(ticker)) series.add(value.seriesTicker);
      else this.#events.delete(ticker);
    }
    for (const ticker of this.#series.keys()) {
      if (!series.has(ticker)) this.#series.delete(ticker);
    }
  }

  #fresh<Value>(learned: Learned<Value> | undefined, now: EpochMs): Value | null {
    return learned !== undefined && now - learned.at <= this.#ageMsMax ? learned.value : null;
  }
}

/** An answer that failed teaches nothing; its markets stay without fees and are counted. */
function goodBody<Item>(
  outcome: Outcome,
  parse: (body: string) => Result<readonly Item[], unknown>,
): readonly Item[] {
  if (outcome.kind !== 'http' || outcome.status !== 200) return [];
  const parsed = parse(outcome.body);
  return parsed.ok ? parsed.value : [];
}

/** Before the series is read there is only the event's name to go by; it begins with the series' own. */
export const cluesOf = (market: Market, { event, series }: MarketMetadata): VerticalClues => ({
  category: series?.category ?? '',
  tags: series?.tags ?? [],
  seriesTicker: event?.seriesTicker ?? market.eventTicker,
});
