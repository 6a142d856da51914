import { err, ok, type Result } from '../domain/result.js';
import { formatPrice, formatQuantity, type Price, price, quantity } from '../domain/units.js';
import { decodeMarket } from '../exchange/kalshi/markets.js';
import { isObject, parseJson } from '../exchange/kalshi/problem.js';

type Wire = Readonly<Record<string, unknown>>;

/** One market as the exchange described it, and when what was to become of it was known. */
export type ImportedMarket = {
  readonly wire: Wire;
  readonly ticker: string;
  readonly openMs: number;
  readonly closeMs: number;
  /** Null: not settled when it was described. */
  readonly settledMs: number | null;
};

export type ImportedMetadata = {
  readonly markets: ReadonlyMap<string, ImportedMarket>;
  readonly events: ReadonlyMap<string, Wire>;
  readonly series: ReadonlyMap<string, Wire>;
};

/** What is known of a market's touch and trading so far. Null: nothing there. */
export type Traded = {
  readonly bid: Price | null;
  readonly bidSize: number;
  readonly ask: Price | null;
  readonly askSize: number;
  readonly volume: number;
  /** Absent: not known. */
  readonly openInterest?: number;
};

export class MetadataReader {
  private readonly markets = new Map<string, ImportedMarket>();
  private readonly events = new Map<string, Wire>();
  private readonly series = new Map<string, Wire>();

  /**
   * Takes a body of the exchange: of an event, a market, a list of markets or a series, or such a body wrapped as
   * `{response}`. The number of things it described, or what is wrong with it.
   */
  add(text: string): Result<number, string> {
    const json = parseJson(text);
    if (!json.ok || !isObject(json.value)) return err('not a JSON object');
    const { response } = json.value;
    const body = isObject(response) ? response : json.value;
    const { event, events, market, markets, series } = body;
    const list = (one: unknown, many: unknown): readonly unknown[] => [
      ...(isObject(one) ? [one] : []),
      ...(Array.isArray(many) ? (many as readonly unknown[]) : []),
    ];
    let found = 0;
    for (const raw of list(series, series)) {
      if (!isObject(raw) || typeof raw['ticker'] !== 'string') return err('a series has no ticker');
      this.series.set(raw['ticker'], raw);
      found += 1;
    }
    for (const raw of list(event, events)) {
      if (!isObject(raw) || typeof raw['event_ticker'] !== 'string')
        return err('an event has no event_ticker');
      this.events.set(raw['event_ticker'], raw);
      found += 1;
      const nested = raw['markets'];
      if (Array.isArray(nested))
        for (const one of nested as readonly unknown[]) {
          const problem = this.market(one);
          if (problem !== null) return err(problem);
          found += 1;
        }
    }
    for (const raw of list(market, markets)) {
      const problem = this.market(raw);
      if (problem !== null) return err(problem);
      found += 1;
    }
    return found > 0 ? ok(found) : err('no event, market or series in it');
  }

  private market(raw: unknown): string | null {
    const read = decodeMarket(raw);
    if (!read.ok) return `${read.error.code} at ${read.error.where}`;
    const wire = raw as Wire;
    const settled = wire['settlement_ts'];
    const settledMs = typeof settled === 'string' ? Date.parse(settled) : Number.NaN;
    const { ticker, openAt, closeAt, settlementValue } = read.value;
    this.markets.set(ticker, {
      wire,
      ticker,
      openMs: openAt,
      closeMs: closeAt,
      settledMs:
        settlementValue === null ? null : Number.isNaN(settledMs) ? closeAt : Math.floor(settledMs),
    });
    return null;
  }

  result(): ImportedMetadata {
    const { markets, events, series } = this;
    return { markets, events, series };
  }
}

/** Of a later time than the list: what a market was described with once it was over would be looking ahead. */
const laterFields = [
  'result',
  'expiration_value',
  'settlement_value_dollars',
  'settlement_ts',
  'updated_time',
  'liquidity_dollars',
  'last_price_dollars',
  'previous_price_dollars',
  'previous_yes_bid_dollars',
  'previous_yes_ask_dollars',
  'open_interest_fp',
] as const;

/** The path of a list that an import made of what was known at its moment. */
export const madeListPath = '/markets?status=open&made_from=listing';

/** The entry of a market in the list of a moment: its terms as described, its status, quote and volume as they were then. */
export function listed(market: ImportedMarket, atMs: number, traded: Traded | undefined): Wire {
  const terms = Object.fromEntries(
    Object.entries(market.wire).filter(([name]) => !laterFields.some((later) => later === name)),
  );
  const {
    bid,
    bidSize,
    ask,
    askSize,
    volume,
    openInterest = 0,
  } = traded ?? {
    bid: null,
    bidSize: 0,
    ask: null,
    askSize: 0,
    volume: 0,
  };
  const status = atMs < market.openMs ? 'initialized' : atMs < market.closeMs ? 'active' : 'closed';
  const none = price(0);
  const all = price(10_000);
  return {
    ...terms,
    status,
    yes_bid_dollars: formatPrice(bid ?? none),
    yes_ask_dollars: formatPrice(ask ?? all),
    no_bid_dollars: formatPrice(ask === null ? none : price(10_000 - ask)),
    no_ask_dollars: formatPrice(bid === null ? all : price(10_000 - bid)),
    yes_bid_size_fp: formatQuantity(quantity(bidSize)),
    yes_ask_size_fp: formatQuantity(quantity(askSize)),
    volume_fp: formatQuantity(quantity(volume)),
    volume_24h_fp: formatQuantity(quantity(volume)),
    open_interest_fp: formatQuantity(quantity(openInterest)),
  };
}

/** Stands in every text that an import made: the exchange never said it in these words. */
export const madeFrom = (what: 'candlestick' | 'trade' | 'listing') => ({ made_from: what });

/** What became of a market, in the feed's form. */
export function lifecycleFrames({ wire, ticker, settledMs }: ImportedMarket): readonly string[] {
  if (settledMs === null) return [];
  const frame = (msg: Wire): string =>
    JSON.stringify({
      type: 'market_lifecycle_v2',
      sid: 0,
      ...madeFrom('listing'),
      msg: { market_ticker: ticker, ...msg },
    });
  const seconds = Math.floor(settledMs / 1_000);
  return [
    frame({
      event_type: 'determined',
      result: wire['result'],
      settlement_value: wire['settlement_value_dollars'],
      determination_ts: seconds,
    }),
    frame({ event_type: 'settled', settled_ts: seconds }),
  ];
}
