import type { Logger } from 'pino';
import { ignoreElements, type Observable, tap } from 'rxjs';
import type { Step } from '../messages/step.js';

/** Controls beyond those that JSON escapes by itself, marks of direction, and line ends that are neither. */
const unprintable = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A line of JSON that says the same and cannot move a cursor, whoever wrote the texts in it. */
export const inert = (line: string): string =>
  line.replace(unprintable, (char) =>
    Array.from({ length: char.length }, (_, at) => {
      const unit = char.charCodeAt(at).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );

/** Tells the log: notices, scans, windows, cycles and order records as fields, never an error object or a header. */
export const log = (steps$: Observable<Step>, logger: Logger): Observable<never> =>
  steps$.pipe(
    tap((step) => {
      const { at } = step;
      switch (step.kind) {
        case 'notice': {
          const { level, code, text, ticker, clientOrderId } = step.notice;
          const fields = { at, code, ticker, clientOrderId };
          if (level === 'alert') logger.error(fields, text);
          else if (level === 'warn') logger.warn(fields, text);
          else logger.info(fields, text);
          return;
        }
        case 'scanned': {
          const { scanned, markets, dropped, problems } = step.catalog;
          logger.info({ at, scanned, kept: markets.length, dropped, problems }, 'scan');
          return;
        }
        case 'cycle': {
          const { cycle, selected, dropped, result } = step.report;
          const taken = result.allocations.length;
          logger.info({ at, cycle, selected, dropped, taken }, 'cycle');
          return;
        }
        case 'intent_refused':
          logger.info({ at, ticker: step.ticker, code: step.code }, 'intent refused');
          return;
        case 'records':
          for (const { seq, body } of step.records)
            if (body.kind !== 'cycle') logger.info({ at, seq, record: body }, body.kind);
          return;
        case 'effect':
          logger.debug({ at, effect: step.effect.id, kind: step.effect.request.kind }, 'effect');
          return;
        case 'window':
        case 'intent':
        case 'judged':
          return;
      }
    }),
    ignoreElements(),
  );
