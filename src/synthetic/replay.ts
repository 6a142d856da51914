import type { Environ, Flags } from '../config/layers.js';
import type { ConfigProblem, ConfigWarning } from '../config/problems.js';
import { readConfig } from '../config/read.js';
import { spell } from '../config/schema.js';
import { assert } from '../domain/assert.js';
import { dayKey } from '../domain/day.js';
import { LedgerSummary, type LedgerTotals, type Totals } from '../domain/run-totals.js';
import { epochMs, type Micros } from '../domain/units.js';
import type { Step } from '../messages/step.js';
import { type SyntheticJob, SyntheticRun } from './run.js';
import { venueFlags } from './settings.js';

/** The first synthetic day, a Monday. */
const firstDay = '2026-11-23';
const noonMs = Date.parse(`${firstDay}T12:00:00Z`);
const daySeconds = 86_400;
const microsPerDollar = 1_000_000;

/**
 * A window is so many seconds of the engine's clock, unless that made the clock faster than `speedMax`: its sweeps are few,
 * and latencies still a small part of a window.
 */
const engineSecondsAWindow = 2;
const speedMax = 300;
/** Open at a time. A tenth of an exchange is enough to trade on, and days of it take a minute. */
const markets = 100;

export type ReplayJob = SyntheticJob & { readonly days: number };

export type ReplayTotals = {
  readonly seed: number;
  readonly cyclesPerDay: number;
  readonly windowSeconds: number;
  readonly bankrollMicros: Micros;
  readonly totals: Omit<LedgerTotals, 'days'>;
  /** Days in the settings' own zone. `openPositions`: at its last window. */
  readonly days: readonly (Totals & { readonly day: string; readonly openPositions: number })[];
  readonly agreesWithVenue: boolean;
  readonly balanced: boolean;
  readonly decisionsHash: string;
  readonly ledgerHash: string;
};

/** Midnight at which the first day begins in a zone. */
function originOf(zone: string): number {
  const quarterMs = 900_000;
  let at = noonMs - daySeconds * 1_000;
  while (dayKey(epochMs(at), zone) < firstDay) at += quarterMs;
  return at;
}

/** The run that the settings ask for, or every problem with them. Where the exchange and the sources are is not asked. */
export function replayJob(
  env: Environ,
  set: Flags,
):
  | { readonly ok: true; readonly job: ReplayJob; readonly warnings: readonly ConfigWarning[] }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  const asked = readConfig(env, { ...set, ...venueFlags(noonMs, 1) });
  if (!asked.ok) return { ok: false, problems: asked.error };
  const { replayDays, replayCyclesPerDay, replayBankroll, dayZone, seed } =
    asked.value.loaded.settings;
  const windowSeconds = daySeconds / replayCyclesPerDay;
  const speed = Math.min(speedMax, Math.max(1, Math.floor(windowSeconds / engineSecondsAWindow)));
  const originMs = originOf(dayZone);
  const read = readConfig(env, {
    ...set,
    ...venueFlags(originMs, speed),
    cycleSeconds: String(windowSeconds),
    // Half a window: the last one ends with its day.
    scanWsDeltaWindowSecs: '1',
    bankroll: spell('replayBankroll', replayBankroll),
  });
  assert(read.ok, 'a window that divides a day is possible');
  const { settings, warnings } = read.value.loaded;
  const bankroll = replayBankroll / microsPerDollar;
  return {
    ok: true,
    warnings,
    job: {
      world: {
        seed,
        originMs,
        agentLag: 1,
        markets,
        lookMsMin: windowSeconds * 1_000,
        bankroll,
      },
      // However the command was spelt: the settings are part of what is hashed.
      settings: { ...settings, runReplay: true },
      cycles: replayDays * replayCyclesPerDay,
      speed,
      days: replayDays,
    },
  };
}

/** `onCycle` hears after each window how many are done, `onStep` what the engine tells its sinks. */
export type ReplayHooks = {
  readonly onCycle?: (cycles: number) => void;
  readonly onStep?: (step: Step) => void;
};

/** Runs it. */
export function syntheticReplay(job: ReplayJob, hooks: ReplayHooks = {}): ReplayTotals {
  const { settings } = job;
  const summary = new LedgerSummary(settings.dayZone);
  const open = new Map<string, number>();
  const run = new SyntheticRun(job, {
    onStep: (step) => {
      if (step.kind === 'records') for (const record of step.records) summary.add(record);
      else if (step.kind === 'cycle') {
        open.set(dayKey(step.at, settings.dayZone), step.report.marks.length);
        hooks.onCycle?.(step.report.cycle);
      }
      hooks.onStep?.(step);
    },
  });
  const { totals, agreesWithVenue } = run.run();
  const sums = summary.totals();
  assert(sums !== null, 'a run has opened its ledger');
  const { days, ...all } = sums;
  return {
    seed: job.world.seed,
    cyclesPerDay: settings.replayCyclesPerDay,
    windowSeconds: settings.cycleSeconds,
    bankrollMicros: settings.replayBankroll,
    totals: all,
    days: days.map((day) => ({ ...day, openPositions: open.get(day.day) ?? 0 })),
    agreesWithVenue,
    balanced: totals.ledger.balanced,
    decisionsHash: totals.decisionsHash,
    ledgerHash: totals.ledger.headHash,
  };
}
