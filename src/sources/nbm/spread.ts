import type { EpochMs } from '../../domain/units.js';
import type { WeatherEvidence } from '../../messages/evidence.js';
import { isDue, type SourceEntry, type SourceRequest } from '../known.js';
import type { WeatherSubject } from '../noaa/station.js';
import type { NbmBulletin } from './parse.js';

/** One station's bulletin. */
export type NbmRequest = SourceRequest<'nbm'>;

/** Every bulletin heard, by its address. */
export type NbmKnown = ReadonlyMap<string, SourceEntry<NbmBulletin | null>>;

const hourMs = 3_600_000;
/** The blend runs every hour; its spread moves slowly. Market time. */
const ttlMs = hourMs;
/** Of a run that is older the next ones are missing. */
const runAgeMsMax = 24 * hourMs;
/** Bulletins of extremes begin a day ahead. */
const aheadMsMax = 8 * 24 * hourMs;

const addressOf = (base: string, { station }: WeatherSubject): string =>
  `${base}/api/1/mos.json?station=${station.icao}&model=NBE`;

/** What to ask about a daily high or low whose day has not begun; nothing about a point. */
export function nbmRequests(
  base: string,
  subject: WeatherSubject,
  known: NbmKnown,
  at: EpochMs,
): readonly NbmRequest[] {
  const { station, quantity, from } = subject;
  if (station.icao === null || quantity === 'hourly' || at >= from || from - at > aheadMsMax)
    return [];
  const url = addressOf(base, subject);
  return isDue(known.get(url), ttlMs, at) ? [{ kind: 'nbm', source: 'noaa', url, ttlMs }] : [];
}

/**
 * The blend's own spread for the day's extreme, °F; null where it has none that is recent. The high stands in the row of
 * 00Z that ends within the day, the low in that of 12Z (VALUATION §1.4).
 */
export function nbmSpread(
  base: string,
  subject: WeatherSubject,
  known: NbmKnown,
  at: EpochMs,
): WeatherEvidence['sigmaF'] {
  const { quantity, from, to } = subject;
  const bulletin = known.get(addressOf(base, subject))?.good?.value ?? null;
  if (bulletin === null || quantity === 'hourly' || at - bulletin.runAt > runAgeMsMax) return null;
  const hour = quantity === 'daily_high' ? 0 : 12;
  const own = bulletin.extremes.find(
    ({ endsAt }) => endsAt > from && endsAt < to && new Date(endsAt).getUTCHours() === hour,
  );
  return own?.sigmaF ?? null;
}
