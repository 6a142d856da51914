import { ticker } from '../../domain/units.js';
import type { Answer } from '../../messages/desk.js';
import type { Outcome } from '../../messages/effect.js';
import type { DecodeProblem } from '../venue.js';
import { exchangeStatus, keyEntry, maintenance, tier } from './checkup.js';
import { kalshiCodec } from './codec.js';
import { envelopeOf } from './envelope.js';
import { decodeDelta, decodeQuote, decodeSnapshot, decodeTrade, type Wire } from './frames.js';
import { problem } from './problem.js';

/**
 * The names in one answer of the exchange. `always` and `sometimes` are what the reader asks for, no more and no less (a test
 * watches it read); `unread` is what else the exchange was seen to send or says that it does. What a value must be like,
 * `read` says: it is the engine's own reader.
 */
export type Shape = {
  /** As an operator would look it up: "GET /markets". */
  readonly endpoint: string;
  /** Where its rows are, "markets[]"; empty: it has none. */
  readonly rows: string;
  /** Read, and in every row: without it a row is refused, or worse, misunderstood. Paths like `markets[].ticker`. */
  readonly always: readonly string[];
  /** Read where it is there. */
  readonly sometimes: readonly string[];
  readonly unread: readonly string[];
  /** Null: it can be read. */
  readonly read: (body: string) => DecodeProblem | null;
};

type Names = {
  readonly always: string;
  readonly sometimes?: string;
  readonly unread?: string;
};

const pathsOf = (prefix: string, names: string | undefined): readonly string[] =>
  (names ?? '').split(/\s+/).flatMap((name) => (name === '' ? [] : [`${prefix}${name}`]));

type Read = Shape['read'];

/** `top`: what stands around the rows, themselves included; `rows`: where they are, "markets[]". */
function shapeOf(
  endpoint: string,
  read: Read,
  top: Names,
  rows = '',
  names: Names = { always: '' },
): Shape {
  const paths = (key: keyof Names): readonly string[] => [
    ...pathsOf('', top[key]),
    ...pathsOf(`${rows}.`, names[key]),
  ];
  const [always, sometimes, unread] = [paths('always'), paths('sometimes'), paths('unread')];
  return { endpoint, rows, always, sometimes, unread, read };
}

const problemOf = (
  result: { readonly ok: true } | { readonly ok: false; readonly error: DecodeProblem },
): DecodeProblem | null => (result.ok ? null : result.error);

/** A page as if it were the last: whether there are more is no matter of its shape. */
function lastPage(body: string): readonly Outcome[] {
  const whole = body.replace(/("cursor"\s*:\s*)"[^"]*"/, '$1""');
  return [
    { kind: 'http', status: 200, path: '/', body: whole },
    { kind: 'end', parts: 1 },
  ];
}
const listed =
  (read: (parts: readonly Outcome[]) => Answer<unknown>): Read =>
  (body) => {
    const answer = read(lastPage(body));
    if (answer.kind === 'complete') return null;
    const [, where, text] = /^(?:page \d+, )?([^\s:]+): (.*)$/s.exec(answer.detail) ?? [];
    return problem('bad_value', where ?? answer.code, text ?? answer.detail);
  };

const marketNames: Names = {
  always:
    'ticker event_ticker market_type yes_sub_title status rules_primary open_time close_time settlement_timer_seconds volume_fp volume_24h_fp open_interest_fp yes_bid_dollars yes_ask_dollars yes_bid_size_fp yes_ask_size_fp exchange_index price_ranges price_ranges[].start price_ranges[].end price_ranges[].step',
  sometimes:
    'title strike_type floor_strike cap_strike is_provisional fee_waiver_expiration_time settlement_value_dollars mve_collection_ticker mve_selected_legs',
  unread:
    'no_sub_title subtitle rules_secondary created_time updated_time expected_expiration_time expiration_time latest_expiration_time occurrence_datetime settlement_ts no_bid_dollars no_ask_dollars last_price_dollars previous_yes_bid_dollars previous_yes_ask_dollars previous_price_dollars notional_value_dollars liquidity_dollars result settlement_bounds_type settlement_floor_dollars expiration_value can_close_early early_close_condition functional_strike custom_strike price_level_structure primary_participant_key response_price_units fractional_trading_enabled',
};
const directions = 'book_side outcome_side';
const subaccounts = 'subaccount subaccount_number';

