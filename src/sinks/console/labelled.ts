import { foreign, percent, wrapped } from './text.js';

const labelWidth = 12;
/** Columns beside a label. */
export const besideWidth = 110 - labelWidth;

/** A label, then what belongs to it, line by line: how `value` and `why` tell of a decision. `paint`: how a label looks. */
export const labelled = (
  label: string,
  lines: readonly string[],
  paint: (label: string) => string = (plain) => plain,
): readonly string[] =>
  lines.map((line, at) => `${paint((at === 0 ? label : '').padEnd(labelWidth))}${line}`);

/** A text of others in lines that fit beside a label. */
export const beside = (long: string): readonly string[] =>
  wrapped(
    foreign(long)
      .split(' ')
      .filter((word) => word !== ''),
    ' ',
    besideWidth,
  );

/** "2026-11-24 05:00:00 UTC". */
export const moment = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** "1.5 s old", "40 s old". */
export const age = (ms: number | null): string =>
  ms === null ? 'of unknown age' : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s old`;

/** To the hundredth of a cent, which matters where costs are added up: "61.25¢". */
export const exactCents = (each: number): string =>
  `${(each * 100).toFixed(2).replace(/^-0\.00$/, '0.00')}¢`;

/** What an edge had to reach; `perDay`: what it is of the capital it locks up. */
export function thresholdLine(
  threshold: string,
  confidence: number,
  perDay: number | null,
): string {
  const daily =
    perDay === null || perDay <= 0 ? '' : ` · ${percent(perDay)} a day of the capital it locks up`;
  return `threshold ${threshold} · error multiplier ${confidence.toFixed(3)}${daily}`;
}

export const noEdge = 'none: nothing is offered, worth a number, or its fees are unknown';
