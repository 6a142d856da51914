/** Ways to ask the same thing. Samples differ by nothing else: the API takes no temperature (VALUATION §4.2-3). */
export type Variant =
  | 'status_quo'
  | 'outside_view'
  | 'reasons_against'
  /** Asks for the probability of not YES, which cancels a leaning towards yes. */
  | 'negated'
  | 'premortem';

/** In the order in which samples take them. */
export const variants: readonly Variant[] = [
  'status_quo',
  'outside_view',
  'reasons_against',
  'negated',
  'premortem',
];

const ofYes = 'In this request "p" and "base_rate" are probabilities that the market resolves YES.';

/** How each begins its turn. Constants: nothing of a market is ever in them. */
export const framings: Readonly<Record<Variant, string>> = {
  status_quo: `Begin with what happens to each market if nothing changes in the time left, and move away from that only as far as the facts force you to. ${ofYes}`,
  outside_view: `Begin with the class of comparable cases for each market and how often they ended in YES, and let what is particular to this one move you only a little. ${ofYes}`,
  reasons_against: `Begin with the strongest reasons for each market why your first answer would be wrong, on either side, and only then settle on a number. ${ofYes}`,
  negated:
    'Begin with everything that has to happen for each market to resolve YES and how it may fail to. In this request "p" and "base_rate" are probabilities that the market does NOT resolve YES.',
  premortem: `Imagine for each market that it has resolved, first YES, then NO, and tell yourself how it came to that; the easier story is not always the likelier one. ${ofYes}`,
};

/** The last word of every turn is ours. */
export const closing = 'Give one estimate for each market above, in the form that is required.';
