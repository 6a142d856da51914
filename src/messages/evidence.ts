import type { DurationMs, EpochMs } from '../domain/units.js';

/**
 * What is known about a market's subject from outside the exchange, already read into units. A source that failed or
 * said nothing is an absent field or a null, never an exception; every fact carries the time it is from. sources →
 * streams → pool.
 */
export type Evidence = WeatherEvidence | CryptoEvidence | SportsEvidence;

/** Why there is no signal for a market, from its sources or from the model that read them. */
export type NoSignal =
  | 'no_station'
  | 'unknown_rules'
  | 'source_failed'
  | 'source_stale'
  | 'bad_answer'
  | 'no_data'
  | 'not_this_subject'
  /** So near the moment that decides that whoever watches it knows better. */
  | 'too_late'
  /** Nothing was asked about this market, or nothing heard yet. */
  | 'not_asked';

/** °F throughout. Hours are those of the market's own measuring period (climate day in local standard time, or hour). */
export type WeatherEvidence = {
  readonly kind: 'weather';
  /** ICAO station named by the market's own rules; null: they name none, and a point set by hand stands in. */
  readonly station: string | null;
  readonly quantity: 'daily_high' | 'daily_low' | 'hourly';
  /** The measuring period, market time. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly forecast: {
    readonly issuedAt: EpochMs;
    /** One value an hour, ascending. */
    readonly hourly: readonly { readonly at: EpochMs; readonly fahrenheit: number }[];
  } | null;
  /** Spread the source itself gives (NBM), °F; null: use the error table. */
  readonly sigmaF: number | null;
  /** Extreme observed so far within the period, rounded down to what is certain. */
  readonly observed: { readonly fahrenheit: number; readonly at: EpochMs } | null;
  /** The settlement value, once an official report gave it. */
  readonly official: { readonly fahrenheit: number; readonly issuedAt: EpochMs } | null;
};

export type CryptoEvidence = {
  readonly kind: 'crypto';
  /** "BTC", "ETH" … */
  readonly asset: string;
  /** Median of public USD mids, dollars. */
  readonly spot: number;
  readonly spotAt: EpochMs;
  /** Annualised volatility of log returns. */
  readonly volatility: number;
  /** When the prices it was measured from were heard. */
  readonly volatilityAt: EpochMs;
  /** The averaging window before settlement as far as it has been seen; null before it begins. */
  readonly window: { readonly seen: number; readonly mean: number } | null;
  /** Recorded as features; they weigh nothing until calibration says otherwise. */
  readonly features: Readonly<Record<string, Feature>>;
};

/** A figure and when it is from. */
export type Feature = { readonly value: number; readonly at: EpochMs };

/** Leagues whose injury reports name the teams that markets are about. */
export type League = 'NFL' | 'NBA' | 'WNBA' | 'MLB' | 'NHL';

/** How prices of a league answered to injury news, as somebody measured it. */
export type SportsReaction = {
  readonly league: League;
  /** As feeds abbreviate it ("QB"); null: every position without an entry of its own. */
  readonly position: string | null;
  /** Shift in log-odds of a team's win when a player who would not play will. */
  readonly beta: number;
  /** Standard deviation of that shift, as a share of it. */
  readonly betaError: number;
  /** Half of the news is in the price after this, market ms; our own polling interval included. */
  readonly halfLifeMs: number;
};

export type SportsEvidence = {
  readonly kind: 'sports';
  /** Status changes of players of either side, newest first. */
  readonly changes: readonly {
    readonly team: string;
    readonly player: string;
    /** As the feed abbreviates it; null when it does not say. */
    readonly position: string | null;
    readonly from: InjuryStatus;
    readonly to: InjuryStatus;
    /** As the source reported it; null makes it unusable for lag trading. */
    readonly reportedAt: EpochMs | null;
    readonly seenAt: EpochMs;
    /** This market's middle price (0..1) a minute before the report; null: not known. */
    readonly midBefore: number | null;
  }[];
  /** Of the market's league. Empty: nothing was measured, and there is nothing to say. */
  readonly reactions: readonly SportsReaction[];
};

export type InjuryStatus =
  | 'out'
  | 'doubtful'
  | 'questionable'
  | 'probable'
  | 'day_to_day'
  | 'injured_reserve'
  | 'suspended'
  | 'active'
  | 'unknown';

/** The evidence a valuation may use for one market, with its age in real milliseconds. */
export type MarketEvidence = {
  readonly evidence: Evidence | null;
  readonly noSignal: NoSignal | null;
  readonly ageMs: DurationMs | null;
};
