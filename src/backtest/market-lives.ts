import type { Market } from '../domain/market.js';
import {
  type EpochMs,
  formatPrice,
  formatQuantity,
  type Price,
  type Ticker,
} from '../domain/units.js';
import type { LifecycleChange } from '../messages/market-event.js';

/** What became of a market, as the recorded feed said. */
export type Life = {
  readonly status: 'inactive' | 'determined' | 'finalized';
  readonly value: Price | null;
  readonly at: EpochMs;
};

/** The lifecycles of a recording up to now. A market whose life goes on has no entry. */
export class MarketLives {
  private readonly lives = new Map<Ticker, Life>();

  hear(ticker: Ticker, change: LifecycleChange, at: EpochMs): void {
    const value = this.lives.get(ticker)?.value ?? null;
    if (change.kind === 'activated') this.lives.delete(ticker);
    else if (change.kind === 'deactivated')
      this.lives.set(ticker, { status: 'inactive', value, at });
    else if (change.kind === 'determined')
      this.lives.set(ticker, { status: 'determined', value: change.settlementValue, at });
    else if (change.kind === 'settled') this.lives.set(ticker, { status: 'finalized', value, at });
  }

  get(ticker: string): Life | null {
    return this.lives.get(ticker as Ticker) ?? null;
  }

  get count(): number {
    return this.lives.size;
  }
}

/** A recorded listing entry brought up to what has become of its market since. */
export function broughtUpToDate(raw: unknown, life: Life | null): unknown {
  if (life === null) return raw;
  return {
    ...(raw as object),
    status: life.status,
    ...(life.value === null ? {} : { settlement_value_dollars: formatPrice(life.value) }),
  };
}

const time = (at: number): string => new Date(at).toISOString();

/** A market as the exchange would list it on its own, from what is known of it and what has become of it. */
export function marketBody(market: Market, life: Life | null): string {
  const { quote } = market;
  const listed = {
    ticker: market.ticker,
    event_ticker: market.eventTicker,
    market_type: 'binary',
    title: market.title,
    yes_sub_title: market.yesSubTitle,
    status: market.status,
    open_time: time(market.openAt),
    close_time: time(market.closeAt),
    settlement_timer_seconds: Math.round(market.settlementTimerMs / 1_000),
    strike_type: market.strikeType === 'none' ? '' : market.strikeType,
    floor_strike: market.floorStrike,
    cap_strike: market.capStrike,
    rules_primary: market.rulesPrimary,
    price_ranges: market.priceRanges.map(({ start, end, step }) => ({
      start: formatPrice(start),
      end: formatPrice(end),
      step: formatPrice(step),
    })),
    exchange_index: market.shard,
    volume_fp: formatQuantity(market.volume),
    volume_24h_fp: formatQuantity(market.volume24h),
    open_interest_fp: formatQuantity(market.openInterest),
    yes_bid_dollars: formatPrice(quote.yesBid ?? (0 as Price)),
    yes_bid_size_fp: formatQuantity(quote.yesBidSize),
    yes_ask_dollars: formatPrice(quote.yesAsk ?? (10_000 as Price)),
    yes_ask_size_fp: formatQuantity(quote.yesAskSize),
    fee_waiver_expiration_time: market.feeWaiverUntil === null ? '' : time(market.feeWaiverUntil),
    settlement_value_dollars:
      market.settlementValue === null ? '' : formatPrice(market.settlementValue),
  };
  return JSON.stringify({ market: broughtUpToDate(listed, life) });
}
