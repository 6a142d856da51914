/** Dates as tickers, rules and reports write them. Times are epoch ms; no time zone database is used. */

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** A zone of the United States: hours of standard time behind UTC (negative), and whether it keeps summer time. */
export type Zone = {
  readonly standard: number;
  readonly summer: boolean;
  readonly letter: string;
  readonly name: string;
};

export const EASTERN: Zone = { standard: -5, summer: true, letter: 'E', name: 'America/New_York' };
export const CENTRAL: Zone = { standard: -6, summer: true, letter: 'C', name: 'America/Chicago' };
export const MOUNTAIN: Zone = { standard: -7, summer: true, letter: 'M', name: 'America/Denver' };
export const ARIZONA: Zone = { standard: -7, summer: false, letter: 'M', name: 'America/Phoenix' };
export const PACIFIC: Zone = {
  standard: -8,
  summer: true,
  letter: 'P',
  name: 'America/Los_Angeles',
};

/** Wall-clock parts of a moment in a zone. `offset` is in hours and includes summer time. */
export type Local = {
  readonly year: number;
  readonly month: number;
  readonly monthName: string;
  readonly day: number;
  readonly weekday: string;
  readonly hour: number;
  readonly minute: number;
  readonly offset: number;
  /** `EDT`, `EST`, … */
  readonly label: string;
};

/** Epoch ms of the n-th Sunday of a month at 2:00 standard time of the zone. */
function sunday(year: number, month: number, nth: number, standard: number): number {
  const first = Date.UTC(year, month, 1);
  const shift = (7 - new Date(first).getUTCDay()) % 7;
  return first + (shift + 7 * (nth - 1)) * DAY + (2 - standard) * HOUR;
}

/** Summer time runs from the second Sunday of March to the first Sunday of November. */
function inSummer(ms: number, zone: Zone): boolean {
  if (!zone.summer) return false;
  const year = new Date(ms).getUTCFullYear();
  return (
    ms >= sunday(year, 2, 2, zone.standard) && ms < sunday(year, 10, 1, zone.standard) - 1 * HOUR
  );
}

export function local(ms: number, zone: Zone): Local {
  const summer = inSummer(ms, zone);
  const offset = zone.standard + (summer ? 1 : 0);
  return parts(ms, offset, `${zone.letter}${summer ? 'D' : 'S'}T`);
}

/** The parts of a moment in standard time, whatever the season: the day that climate reports use. */
export function standardTime(ms: number, zone: Zone): Local {
  return parts(ms, zone.standard, `${zone.letter}ST`);
}

function parts(ms: number, offset: number, label: string): Local {
  const at = new Date(ms + offset * HOUR);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    monthName: MONTHS[at.getUTCMonth()] ?? '',
    day: at.getUTCDate(),
    weekday: WEEKDAYS[at.getUTCDay()] ?? '',
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    offset,
    label,
  };
}

export const two = (n: number): string => String(n).padStart(2, '0');

/** `26JUN15` */
export const tickerDate = (at: Local): string =>
  `${two(at.year % 100)}${at.monthName.toUpperCase()}${two(at.day)}`;

/** `Jun 15, 2026` */
export const textDate = (at: Local): string => `${at.monthName} ${at.day}, ${at.year}`;

/** `11:20 AM EDT`, or `7 AM EDT` on the hour. */
export function clockText(at: Local): string {
  const minutes = at.minute === 0 ? '' : `:${two(at.minute)}`;
  return `${at.hour % 12 === 0 ? 12 : at.hour % 12}${minutes} ${at.hour < 12 ? 'AM' : 'PM'} ${at.label}`;
}

/** `2026-06-15T11:00:00-04:00` */
export function isoLocal(ms: number, zone: Zone): string {
  const at = local(ms, zone);
  const text = new Date(ms + at.offset * HOUR).toISOString().slice(0, 19);
  return `${text}-${two(-at.offset)}:00`;
}

/** `2026-06-15T15:00:00+00:00` */
export const isoUtc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+00:00`;

/**
 * `07` or, with minutes, `0730`: the clock as tickers carry it. The hour that autumn repeats is marked the second time,
 * so that two events never share a name.
 */
export function tickerTime(ms: number, zone: Zone, withMinutes: boolean): string {
  const at = local(ms, zone);
  const repeated = !inSummer(ms, zone) && inSummer(ms - HOUR, zone) ? 'S' : '';
  return `${two(at.hour)}${withMinutes ? two(at.minute) : ''}${repeated}`;
}
