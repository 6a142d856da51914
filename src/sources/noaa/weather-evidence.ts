import type { DurationMs, EpochMs } from '../../domain/units.js';
import type { MarketEvidence, NoSignal, WeatherEvidence } from '../../messages/evidence.js';
import { noSignalOf } from '../known.js';
import { hourMs, minuteMs } from './dates.js';
import type { NoaaKnown } from './known.js';
import { observedOf } from './observed.js';
import type { Forecast } from './parse-forecast.js';
import { lastGood, type NoaaPaths, noaaPaths, officialReport, reportsOf } from './plan.js';
import type { WeatherSubject } from './station.js';

/** An answer that was not refreshed for this long speaks for the past, market time. */
const answerAgeMsMax = 45 * minuteMs;
/** Forecasts are renewed several times a day. */
const forecastAgeMsMax = 18 * hourMs;
/** Hours just outside of the period are kept: values are read between them. A moment is seen in its half days. */
const marginMs = 2 * hourMs;
const momentMarginMs = 12 * hourMs;

/** A fact and when the answer that holds it arrived. */
type Heard<Value> = { readonly value: Value; readonly receivedAt: EpochMs };
type Checked<Value> = { readonly noSignal: NoSignal } | { readonly fact: Heard<Value> | null };

/**
 * What is known about a weather market at `at`, from the answers kept so far. `speed` is market time over real time: the
 * age given is that of the oldest answer used, in real milliseconds. What is needed and missing, unreadable or too old
 * is no signal; the official value needs nothing else.
 */
export function weatherEvidence(
  subject: WeatherSubject,
  known: NoaaKnown,
  at: EpochMs,
  speed: number,
): MarketEvidence {
  const paths = noaaPaths(subject, known, at);
  const official = subject.quantity === 'hourly' ? null : officialReport(subject, known, at);
  if (official !== null) {
    const receivedAt = Math.max(
      ...paths.reports.map((path) => known.get(path)?.good?.receivedAt ?? 0),
    );
    return signal(subject, { forecast: null, observed: null, official }, at - receivedAt, speed);
  }
  const forecast = forecastFact(subject, known, paths, at);
  if ('noSignal' in forecast) return silence(forecast.noSignal);
  const observed = observedFact(subject, known, paths, at);
  if ('noSignal' in observed) return silence(observed.noSignal);
  const used = [forecast.fact, observed.fact].filter((fact) => fact !== null);
  if (used.length === 0) return silence('no_data');
  const facts = {
    forecast: forecast.fact?.value ?? null,
    observed: observed.fact?.value ?? null,
    official: null,
  };
  const oldest = Math.min(...used.map(({ receivedAt }) => receivedAt));
  return signal(subject, facts, at - oldest, speed);
}

const silence = (noSignal: NoSignal): MarketEvidence => ({ evidence: null, noSignal, ageMs: null });

function signal(
  { station, quantity, from, to }: WeatherSubject,
  facts: Pick<WeatherEvidence, 'forecast' | 'observed' | 'official'>,
  ageMs: number,
  speed: number,
): MarketEvidence {
  return {
    // The service gives no spread of its own.
    evidence: {
      kind: 'weather',
      station: station.icao,
      quantity,
      from,
      to,
      sigmaF: null,
      ...facts,
    },
    noSignal: null,
    ageMs: Math.max(0, Math.round(ageMs / speed)) as DurationMs,
  };
}

/** Needed until the period ends. The raw grid, or the hourly forecast if that was heard later. */
function forecastFact(
  { quantity, from, to }: WeatherSubject,
  known: NoaaKnown,
  paths: NoaaPaths,
  at: EpochMs,
): Checked<Forecast> {
  const margin = quantity === 'hourly' ? momentMarginMs : marginMs;
  if (at >= to) return { fact: null };
  const heard = (path: string | null, kind: 'hourly' | 'grid'): Heard<Forecast> | null => {
    const value = lastGood(known, path, kind);
    const receivedAt = known.get(path ?? '')?.good?.receivedAt;
    return value === null || receivedAt === undefined ? null : { value, receivedAt };
  };
  const hourly = heard(paths.hourly, 'hourly');
  const grid = heard(paths.grid, 'grid');
  const fact = (hourly?.receivedAt ?? 0) > (grid?.receivedAt ?? 0) ? hourly : grid;
  if (fact === null)
    return { noSignal: troubleOf(known, [paths.points, paths.hourly, paths.grid]) };
  const { value, receivedAt } = fact;
  if (at - receivedAt > answerAgeMsMax || at - value.issuedAt > forecastAgeMsMax)
    return { noSignal: 'source_stale' };
  const inside = value.hourly.filter((hour) => hour.at > from - margin && hour.at < to + margin);
  if (inside.length === 0) return { noSignal: 'no_data' };
  return { fact: { value: { issuedAt: value.issuedAt, hourly: inside }, receivedAt } };
}

/** Needed once the day has begun, unless the forecast began before it; an hourly market can do without. */
function observedFact(
  subject: WeatherSubject,
  known: NoaaKnown,
  paths: NoaaPaths,
  at: EpochMs,
): Checked<NonNullable<WeatherEvidence['observed']>> {
  if (at < subject.from) return { fact: null };
  const entry = known.get(paths.observations ?? '');
  const observations = lastGood(known, paths.observations, 'observations');
  if (observations === null || entry?.good == null) {
    const isNeeded = subject.quantity !== 'hourly' && at - subject.from > marginMs;
    return isNeeded ? { noSignal: troubleOf(known, [paths.observations]) } : { fact: null };
  }
  const observed = observedOf(subject, observations, reportsOf(subject, known, at), at);
  if (!observed.ok) return { noSignal: observed.error };
  const { receivedAt } = entry.good;
  return { fact: observed.value === null ? null : { value: observed.value, receivedAt } };
}

/** What the failures of these paths amount to, or that one was not heard yet. */
function troubleOf(known: NoaaKnown, paths: readonly (string | null)[]): NoSignal {
  const isWaiting = paths.some((path) => path !== null && !known.has(path));
  let trouble: NoSignal = isWaiting ? 'not_asked' : 'no_data';
  for (const path of paths) {
    const failed = known.get(path ?? '')?.failed;
    if (failed == null) continue;
    trouble = noSignalOf(failed.problem);
    if (trouble === 'bad_answer') break;
  }
  return trouble;
}
