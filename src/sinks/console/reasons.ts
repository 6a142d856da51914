import type { ValuationSettings, Verdict } from '../../messages/valuation.js';
import { cents, words } from './text.js';

/** The rules whose numbers a reason is told with. */
export type ReasonRules = Pick<
  ValuationSettings,
  | 'minEdge'
  | 'maxEdge'
  | 'closesTooSoonMs'
  | 'maxDaysToClose'
  | 'maxTradesPerCycle'
  | 'minFractionPerTrade'
  | 'maxTotalFractionPerCycle'
  | 'maxFractionPerEvent'
  | 'maxFractionPerUnderlyingDay'
  | 'maxGrossFraction'
> & { readonly reentryCooldownMs: number };

const minutes = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;

/** A share as it was set: "6%", "0.25%". */
const share = (value: number): string => `${Number((value * 100).toFixed(2))}%`;

/** Why a market was not bought, in words with the numbers that decided. `rules` null: they are not known here. */
export function reasonText(verdict: Verdict, rules: ReasonRules | null): string {
  const { reason, edge, threshold, quoteAgeMs, noSignal } = verdict;
  const plain = words(reason);
  const edgeText = edge === null ? 'edge' : `edge ${cents(edge)}`;
  switch (reason) {
    case 'below_threshold':
      return threshold === null ? plain : `${edgeText} below ${cents(threshold)}`;
    case 'no_signal':
      return noSignal === null ? plain : words(noSignal);
    case 'book_stale':
      return `book ${(quoteAgeMs / 1_000).toFixed(0)} s old`;
    case 'heuristic_only':
      return 'only quotes, no model';
    case 'event_mutex':
      return 'another outcome taken';
    case 'in_flight':
      return 'an order is under way';
    case 'frozen':
      return 'an order is unresolved';
    case 'too_small':
      return 'less than a contract';
    default:
      return rules === null ? plain : ruledText(reason, edgeText, rules);
  }
}

/** The reasons that a setting decides. */
function ruledText(reason: Verdict['reason'], edgeText: string, rules: ReasonRules): string {
  switch (reason) {
    case 'below_min_edge':
      return `${edgeText} below ${cents(rules.minEdge)}`;
    case 'edge_implausible':
      return `implausible: over ${cents(rules.maxEdge)}`;
    case 'closes_too_soon':
      return `closes within ${minutes(rules.closesTooSoonMs)}`;
    case 'too_far':
      return `over ${rules.maxDaysToClose} days to close`;
    case 'cooldown':
      return `bought within ${minutes(rules.reentryCooldownMs)}`;
    case 'trades_per_cycle':
      return `not among the best ${rules.maxTradesPerCycle}`;
    case 'below_min_fraction':
      return `bet below ${share(rules.minFractionPerTrade)}`;
    case 'per_cycle_cap':
      return `${share(rules.maxTotalFractionPerCycle)} a window is spent`;
    case 'per_event_cap':
      return `${share(rules.maxFractionPerEvent)} on one event`;
    case 'per_underlying_cap':
      return `${share(rules.maxFractionPerUnderlyingDay)} on this day`;
    case 'gross_cap':
      return `${share(rules.maxGrossFraction)} at risk in all`;
    default:
      return words(reason);
  }
}
