import { revisionOf } from '../config/load.js';
import type { Settings } from '../config/schema.js';
import type { Account } from '../domain/account.js';
import { exposure, exposures, sentThisMinute, sizingBankroll } from '../domain/risk.js';
import type { EpochMs } from '../domain/units.js';
import type { Engine } from '../engine.js';
import type { Ledger } from '../sinks/ledger/ledger.js';
import type { Cap, Readings } from '../sinks/readings.js';
import type { Recorder } from '../sinks/recorder/recorder.js';

/** What a run says of itself, from what is in memory; null before it has opened. */
export function readingsOf(run: {
  readonly engine: Pick<
    Engine,
    'account' | 'worth' | 'running' | 'now' | 'halted' | 'seen' | 'cycles'
  >;
  readonly ledger: Pick<Ledger, 'durableSeq'>;
  readonly recorder: Pick<Recorder, 'status'>;
  readonly freeBytes: number | null | undefined;
}): Readings | null {
  const { engine, ledger, recorder, freeBytes } = run;
  const { account, worth, running, now: at } = engine;
  if (account === null || worth === null || running === null) return null;
  const { settings } = running;
  const { inputs, writtenSeq, bytes, problem } = recorder.status();
  const atStake = exposure(account);
  return {
    at,
    speed: running.opened.clock.speed,
    account,
    halted: engine.halted,
    ...worth,
    exposure: atStake,
    caps: capsOf(account, settings, { at, dayLoss: worth.dayLoss, exposure: atStake }),
    ...engine.seen,
    cycles: engine.cycles,
    ledger: { headSeq: account.head.seq, durableSeq: ledger.durableSeq() },
    recorder: {
      inputs,
      writtenSeq,
      bytes,
      problem: problem === null ? null : `${problem.code}: ${problem.detail}`,
    },
    freeBytes,
    revision: revisionOf(settings).slice(0, 12),
    alerts: {
      capShare: settings.alertCapShare,
      unknownOrderMs: settings.alertUnknownSeconds * 1_000,
      feedAgeMs: settings.alertFeedSeconds * 1_000,
      repeatMs: settings.alertRepeatMinutes * 60_000,
    },
  };
}

function capsOf(
  account: Account,
  settings: Settings,
  now: { readonly at: EpochMs; readonly dayLoss: number; readonly exposure: number },
): readonly Cap[] {
  let inference: number = account.treasury.spentToday;
  for (const { amount } of account.holds.values()) inference += amount;
  return [
    { cap: 'daily_loss', used: Math.max(0, now.dayLoss), most: settings.maxDailyLoss },
    { cap: 'open_exposure', used: now.exposure, most: settings.maxOpenExposure },
    {
      cap: 'market_notional',
      used: Math.max(0, ...exposures(account).values()),
      most: settings.maxNotionalPerMarket,
    },
    {
      cap: 'gross_fraction',
      used: now.exposure,
      most: settings.maxGrossFraction * sizingBankroll(account, settings),
    },
    { cap: 'order_rate', used: sentThisMinute(account, now.at), most: settings.maxOrdersPerMin },
    { cap: 'inference_day', used: inference, most: settings.inferenceDailyCap },
  ];
}
