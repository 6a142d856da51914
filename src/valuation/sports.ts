import { err, ok, type Result } from '../domain/result.js';
import type { EpochMs, Probability } from '../domain/units.js';
import type {
  InjuryStatus,
  NoSignal,
  SportsEvidence,
  SportsReaction,
} from '../messages/evidence.js';
import type { FairValue } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { clipFair, expit, logit } from './numbers.js';
import { ownPrice } from './own-price.js';
import { isTeam, type SportsTerms, sportsTerms } from './sports-terms.js';

/** Chance that a player of this status plays (VALUATION §2.2); null: the status says nothing. */
const plays: Readonly<Record<InjuryStatus, number | null>> = {
  out: 0,
  injured_reserve: 0,
  suspended: 0,
  doubtful: 0.25,
  questionable: 0.6,
  day_to_day: 0.6,
  probable: 0.9,
  active: 1,
  unknown: null,
};

/** The price before the news is the one this long before its report, market time. */
export const beforeNewsMs = 60_000;
/** News older than two half-lives is in the price. */
const absorbedShareMax = 0.75;
const bookAgeMsMax = 2_000;
const sigmaMin = 0.01;

/** Share of the shift, in log-odds, that the price is expected to have made `sinceMs` after the report. */
export const absorbedShare = (sinceMs: number, halfLifeMs: number): number =>
  1 - 2 ** (-sinceMs / halfLifeMs);

/** The probability after a shift in log-odds. */
export const shifted = (before: number, delta: number): number => expit(logit(before) + delta);

/**
 * What a team's win is worth while a fresh injury report is not yet in the price (VALUATION §2.3). Clean news is absorbed
 * at once, so that by default there is nothing to trade: it speaks only where the league's reaction was measured, the
 * report has a time and is at most two half-lives old, the price of a minute before it is known and has gone less than
 * half of the way, and the book is at most two seconds old.
 */
export function sports(
  selected: SelectedMarket,
  evidence: SportsEvidence,
  at: EpochMs,
): Result<FairValue, NoSignal> {
  const terms = sportsTerms(selected.market);
  if (!terms.ok) return terms;
  const news = shiftOf(evidence, terms.value, at);
  if (news === null) return err('no_data');
  const { before } = news;
  const now = ownPrice(selected)?.mid;
  if (now === undefined || !(selected.book.ageMs <= bookAgeMsMax)) return err('no_data');
  if (before === null || !(before > 0 && before < 1)) return err('no_data');
  const fair = shifted(clipFair(before), news.delta);
  if (!(Math.abs(now - before) < 0.5 * Math.abs(fair - before))) return err('source_stale');
  const sigma = Math.hypot(fair * (1 - fair) * news.deltaError, sigmaMin);
  return ok({ model: 'sports', fair: clipFair(fair) as Probability, sigma });
}

type Shift = {
  readonly delta: number;
  readonly deltaError: number;
  /** The price before the earliest of the reports. */
  readonly before: number | null;
};

/** Sum of the shifts that are young enough; null when nothing shifts. */
function shiftOf(
  { changes, reactions }: SportsEvidence,
  terms: SportsTerms,
  at: EpochMs,
): Shift | null {
  let delta = 0;
  let variance = 0;
  let earliest = Number.POSITIVE_INFINITY;
  let before: number | null = null;
  for (const change of changes) {
    const { reportedAt } = change;
    const reaction = reactionTo(change.position, reactions, terms);
    const was = plays[change.from];
    const is = plays[change.to];
    if (reaction === null || was === null || is === null || reportedAt === null) continue;
    const sinceMs = at - reportedAt;
    if (!(sinceMs >= 0 && absorbedShare(sinceMs, reaction.halfLifeMs) < absorbedShareMax)) continue;
    const sign = isTeam(change.team, terms.team) ? 1 : isTeam(change.team, terms.opponent) ? -1 : 0;
    const shift = sign * reaction.beta * (is - was);
    if (shift === 0) continue;
    delta += shift;
    variance += (shift * reaction.betaError) ** 2;
    if (reportedAt >= earliest) continue;
    earliest = reportedAt;
    before = change.midBefore;
  }
  return delta === 0 ? null : { delta, deltaError: Math.sqrt(variance), before };
}

/** What was measured for the position, else for the rest of the league. */
function reactionTo(
  position: string | null,
  reactions: readonly SportsReaction[],
  { league }: SportsTerms,
): SportsReaction | null {
  const own = reactions.filter((reaction) => reaction.league === league);
  const named = own.find(
    (reaction) => reaction.position !== null && reaction.position === position,
  );
  return named ?? own.find((reaction) => reaction.position === null) ?? null;
}
