import type { Market } from '../domain/market.js';
import { err, ok, type Result } from '../domain/result.js';
import type { League, NoSignal } from '../messages/evidence.js';

/** A market on the winner of one game, in its own words. */
export type SportsTerms = {
  readonly league: League;
  /** The team whose win pays YES, and the other one, as the market spells them. */
  readonly team: string;
  readonly opponent: string;
};

const leagues: Readonly<Record<string, League>> = {
  football: 'NFL',
  basketball: 'NBA',
  "women's basketball": 'WNBA',
  baseball: 'MLB',
  hockey: 'NHL',
};
const winner =
  /^If (.{2,60}?) wins the (.{2,60}?) (?:at|vs\.?) (.{2,60}?) pro(?:fessional)? (?:men's )?(football|(?:women's )?basketball|baseball|hockey) game\b/i;
const rulesLengthMax = 4_000;

/**
 * Reads who plays and who must win from the rules. Anything but the plain winner of a game of a league that we know
 * (spreads, totals, single athletes, colleges) is `unknown_rules`, and so is prose that contradicts the market's name.
 */
export function sportsTerms(
  market: Pick<Market, 'rulesPrimary' | 'yesSubTitle'>,
): Result<SportsTerms, NoSignal> {
  const match =
    market.rulesPrimary.length <= rulesLengthMax ? winner.exec(market.rulesPrimary) : null;
  if (match === null) return err('unknown_rules');
  const [, team = '', away = '', home = '', sport = ''] = match;
  const league = leagues[sport.toLowerCase()];
  const own = folded(team);
  const opponent = own === folded(home) ? away : own === folded(away) ? home : null;
  if (league === undefined || opponent === null || own === folded(opponent))
    return err('unknown_rules');
  if (market.yesSubTitle !== '' && folded(market.yesSubTitle) !== own) return err('unknown_rules');
  return ok({ league, team, opponent });
}

/**
 * Whether a feed's team is a market's. Markets name a city, with a letter where it has two teams ("New York G"); feeds
 * name the club ("New York Giants"). Only within one league.
 */
export function isTeam(feedName: string, marketName: string): boolean {
  const feed = folded(feedName);
  const market = folded(marketName);
  if (market === '' || !feed.startsWith(market)) return false;
  // The rest of the club's name: after the city a new word, after a letter the word it begins.
  const endsInLetter = market.at(-2) === ' ';
  return feed.length === market.length || endsInLetter || feed[market.length] === ' ';
}

const folded = (name: string): string => name.trim().toLowerCase().replace(/^la /, 'los angeles ');
