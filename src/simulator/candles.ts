/** What a market's quotes and trades were, minute by minute: the past as candlesticks show it. */
import type { ExchangeEvent, Market } from './core/types.js';
import { PRICE_ONE } from './core/units.js';
import { quoteOf } from './wire/market-json.js';

/** Minutes of all markets together; beyond it the older half of each market's is forgotten. */
const MINUTES_MAX = 400_000;
export const MINUTE_MS = 60_000;

export type Ohlc = { open: number; low: number; high: number; close: number };

/** One minute in which something changed, or a longer period put together of such. Prices of YES. */
export type Candle = {
  readonly endMs: number;
  readonly bid: Ohlc;
  readonly ask: Ohlc;
  /** Null: no trade. */
  price: Ohlc | null;
  /** The last trade before it. */
  readonly previous: number | null;
  /** Price times quantity, for the mean. */
  paid: number;
  volume: number;
  openInterest: number;
};

const flat = (at: number): Ohlc => ({ open: at, low: at, high: at, close: at });

function move(ohlc: Ohlc, to: number): void {
  ohlc.low = Math.min(ohlc.low, to);
  ohlc.high = Math.max(ohlc.high, to);
  ohlc.close = to;
}

function join(into: Ohlc, more: Ohlc): void {
  into.low = Math.min(into.low, more.low);
  into.high = Math.max(into.high, more.high);
  into.close = more.close;
}

/** The period after `before`, nothing having changed in it yet. */
const quiet = (endMs: number, before: Candle | null): Candle => ({
  endMs,
  bid: flat(before?.bid.close ?? 0),
  ask: flat(before?.ask.close ?? PRICE_ONE),
  price: null,
  previous: before?.price?.close ?? before?.previous ?? null,
  paid: 0,
  volume: 0,
  openInterest: before?.openInterest ?? 0,
});

export class Candles {
  private readonly minutes = new Map<string, Candle[]>();
  private count = 0;

  hear(events: readonly ExchangeEvent[]): void {
    for (const event of events) {
      if (event.kind === 'trade') {
        const candle = this.minute(event.market, event.atMs);
        const { price, quantity } = event.trade;
        if (candle.price === null) candle.price = flat(price);
        else move(candle.price, price);
        candle.paid += price * quantity;
        candle.volume += quantity;
      } else if (event.kind === 'ticker') {
        const candle = this.minute(event.market, event.atMs);
        const { bid, ask } = quoteOf(event.market);
        move(candle.bid, bid);
        move(candle.ask, ask);
        candle.openInterest = event.market.openInterest;
      }
    }
  }

  /** Every whole period of a market's trading that ends from `startMs` to `endMs`. */
  of(market: Market, startMs: number, endMs: number, periodMs: number): readonly Candle[] {
    const all = this.minutes.get(market.spec.ticker) ?? [];
    const last = Math.min(endMs, Math.ceil(market.closeMs / periodMs) * periodMs);
    const found: Candle[] = [];
    let before: Candle | null = null;
    let at = 0;
    let end = Math.ceil(((all[0]?.endMs ?? Number.POSITIVE_INFINITY) - MINUTE_MS) / periodMs);
    for (end = end * periodMs + periodMs; end <= last; end += periodMs) {
      const candle = quiet(end, before);
      for (let one = all[at]; one !== undefined && one.endMs <= end; one = all[at]) {
        join(candle.bid, one.bid);
        join(candle.ask, one.ask);
        if (one.price !== null && candle.price === null) candle.price = { ...one.price };
        else if (one.price !== null && candle.price !== null) join(candle.price, one.price);
        candle.paid += one.paid;
        candle.volume += one.volume;
        candle.openInterest = one.openInterest;
        at += 1;
      }
      if (end >= startMs) found.push(candle);
      before = candle;
    }
    return found;
  }

  private minute(market: Market, atMs: number): Candle {
    const { ticker } = market.spec;
    const endMs = Math.ceil(atMs / MINUTE_MS) * MINUTE_MS;
    const list = this.minutes.get(ticker) ?? [];
    const newest = list.at(-1) ?? null;
    if (newest !== null && newest.endMs >= endMs) return newest;
    const made = quiet(endMs, newest);
    list.push(made);
    this.minutes.set(ticker, list);
    this.count += 1;
    if (this.count > MINUTES_MAX) this.forget();
    return made;
  }

  private forget(): void {
    this.count = 0;
    for (const list of this.minutes.values()) {
      list.splice(0, Math.floor(list.length / 2));
      this.count += list.length;
    }
  }
}
