import type { Columns } from './parquet-table.js';

/**
 * What is exported, one file a table. Units are at the end of a name: `_micros` $0.000001, `_e4` $0.0001, `_e2` 0.01 contract,
 * `_e9` 1e-9 of a probability, dollar or share, `_ms` real milliseconds. Times are market time.
 */
export const tables = {
  /** The best bid and ask of YES whenever either changed, from the feed, a market list or a candlestick. Null: nothing there, or not told. */
  quotes: {
    at: 'time',
    ticker: 'text',
    source: 'text',
    yes_bid_e4: 'integer',
    yes_bid_size_e2: 'integer',
    yes_ask_e4: 'integer',
    yes_ask_size_e2: 'integer',
  },
  /** What everybody traded, as the exchange printed it. */
  trades: {
    at: 'time',
    exchange_at: 'time',
    ticker: 'text',
    trade_id: 'text',
    yes_price_e4: 'integer',
    count_e2: 'integer',
    taker_side: 'text',
  },
  /** Every verdict of every window. */
  decisions: {
    record_seq: 'integer',
    at: 'time',
    run: 'integer',
    cycle: 'integer',
    ticker: 'text',
    vertical: 'text',
    side: 'text',
    reason: 'text',
    model: 'text',
    fair_e9: 'integer',
    sigma_e9: 'integer',
    twice_mid_e4: 'integer',
    cost_e9: 'integer',
    edge_e9: 'integer',
    threshold_e9: 'integer',
    confidence_e9: 'integer',
    kelly_e9: 'integer',
    fraction_e9: 'integer',
    word_model: 'text',
    word_e9: 'integer',
    evidence_age_ms: 'integer',
    quote_age_ms: 'integer',
    volume_24h_e2: 'integer',
    no_signal: 'text',
  },
  /** Every intent with what became of it. Prices are of the bought side. */
  orders: {
    intent_seq: 'integer',
    intended_at: 'time',
    sent_at: 'time',
    changed_at: 'time',
    run: 'integer',
    cycle: 'integer',
    client_order_id: 'text',
    order_id: 'text',
    ticker: 'text',
    shard: 'integer',
    side: 'text',
    reason: 'text',
    limit_e4: 'integer',
    count_e2: 'integer',
    worst_cost_micros: 'integer',
    fair_e9: 'integer',
    edge_e9: 'integer',
    outcome: 'text',
    filled_e2: 'integer',
    fees_micros: 'integer',
    why: 'text',
  },
  /** Every fill that was booked. `count_e2`: + bought YES, − bought NO. */
  fills: {
    record_seq: 'integer',
    at: 'time',
    executed_at: 'time',
    run: 'integer',
    trade_id: 'text',
    client_order_id: 'text',
    ticker: 'text',
    count_e2: 'integer',
    yes_price_e4: 'integer',
    fee_micros: 'integer',
    is_taker: 'flag',
  },
  /** The double entry: the amounts of each record sum to 0. */
  postings: {
    record_seq: 'integer',
    at: 'time',
    run: 'integer',
    kind: 'text',
    ticker: 'text',
    account: 'text',
    amount_micros: 'integer',
  },
} as const satisfies Readonly<Record<string, Columns>>;

export type TableName = keyof typeof tables;
export const marketTables = ['quotes', 'trades'] as const satisfies readonly TableName[];
export const ledgerTables = [
  'decisions',
  'orders',
  'fills',
  'postings',
] as const satisfies readonly TableName[];