const times = 'ts_ms ts';
const frameTop: Names = {
  always: 'type sid msg',
  sometimes: 'id seq sending_ts_ms',
};
type Decoded = Parameters<typeof problemOf>[0];
const frameOf = (
  type: string,
  decode: (msg: Wire, sendingMs: unknown) => Decoded,
  names: Names,
): Shape => {
  const read: Read = (body) => {
    const envelope = envelopeOf(body);
    if (!envelope.ok) return envelope.error;
    return problemOf(decode(envelope.value.msg, envelope.value.sendingMs));
  };
  return shapeOf(`feed, ${type}`, read, frameTop, 'msg', names);
};

/** Everything that a run reads and that can be asked for without changing anything. */
export const shapes = {
  status: shapeOf('GET /exchange/status', (body) => problemOf(exchangeStatus(body)), {
    always: 'exchange_active trading_active',
    sometimes: 'exchange_estimated_resume_time',
    unread: 'intra_exchange_transfers_active exchange_index_statuses',
  }),
  schedule: shapeOf(
    'GET /exchange/schedule',
    (body) => problemOf(maintenance(body)),
    { always: 'schedule' },
    'schedule',
    {
      always:
        'maintenance_windows maintenance_windows[].start_datetime maintenance_windows[].end_datetime',
      unread: 'standard_hours',
    },
  ),
  markets: shapeOf(
    'GET /markets',
    (body) => {
      const page = kalshiCodec.listing(body);
      if (!page.ok) return page.error;
      // One bad market is left out alone, and so it is here.
      return page.value.markets.length > 0 ? null : (page.value.refused[0]?.problem ?? null);
    },
    { always: 'markets cursor' },
    'markets[]',
    marketNames,
  ),
  market: shapeOf(
    'GET /markets/{ticker}',
    (body) => problemOf(kalshiCodec.market(body)),
    { always: 'market' },
    'market',
    marketNames,
  ),
  book: shapeOf(
    'GET /markets/{ticker}/orderbook',
    (body) => problemOf(kalshiCodec.book(ticker('A'), body)),
    { always: 'orderbook_fp' },
    'orderbook_fp',
    { always: 'yes_dollars no_dollars' },
  ),
  events: shapeOf(
    'GET /events',
    (body) => problemOf(kalshiCodec.events(body)),
    { always: 'events', sometimes: 'event', unread: 'cursor milestones' },
    'events[]',
    {
      always: 'event_ticker series_ticker title mutually_exclusive',
      sometimes: 'fee_type_override fee_multiplier_override',
      unread:
        'sub_title category collateral_return_type strike_date strike_period markets available_on_brokers product_metadata settlement_sources last_updated_ts exchange_index',
    },
  ),
  series: shapeOf(
    'GET /series/{ticker}',
    (body) => problemOf(kalshiCodec.series(body)),
    { always: 'series' },
    'series',
    {
      always:
        'ticker title category tags fee_type fee_multiplier settlement_sources settlement_sources[].name settlement_sources[].url',
      unread:
        'frequency categories contract_url contract_terms_url additional_prohibitions product_metadata volume_fp last_updated_ts exchange_index',
    },
  ),
  balance: shapeOf(
    'GET /portfolio/balance',
    listed((parts) => kalshiCodec.balance(parts)),
    {
      always: 'balance balance_dollars balance_breakdown',
      unread: 'portfolio_value updated_ts',
    },
    'balance_breakdown[]',
    { always: 'exchange_index balance' },
  ),
  orders: shapeOf(
    'GET /portfolio/orders',
    listed((parts) => kalshiCodec.orders(parts)),
    { always: 'orders cursor' },
    'orders[]',
    {
      always: `${directions} order_id client_order_id ticker exchange_index status yes_price_dollars initial_count_fp fill_count_fp remaining_count_fp taker_fees_dollars maker_fees_dollars`,
      sometimes: `${subaccounts} side action`,
      unread:
        'user_id type no_price_dollars taker_fill_cost_dollars maker_fill_cost_dollars expiration_time created_time last_update_time self_trade_prevention_type order_group_id cancel_order_on_pause',
    },
  ),
  fills: shapeOf(
    'GET /portfolio/fills',
    listed((parts) => kalshiCodec.fills(parts)),
    { always: 'fills cursor' },
    'fills[]',
    {
      always: `${directions} trade_id order_id ticker exchange_index count_fp yes_price_dollars fee_cost is_taker`,
      sometimes: `${subaccounts} side action fill_id client_order_id market_ticker ts_ms created_time ts`,
      unread: 'no_price_dollars',
    },
  ),
  positions: shapeOf(
    'GET /portfolio/positions',
    listed((parts) => kalshiCodec.positions(parts)),
    { always: 'market_positions cursor', unread: 'event_positions' },
    'market_positions[]',
    {
      always: 'ticker exchange_index position_fp fees_paid_dollars market_exposure_dollars',
      sometimes: `${subaccounts} market_ticker`,
      unread: 'total_traded_dollars realized_pnl_dollars last_updated_ts resting_orders_count',
    },
  ),
  settlements: shapeOf(
    'GET /portfolio/settlements',
    listed((parts) => kalshiCodec.settlements(parts)),
    { always: 'settlements cursor' },
    'settlements[]',
    {
      always: 'ticker exchange_index market_result revenue settled_time',
      sometimes: `${subaccounts} value`,
      unread:
        'event_ticker yes_count_fp yes_total_cost_dollars no_count_fp no_total_cost_dollars fee_cost',
    },
  ),
  keys: shapeOf(
    'GET /api_keys',
    (body) => problemOf(keyEntry(body)),
    { always: 'api_keys', sometimes: 'api_key_region_expiration_ts' },
    'api_keys[]',
    {
      always: 'api_key_id scopes',
      sometimes: 'api_key_region_expiration_ts',
      unread: 'name subaccount',
    },
  ),
  limits: shapeOf('GET /account/limits', (body) => problemOf(tier(body)), {
    always:
      'usage_tier read read.refill_rate read.bucket_capacity write write.refill_rate write.bucket_capacity',
    unread: 'grants',
  }),
} as const satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof shapes;

