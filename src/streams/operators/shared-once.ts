import { type MonoTypeOperatorFunction, share } from 'rxjs';

/**
 * Runs its source once, for whoever subscribes first, and to the end even when all have left. Later ones hear the rest, or
 * that it is over.
 *
 *   source   -a-b|
 *   first    -a-b|
 *   second     -b|
 *   third         |
 */
export const sharedOnce = <Value>(): MonoTypeOperatorFunction<Value> =>
  share({ resetOnComplete: false, resetOnRefCountZero: false });
