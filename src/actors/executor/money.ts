import { dollar } from '../../domain/units.js';

/** An amount in micros as a person reads it; for texts only. */
export const dollars = (amount: number): string =>
  `${amount < 0 ? '−' : ''}$${(Math.abs(amount) / dollar).toFixed(2)}`;
