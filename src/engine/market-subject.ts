import { assertNever } from '../domain/assert.js';
import type { ListedMarket } from '../domain/market.js';
import type { Result } from '../domain/result.js';
import type { NoSignal } from '../messages/evidence.js';
import { injuryFeed } from '../sources/injuries/injuries-known.js';
import { type WeatherSubject, weatherSubject } from '../sources/noaa/station.js';
import type { Place } from '../sources/noaa/stations.js';
import { type CryptoTerms, cryptoTerms } from '../valuation/crypto-terms.js';
import { type SportsTerms, sportsTerms } from '../valuation/sports-terms.js';

/** What a market is about, in its own words, or why that cannot be told. */
export type Subject =
  | { readonly kind: 'weather'; readonly terms: Result<WeatherSubject, NoSignal> }
  | { readonly kind: 'crypto'; readonly terms: Result<CryptoTerms, NoSignal> }
  | { readonly kind: 'sports'; readonly terms: Result<SportsTerms, NoSignal> }
  | { readonly kind: 'other' };

/** Read from rules and settlement sources; `point` stands in where a weather market names no known station. */
export function subjectOf(market: ListedMarket, point: Place): Subject {
  switch (market.vertical) {
    case 'weather':
      return { kind: 'weather', terms: weatherSubject(market, point) };
    case 'crypto':
      return { kind: 'crypto', terms: cryptoTerms(market, market.settlementSources) };
    case 'sports':
      return { kind: 'sports', terms: sportsTerms(market) };
    case 'other':
      return { kind: 'other' };
    default:
      return assertNever(market.vertical);
  }
}

/** One name for all markets that the same answers are about: a station, a coin, a league's feed. Null: none. */
export function aboutOf(subject: Subject, injuries: string | null): string | null {
  if (subject.kind === 'other' || !subject.terms.ok) return null;
  switch (subject.kind) {
    case 'weather':
      return `weather ${subject.terms.value.station.icao ?? 'point'}`;
    case 'crypto':
      return `crypto ${subject.terms.value.asset}`;
    case 'sports':
      return `sports ${injuryFeed(injuries ?? '', subject.terms.value.league)}`;
    default:
      return assertNever(subject);
  }
}
