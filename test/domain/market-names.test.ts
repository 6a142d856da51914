import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MarketNames,
  type Nameable,
  namedOutright,
  nameProblemText,
} from '../../src/domain/market-names.js';
import { eventTicker, ticker } from '../../src/domain/units.js';

// Goal: a name means one market or says which it could mean; never a market that merely comes close.
const market = (name: string, title: string, yesSubTitle = ''): Nameable => ({
  ticker: ticker(name),
  eventTicker: eventTicker(name.split('-').slice(0, 2).join('-')),
  title,
  yesSubTitle,
});
const listed = [
  market('KXHIGHNY-26JUN15-B84.5', 'Highest temperature in New York on Jun 15?', '84° to 85°'),
  market('KXHIGHNY-26JUN15-B86.5', 'Highest temperature in New York on Jun 15?', '86° to 87°'),
  market('KXHIGHCHI-26JUN15-B84.5', 'Highest temperature in Chicago on Jun 15?', '84° to 85°'),
  market('KXBTCD-26JUN1517-T120000', 'Bitcoin price on Jun 15, 5 PM?', '$120,000 or above'),
  market('KXFEDDECISION-26JUL-H0', 'Fed decision in July?', 'No change'),
  market('KXPRESPARTY-D', 'Which **party wins**?', 'Democratic'),
];
const names = new MarketNames(listed);
const found = (input: string): string => {
  const result = names.search(input);
  if (result.ok) return result.value.ticker;
  const { code, candidates } = result.error;
  return `${code} ${candidates.map((each) => each.ticker).join()}`.trim();
};

describe('a name that needs no search', () => {
  const aliases = [
    { alias: 'btc120k', ticker: 'KXBTCD-26JUN1517-T120000' },
    { alias: 'KXOLD-26-A', ticker: 'KXNEW-26-A' },
  ];
  it.each([
    ['btc120k', 'alias KXBTCD-26JUN1517-T120000'],
    [' btc120k ', 'alias KXBTCD-26JUN1517-T120000'],
    // An alias overrides what looks like a ticker.
    ['KXOLD-26-A', 'alias KXNEW-26-A'],
    ['KXBTC-26DEC31-B120000', 'ticker KXBTC-26DEC31-B120000'],
    ['KXBTCD-26SEP0107-T100249.99', 'ticker KXBTCD-26SEP0107-T100249.99'],
    ['BTC120K', ''],
    ['kxbtc-26dec31-b120000', ''],
    ['KXBTC', ''],
    ['NEW-YORK', ''],
    ['KXBTC-26 DEC', ''],
    ['KXBTC-26-', ''],
    ['', ''],
  ])('%j is %j', (input, expected) => {
    const named = namedOutright(input, aliases);
    expect(named === null ? '' : `${named.by} ${named.ticker}`).toBe(expected);
  });
});

describe('a name that only looks like another', () => {
  // A Cyrillic letter in the place of a Latin one; a zero for an O; a width that a terminal may not show.
  const alike = [
    'K\u0425HIGHNY-26JUN15-B84.5',
    'KXHIGHNY-26JUN15-B84.5\u200b',
    '\uff2bXHIGHNY-26JUN15-B84.5',
  ];

  it.each(alike)('%s is not the ticker', (name) => {
    // At most it is searched for, as words are.
    expect(namedOutright(name, [])).toBeNull();
  });

  it('may be listed, and takes nothing from the one that it looks like', () => {
    const both = new MarketNames([
      ...alike.map((name) => market(name, 'Highest temperature')),
      ...listed,
    ]);
    const named = both.search('KXHIGHNY-26JUN15-B84.5');
    expect(named.ok && named.value.ticker).toBe('KXHIGHNY-26JUN15-B84.5');
  });
});

