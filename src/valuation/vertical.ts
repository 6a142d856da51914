import type { Vertical } from '../domain/market.js';

/** What a vertical is read from: the exchange's own words first, the ticker only when they say nothing. */
export type VerticalClues = {
  readonly category: string;
  readonly tags: readonly string[];
  readonly seriesTicker: string;
};

const words: readonly (readonly [Vertical, readonly string[]])[] = [
  ['weather', ['climate', 'weather', 'temperature', 'hurricane', 'rain', 'snow']],
  ['crypto', ['crypto', 'bitcoin', 'ethereum', 'btc', 'eth']],
  [
    'sports',
    ['sports', 'football', 'basketball', 'baseball', 'hockey', 'soccer', 'tennis', 'golf'],
  ],
];

const prefixes: readonly (readonly [Vertical, readonly string[]])[] = [
  ['weather', ['HIGH', 'LOWT', 'TEMP', 'RAIN', 'SNOW', 'HURR', 'TORNADO']],
  ['crypto', ['BTC', 'ETH', 'SOLD', 'SOL15M', 'SOLE', 'XRP', 'DOGE', 'CRYPTO']],
  [
    'sports',
    ['NFL', 'NBA', 'WNBA', 'MLB', 'NHL', 'NCAA', 'WTA', 'ATP', 'PGA', 'UFC', 'MLS', 'EPL'],
  ],
];

/** The vertical of a series. Category, then tags, then the ticker; a category we know is never overruled. */
export function verticalOf({ category, tags, seriesTicker }: VerticalClues): Vertical {
  for (const text of [category, ...tags]) {
    const named = byWords(text);
    if (named !== null) return named;
  }
  const series = seriesTicker.toUpperCase().replace(/^KX/, '');
  for (const [vertical, starts] of prefixes)
    if (starts.some((start) => series.startsWith(start))) return vertical;
  return 'other';
}

/** Whole words only: `Ethics` is not `eth`. */
function byWords(text: string): Vertical | null {
  const found = text.toLowerCase().split(/[^a-z0-9]+/);
  for (const [vertical, names] of words)
    if (names.some((name) => found.includes(name))) return vertical;
  return null;
}
