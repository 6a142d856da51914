import { ignoreElements, type Observable, tap } from 'rxjs';
import type { Step } from '../../messages/step.js';
import { foreign, words } from './text.js';

/** All that is told where nobody watches: warnings, alerts, and what holds trading back. */
export const warnings = (
  steps$: Observable<Step>,
  write: (line: string) => void,
): Observable<never> =>
  steps$.pipe(
    tap((step) => {
      if (step.kind === 'notice' && step.notice.level !== 'info')
        write(`warning: ${foreign(step.notice.text)} (${step.notice.code})`);
      if (step.kind !== 'records') return;
      for (const { body } of step.records) {
        if (body.kind === 'latch') {
          const what = body.set ? `held back (${body.level})` : 'goes on';
          write(`warning: trading ${what}: ${foreign(body.why)} (${body.cause})`);
        }
        if (body.kind === 'anomaly') write(`warning: ${words(body.code)}: ${foreign(body.text)}`);
      }
    }),
    ignoreElements(),
  );
