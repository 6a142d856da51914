import { readFileSync } from 'node:fs';
import { writeWhole } from '../write-whole.js';
import { type AlertRule, alertRules } from './rules.js';
import type { AlertStates, Firing } from './states.js';

/** What fired when the last run ended, so that a restart neither repeats it nor forgets to say that it is over. */
export function restored(path: string, nowMs: number): AlertStates {
  const firing = new Map<string, Firing>();
  for (const one of parsed(path)) {
    const { key, rule, detail, sinceMs, toldMs } = one;
    if (typeof key !== 'string' || typeof detail !== 'string' || !isRule(rule)) continue;
    if (!Number.isFinite(sinceMs) || !Number.isFinite(toldMs)) continue;
    const times = { sinceMs: Number(sinceMs), toldMs: Number(toldMs), heldMs: nowMs };
    firing.set(key, { key, rule, detail, ...times, isRestored: true });
  }
  return { firing, quiet: new Map() };
}

/** The reason, if the disk refused. Only what people were told counts. */
export function keep(path: string, { firing }: AlertStates): string | null {
  const told = [...firing.values()].filter(({ toldMs }) => toldMs !== null);
  return writeWhole(path, `${JSON.stringify({ schemaVersion: 1, firing: told })}\n`);
}

const isRule = (rule: unknown): rule is AlertRule =>
  typeof rule === 'string' && Object.hasOwn(alertRules, rule);

/** Nothing, if it is not there or cannot be read: then people are told once more. */
function parsed(path: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as { readonly firing?: unknown } | null;
    const list = read?.firing;
    return Array.isArray(list) ? list.filter((one) => typeof one === 'object' && one !== null) : [];
  } catch {
    return [];
  }
}
