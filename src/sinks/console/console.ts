import { ignoreElements, type Observable, tap } from 'rxjs';
import type { LedgerRecord } from '../../domain/records.js';
import type { Ticker } from '../../domain/units.js';
import type { Step } from '../../messages/step.js';
import { cycleBlock } from './cycle-block.js';
import {
  clockTime,
  contracts,
  cut,
  dollars,
  foreign,
  type Paint,
  priceCents,
  signedDollars,
} from './text.js';

const spentCaps: ReadonlySet<string> = new Set(['trades_per_cycle', 'per_cycle_cap']);
const words = (code: string): string => code.replaceAll('_', ' ');

/** One line for what a ledger record means to a person; null for what the window's block already says. */
function recordLine(record: LedgerRecord, paint: Paint): string | null {
  const at = paint('dim', clockTime(record.at));
  const { body } = record;
  switch (body.kind) {
    case 'intent': {
      const { terms } = body;
      const edge = (terms.edge / 1e7).toFixed(1);
      return `   ${at} order    ${terms.side.toUpperCase()} ${contracts(terms.count)} ${terms.ticker} at ${priceCents(terms.limit)} or better, at most ${dollars(terms.worstCost)}, edge ${edge}¢ (${words(terms.reason)})`;
    }
    case 'fill': {
      const side = body.count > 0 ? 'YES' : 'NO';
      const paid = body.count > 0 ? body.yesPrice : 10_000 - body.yesPrice;
      return `   ${at} ${paint('green', 'fill')}     ${side} ${contracts(Math.abs(body.count))} ${body.ticker} at ${priceCents(paid as never)}, fee ${dollars(body.fee)}${body.keyless ? ' (keyless)' : ''}`;
    }
    case 'order':
      switch (body.event.kind) {
        case 'rejected':
        case 'unknown':
        case 'withdrawn':
          return `   ${at} ${paint('yellow', body.event.kind.padEnd(8))} order ${body.clientOrderId}: ${words(foreign(body.event.why))}`;
        case 'accepted':
          return body.event.filled === 0 && body.event.remaining === 0
            ? `   ${at} ${paint('yellow', 'canceled')} order ${body.clientOrderId}: nothing left to take at the limit`
            : null;
        case 'not_placed':
          return `   ${at} resolved order ${body.clientOrderId}: it never reached the exchange`;
        default:
          return null;
      }
    case 'refused':
      return `   ${at} refused  ${body.side.toUpperCase()} ${contracts(body.count)} ${body.ticker}: ${words(body.code)}`;
    case 'settled':
      return `   ${at} ${paint('cyan', 'settled')}  ${body.ticker} YES pays ${priceCents(body.yesValue)}, received ${dollars(body.revenue)}, realized ${signedDollars(body.realized)}`;
    case 'latch':
      return paint(
        'red',
        `   ${clockTime(record.at)} ${body.set ? body.level.toUpperCase() : 'RESUMED'} ${words(body.cause)}: ${foreign(body.why)}`,
      );
    case 'anomaly':
      return paint(
        'red',
        `   ${clockTime(record.at)} ANOMALY ${words(body.code)}: ${foreign(body.text)}`,
      );
    case 'adjusted':
      return `   ${at} ${body.why} of ${dollars(Math.abs(body.amount))} on shard ${body.shard}`;
    default:
      return null;
  }
}

/**
 * Tells a person: one block per window, then what became of its orders, line by line. Answers nobody. Texts of others
 * reach the terminal without escapes.
 */
export const console = (
  steps$: Observable<Step>,
  write: (line: string) => void,
  paint: Paint,
): Observable<never> => {
  const titles = new Map<Ticker, string>();
  return steps$.pipe(
    tap((step) => {
      switch (step.kind) {
        case 'scanned': {
          titles.clear();
          for (const { ticker, title, yesSubTitle } of step.catalog.markets)
            titles.set(ticker, yesSubTitle === '' ? title : yesSubTitle);
          for (const problem of step.catalog.problems)
            write(paint('yellow', `   scan incomplete: ${cut(problem, 160)}`));
          return;
        }
        case 'cycle':
          for (const line of cycleBlock(step.report, titles, paint)) write(line);
          return;
        case 'intent_refused':
          // Between windows every quote may run into a spent cap; the log has them all.
          if (spentCaps.has(step.code)) return;
          write(
            `   ${paint('dim', clockTime(step.at))} refused  ${step.ticker}: ${words(step.code)}`,
          );
          return;
        case 'records':
          for (const record of step.records) {
            const line = recordLine(record, paint);
            if (line !== null) write(line);
          }
          return;
        case 'notice': {
          if (step.notice.level === 'info') return;
          const style = step.notice.level === 'alert' ? 'red' : 'yellow';
          write(
            paint(
              style,
              `   ${clockTime(step.at)} ${words(step.notice.code)}: ${foreign(step.notice.text)}`,
            ),
          );
          return;
        }
        case 'effect':
        case 'window':
          return;
      }
    }),
    ignoreElements(),
  );
};
