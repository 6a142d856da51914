import type { Crypto } from './crypto.js';
import { RUNGS_PER_TOPIC, singleLine, topicLine } from './other.js';
import type { Line } from './plan.js';
import { GAMES_MAX, type Sports } from './sports.js';
import type { Weather } from './weather.js';

const PER_WEATHER_EVENT = 6;
/** Ladder and range markets of one hour, all coins, and the up/down markets beside them. */
const PER_CRYPTO_HOUR = 78;
const UP_DOWN = 4;
const CRYPTO_LEADS_MAX = 11;

/** What is listed at the origin: exactly `markets` markets, in shares that keep every kind present. */
export function makeListing(
  seed: number,
  originMs: number,
  markets: number,
  weather: Weather,
  crypto: Crypto,
  sports: Sports,
): Line[] {
  const lines: Line[] = [];
  let left = markets;
  const add = (made: readonly Line[], perLine: number): void => {
    lines.push(...made);
    left -= made.length * perLine;
  };

  add(weather.lines(Math.floor((markets * 0.36) / PER_WEATHER_EVENT)), PER_WEATHER_EVENT);
  const leads = Math.min(
    CRYPTO_LEADS_MAX,
    Math.round((markets * 0.32 - UP_DOWN) / PER_CRYPTO_HOUR),
  );
  // Without room for a whole hour only the up/down markets are listed.
  if (markets >= 12) {
    lines.push(...crypto.lines(Math.max(0, leads)));
    left -= Math.max(0, leads) * PER_CRYPTO_HOUR + UP_DOWN;
  }
  add(sports.lines(Math.min(GAMES_MAX, Math.floor((markets * 0.08) / 2))), 2);
  const singles = (kind: 'combo' | 'provisional' | 'plain', count: number): void => {
    add(
      Array.from({ length: count }, (_, i) => singleLine(seed, originMs, i, kind)),
      1,
    );
  };
  singles('combo', Math.floor(markets * 0.05));
  singles('provisional', Math.floor(markets * 0.015));
  const topics = Math.max(0, Math.floor(left / RUNGS_PER_TOPIC));
  add(
    Array.from({ length: topics }, (_, i) => topicLine(seed, originMs, i, RUNGS_PER_TOPIC)),
    RUNGS_PER_TOPIC,
  );
  singles('plain', Math.max(0, left));
  return lines;
}
