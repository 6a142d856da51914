import { DAY, HOUR, MINUTE } from './calendar.js';
import type { City } from './cities.js';
import { between, normal, type Stream, stream } from './draws.js';
import type { Knowledge } from './plan.js';

/**
 * The temperature of one city as a function of time, °F, and what can be known about it when.
 *
 * The expected high of a climate day is a martingale that is revealed in half-hour steps until the afternoon peak; the
 * path of the day follows what is revealed so far, so an observation tells no more than the forecast of that moment.
 * On top lies a short-lived error (correlation time 90 minutes) that fades near the peak.
 */
export type Temperature = {
  /** The latent path, sampled every 5 minutes and joined by straight lines. */
  readonly at: (ms: number) => number;
  /** Highest sample of climate day `day` up to `ms`; −Infinity before the day begins. */
  readonly maxSoFar: (day: number, ms: number) => number;
  /** Knowledge at `ms` about the whole-degree maximum of climate day `day`. */
  readonly high: (day: number, ms: number) => Knowledge;
  /** The whole-degree maximum, once the day is over. */
  readonly settledHigh: (day: number) => number;
  /** Highest and lowest sample of the day up to `ms`, and when they were. The day must have begun. */
  readonly extremes: (day: number, ms: number) => Extremes;
  /** Knowledge at `ms` about the temperature at `target`. */
  readonly spot: (target: number, ms: number) => Knowledge;
  /** What a forecast issued at `issued` says for the moment `target`. */
  readonly forecast: (target: number, issued: number) => number;
  /** Start of the climate day: midnight in standard time. */
  readonly dayStart: (day: number) => number;
  readonly dayOf: (ms: number) => number;
};

export type Extremes = {
  readonly max: number;
  readonly maxMs: number;
  readonly min: number;
  readonly minMs: number;
};

/** Observations come this often. */
export const SAMPLE = 5 * MINUTE;
const SAMPLES_PER_DAY = DAY / SAMPLE;
const KNOT = 30 * MINUTE;
/** Reveals begin this long before the peak. */
const KNOTS = 192;
const ERROR_SD = 2;
const ERROR_CORRELATION_MS = 90 * MINUTE;
const ERROR_TERMS = 54;
const DAYS_KEPT = 6;
/** By how much the maximum of the noisy path beats the revealed mean, and how uncertain that is. Measured on the path. */
const MAX_LIFT = 0.8;
const MAX_LIFT_SD = 0.5;

type Day = {
  readonly low: number;
  readonly lowMs: number;
  readonly peakMs: number;
  /** Expected high as revealed at knot k, k = 0 … KNOTS (the peak). */
  readonly revealed: Float64Array;
  /** Running maximum of the samples; NaN where not yet computed. */
  readonly running: Float64Array;
  known: number;
};

