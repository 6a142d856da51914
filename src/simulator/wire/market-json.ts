/** Markets, events, series and books as REST serves them. A market's text is kept until something in it changes. */
import { best } from '../core/book.js';
import type { ExchangeState, Market } from '../core/types.js';
import { dollarsOfPrice, fixedPoint, isoTime, PRICE_ONE } from '../core/units.js';
import type { SimEvent, SimSeries } from '../world/types.js';

const WEEK_MS = 7 * 24 * 3_600_000;

export type Quote = {
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
};

/** The top of the book; an empty side is quoted at the end of the range with no size. */
export function quoteOf(market: Market): Quote {
  const bid = best(market.book.bids);
  const ask = best(market.book.asks);
  return {
    bid: bid?.price ?? 0,
    ask: ask?.price ?? PRICE_ONE,
    bidSize: bid?.total ?? 0,
    askSize: ask?.total ?? 0,
  };
}

export const priceRangesOf = (
  market: Market,
): readonly { start: string; end: string; step: string }[] =>
  market.spec.priceRanges.map((range) => ({
    start: dollarsOfPrice(range.start),
    end: dollarsOfPrice(range.end),
    step: dollarsOfPrice(range.step),
  }));

function marketObject(market: Market): Record<string, unknown> {
  const { spec } = market;
  const quote = quoteOf(market);
  const decided = market.settlementValue !== null;
  return {
    can_close_early: true,
    close_time: isoTime(market.closeMs),
    created_time: isoTime(market.createdMs),
    ...(spec.customStrike === null ? {} : { custom_strike: spec.customStrike }),
    ...(spec.floorStrike === null ? {} : { floor_strike: spec.floorStrike }),
    ...(spec.capStrike === null ? {} : { cap_strike: spec.capStrike }),
    event_ticker: spec.eventTicker,
    exchange_index: spec.exchangeIndex,
    expected_expiration_time: isoTime(spec.expectedExpirationMs),
    expiration_time: isoTime(spec.expectedExpirationMs + WEEK_MS),
    expiration_value: market.expirationValue,
    ...(spec.provisional ? { is_provisional: true } : {}),
    last_price_dollars: dollarsOfPrice(market.last),
    latest_expiration_time: isoTime(spec.expectedExpirationMs + WEEK_MS),
    market_type: 'binary',
    ...(spec.multivariate
      ? { mve_collection_ticker: spec.eventTicker, mve_selected_legs: [] }
      : {}),
    no_ask_dollars: dollarsOfPrice(PRICE_ONE - quote.bid),
    no_bid_dollars: dollarsOfPrice(PRICE_ONE - quote.ask),
    no_sub_title: spec.yesSubTitle,
    notional_value_dollars: '1.0000',
    occurrence_datetime: isoTime(spec.expectedExpirationMs),
    open_interest_fp: fixedPoint(market.openInterest),
    open_time: isoTime(spec.openMs),
    previous_price_dollars: dollarsOfPrice(market.previous),
    previous_yes_ask_dollars: '0.0000',
    previous_yes_bid_dollars: '0.0000',
    price_level_structure: spec.priceLevelStructure,
    price_ranges: priceRangesOf(market),
    result: market.result,
    rules_primary: spec.rulesPrimary,
    rules_secondary: spec.rulesSecondary,
    settlement_bounds_type: 'default',
    settlement_timer_seconds: spec.settlementTimerSeconds,
    ...(market.settledMs === null ? {} : { settlement_ts: isoTime(market.settledMs) }),
    ...(decided ? { settlement_value_dollars: dollarsOfPrice(market.settlementValue ?? 0) } : {}),
    status: market.status,
    strike_type: spec.strikeType,
    subtitle: spec.yesSubTitle,
    ticker: spec.ticker,
    title: spec.title,
    updated_time: isoTime(market.updatedMs),
    volume_24h_fp: fixedPoint(market.volume24h),
    volume_fp: fixedPoint(market.volume),
    yes_ask_dollars: dollarsOfPrice(quote.ask),
    yes_ask_size_fp: fixedPoint(quote.askSize),
    yes_bid_dollars: dollarsOfPrice(quote.bid),
    yes_bid_size_fp: fixedPoint(quote.bidSize),
    yes_sub_title: spec.yesSubTitle,
  };
}

export function marketJson(market: Market): string {
  market.json ??= JSON.stringify(marketObject(market));
  return market.json;
}

export function eventJson(
  state: ExchangeState,
  event: SimEvent,
  markets: readonly Market[] | null,
): string {
  const series = state.series.get(event.seriesTicker);
  const body = JSON.stringify({
    category: event.category,
    collateral_return_type: event.mutuallyExclusive ? 'MECNET' : '',
    event_ticker: event.ticker,
    exchange_index: event.exchangeIndex,
    mutually_exclusive: event.mutuallyExclusive,
    series_ticker: event.seriesTicker,
    settlement_sources: series?.settlementSources ?? [],
    strike_date: isoTime(event.strikeDateMs),
    sub_title: event.subTitle,
    title: event.title,
  });
  if (markets === null) return body;
  return `${body.slice(0, -1)},"markets":[${markets.map(marketJson).join(',')}]}`;
}

export const seriesObject = (series: SimSeries): Record<string, unknown> => ({
  additional_prohibitions: [],
  categories: [series.category],
  category: series.category,
  contract_terms_url: '',
  contract_url: '',
  exchange_index: series.exchangeIndex,
  fee_multiplier: series.feeMultiplier,
  fee_type: series.feeType,
  frequency: series.frequency,
  settlement_sources: series.settlementSources,
  tags: series.tags,
  ticker: series.ticker,
  title: series.title,
});

/** Both sides as bids, ascending, best last; at most `depth` of the best (0: all). */
export function bookSides(
  market: Market,
  depth: number,
): { readonly yes: [string, string][]; readonly no: [string, string][] } {
  const count = depth === 0 ? Number.POSITIVE_INFINITY : depth;
  const yes = market.book.bids
    .slice(0, count)
    .map((level): [string, string] => [dollarsOfPrice(level.price), fixedPoint(level.total)]);
  const no = market.book.asks
    .slice(0, count)
    .map((level): [string, string] => [
      dollarsOfPrice(PRICE_ONE - level.price),
      fixedPoint(level.total),
    ]);
  return { yes: yes.reverse(), no: no.reverse() };
}

export function orderbookObject(market: Market, depth: number): Record<string, unknown> {
  const sides = bookSides(market, depth);
  return { no_dollars: sides.no, yes_dollars: sides.yes };
}
