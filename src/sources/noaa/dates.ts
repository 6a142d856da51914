import type { EpochMs } from '../../domain/units.js';

/** Dates as rules, reports and the weather service write them. */

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** `Sep`, `Sept` or `SEPTEMBER` → 9. */
export function monthOf(name: string): number | null {
  const text = name.toLowerCase();
  const index = text.length < 3 ? -1 : months.findIndex((month) => month.startsWith(text));
  return index < 0 ? null : index + 1;
}

/** Midnight of a calendar day at a fixed offset from UTC; null for a day that its month does not have. */
export function dayStartOf(
  { year, month, day }: { readonly year: number; readonly month: number; readonly day: number },
  offsetHours: number,
): EpochMs | null {
  const midnight = Date.UTC(year, month - 1, day);
  if (!(year >= 2000 && year < 2100) || new Date(midnight).getUTCDate() !== day) return null;
  return (midnight - offsetHours * hourMs) as EpochMs;
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
/** 2000 to 2100: anything else is a misread field. */
const timeMsMin = 946_684_800_000;
const timeMsMax = 4_102_444_800_000;

/** RFC 3339 with an offset, as epoch milliseconds; null for anything else. */
export function timeOf(text: string): EpochMs | null {
  const value = timePattern.test(text) ? Date.parse(text) : Number.NaN;
  return value >= timeMsMin && value <= timeMsMax ? (value as EpochMs) : null;
}

/** `…T12:00:00+00:00/PT13H` → start and length; null for anything else. Days and hours, as the service writes them. */
export function intervalOf(
  text: string,
): { readonly from: EpochMs; readonly lengthMs: number } | null {
  const match = /^(\S+)\s*\/\s*P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?$/.exec(text);
  const from = match === null ? null : timeOf(match[1] ?? '');
  if (match === null || from === null) return null;
  const [, , days = '0', hours = '0', minutes = '0'] = match;
  const lengthMs = Number(days) * dayMs + Number(hours) * hourMs + Number(minutes) * minuteMs;
  return lengthMs > 0 ? { from, lengthMs } : null;
}

/** As the service takes times in queries: whole seconds, UTC. */
export const utcText = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