/** Frames of the feed, by their type. */
export const frameShapes: ReadonlyMap<string, Shape> = new Map([
  [
    'orderbook_snapshot',
    frameOf('orderbook_snapshot', decodeSnapshot, {
      always: 'market_ticker',
      sometimes: 'yes_dollars_fp no_dollars_fp ticker',
      unread: 'market_id',
    }),
  ],
  [
    'orderbook_delta',
    frameOf('orderbook_delta', decodeDelta, {
      always: 'market_ticker price_dollars delta_fp side',
      sometimes: `${times} ticker`,
      unread: 'market_id client_order_id subaccount',
    }),
  ],
  [
    'ticker',
    frameOf('ticker', decodeQuote, {
      always:
        'market_ticker yes_bid_dollars yes_ask_dollars yes_bid_size_fp yes_ask_size_fp volume_fp open_interest_fp',
      sometimes: `${times} ticker`,
      unread: 'market_id price_dollars dollar_volume dollar_open_interest last_trade_size_fp time',
    }),
  ],
  [
    'trade',
    frameOf('trade', decodeTrade, {
      always: 'trade_id market_ticker yes_price_dollars count_fp taker_outcome_side',
      sometimes: `${times} ticker taker_side`,
      unread: 'no_price_dollars taker_book_side is_block_trade',
    }),
  ],
]);
