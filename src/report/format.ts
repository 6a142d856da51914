import type { EpochMs } from '../domain/units.js';

/** Figures as people read them; null, NaN and infinities are "–". */
export const none = '–';

const known = (value: number | null): value is number => value !== null && Number.isFinite(value);
const grouped = (value: number, digits: number): string =>
  Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

/** A real minus sign, which is as wide as a digit; what rounds to nothing has no sign. */
function signed(value: number, digits: number, plus: '+' | '', unit: string, after = ''): string {
  const text = grouped(value, digits);
  const isZero = Number(text.replaceAll(',', '')) === 0;
  const sign = isZero ? '' : value < 0 ? '−' : plus;
  return `${sign}${unit}${text}${after}`;
}

export const dollars = (micros: number | null): string =>
  known(micros) ? signed(micros / 1e6, 2, '', '$') : none;
export const gain = (micros: number | null): string =>
  known(micros) ? signed(micros / 1e6, 2, '+', '$') : none;
export const smallDollars = (micros: number): string => signed(micros / 1e6, 4, '', '$');
export const cents = (value: number | null): string =>
  known(value) ? signed(value, 2, '', '', '¢') : none;
export const gainCents = (value: number | null): string =>
  known(value) ? signed(value, 2, '+', '', '¢') : none;
/** A price or probability of a $1 contract. */
export const priceCents = (value: number | null): string =>
  known(value) ? signed(value * 100, 1, '', '', '¢') : none;
export const percent = (share: number | null, digits = 1): string =>
  known(share) ? signed(share * 100, digits, '', '', '%') : none;
export const whole = (value: number): string => signed(value, 0, '', '');
export const contracts = (value: number): string =>
  signed(value, Number.isInteger(value) ? 0 : 2, '', '');
export const score = (value: number | null): string =>
  known(value) ? signed(value, 4, '', '') : none;
export const gainScore = (value: number | null): string =>
  known(value) ? signed(value, 4, '+', '') : none;
/** A code as people read it. */
export const words = (code: string): string => code.replaceAll('_', ' ');

export function duration(ms: number | null): string {
  if (!known(ms)) return none;
  if (ms < 1_000) return `${whole(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000
    ? `${(ms / 3_600_000).toFixed(1)} h`
    : `${(ms / 86_400_000).toFixed(1)} days`;
}

/** `2026-11-23 09:30` in a zone. */
export function moment(at: EpochMs, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}
