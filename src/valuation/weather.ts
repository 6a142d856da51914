import type { ListedMarket } from '../domain/market.js';
import { err, ok, type Result } from '../domain/result.js';
import type { EpochMs, Probability } from '../domain/units.js';
import type { NoSignal, WeatherEvidence } from '../messages/evidence.js';
import type { FairValue } from '../messages/valuation.js';
import {
  chanceOfMaximum,
  degreesOf,
  type Forecasted,
  forecastCdf,
  type Interval,
  sigmaAtPoint,
  sigmaOf,
} from './forecast-error.js';
import { clipFair } from './numbers.js';
import { coversPath, valueAt } from './temperature-path.js';

/** The strikes of a market: which whole degrees pay. */
export type Strikes = Pick<ListedMarket, 'strikeType' | 'floorStrike' | 'capStrike'>;

const hourMs = 3_600_000;

/**
 * The weather specialist: what a temperature market is worth, given what is known of its station. Student-t error around
 * the public forecast, widened by lead; within the day the settled high is max(observed, what the remaining hours bring),
 * a low the mirror image; an official value decides. A ladder's values sum to one, up to the clip at 0.2 %. VALUATION
 * §1.6.
 */
export function weatherFair(
  strikes: Strikes,
  evidence: WeatherEvidence,
  at: EpochMs,
): Result<FairValue, NoSignal> {
  const interval = paidInterval(strikes);
  if (interval === null) return err('unknown_rules');
  const model = chanceModel(evidence, at);
  if (!model.ok) return model;
  const chance = model.value;
  const exact = chance(interval, { shift: 0, widen: 1 });
  const sigma = evidence.official === null ? uncertainty(chance, interval) : officialSigma;
  const fair = clipFair(exact);
  // NaN refuses.
  if (!(fair >= 0 && fair <= 1 && sigma > 0)) return err('bad_answer');
  const by = evidence.station === null ? 'weather_point' : 'weather';
  return ok({ model: by, fair: fair as Probability, sigma });
}

/** The degrees that pay, with bounds between whole ones; null for strikes that are missing or contradict each other. */
export function paidInterval({ strikeType, floorStrike, capStrike }: Strikes): Interval | null {
  const floor = floorStrike ?? Number.NaN;
  const cap = capStrike ?? Number.NaN;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  switch (strikeType) {
    case 'greater':
      low = Math.floor(floor) + 0.5;
      break;
    case 'greater_or_equal':
      low = Math.ceil(floor) - 0.5;
      break;
    case 'less':
      high = Math.ceil(cap) - 0.5;
      break;
    case 'less_or_equal':
      high = Math.floor(cap) + 0.5;
      break;
    case 'between':
      low = Math.ceil(floor) - 0.5;
      high = Math.floor(cap) + 0.5;
      break;
    default:
      return null;
  }
  return low < high ? { low, high } : null;
}

/** The model's own doubt: its mean moved by `shift` standard deviations, its spread multiplied by `widen`. */
type Doubt = { readonly shift: number; readonly widen: number };
type Chance = (interval: Interval, doubt: Doubt) => number;

function chanceModel(evidence: WeatherEvidence, at: EpochMs): Result<Chance, NoSignal> {
  const { official, quantity } = evidence;
  if (official !== null) {
    const { fahrenheit } = official;
    return ok(({ low, high }) => (fahrenheit > low && fahrenheit < high ? 1 : 0));
  }
  return quantity === 'hourly' ? momentModel(evidence, at) : extremeModel(evidence, at);
}

/** A settled value is only ever wrong by a dispute. */
const officialSigma = 0.002;
/** How far the mean of the error may lie off, in its own spread, and how far the spread, as a factor. */
const shiftDoubt = 0.25;
const widenDoubt = 1.25;
/** No probability of a model is known better than this. */
const sigmaMin = 0.01;

function uncertainty(chance: Chance, interval: Interval): number {
  const moved =
    chance(interval, { shift: shiftDoubt, widen: 1 }) -
    chance(interval, { shift: -shiftDoubt, widen: 1 });
  const wider =
    chance(interval, { shift: 0, widen: widenDoubt }) -
    chance(interval, { shift: 0, widen: 1 / widenDoubt });
  return Math.hypot(moved / 2, wider / 2, sigmaMin);
}

const doubted = (
  { mu, sigma, df }: Forecasted,
  { shift, widen }: { readonly shift: number; readonly widen: number },
): Forecasted => ({ mu: mu + shift * sigma, sigma: sigma * widen, df });

/** Watched until the end, give or take: nothing is left to forecast. */
const watchedMs = 1.5 * hourMs;
/** One extreme in fourteen lies a degree beyond the readings: they are minutes apart, and are rounded back. */
const unseenShare = 0.07;

