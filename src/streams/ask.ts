import type { Observable } from 'rxjs';
import type { EffectRequest, Outcome } from '../messages/effect.js';

/**
 * Has something done outside. Subscribing numbers an effect and hands it out; the parts of its reply are yielded as they
 * enter through the log, then it completes. It never errors: a failure is an outcome.
 */
export type Ask = (request: EffectRequest) => Observable<Outcome>;
