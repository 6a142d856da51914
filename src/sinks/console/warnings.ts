import { ignoreElements, type Observable, tap } from 'rxjs';
import type { Step } from '../../messages/step.js';
import { foreign } from './text.js';

/** All that is told where nobody watches: warnings and alerts, a latch among them. */
export const warnings = (
  steps$: Observable<Step>,
  write: (line: string) => void,
): Observable<never> =>
  steps$.pipe(
    tap((step) => {
      if (step.kind !== 'notice' || step.notice.level === 'info') return;
      write(`warning: ${foreign(step.notice.text)} (${step.notice.code})`);
    }),
    ignoreElements(),
  );
