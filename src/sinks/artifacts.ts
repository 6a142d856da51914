import { join } from 'node:path';
import { ignoreElements, type Observable, tap } from 'rxjs';
import type { Step } from '../messages/step.js';
import { writeWhole } from './write-whole.js';

/** One file a window: what was looked at, every verdict with its numbers and reason, every bet. */
export const artifacts = (
  steps$: Observable<Step>,
  folder: string,
  run: () => number,
  report: (problem: string) => void,
): Observable<never> =>
  steps$.pipe(
    tap((step) => {
      if (step.kind !== 'cycle') return;
      const { report: cycle, at } = step;
      const name = `${String(run()).padStart(6, '0')}-${String(cycle.cycle).padStart(6, '0')}.json`;
      const text = JSON.stringify({ schemaVersion: 1, at: new Date(at).toISOString(), ...cycle });
      const problem = writeWhole(join(folder, name), `${text}\n`);
      if (problem !== null) report(problem);
    }),
    ignoreElements(),
  );
