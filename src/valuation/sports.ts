import { err, ok, type Result } from '../domain/result.js';
import { type EpochMs, type Probability, priceMax } from '../domain/units.js';
import type { InjuryStatus, NoSignal, SportsEvidence } from '../messages/evidence.js';
import type { FairValue } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { clipFair, expit, logit } from './numbers.js';
import { isTeam, type League, type SportsTerms, sportsTerms } from './sports-terms.js';

/** How a league's markets answer to injury news, as measured; nothing measured: no beta, no opinion. */
export type Reaction = {
  /** Shift in log-odds of a team's win when a player who would not play will, by league. */
  readonly beta: Readonly<Partial<Record<League, number>>>;
  /** Standard deviation of that shift, as a share of it. */
  readonly betaError: number;
  /** The market has absorbed half of the news after this; our own polling interval included. */
  readonly halfLifeMs: number;
  /** Chance that a player of this status plays; null: the status says nothing. */
  readonly plays: Readonly<Record<InjuryStatus, number | null>>;
};

/** VALUATION §2.3: clean news is absorbed at once, so that by default there is nothing to trade. */
export const noReaction: Reaction = {
  beta: {},
  betaError: 0.5,
  halfLifeMs: 90_000,
  plays: {
    out: 0,
    injured_reserve: 0,
    suspended: 0,
    doubtful: 0.25,
    questionable: 0.6,
    day_to_day: 0.6,
    probable: 0.9,
    active: 1,
    unknown: null,
  },
};

/** A market's middle price (0..1) at a moment: what it was before the news. */
export type PastMid = { readonly at: EpochMs; readonly mid: number };

/** The price before the news is the one this long before its report. */
const beforeNewsMs = 60_000;
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
 * What a team's win is worth while a fresh injury report is not yet in the price. Speaks only where the league's reaction
 * was measured, the report has a time and is at most two half-lives old, the price has gone less than half of the way,
 * and the book is at most two seconds old; `mids` ascend and reach back to a minute before the report.
 */
export function sports(
  selected: SelectedMarket,
  evidence: SportsEvidence,
  at: EpochMs,
  mids: readonly PastMid[],
  reaction: Reaction = noReaction,
): Result<FairValue, NoSignal> {
  const { market, summary, book } = selected;
  const terms = sportsTerms(market);
  if (!terms.ok) return terms;
  const beta = reaction.beta[terms.value.league] ?? 0;
  const news = shiftOf(evidence, terms.value, at, beta, reaction);
  if (news === null) return err('no_data');
  if (summary.bid === null || summary.ask === null || !(book.ageMs <= bookAgeMsMax))
    return err('no_data');
  const before = mids.findLast(({ at: then }) => then <= news.reportedAt - beforeNewsMs)?.mid;
  if (before === undefined || !(before > 0 && before < 1)) return err('no_data');
  const now = (summary.bid + summary.ask) / 2 / priceMax;
  const fair = shifted(clipFair(before), news.delta);
  if (!(Math.abs(now - before) < 0.5 * Math.abs(fair - before))) return err('source_stale');
  const sigma = Math.hypot(fair * (1 - fair) * news.delta * reaction.betaError, sigmaMin);
  return ok({ model: 'sports', fair: clipFair(fair) as Probability, sigma });
}

/** Sum of the shifts that are young enough, and the earliest of their reports; null when nothing shifts. */
function shiftOf(
  { changes }: SportsEvidence,
  terms: SportsTerms,
  at: EpochMs,
  beta: number,
  { plays, halfLifeMs }: Reaction,
): { readonly delta: number; readonly reportedAt: number } | null {
  let delta = 0;
  let reportedAt = Number.POSITIVE_INFINITY;
  for (const change of changes) {
    const before = plays[change.from];
    const after = plays[change.to];
    if (before === null || after === null || change.reportedAt === null) continue;
    const sinceMs = at - change.reportedAt;
    if (!(sinceMs >= 0 && absorbedShare(sinceMs, halfLifeMs) < absorbedShareMax)) continue;
    const sign = isTeam(change.team, terms.team) ? 1 : isTeam(change.team, terms.opponent) ? -1 : 0;
    const shift = sign * beta * (after - before);
    if (shift === 0) continue;
    delta += shift;
    reportedAt = Math.min(reportedAt, change.reportedAt);
  }
  return delta === 0 ? null : { delta, reportedAt };
}
