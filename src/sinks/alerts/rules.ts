import { limits } from '../../limits.js';
import type { Cap, Readings } from '../readings.js';
import type { Memory } from './memory.js';

type About = {
  readonly severity: 'critical' | 'warning';
  readonly title: string;
  /** What to do: a page of these docs. */
  readonly runbook: string;
};

const halt = 'docs/runbooks/halt.md';
const recover = 'docs/runbooks/recover.md';

/** Everything that a person is told about, in the order it is shown. */
export const alertRules = {
  trading_held: { severity: 'critical', title: 'Trading is held back', runbook: halt },
  run_failed: { severity: 'critical', title: 'The run ended by itself', runbook: recover },
  crash_loop: { severity: 'critical', title: 'Runs die soon after they begin', runbook: recover },
  ledger_failing: {
    severity: 'critical',
    title: 'The ledger waits for its disk',
    runbook: recover,
  },
  recording_failing: {
    severity: 'critical',
    title: 'The recording cannot be written',
    runbook: recover,
  },
  unknown_order: {
    severity: 'critical',
    title: 'An order may or may not be on the exchange',
    runbook: recover,
  },
  divergence: {
    severity: 'critical',
    title: 'The exchange and the ledger differ',
    runbook: 'docs/errors.md',
  },
  stale_feed: { severity: 'warning', title: 'The live feed is silent', runbook: 'docs/errors.md' },
  daily_loss: { severity: 'warning', title: 'The daily loss is near its cap', runbook: halt },
  inference_spend: {
    severity: 'warning',
    title: 'Claude has nearly used up its day',
    runbook: 'docs/metrics-and-alerts.md',
  },
  low_disk: { severity: 'warning', title: 'The disk is nearly full', runbook: recover },
} as const satisfies Readonly<Record<string, About>>;

export type AlertRule = keyof typeof alertRules;

/** Something that a person should know now. `key`: one rule may hold for several reasons. `detail` may quote others. */
export type Condition = {
  readonly key: string;
  readonly rule: AlertRule;
  readonly detail: string;
};

export type Facts = {
  readonly readings: Readings;
  readonly memory: Memory;
  readonly feedAgeMs: number | null;
  readonly ledgerLagMs: number;
  /** Fires already: a cap is left only well below where it was reached. */
  readonly isFiring: (key: string) => boolean;
};

const dollars = (micros: number): string => `$${(micros / 1_000_000).toFixed(2)}`;
const seconds = (ms: number): string => `${Math.floor(ms / 1_000)} s`;
const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MiB`;

/** Everything that holds now. Pure; comparisons are written so that NaN tells. */
export function conditions(facts: Facts): readonly Condition[] {
  const { readings, memory } = facts;
  const found: Condition[] = [];
  const fires = (rule: AlertRule, detail: string, key: string = rule): void => {
    found.push({ key, rule, detail });
  };
  const { account, alerts, speed, at, recorder, freeBytes } = readings;
  const realMs = (since: number): number => (at - since) / speed;

  for (const [cause, { level, why }] of account.latches)
    fires('trading_held', `${level} (${cause}): ${why}`, `trading_held:${cause}`);

  const died = account.starts.slice(0, -1).filter((start) => {
    return !(realMs(start) > limits.crashWindowMs);
  });
  if (died.length > 0)
    fires('crash_loop', `${died.length} died within ${limits.crashWindowMs / 60_000} minutes`);

  if (memory.diskFailure !== null) fires('ledger_failing', memory.diskFailure);
  else if (!(facts.ledgerLagMs <= limits.alertLedgerLagMs))
    fires('ledger_failing', `records wait for ${seconds(facts.ledgerLagMs)}`);

  if (recorder.problem !== null) fires('recording_failing', recorder.problem);

  const unknown = [...account.orders.values()].filter(
    ({ status, changedAt }) => status === 'unknown' && !(realMs(changedAt) < alerts.unknownOrderMs),
  );
  const [first] = unknown;
  if (first !== undefined) {
    const others = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
    fires(
      'unknown_order',
      `${first.terms.ticker} for ${seconds(realMs(first.changedAt))}${others}`,
    );
  }

  if (memory.difference !== null) fires('divergence', memory.difference.text);

  if (facts.feedAgeMs !== null && !(facts.feedAgeMs < alerts.feedAgeMs))
    fires('stale_feed', `nothing for ${seconds(facts.feedAgeMs)}`);

  const near = (rule: AlertRule, name: Cap['cap']): void => {
    const cap = readings.caps.find((one) => one.cap === name);
    // A cap of nothing is a choice, not news.
    if (cap === undefined || cap.most === 0) return;
    const share = alerts.capShare * (facts.isFiring(rule) ? 0.9 : 1);
    if (!(cap.used < share * cap.most)) fires(rule, `${dollars(cap.used)} of ${dollars(cap.most)}`);
  };
  near('daily_loss', 'daily_loss');
  near('inference_spend', 'inference_day');

  if (freeBytes === null) fires('low_disk', 'nobody can say how much room there is');
  else if (freeBytes !== undefined && !(freeBytes >= limits.freeBytesWarn))
    fires('low_disk', `${mebibytes(freeBytes)} are free`);
  return found;
}