/** Daily extremes. A low is the mirror image of a high: everything changes sign. */
function extremeModel(evidence: WeatherEvidence, at: EpochMs): Result<Chance, NoSignal> {
  const sign = evidence.quantity === 'daily_low' ? -1 : 1;
  const { observed, to } = evidence;
  const isOver = observed !== null && to - observed.at <= watchedMs && at >= to;
  const remaining = isOver ? null : remainingExtreme(evidence, at, sign);
  if (remaining === null && !isOver) return err('no_data');
  return ok(({ low, high }, doubt) => {
    const interval = sign > 0 ? { low, high } : { low: -high, high: -low };
    const forecast = remaining === null ? null : doubted(remaining, doubt);
    if (observed === null) return chanceOfMaximum(interval, forecast, null);
    const seen = sign * observed.fahrenheit;
    const unseen = unseenShare * doubt.widen;
    return (
      (1 - unseen) * chanceOfMaximum(interval, forecast, seen) +
      unseen * chanceOfMaximum(interval, forecast, seen + 1)
    );
  });
}

/** Never narrower than this before noon of the day, °F. */
const sigmaMorningMin = 1.2;
/** What a high rises between and beyond the hours of a forecast: they undershoot it (MEASURED, 0.3–1.7 °F). */
const lift = 0.5;
/** How a forecast's miss of the present temperature carries over to the extreme, e-fold; and from how far ahead it does. */
const missCarriesMs = 1.5 * hourMs;
const missTellsMs = 3 * hourMs;
/** What was reached further from the forecast was reached at another time of the day and tells nothing, °F. */
const missMax = 4;

/** The extreme of what was not watched yet, times `sign`; null without a forecast that covers it. */
function remainingExtreme(
  { station, forecast, observed, from, to, sigmaF }: WeatherEvidence,
  at: EpochMs,
  sign: 1 | -1,
): Forecasted | null {
  if (forecast === null) return null;
  const since = observed === null ? from : Math.max(observed.at, from);
  const first = valueAt(forecast.hourly, since);
  if (first === null || !coversPath(forecast.hourly, since, to)) return null;
  let peak = sign * first;
  let peakAt: number = since;
  for (const hour of forecast.hourly) {
    if (hour.at <= since || hour.at >= to || sign * hour.fahrenheit <= peak) continue;
    peak = sign * hour.fahrenheit;
    peakAt = hour.at;
  }
  const leadMs = Math.max(0, peakAt - at);
  const month = new Date(from + 12 * hourMs).getUTCMonth() + 1;
  const byTable = sigmaOf(station, month, leadMs / hourMs);
  const sigma =
    station === null || sigmaF === null || !(sigmaF > 0)
      ? byTable
      : at < from
        ? sigmaF
        : Math.min(sigmaF, byTable);
  // While the temperature is on its way to the extreme, what was reached tells how far off the forecast is now.
  const isAhead = peakAt > since;
  const off = observed === null ? 0 : sign * (observed.fahrenheit - first);
  const tells = isAhead && leadMs <= missTellsMs && Math.abs(off) <= missMax;
  const miss = tells ? off * Math.exp(-leadMs / missCarriesMs) : 0;
  // Forecasts of lows err to the cold side already.
  return {
    mu: peak + miss + (sign > 0 && isAhead ? lift : 0),
    sigma: at < from + 12 * hourMs ? Math.max(sigma, sigmaMorningMin) : sigma,
    df: degreesOf(station),
  };
}

/**
 * How wide the miss at a moment is when none is known at present, °F: clear nights go their own way, the warmest hours
 * follow the forecast.
 */
const missSigmaCold = 1.9;
const missSigmaWarm = 0.7;

/** How long the miss at a reading lasts, e-fold. */
const missLastsMs = 1.5 * hourMs;
/** Rounding of forecast and reading, and the minute between reading and moment, °F. */
const momentSigmaMin = 0.3;

/** This close to the moment the public reading is too old: whoever watches the station itself knows better. */
const momentBlindMs = 0.5 * hourMs;

/** The temperature at one moment: the forecast, moved by what is left by then of its miss at the last reading. */
function momentModel(evidence: WeatherEvidence, at: EpochMs): Result<Chance, NoSignal> {
  const { forecast, observed, station, to } = evidence;
  if (!(to - at >= momentBlindMs)) return err('too_late');
  const expected = forecast === null ? null : valueAt(forecast.hourly, to);
  if (forecast === null || expected === null) return err('no_data');
  const then = observed === null ? null : valueAt(forecast.hourly, observed.at);
  const kept = observed === null || then === null ? 0 : Math.exp((observed.at - to) / missLastsMs);
  const miss = observed === null || then === null ? 0 : observed.fahrenheit - then;
  const temperatures = forecast.hourly.map(({ fahrenheit }) => fahrenheit);
  const [coldest, warmest] = [Math.min(...temperatures), Math.max(...temperatures)];
  const warmth = warmest > coldest ? Math.min(1, (expected - coldest) / (warmest - coldest)) : 0.5;
  const missSigma = missSigmaCold + (missSigmaWarm - missSigmaCold) * Math.max(0, warmth);
  const model: Forecasted = {
    mu: expected + kept * miss,
    sigma: Math.hypot(
      missSigma * Math.sqrt(1 - kept * kept),
      momentSigmaMin,
      station === null ? sigmaAtPoint : 0,
    ),
    df: degreesOf(station),
  };
  return ok(({ low, high }, doubt) => {
    const moved = doubted(model, doubt);
    return forecastCdf(high, moved) - forecastCdf(low, moved);
  });
}
