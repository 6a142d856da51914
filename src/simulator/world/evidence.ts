import type { Crypto } from './crypto.js';
import { injuries, onchain, sentiment, spot } from './evidence-feeds.js';
import { noaa } from './evidence-noaa.js';
import type { Sports } from './sports.js';
import type { World } from './types.js';
import type { Weather } from './weather.js';

/** The evidence endpoints of the world. Everything they say is a function of the seed and of the moment asked about. */
export function makeEvidence(
  seed: number,
  weather: Weather,
  crypto: Crypto,
  sports: Sports,
): World['evidence'] {
  return (source, path, query, atMs) => {
    switch (source) {
      case 'noaa':
        return noaa(weather, path, query, atMs);
      case 'injuries':
        return injuries(sports, path, atMs);
      case 'sentiment':
        return sentiment(seed, query, atMs);
      case 'onchain':
        return onchain(seed, crypto, path, atMs);
      case 'spot':
        return spot(seed, crypto, path, query, atMs);
    }
  };
}
