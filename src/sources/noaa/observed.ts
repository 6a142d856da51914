import { err, ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import type { NoSignal, WeatherEvidence } from '../../messages/evidence.js';
import { hourMs } from './dates.js';
import type { ClimateReport } from './parse-climate.js';
import {
  certainHigh,
  certainLow,
  extremeHalfStep,
  type Observations,
  type Reading,
  sixHoursMs,
} from './parse-observations.js';
import type { WeatherSubject } from './station.js';

type Observed = NonNullable<WeatherEvidence['observed']>;

/** Readings come every five minutes to every hour, some twenty minutes late; between these an extreme may have passed. */
const holeMsMax = 2 * hourMs;

/**
 * Of a day: the whole degree that its high has certainly reached (its low certainly fallen to), from readings, six-hour
 * extremes and preliminary reports; `at` is the time up to which it was watched. Of an hourly market: its latest reading,
 * not rounded. Null: nothing read yet in a period that has just begun.
 */
export function observedOf(
  subject: WeatherSubject,
  observations: Observations,
  reports: readonly ClimateReport[],
  at: EpochMs,
): Result<Observed | null, NoSignal> {
  const { quantity, from, to } = subject;
  const until = Math.min(at, to);
  const inside = observations.readings.filter(
    (reading) => reading.at >= from && reading.at <= until,
  );
  const latest = inside[inside.length - 1];
  if (quantity === 'hourly')
    return ok(latest === undefined ? null : { fahrenheit: latest.fahrenheit, at: latest.at });
  if (latest === undefined) {
    if (until - from <= holeMsMax) return ok(null);
    return err(observations.readings.length > 0 ? 'source_stale' : 'no_data');
  }
  if (until - latest.at > holeMsMax) return err('source_stale');
  if (hasHole(from, inside)) return err('no_data');
  const isHigh = quantity === 'daily_high';
  const bounds = [
    ...inside.map(({ fahrenheit, halfStep }) =>
      isHigh ? certainHigh(fahrenheit, halfStep) : certainLow(fahrenheit, halfStep),
    ),
    ...sixHourBounds(subject, observations, until),
    ...reports.flatMap((report) => (isHigh ? report.maximum : report.minimum) ?? []),
  ];
  const fahrenheit = isHigh ? Math.max(...bounds) : Math.min(...bounds);
  return ok({ fahrenheit, at: latest.at });
}

function hasHole(from: EpochMs, readings: readonly Reading[]): boolean {
  return readings.some((reading, i) => reading.at - (readings[i - 1]?.at ?? from) > holeMsMax);
}

/** Only of six hours that lie wholly within the day. */
function sixHourBounds(
  { quantity, from }: WeatherSubject,
  { sixHours }: Observations,
  until: number,
): readonly number[] {
  return sixHours
    .filter(({ at }) => at - sixHoursMs >= from && at <= until)
    .flatMap(({ high, low }): readonly number[] => {
      if (quantity === 'daily_high')
        return high === null ? [] : [certainHigh(high, extremeHalfStep)];
      return low === null ? [] : [certainLow(low, extremeHalfStep)];
    });
}
