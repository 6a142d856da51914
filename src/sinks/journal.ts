import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ignoreElements, type Observable, tap } from 'rxjs';
import { type Canonical, canonical } from '../domain/canonical.js';
import type { LedgerRecord } from '../domain/records.js';
import type { Step } from '../messages/step.js';

/** One ledger record as a line for people and scripts. Money in micro-dollars, probabilities in 1e-9, as in the ledger. */
export const journalLine = ({ seq, at, run, body }: LedgerRecord): string =>
  canonical({
    seq,
    at,
    time: new Date(at).toISOString(),
    run,
    ...(body as { [key: string]: Canonical }),
  });

/**
 * Appends every record but the windows' verdicts (those are the artifacts) to a JSONL file. Told, not asked: the ledger
 * is the truth, and the file can be made again from it. A disk that refuses is reported once and costs no order.
 */
export const journal = (
  steps$: Observable<Step>,
  path: string,
  report: (problem: string) => void,
): Observable<never> => {
  let isBroken = false;
  const append = (text: string): void => {
    try {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, text);
      isBroken = false;
    } catch (error) {
      if (!isBroken) report(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      isBroken = true;
    }
  };
  return steps$.pipe(
    tap((step) => {
      if (step.kind !== 'records') return;
      const lines = step.records.filter(({ body }) => body.kind !== 'cycle').map(journalLine);
      if (lines.length > 0) append(`${lines.join('\n')}\n`);
    }),
    ignoreElements(),
  );
};
