import { finalize, ignoreElements, type Observable, tap } from 'rxjs';
import type { Step } from '../../messages/step.js';
import { foreign } from './text.js';

/**
 * All that is told where nobody watches: warnings and alerts, a latch among them. What is said again at once is counted
 * instead, and the count told before the next other thing.
 */
export const warnings = (
  steps$: Observable<Step>,
  write: (line: string) => void,
): Observable<never> => {
  let last = '';
  let again = 0;
  const tellAgain = (): void => {
    if (again > 0) write(`${last} × ${again} more`);
    again = 0;
  };
  return steps$.pipe(
    tap((step) => {
      if (step.kind !== 'notice' || step.notice.level === 'info') return;
      const line = `warning: ${foreign(step.notice.text)} (${step.notice.code})`;
      if (line === last) {
        again += 1;
        return;
      }
      tellAgain();
      last = line;
      write(line);
    }),
    finalize(tellAgain),
    ignoreElements(),
  );
};
