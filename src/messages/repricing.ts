import type { EpochMs, Micros, Probability } from '../domain/units.js';
import type { FairValue, ValuationJob } from './valuation.js';
import type { BookShot, SelectedMarket } from './window.js';

/** The question of one market between windows: its last fair value on its book as it is now. */
export type Repricing = {
  readonly fair: FairValue;
  /** With its book, its siblings' quotes and its evidence of now; the rest as the window saw it. */
  readonly selected: SelectedMarket;
  readonly inputs: Pick<ValuationJob, 'settings' | 'bankroll' | 'holdings' | 'barred' | 'blend'>;
  readonly at: EpochMs;
  /** Something was learnt about it: the last fair value is out of date, whatever it says of this book. */
  readonly isNews: boolean;
  /** What this period's bets have taken of its caps so far. */
  readonly spent: { readonly trades: number; readonly worstCost: Micros };
};

/**
 * What an intent, or its refusal, rests on beyond its window's valuation: the book of the second look, or the whole question
 * of one between windows. Told to people, decided by nobody.
 */
export type IntentBasis =
  | { readonly kind: 'look'; readonly book: BookShot }
  | {
      readonly kind: 'repriced';
      readonly question: Repricing;
      /** What it came to be worth; null: nobody says any more. */
      readonly fair: Probability | null;
    };
