import { expect, it } from 'vitest';
import { verticalOf } from '../../src/valuation/vertical.js';

it.each([
  ['weather', 'Climate and Weather', [], 'KXHIGHNY'],
  ['crypto', 'Crypto', ['Hourly'], 'KXBTCD'],
  ['sports', 'Sports', ['Tennis'], 'KXWTAMATCH'],
  ['crypto', 'Financials', ['BTC'], 'KXANYTHING'],
  ['weather', '', [], 'KXLOWTCHI'],
  ['crypto', '', [], 'KXETH15M'],
  ['sports', '', [], 'KXNFLGAME'],
  ['other', 'Politics', ['Ethics'], 'KXPRES'],
  ['other', '', [], ''],
  // A category we know is not overruled by a tag or a ticker.
  ['sports', 'Sports', ['Crypto'], 'KXBTCBOWL'],
])('%s: %s %j %s', (vertical, category, tags, seriesTicker) => {
  expect(verticalOf({ category, tags, seriesTicker })).toBe(vertical);
});