export function makeTemperature(seed: number, city: City): Temperature {
  const name = `temperature/${city.station}`;
  const daily = stream(seed, `${name}/day`);
  const reveal = stream(seed, `${name}/reveal`);
  const error = stream(seed, `${name}/error`);
  const days = new Map<number, Day>();
  const errors = new Map<number, number>();

  const dayStart = (day: number): number => day * DAY - city.zone.standard * HOUR;
  const dayOf = (ms: number): number => Math.floor((ms + city.zone.standard * HOUR) / DAY);

  function dayAt(day: number): Day {
    const found = days.get(day);
    if (found !== undefined) return found;
    const made = makeDay(city, daily, reveal, day, dayStart(day));
    // Two neighbours of today and the days ahead are all that is ever asked together.
    if (days.size >= DAYS_KEPT * 2) days.delete(days.keys().next().value ?? day);
    days.set(day, made);
    return made;
  }

  /** The error at sample `k`: a moving average that behaves like an Ornstein-Uhlenbeck process. */
  function errorAt(k: number): number {
    const found = errors.get(k);
    if (found !== undefined) return found;
    const rho = Math.exp(-SAMPLE / ERROR_CORRELATION_MS);
    let sum = 0;
    let weight = ERROR_SD * Math.sqrt(1 - rho * rho);
    for (let j = 0; j < ERROR_TERMS; j += 1) {
      sum += weight * normal(error, k - j);
      weight *= rho;
    }
    if (errors.size > 4_000) errors.clear();
    errors.set(k, sum);
    return sum;
  }

  /** Between two samples the path is a line, so whoever watches it knows the error in between as well. */
  function errorNow(ms: number): number {
    const k = Math.floor(ms / SAMPLE);
    const part = ms / SAMPLE - k;
    return errorAt(k) * (1 - part) + (part === 0 ? 0 : errorAt(k + 1) * part);
  }

  function meanAt(target: number, known: number): { mean: number; up: number; owner: Day } {
    const { low, up, owner } = shapeAt(target, dayOf(target), dayAt);
    const high = revealedAt(owner, Math.min(known, target));
    return { mean: low + (high - low) * up, up, owner };
  }

  const fade = (up: number): number => 1 - 0.75 * up * up;

  function sampleAt(k: number): number {
    const ms = k * SAMPLE;
    const { mean, up } = meanAt(ms, ms);
    return mean + errorAt(k) * fade(up);
  }

  function at(ms: number): number {
    const k = Math.floor(ms / SAMPLE);
    const part = ms / SAMPLE - k;
    return sampleAt(k) * (1 - part) + (part === 0 ? 0 : sampleAt(k + 1) * part);
  }

  function maxSoFar(day: number, ms: number): number {
    const start = dayStart(day);
    if (ms < start) return Number.NEGATIVE_INFINITY;
    const own = dayAt(day);
    const last = Math.min(SAMPLES_PER_DAY - 1, Math.floor((ms - start) / SAMPLE));
    const base = start / SAMPLE;
    for (let i = own.known; i <= last; i += 1) {
      const before = i === 0 ? Number.NEGATIVE_INFINITY : (own.running[i - 1] ?? 0);
      own.running[i] = Math.max(before, sampleAt(base + i));
      own.known = i + 1;
    }
    return own.running[last] ?? Number.NEGATIVE_INFINITY;
  }

  function high(day: number, ms: number): Knowledge {
    const own = dayAt(day);
    const end = dayStart(day) + DAY;
    const max = maxSoFar(day, ms);
    if (ms >= end) return { mean: Math.round(max), sd: 0, floor: Number.NEGATIVE_INFINITY };
    const remaining = revealedSd(city, own.peakMs - ms);
    // After the peak only the short error can still lift the maximum, and that chance dies within two hours.
    const lead = (own.peakMs - ms) / HOUR;
    const lift = lead > 0 ? MAX_LIFT * Math.min(1, 0.3 + 0.28 * lead) : 0.3 * MAX_LIFT + 0.5 * lead;
    const sd = Math.sqrt(remaining ** 2 + MAX_LIFT_SD ** 2);
    return {
      mean: revealedAt(own, ms) + lift,
      sd,
      // Whole degrees settle, so a maximum of 84.4 is a floor of 84 on the scale whose bounds lie on halves.
      floor: max === Number.NEGATIVE_INFINITY ? max : Math.round(max) - 0.5,
    };
  }

  function spot(target: number, ms: number): Knowledge {
    if (ms >= target) {
      return { mean: Math.round(at(target)), sd: 0, floor: Number.NEGATIVE_INFINITY };
    }
    const { mean, up, owner } = meanAt(target, ms);
    const rho = Math.exp(-(target - ms) / ERROR_CORRELATION_MS);
    const shrink = fade(up);
    const open = revealedSd(city, owner.peakMs - ms) ** 2;
    const closed = revealedSd(city, owner.peakMs - target) ** 2;
    const path = up * up * Math.max(0, open - closed);
    return {
      mean: mean + errorNow(ms) * rho * shrink,
      sd: Math.sqrt(path + (ERROR_SD * shrink) ** 2 * (1 - rho * rho)),
      floor: Number.NEGATIVE_INFINITY,
    };
  }

  function extremes(day: number, ms: number): Extremes {
    const start = dayStart(day);
    const last = Math.min(SAMPLES_PER_DAY - 1, Math.floor((ms - start) / SAMPLE));
    const found = { max: sampleAt(start / SAMPLE), maxMs: start, min: 0, minMs: start };
    found.min = found.max;
    for (let i = 1; i <= last; i += 1) {
      const value = sampleAt(start / SAMPLE + i);
      if (value > found.max) Object.assign(found, { max: value, maxMs: start + i * SAMPLE });
      if (value < found.min) Object.assign(found, { min: value, minMs: start + i * SAMPLE });
    }
    return found;
  }

  return {
    at,
    maxSoFar,
    high,
    settledHigh: (day) => Math.round(maxSoFar(day, dayStart(day) + DAY)),
    extremes,
    spot,
    forecast: (target, issued) => meanAt(target, issued).mean,
    dayStart,
    dayOf,
  };
}

