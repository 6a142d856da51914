import type { Crypto } from './crypto.js';
import type { Sports } from './sports.js';
import type { World } from './types.js';
import type { Weather } from './weather.js';

/** The evidence endpoints of the world. */
export function makeEvidence(
  _seed: number,
  _originMs: number,
  _weather: Weather,
  _crypto: Crypto,
  _sports: Sports,
): World['evidence'] {
  return () => null;
}
