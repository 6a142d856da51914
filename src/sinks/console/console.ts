import { ignoreElements, type Observable, tap } from 'rxjs';
import type { LedgerRecord } from '../../domain/records.js';
import { type ClientOrderId, complement, type Ticker } from '../../domain/units.js';
import type { Step } from '../../messages/step.js';
import { type BlockPorts, cycleBlock } from './cycle-block.js';
import {
  cents,
  clockTime,
  contracts,
  cut,
  dollars,
  foreign,
  type Paint,
  priceCents,
  signedDollars,
  words,
} from './text.js';

/** What is said of a refused or cut scan, on one line. */
const problemWidth = 90;
/** Of a market's title behind its name. */
const titleWidth = 24;

const spentCaps: ReadonlySet<string> = new Set(['trades_per_cycle', 'per_cycle_cap']);
/** Market of each order that has been announced, for lines that only know the order. */
type Announced = ReadonlyMap<ClientOrderId, Ticker>;
/** Orders whose market is remembered: more than are ever in flight. */
const announcedMax = 1_000;

const line = (time: string, label: string, text: string): string =>
  `   ${time} ${label.padEnd(8)} ${text}`;

function orderLine(
  { at, body }: LedgerRecord & { readonly body: { readonly kind: 'order' } },
  announced: Announced,
  paint: Paint,
): string | null {
  const { clientOrderId, event } = body;
  const time = paint('dim', clockTime(at));
  const order = foreign(announced.get(clientOrderId) ?? `order ${clientOrderId}`);
  const warn = (label: string, why: string): string =>
    line(time, paint('yellow', label.padEnd(8)), `${order}: ${why}`);
  switch (event.kind) {
    case 'rejected':
    case 'unknown':
      return warn(event.kind, words(foreign(event.why)));
    case 'withdrawn':
      return warn('not sent', words(foreign(event.why)));
    case 'accepted':
      return event.filled === 0 && event.remaining === 0
        ? warn('canceled', 'nothing left to take at the limit')
        : null;
    case 'not_placed':
      return line(time, 'resolved', `${order}: it never reached the exchange`);
    default:
      return null;
  }
}

/** One line for what a ledger record means to a person; null for what the window's block already says. */
function recordLine(
  record: LedgerRecord,
  announced: Announced,
  titles: ReadonlyMap<Ticker, string>,
  paint: Paint,
): string | null {
  const time = paint('dim', clockTime(record.at));
  const { body } = record;
  switch (body.kind) {
    case 'intent': {
      const { side, count, ticker, limit, worstCost, edge, reason } = body.terms;
      const title = titles.get(ticker) ?? '';
      const named =
        title === '' ? foreign(ticker) : `${foreign(ticker)} (${cut(title, titleWidth)})`;
      const bet = `${side.toUpperCase()} ${contracts(count)} ${named}`;
      const terms = `up to ${priceCents(limit)}, at most ${dollars(worstCost)}`;
      return line(time, 'order', `${bet} ${terms}, edge ${cents(edge / 1e9)} (${words(reason)})`);
    }
    case 'fill': {
      const isYes = body.count > 0;
      const paid = isYes ? body.yesPrice : complement(body.yesPrice);
      const bought = `${isYes ? 'YES' : 'NO'} ${contracts(Math.abs(body.count))} ${foreign(body.ticker)}`;
      const keyless = body.keyless ? ' (keyless)' : '';
      return line(
        time,
        paint('green', 'fill    '),
        `${bought} at ${priceCents(paid)}, fee ${dollars(body.fee)}${keyless}`,
      );
    }
    case 'order':
      return orderLine({ ...record, body }, announced, paint);
    case 'refused': {
      const bet = `${body.side.toUpperCase()} ${contracts(body.count)} ${foreign(body.ticker)}`;
      return line(time, 'refused', `${bet}: ${words(body.code)}`);
    }
    case 'settled': {
      const { ticker, yesValue, revenue, realized } = body;
      const paid = `YES pays ${priceCents(yesValue)}, received ${dollars(revenue)}`;
      return line(
        time,
        paint('cyan', 'settled '),
        `${foreign(ticker)} ${paid}, realized ${signedDollars(realized)}`,
      );
    }
    case 'latch': {
      const label = body.set ? body.level.toUpperCase() : 'RESUMED';
      const text = `${words(body.cause)}: ${foreign(body.why)}`;
      return paint('red', line(clockTime(record.at), label, text));
    }
    case 'anomaly': {
      const text = `${words(body.code)}: ${foreign(body.text)}`;
      return paint('red', line(clockTime(record.at), 'ANOMALY', text));
    }
    case 'adjusted': {
      const moved = `${body.why} of ${dollars(Math.abs(body.amount))} on shard ${body.shard}`;
      return line(time, 'cash', moved);
    }
    case 'transfer': {
      const moved = `${dollars(body.amount)} on the way from shard ${body.from} to ${body.to}`;
      return line(time, 'cash', moved);
    }
    case 'transfer_step':
      return body.event.kind === 'completed' ? line(time, 'cash', 'the transfer is there') : null;
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
  ports: BlockPorts,
): Observable<never> => {
  const { paint } = ports;
  const titles = new Map<Ticker, string>();
  const announced = new Map<ClientOrderId, Ticker>();
  const announce = (id: ClientOrderId, ticker: Ticker): void => {
    announced.set(id, ticker);
    const [oldest] = announced.keys();
    if (announced.size > announcedMax && oldest !== undefined) announced.delete(oldest);
  };
  let problemsSaid = '';
  return steps$.pipe(
    tap((step) => {
      switch (step.kind) {
        case 'scanned': {
          const { markets, problems } = step.catalog;
          titles.clear();
          for (const { ticker, title, yesSubTitle } of markets)
            titles.set(ticker, yesSubTitle === '' ? title : yesSubTitle);
          // What a market's life changes in the catalog is told again with the problems of the last scan.
          const said = problems.join('\n');
          if (said !== problemsSaid)
            for (const problem of problems)
              write(paint('yellow', `   scan incomplete: ${cut(problem, problemWidth)}`));
          problemsSaid = said;
          return;
        }
        case 'cycle':
          for (const row of cycleBlock(step.report, titles, ports)) write(row);
          return;
        case 'intent_refused': {
          // Between windows every quote may run into a spent cap; the log has them all.
          if (spentCaps.has(step.code)) return;
          const time = paint('dim', clockTime(step.at));
          write(line(time, 'refused', `${foreign(step.ticker)}: ${words(step.code)}`));
          return;
        }
        case 'records':
          for (const record of step.records) {
            const { body } = record;
            if (body.kind === 'intent') announce(body.terms.clientOrderId, body.terms.ticker);
            const told = recordLine(record, announced, titles, paint);
            if (told !== null) write(told);
          }
          return;
        case 'notice': {
          const { level, code, text } = step.notice;
          if (level === 'info') return;
          const style = level === 'alert' ? 'red' : 'yellow';
          write(paint(style, `   ${clockTime(step.at)} ${words(code)}: ${foreign(text)}`));
          return;
        }
        case 'effect':
        case 'window':
        case 'intent':
        case 'judged':
          return;
      }
    }),
    ignoreElements(),
  );
};
