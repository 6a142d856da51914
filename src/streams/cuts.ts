import {
  defer,
  expand,
  map,
  type Observable,
  type SchedulerLike,
  switchMap,
  take,
  timer,
} from 'rxjs';
import { type EpochMs, epochMs } from '../domain/units.js';

/** The end of window `index` in market time: it was (from, to], and the one after it is (to, next]. */
export type Cut = {
  readonly index: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly next: EpochMs;
};

/** `early_cut`: the start itself is a cut, of window 1, so that nobody waits for a first result. */
export type CutsBegin = 'early_cut' | 'whole_window';

/**
 * When windows end. The start is the moment `start$` first speaks. With whole windows, window k is
 * (start + (k−1)·W, start + k·W]; with an early cut window 1 is what came before the start, and the whole ones follow it.
 * A changed W acts at the next cut.
 *
 * An input of the very millisecond `to` still belongs to the window, and the log runs its timers before the inputs of
 * the same time: so a cut is announced one millisecond after its `to`.
 */
export const cuts = (
  start$: Observable<unknown>,
  begin: CutsBegin,
  cycleMs: () => number,
  scheduler: SchedulerLike,
): Observable<Cut> => {
  const now = (): EpochMs => epochMs(scheduler.now());
  const later = (then: EpochMs): EpochMs => epochMs(then + cycleMs());
  const announced = (index: number, from: EpochMs, to: EpochMs): Observable<Cut> =>
    timer(to + 1 - now(), scheduler).pipe(map(() => ({ index, from, to, next: later(to) })));

  return defer(() => {
    const openedAt = now();
    return start$.pipe(
      take(1),
      switchMap(() =>
        begin === 'early_cut' ? announced(1, openedAt, now()) : announced(1, now(), later(now())),
      ),
      expand((cut) => announced(cut.index + 1, cut.to, cut.next)),
    );
  });
};
