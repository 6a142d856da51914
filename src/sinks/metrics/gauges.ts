import { balanceOf, cashTotal, realizedNet } from '../../domain/postings.js';
import { reserveIn } from '../../domain/treasury.js';
import type { Pulse } from '../pulse.js';
import type { Readings } from '../readings.js';
import type { Instruments } from './instruments.js';
import type { MachineReadings } from './machine.js';

const dollar = 1_000_000;
const levels = { pause: 1, cancel: 2, halt: 3 } as const;
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

/** What is read, not counted, as it stands now. */
export function gauge(instruments: Instruments, readings: Readings, pulse: Pulse): void {
  const { account, at, speed, ledger, recorder } = readings;
  const { balances } = account;
  const realSeconds = (since: number): number => (at - since) / speed / 1_000;

  instruments.clear('evt_settings_info');
  instruments.set('evt_settings_info', 1, { revision: readings.revision });
  instruments.set('evt_kill_level', readings.halted === null ? 0 : levels[readings.halted]);
  instruments.clear('evt_latched');
  for (const cause of account.latches.keys()) instruments.set('evt_latched', 1, { cause });

  instruments.set('evt_feed_up', pulse.isFeedUp ? 1 : 0);
  instruments.set('evt_feed_age_seconds', seconds(pulse.feedAgeMs));
  instruments.set('evt_scan_age_seconds', seconds(pulse.scanAgeMs));
  instruments.countTo('evt_feed_gaps_total', readings.gaps);
  instruments.set('evt_markets', readings.markets);
  instruments.countTo('evt_windows_total', readings.windows);
  instruments.countTo('evt_cycles_total', readings.cycles);

  for (const [state, orders] of Object.entries(account.counts))
    instruments.set('evt_orders', orders, { state });
  let unknownSeconds = 0;
  for (const { status, changedAt } of account.orders.values())
    if (status === 'unknown') unknownSeconds = Math.max(unknownSeconds, realSeconds(changedAt));
  instruments.set('evt_unknown_order_age_seconds', unknownSeconds);
  instruments.set(
    'evt_reconciled_age_seconds',
    account.reconciledAt === null ? null : realSeconds(account.reconciledAt),
  );

  instruments.set('evt_equity_dollars', readings.equity / dollar);
  instruments.set('evt_cash_dollars', cashTotal(balances) / dollar);
  instruments.set('evt_exposure_dollars', readings.exposure / dollar);
  instruments.set('evt_realized_dollars', realizedNet(balances) / dollar);
  instruments.set('evt_fees_dollars', balanceOf(balances, 'fees') / dollar);
  instruments.set('evt_day_loss_dollars', readings.dayLoss / dollar);
  instruments.set('evt_positions', account.positions.size);
  // A cap of nothing is used up.
  for (const { cap, used, most } of readings.caps)
    instruments.set('evt_cap_used_ratio', most > 0 ? used / most : 1, { cap });
  instruments.set('evt_claude_reserve_dollars', reserveIn(balances) / dollar);

  instruments.set('evt_ledger_lag_records', ledger.headSeq - ledger.durableSeq);
  instruments.set('evt_ledger_lag_seconds', seconds(pulse.ledgerLagMs(readings)));
  instruments.set('evt_recorder_lag_inputs', recorder.inputs - recorder.writtenSeq);
  instruments.set('evt_recorder_failing', recorder.problem === null ? 0 : 1);
  instruments.countTo('evt_recorded_bytes_total', recorder.bytes);
  instruments.set('evt_disk_free_bytes', readings.freeBytes ?? null);
}

export function gaugeMachine(instruments: Instruments, machine: MachineReadings): void {
  const { loopDelayP99, loopDelayMax, residentBytes, heapUsedBytes, cpuSeconds } = machine;
  instruments.set('evt_event_loop_delay_seconds', loopDelayP99, { quantile: '0.99' });
  instruments.set('evt_event_loop_delay_seconds', loopDelayMax, { quantile: '1' });
  instruments.set('evt_resident_memory_bytes', residentBytes);
  instruments.set('evt_heap_used_bytes', heapUsedBytes);
  instruments.countTo('evt_cpu_seconds_total', cpuSeconds);
}