function makeDay(city: City, daily: Stream, reveal: Stream, day: number, start: number): Day {
  // Warmest around 20 July; a slow anomaly swings over several days.
  const season = Math.cos((2 * Math.PI * (dayOfYear(start) - 201)) / 365.25);
  const middle = (city.highJuly + city.highJanuary) / 2;
  const climate = middle + ((city.highJuly - city.highJanuary) / 2) * season;
  const anomaly = slow(daily, day) * (3 + 2 * (1 - season));
  const peakMs = start + between(daily, day * 4 + 1, 14, 16.5) * HOUR;
  const range = city.range * between(daily, day * 4 + 2, 0.7, 1.15);
  const revealed = new Float64Array(KNOTS + 1);
  let value = climate + anomaly;
  for (let k = 0; k <= KNOTS; k += 1) {
    if (k > 0) {
      const before = revealedSd(city, (KNOTS - k + 1) * KNOT);
      const after = revealedSd(city, (KNOTS - k) * KNOT);
      value += Math.sqrt(before * before - after * after) * normal(reveal, day * 256 + k);
    }
    revealed[k] = value;
  }
  return {
    low: climate + anomaly - range,
    lowMs: start + between(daily, day * 4 + 3, 5, 6.5) * HOUR,
    peakMs,
    revealed,
    running: new Float64Array(SAMPLES_PER_DAY).fill(Number.NaN),
    known: 0,
  };
}

function dayOfYear(ms: number): number {
  return (ms - Date.UTC(new Date(ms).getUTCFullYear(), 0, 1)) / DAY;
}

/** A smooth unit-ish swing with knots three days apart. */
function slow(of: Stream, day: number): number {
  const knot = Math.floor(day / 3);
  const part = day / 3 - knot;
  return (
    normal(of, knot * 4 + 1_000_000_000) * (1 - part) +
    normal(of, (knot + 1) * 4 + 1_000_000_000) * part
  );
}

/** Standard deviation of what the high can still differ from its revealed mean, `lead` ms before the peak. */
function revealedSd(city: City, lead: number): number {
  return lead <= 0 ? 0 : city.sd * (lead / DAY) ** 0.4;
}

/** The high as revealed at `ms`: constant between half hours, because a line to the next knot would look ahead. */
function revealedAt(day: Day, ms: number): number {
  const position = KNOTS - (day.peakMs - ms) / KNOT;
  if (position <= 0) return day.revealed[0] ?? 0;
  if (position >= KNOTS) return day.revealed[KNOTS] ?? 0;
  const k = Math.floor(position);
  return day.revealed[k] ?? 0;
}

/** Where the moment lies between the neighbouring low and high: `up` is 0 at the low and 1 at the high. */
function shapeAt(
  ms: number,
  day: number,
  dayAt: (day: number) => Day,
): { low: number; up: number; owner: Day } {
  const today = dayAt(day);
  if (ms < today.lowMs) {
    const before = dayAt(day - 1);
    const part = (ms - before.peakMs) / (today.lowMs - before.peakMs);
    return { low: today.low, up: 0.5 + 0.5 * Math.cos(Math.PI * part), owner: before };
  }
  if (ms <= today.peakMs) {
    const part = (ms - today.lowMs) / (today.peakMs - today.lowMs);
    return { low: today.low, up: 0.5 - 0.5 * Math.cos(Math.PI * part), owner: today };
  }
  const next = dayAt(day + 1);
  const part = (ms - today.peakMs) / (next.lowMs - today.peakMs);
  return { low: next.low, up: 0.5 + 0.5 * Math.cos(Math.PI * part), owner: today };
}
