import { limits } from '../../limits.js';
import type { AlertRule, Condition } from './rules.js';

/** One alert that fires. Real ms since the epoch, so that it outlives the process. */
export type Firing = {
  readonly key: string;
  readonly rule: AlertRule;
  readonly detail: string;
  readonly sinceMs: number;
  /** Last time its condition held. */
  readonly heldMs: number;
  /** When people were last told that it fires; null: not yet. */
  readonly toldMs: number | null;
  /** From an earlier run, and not seen in this one: it is given time to be seen. */
  readonly isRestored: boolean;
};

/** `quiet`: when a key that no longer fires was last told to fire. */
export type AlertStates = {
  readonly firing: ReadonlyMap<string, Firing>;
  readonly quiet: ReadonlyMap<string, number>;
};

/** What people are to be told. */
export type Told = {
  readonly state: 'firing' | 'resolved';
  readonly firing: Firing;
};

/** A clock that was put back counts as time that is over: nothing is held up by it. */
const elapsed = (nowMs: number, sinceMs: number): number =>
  nowMs >= sinceMs ? nowMs - sinceMs : Number.POSITIVE_INFINITY;

/**
 * What fires after a look, and who has to be told of what: once when it begins, again every `repeatMs` while it lasts (0:
 * never), once when it has been gone for a while. One that comes and goes is told at most every `limits.alertAgainMs`.
 */
export function looked(
  { firing: before, quiet: wasQuiet }: AlertStates,
  conditions: readonly Condition[],
  nowMs: number,
  repeatMs: number,
): { readonly states: AlertStates; readonly told: readonly Told[] } {
  const firing = new Map<string, Firing>();
  const quiet = new Map(
    [...wasQuiet].filter(([, toldMs]) => elapsed(nowMs, toldMs) < limits.alertAgainMs),
  );
  const told: Told[] = [];
  for (const { key, rule, detail } of conditions) {
    const had = before.get(key);
    const lastMs = had?.toldMs ?? null;
    const isDue =
      lastMs === null
        ? !quiet.has(key)
        : repeatMs > 0 && elapsed(nowMs, lastMs) >= Math.max(repeatMs, limits.alertAgainMs);
    const toldMs = isDue ? nowMs : lastMs;
    const next: Firing = {
      key,
      rule,
      detail,
      toldMs,
      sinceMs: had?.sinceMs ?? nowMs,
      heldMs: nowMs,
      isRestored: false,
    };
    firing.set(key, next);
    if (isDue) told.push({ state: 'firing', firing: next });
  }
  for (const [key, one] of before) {
    if (firing.has(key)) continue;
    const clearMs = one.isRestored ? limits.alertRestoredMs : limits.alertClearMs;
    if (elapsed(nowMs, one.heldMs) < clearMs) firing.set(key, one);
    else if (one.toldMs !== null) {
      told.push({ state: 'resolved', firing: one });
      quiet.set(key, one.toldMs);
    }
  }
  return { states: { firing, quiet }, told };
}