describe('a search', () => {
  it.each([
    ['the ticker in small letters', 'kxhighny-26jun15-b84.5', 'KXHIGHNY-26JUN15-B84.5'],
    ['a ticker without a digit', 'KXPRESPARTY-D', 'KXPRESPARTY-D'],
    ['the whole title', 'fed decision in july', 'KXFEDDECISION-26JUL-H0'],
    ['title and subtitle', 'Fed decision in July? No change', 'KXFEDDECISION-26JUL-H0'],
    ['the subtitle', 'democratic', 'KXPRESPARTY-D'],
    ['the series', 'kxbtcd', 'KXBTCD-26JUN1517-T120000'],
    ['the beginning of a title', 'bitcoin pri', 'KXBTCD-26JUN1517-T120000'],
    ['all words, in any order', '84 chicago temperature', 'KXHIGHCHI-26JUN15-B84.5'],
    ['a number with or without its comma', 'bitcoin 120,000', 'KXBTCD-26JUN1517-T120000'],
    ['', 'bitcoin 120000', 'KXBTCD-26JUN1517-T120000'],
    ['words from ticker and title', 'B86.5 new york', 'KXHIGHNY-26JUN15-B86.5'],
    [
      'an event of several markets',
      'kxhighny-26jun15',
      'ambiguous KXHIGHNY-26JUN15-B84.5,KXHIGHNY-26JUN15-B86.5',
    ],
    [
      'words of several markets',
      'temperature 84',
      'ambiguous KXHIGHCHI-26JUN15-B84.5,KXHIGHNY-26JUN15-B84.5',
    ],
    [
      'some of the words: the closest first, and no answer',
      'new york 84 rain',
      'unresolved KXHIGHNY-26JUN15-B84.5,KXHIGHNY-26JUN15-B86.5,KXHIGHCHI-26JUN15-B84.5',
    ],
    [
      'half a word in the middle',
      'york tempera',
      'unresolved KXHIGHNY-26JUN15-B84.5,KXHIGHNY-26JUN15-B86.5,KXHIGHCHI-26JUN15-B84.5',
    ],
    ['nothing like it', 'zebra', 'unresolved'],
    ['no words', ' ?! ', 'unresolved'],
    ['nothing', '', 'unresolved'],
  ])('%s: %j', (_, input, expected) => {
    expect(found(input)).toBe(expected);
  });

  it('prefers a whole name to one that only begins so', () => {
    const both = new MarketNames([market('A-1-X', 'Rain'), market('A-2-X', 'Rain in Austin')]);
    expect(both.search('rain')).toMatchObject({ ok: true, value: { ticker: 'A-1-X' } });
  });

  it('names five candidates at most', () => {
    const many = new MarketNames(
      Array.from({ length: 9 }, (_, i) => market(`A-1-${i}`, 'The same')),
    );
    const result = many.search('the same');
    expect(!result.ok && result.error.candidates.map((each) => each.ticker)).toEqual(
      [0, 1, 2, 3, 4].map((i) => `A-1-${i}`),
    );
  });

  it('does not depend on the order of the list, and never throws', () => {
    const words = fc.constantFrom(
      'new',
      'york',
      '84',
      'temperature',
      'bitcoin',
      'kxhighny',
      'B84.5',
      '(',
      '°',
      '26jun15',
      'zebra',
      '120,000',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words).map((each) => each.join(' ')),
          fc.string({ unit: 'grapheme' }),
        ),
        fc.shuffledSubarray(listed, { minLength: listed.length }),
        (input, shuffled) => {
          const result = new MarketNames(shuffled).search(input);
          expect(result).toEqual(names.search(input));
          if (result.ok) return;
          expect(result.error.candidates.length).toBeLessThanOrEqual(5);
        },
      ),
    );
  });

  it('says what it could be', () => {
    const text = (input: string) => {
      const result = names.search(input);
      return result.ok ? '' : nameProblemText(result.error);
    };
    expect(text('kxhighny')).toBe(
      '"kxhighny" fits several markets; give the ticker of one: KXHIGHNY-26JUN15-B84.5: Highest temperature in New York on Jun 15?, 84° to 85°; KXHIGHNY-26JUN15-B86.5: Highest temperature in New York on Jun 15?, 86° to 87°',
    );
    expect(text('party zebra')).toBe(
      '"party zebra" fits no listed market; closest: KXPRESPARTY-D: Which party wins?, Democratic',
    );
    expect(text('zebra')).toBe('"zebra" fits no listed market; give a ticker, or words of a title');
  });
});
