/** What is counted: every metric with its help text, its labels and, of a histogram, its buckets. Never a ticker. */
type Entry = {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
};

/** Seconds: what the core does with one input; from 50 µs to a second. */
const inCore = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1];
const onDisk = [0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const elsewhere = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const counter = (help: string, ...labels: readonly string[]) =>
  ({ type: 'counter', help, labels }) as const;
const gauge = (help: string, ...labels: readonly string[]) =>
  ({ type: 'gauge', help, labels }) as const;
const histogram = (help: string, buckets: readonly number[], ...labels: readonly string[]) =>
  ({ type: 'histogram', help, labels, buckets }) as const;

export const metricTable = {
  // The run
  evt_run_info: gauge(
    'The run that speaks; always 1.',
    'version',
    'mode',
    'venue',
    'environment',
    'account',
    'run',
  ),
  evt_settings_info: gauge('Hash of the settings in force; always 1.', 'revision'),
  evt_settings_changes_total: counter('Changes of settings that were taken up in this run.'),
  evt_notices_total: counter('Lines for people, by level.', 'level'),
  evt_kill_level: gauge(
    'What holds trading back: 0 nothing, 1 pause, 2 cancel, 3 halt (a dead or full disk, too).',
  ),
  evt_latched: gauge('1 for each cause of a latch that is set; no sample for the others.', 'cause'),
  evt_alerts_firing: gauge('Alerts that are firing, by rule.', 'rule'),
  evt_alerts_sent_total: counter('Alerts by channel and what came of them.', 'channel', 'outcome'),

  // How long things take
  evt_input_seconds: histogram(
    'One input in the core: recorded, timers run, delivered.',
    inCore,
    'source',
  ),
  evt_stage_seconds: histogram(
    'From one stage of a bet to the next: window to valuation to intent to durable to sent to answered.',
    elsewhere,
    'stage',
  ),
  evt_request_seconds: histogram(
    'What the core asked for, from asking to its last answer: evidence, Claude, orders, books, lists, valuations.',
    elsewhere,
    'kind',
  ),
  evt_request_failures_total: counter('Requests without a good answer.', 'kind', 'code'),
  evt_commit_seconds: histogram('One commit of the ledger.', onDisk),
  evt_event_loop_delay_seconds: gauge(
    'How late the event loop was since the last reading: its 99th percentile and its worst.',
    'quantile',
  ),

  // Market data
  evt_feed_up: gauge('1 while the live feed is connected, else 0.'),
  evt_feed_age_seconds: gauge('Since the live feed last said anything.'),
  evt_feed_gaps_total: counter('Times that books were lost, by any cause.'),
  evt_feed_disconnects_total: counter('Times that the live feed went down.'),
  evt_scan_age_seconds: gauge('Since a whole list of markets was read.'),
  evt_markets: gauge('Markets in the last whole list.'),
  evt_windows_total: counter('Windows that were cut in this run.'),

  // Decisions and orders
  evt_cycles_total: counter('Windows whose valuation led to verdicts, in this run.'),
  evt_decisions_total: counter('Verdicts on markets by their reason.', 'verdict', 'reason'),
  evt_intents_refused_total: counter('Bets that no order came of, by reason.', 'reason'),
  evt_orders: gauge('Orders of the ledger by how they stand; open ones have not ended.', 'state'),
  evt_order_events_total: counter('Steps of orders in this run.', 'event'),
  evt_fills_total: counter('Fills that were booked in this run.'),
  evt_unknown_order_age_seconds: gauge('How long the oldest order has been unknown; 0: none is.'),
  evt_differences_total: counter(
    'What the exchange said that the ledger does not explain: anomalies, cash, orders and positions of others.',
    'kind',
  ),
  evt_reconciled_age_seconds: gauge('Since the whole account was read at the exchange.'),

  // Money
  evt_equity_dollars: gauge('Cash and positions at exit prices, less what Claude is owed.'),
  evt_cash_dollars: gauge('Cash on all shards.'),
  evt_exposure_dollars: gauge('Positions at cost and open orders at worst case.'),
  evt_realized_dollars: gauge('Realized profit net of fees, over the whole ledger.'),
  evt_fees_dollars: gauge('Fees paid, over the whole ledger.'),
  evt_day_loss_dollars: gauge("Lost since the market day's baseline; negative is a gain."),
  evt_positions: gauge('Markets with something held.'),
  evt_cap_used_ratio: gauge('Used share of a cap; trading stops at 1.', 'cap'),

  // Claude
  evt_claude_calls_total: counter(
    'Questions to Claude by what was booked for them.',
    'model',
    'outcome',
  ),
  evt_claude_tokens_total: counter('Tokens that Claude billed.', 'model', 'kind'),
  evt_claude_cost_dollars_total: counter('What Claude cost, estimates included.', 'model'),
  evt_claude_reserve_dollars: gauge('Profit set aside for Claude and not spent.'),

  // Disk and process
  evt_ledger_lag_records: gauge('Ledger records that are not durable yet.'),
  evt_ledger_lag_seconds: gauge('How long the ledger has been waiting for the disk.'),
  evt_recorder_lag_inputs: gauge('Inputs that the operating system does not have yet.'),
  evt_recorder_failing: gauge('1 while the recording cannot be written, else 0.'),
  evt_recorded_bytes_total: counter('Bytes of the recording of this run, before compression.'),
  evt_disk_free_bytes: gauge('Room where the ledger lies.'),
  evt_resident_memory_bytes: gauge('Memory of the process.'),
  evt_heap_used_bytes: gauge('Memory in use by objects.'),
  evt_cpu_seconds_total: counter('Processor time of the process.'),
  evt_metrics_seconds: gauge('What the last writing of this page took.'),
  evt_written_timestamp_seconds: gauge(
    'When the engine wrote this page, since 1970: a page that stays old is of an engine that hangs.',
  ),
} as const satisfies Readonly<Record<`evt_${string}`, Entry>>;

export type MetricName = keyof typeof metricTable;
export type MetricEntry = Entry;
export type NamesOf<Type extends Entry['type']> = {
  [Name in MetricName]: (typeof metricTable)[Name]['type'] extends Type ? Name : never;
}[MetricName];
