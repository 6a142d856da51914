import { expect, it } from 'vitest';
import { watchedAmong } from '../../src/domain/watch-list.js';
import { aMarket } from '../support/fixtures.js';

// Goal: an entry means a market that is listed, or says why it means none.
const markets = [
  aMarket('KXHIGHNY-26AUG10-B84.5', { yesSubTitle: '84° to 85°' }),
  aMarket('KXHIGHNY-26AUG10-B86.5', { yesSubTitle: '86° to 87°' }),
];
const aliases = [
  { alias: 'hot', ticker: 'KXHIGHNY-26AUG10-B86.5' },
  { alias: 'gone', ticker: 'KXHIGHNY-26AUG09-B86.5' },
];
const meant = (...inputs: string[]) =>
  watchedAmong({ inputs, aliases, isStrict: false }, markets).map(({ input, ticker, problem }) => [
    input,
    ticker ?? problem?.code,
  ]);

it('looks entries up in their order: aliases, tickers, words', () => {
  expect(
    meant('hot', 'KXHIGHNY-26AUG10-B84.5', '84 new york', 'new york', 'rain', 'gone', 'KXX-1-A'),
  ).toEqual([
    ['hot', 'KXHIGHNY-26AUG10-B86.5'],
    ['KXHIGHNY-26AUG10-B84.5', 'KXHIGHNY-26AUG10-B84.5'],
    ['84 new york', 'KXHIGHNY-26AUG10-B84.5'],
    ['new york', 'ambiguous'],
    ['rain', 'unresolved'],
    ['gone', 'not_listed'],
    ['KXX-1-A', 'not_listed'],
  ]);
  expect(meant()).toEqual([]);
});

it('names the alias and what it stands for', () => {
  const [entry] = watchedAmong({ inputs: ['gone'], aliases, isStrict: true }, markets);
  expect(entry?.problem?.text).toBe(
    '"gone" (KXHIGHNY-26AUG09-B86.5) is not among the markets that can be traded now',
  );
});
