import type { Market } from './market.js';
import { err, ok, type Result } from './result.js';
import { type Ticker, ticker } from './units.js';

/** What of a listed market a person may call it by. */
export type Nameable = Pick<Market, 'ticker' | 'eventTicker' | 'title' | 'yesSubTitle'>;

/** An own name for a market. */
export type MarketAlias = { readonly alias: string; readonly ticker: string };

export type NamedMarket = {
  readonly ticker: Ticker;
  readonly by: 'alias' | 'ticker' | 'search';
};

export type NameProblem = {
  /** `unresolved`: fits no market, though candidates may come close. `ambiguous`: fits several equally well. */
  readonly code: 'unresolved' | 'ambiguous';
  readonly input: string;
  /** Best first. */
  readonly candidates: readonly Nameable[];
};

/** Kinds of fit; a better kind beats a worse one, whatever the words. Only the last is a hint and no answer. */
const fits = { ticker: 5, exact: 4, prefix: 3, allWords: 2, someWords: 1 } as const;

/** Named in a problem at most. */
const candidatesMax = 5;

/** As the exchange writes tickers: capitals, digits and dots in parts with dashes between them, a digit somewhere. */
const tickerShape = /^(?=\D*\d)[A-Z][A-Z0-9.]*(?:-[A-Z0-9.]+)+$/;

/**
 * What an input means without looking at any market: an alias stands for its ticker, and what is written as a ticker is
 * one. Null: it has to be searched for.
 */
export function namedOutright(input: string, aliases: readonly MarketAlias[]): NamedMarket | null {
  const name = input.trim();
  const alias = aliases.find((each) => each.alias === name);
  if (alias !== undefined) return { ticker: ticker(alias.ticker), by: 'alias' };
  return tickerShape.test(name) ? { ticker: ticker(name), by: 'ticker' } : null;
}

/** The names of a list of markets. Nothing is read before somebody searches, and then once for all searches. */
export class MarketNames {
  readonly #markets: readonly Nameable[];
  #texts: readonly string[] | null = null;

  constructor(markets: readonly Nameable[]) {
    this.#markets = markets;
  }

  /** The one market that fits an input best, in whatever order they are listed. */
  search(input: string): Result<NamedMarket, NameProblem> {
    const wanted = wordsOf(input);
    const fitting = this.#fitting(input.trim(), wanted);
    fitting.sort((a, b) => b.score - a.score || (a.market.ticker < b.market.ticker ? -1 : 1));
    const [first, second] = fitting;
    const problem = (
      code: NameProblem['code'],
      among: typeof fitting,
    ): Result<never, NameProblem> =>
      err({ code, input, candidates: among.slice(0, candidatesMax).map(({ market }) => market) });
    if (first === undefined || first.score < fits.allWords) return problem('unresolved', fitting);
    if (second !== undefined && second.score >= first.score)
      return problem(
        'ambiguous',
        fitting.filter(({ score }) => score === first.score),
      );
    return ok({ ticker: first.market.ticker, by: 'search' });
  }

  #fitting(name: string, wanted: readonly string[]): { market: Nameable; score: number }[] {
    this.#texts ??= this.#markets.map((market) => folded(fieldsOf(market).join(' ')));
    const scored: { market: Nameable; score: number }[] = [];
    for (const [place, market] of this.#markets.entries()) {
      const text = this.#texts[place] ?? '';
      // Most markets have none of the words: they cost no more than this look.
      const found = wanted.filter((word) => text.includes(word)).length;
      if (found === 0) continue;
      const some = found / (wanted.length + 1);
      scored.push({ market, score: found < wanted.length ? some : fitOf(name, wanted, market) });
    }
    return scored;
  }
}

/** How all words of an input fit a market; the last may be cut short where a name begins with them. */
function fitOf(name: string, wanted: readonly string[], market: Nameable): number {
  if (name.toUpperCase() === market.ticker.toUpperCase()) return fits.ticker;
  const said = wanted.join(' ');
  const names = fieldsOf(market).map((field) => wordsOf(field));
  if (names.some((words) => words.join(' ') === said)) return fits.exact;
  if (names.some((words) => words.join(' ').startsWith(said))) return fits.prefix;
  const known = new Set(names.flat());
  return wanted.every((word) => known.has(word)) ? fits.allWords : fits.someWords;
}

/** Ticker, title and subtitle, also in one breath, event, and series: what the event's ticker begins with. */
function fieldsOf({ ticker: own, eventTicker, title, yesSubTitle }: Nameable): readonly string[] {
  const series = eventTicker.split('-')[0] ?? '';
  return [own, title, yesSubTitle, `${title} ${yesSubTitle}`, eventTicker, series];
}

/** In small letters, without the commas of "120,000". */
const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\d),(?=\d{3})/g, '');

/** Letters and digits, with the dot of a decimal. */
const wordsOf = (text: string): readonly string[] =>
  folded(text).match(/[\p{L}\p{N}]+(?:\.\p{N}+)*/gu) ?? [];

/** A title without the exchange's marks for bold. */
export const plainTitle = (title: string): string => title.replaceAll('**', '');

/** One line for people: what was meant to be found, and what comes closest. */
export function nameProblemText({ code, input, candidates }: NameProblem): string {
  const what = code === 'ambiguous' ? 'fits several markets' : 'fits no listed market';
  const named = candidates.map(({ ticker: own, title, yesSubTitle }) =>
    [own, [plainTitle(title), yesSubTitle].filter((text) => text !== '').join(', ')]
      .filter((text) => text !== '')
      .join(': '),
  );
  const hint =
    named.length === 0
      ? 'give a ticker, or words of a title'
      : `${code === 'ambiguous' ? 'give the ticker of one' : 'closest'}: ${named.join('; ')}`;
  return `${JSON.stringify(input)} ${what}; ${hint}`;
}
