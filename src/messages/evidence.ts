import type { DurationMs, EpochMs } from '../domain/units.js';

/**
 * What is known about a market's subject from outside the exchange, already read into units. A source that failed or
 * said nothing is an absent field or a null, never an exception; every fact carries the time it is from. sources →
 * streams → pool.
 */
export type Evidence = WeatherEvidence | CryptoEvidence | SportsEvidence;

/** Why a source gives no signal for a market. */
export type NoSignal =
  | 'no_station'
  | 'unknown_rules'
  | 'source_failed'
  | 'source_stale'
  | 'bad_answer'
  | 'no_data'
  | 'not_this_subject'
  /** Nothing was asked about this market, or not yet. */
  | 'not_asked';

/** °F throughout. Hours are those of the market's own measuring period (climate day in local standard time, or hour). */
export type WeatherEvidence = {
  readonly kind: 'weather';
  /** ICAO station named by the market's own rules. */
  readonly station: string;
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
  /** The averaging window before settlement as far as it has been seen; null before it begins. */
  readonly window: { readonly seen: number; readonly mean: number } | null;
  /** Recorded as features; they weigh nothing until calibration says otherwise. */
  readonly features: Readonly<Record<string, number>>;
};

export type SportsEvidence = {
  readonly kind: 'sports';
  /** Status changes of players of either side, newest first. */
  readonly changes: readonly {
    readonly team: string;
    readonly player: string;
    readonly from: InjuryStatus;
    readonly to: InjuryStatus;
    /** As the source reported it; null makes it unusable for lag trading. */
    readonly reportedAt: EpochMs | null;
    readonly seenAt: EpochMs;
  }[];
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

/** What is known of a market that nobody asked about. */
export const noEvidence: MarketEvidence = { evidence: null, noSignal: 'not_asked', ageMs: null };
