import type { EpochMs } from '../../domain/units.js';
import { isDue } from '../known.js';
import { dayMs, hourMs, minuteMs, utcText } from './dates.js';
import type { AnswerValues, NoaaAnswer, NoaaKnown, NoaaRequest } from './known.js';
import type { ClimateReport } from './parse-climate.js';
import type { WeatherSubject } from './station.js';

/** How long answers stand, market time: links of a point for a day, products for ever, the rest as often as it changes. */
const ttl = {
  points: dayMs,
  forecast: 5 * minuteMs,
  observations: 2 * minuteMs,
  products: 5 * minuteMs,
  product: 30 * dayMs,
};

/** The first report about a day comes in its afternoon; one that has not come after this is not waited for. */
const reportsFromMs = 14 * hourMs;
const reportsUntilMs = 3 * dayMs;
/** Reports read for one market: two or three come a day. */
const productsMax = 6;
/** As many readings as the service gives at once: a day of them every five minutes is 288. */
const observationsMax = 500;

/** Where each thing known about a subject is kept. A null path is not known yet, or not needed now. */
export type NoaaPaths = {
  readonly points: string;
  readonly hourly: string | null;
  readonly grid: string | null;
  readonly observations: string | null;
  readonly products: string | null;
  readonly reports: readonly string[];
};

/**
 * What to ask the service about a subject now, given what is known: an answer may make further questions possible, so
 * this is called again until it is empty. Different markets ask the same of one station; a path is one question.
 */
export function noaaRequests(
  subject: WeatherSubject,
  known: NoaaKnown,
  at: EpochMs,
): readonly NoaaRequest[] {
  const paths = noaaPaths(subject, known, at);
  const asked: NoaaRequest[] = [];
  const ask = (kind: NoaaAnswer['kind'], path: string | null, ttlMs: number): void => {
    if (path !== null && isDue(known.get(path), ttlMs, at)) asked.push({ kind, path, ttlMs });
  };
  if (at < subject.to) {
    ask('points', paths.points, ttl.points);
    // The raw grid: what the hourly forecast is made of, not rounded, and the endpoint that fails less.
    ask('grid', paths.grid, ttl.forecast);
    if (paths.grid !== null && known.get(paths.grid)?.failed != null)
      ask('hourly', paths.hourly, ttl.forecast);
  }
  if (officialReport(subject, known, at) !== null) return asked;
  ask('observations', paths.observations, ttl.observations);
  ask('products', paths.products, ttl.products);
  for (const path of paths.reports) ask('product', path, ttl.product);
  return asked;
}

export function noaaPaths(subject: WeatherSubject, known: NoaaKnown, at: EpochMs): NoaaPaths {
  const { station, quantity, from, to } = subject;
  const points = `/points/${station.latitude},${station.longitude}`;
  const grid = lastGood(known, points, 'points');
  const isOn = at >= from && at < to + reportsUntilMs;
  const isReported =
    station.cli !== null && quantity !== 'hourly' && isOn && at >= from + reportsFromMs;
  const products = isReported ? `/products/types/CLI/locations/${station.cli}` : null;
  const entries = products === null ? null : lastGood(known, products, 'products');
  const reports = (entries ?? [])
    .filter(({ issuedAt }) => issuedAt >= from + reportsFromMs && issuedAt < to + reportsUntilMs)
    .slice(0, productsMax)
    .map(({ id }) => `/products/${id}`);
  // Without an end while the period runs, so that the path, which is the key of the answer, stays the same.
  const observations =
    isOn && station.icao !== null
      ? `/stations/${station.icao}/observations?start=${utcText(from)}&limit=${observationsMax}`
      : null;
  return {
    points,
    hourly: grid?.hourly ?? null,
    grid: grid?.grid ?? null,
    observations,
    products,
    reports,
  };
}

/** The last good answer of a path, if it is of that kind. */
export function lastGood<Kind extends NoaaAnswer['kind']>(
  known: NoaaKnown,
  path: string | null,
  kind: Kind,
): AnswerValues[Kind] | null {
  const answer = path === null ? undefined : known.get(path)?.good?.value;
  return answer?.kind === kind ? (answer.value as AnswerValues[Kind]) : null;
}

/** Reports about the subject's own station and day, by the time in their headers. */
export function reportsOf(
  subject: WeatherSubject,
  known: NoaaKnown,
  at: EpochMs,
): readonly ClimateReport[] {
  const date = subject.from + subject.station.standardHours * hourMs;
  return noaaPaths(subject, known, at)
    .reports.flatMap((path) => lastGood(known, path, 'product') ?? [])
    .filter((report) => report.cli === subject.station.cli && report.date === date)
    .sort((a, b) => a.issuedAt - b.issuedAt);
}

/** The report that settles: the earliest final one that has the value. Later corrections count for nothing. */
export function officialReport(
  subject: WeatherSubject,
  known: NoaaKnown,
  at: EpochMs,
): { readonly fahrenheit: number; readonly issuedAt: EpochMs } | null {
  for (const report of reportsOf(subject, known, at)) {
    const value = subject.quantity === 'daily_low' ? report.minimum : report.maximum;
    if (report.isFinal && value !== null) return { fahrenheit: value, issuedAt: report.issuedAt };
  }
  return null;
}
