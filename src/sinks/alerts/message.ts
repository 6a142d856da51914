import { limits } from '../../limits.js';
import { foreign } from '../console/text.js';
import { alertRules } from './rules.js';
import type { Told } from './states.js';

/** One message for people. All texts are plain: one line each, no controls, nothing secret. */
export type AlertMessage = {
  readonly key: string;
  readonly rule: string;
  readonly state: 'firing' | 'resolved' | 'test';
  readonly severity: 'critical' | 'warning' | 'info';
  readonly title: string;
  /** May quote others: never to be read as markup. */
  readonly detail: string;
  readonly runbook: string;
  /** Real ms since the epoch. */
  readonly sinceMs: number;
  readonly atMs: number;
  /** Which engine speaks: mode, environment, account. */
  readonly engine: string;
};

/** One line of somebody's text, cut. */
export function quoted(text: string): string {
  const line = foreign(text).replace(/\s+/g, ' ').trim();
  const points = Array.from(line);
  return points.length > limits.alertDetailCharsMax
    ? `${points.slice(0, limits.alertDetailCharsMax - 1).join('')}…`
    : line;
}

/** `scrub`: takes secrets out of a text. */
export function messageOf(
  { state, firing }: Told,
  about: {
    readonly atMs: number;
    readonly engine: string;
    readonly scrub: (text: string) => string;
  },
): AlertMessage {
  const { key, rule, detail, sinceMs } = firing;
  const { severity, title, runbook } = alertRules[rule];
  return {
    key,
    rule,
    state,
    severity,
    title,
    detail: quoted(about.scrub(detail)),
    runbook,
    sinceMs,
    atMs: about.atMs,
    engine: about.engine,
  };
}

/** What proves that a channel works. */
export const testMessage = (engine: string, atMs: number): AlertMessage => ({
  key: 'test',
  rule: 'test',
  state: 'test',
  severity: 'info',
  title: 'A test of this channel',
  detail: 'Nothing is wrong.',
  runbook: 'docs/metrics-and-alerts.md',
  sinceMs: atMs,
  atMs,
  engine,
});

const spoken = { firing: 'FIRING', resolved: 'resolved', test: 'test' } as const;

/** The first line: ours alone. */
export const headline = ({ state, title, engine }: AlertMessage): string =>
  `${spoken[state]}: ${title} (${engine})`;

/** The last line: ours alone. */
export function footer({ state, sinceMs, atMs, runbook }: AlertMessage): string {
  const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  const when =
    state === 'resolved' ? `${time(sinceMs)} to ${time(atMs)}` : `since ${time(sinceMs)}`;
  return `${when}; what to do: ${runbook}`;
}
