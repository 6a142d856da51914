import {
  type MarketAlias,
  MarketNames,
  type Nameable,
  type NameProblem,
  namedOutright,
  nameProblemText,
} from './market-names.js';
import type { Ticker } from './units.js';

/** Markets that are always kept and valued, as people name them. */
export type WatchList = {
  readonly inputs: readonly string[];
  readonly aliases: readonly MarketAlias[];
  /** A name that does not mean one market is a failure, not a warning. */
  readonly isStrict: boolean;
};

/** What an entry means among the markets of one list. Exactly one of the last two is null. */
export type WatchEntry = {
  readonly input: string;
  readonly ticker: Ticker | null;
  readonly problem: {
    readonly code: NameProblem['code'] | 'not_listed';
    /** One line for people. */
    readonly text: string;
  } | null;
};

/** The entries in their order, looked up among markets that can be traded. */
export function watchedAmong(
  { inputs, aliases }: WatchList,
  markets: readonly Nameable[],
): readonly WatchEntry[] {
  if (inputs.length === 0) return [];
  const listed = new Set(markets.map((market) => market.ticker));
  const names = new MarketNames(markets);
  return inputs.map((input): WatchEntry => {
    const outright = namedOutright(input, aliases);
    if (outright === null) {
      const found = names.search(input);
      if (found.ok) return { input, ticker: found.value.ticker, problem: null };
      const { code } = found.error;
      return { input, ticker: null, problem: { code, text: nameProblemText(found.error) } };
    }
    const { ticker } = outright;
    if (listed.has(ticker)) return { input, ticker, problem: null };
    const named = outright.by === 'alias' ? ` (${ticker})` : '';
    const text = `${JSON.stringify(input)}${named} is not among the markets that can be traded now`;
    return { input, ticker: null, problem: { code: 'not_listed', text } };
  });
}
