import { finalize, ignoreElements, type Observable, tap } from 'rxjs';
import type { Account } from '../domain/account.js';
import { isComplete } from '../domain/order.js';
import { balanceOf, cashTotal, realizedNet } from '../domain/postings.js';
import { dayLoss, equity, exposure } from '../domain/risk.js';
import { openTransfer } from '../domain/transfer.js';
import { inferenceCost, reserveIn } from '../domain/treasury.js';
import type { Step } from '../messages/step.js';
import { writeWhole } from './write-whole.js';

/** The account at a glance, for people and scripts. Money in micro-dollars. */
export const stateOf = (account: Account) => {
  const worth = equity(account, ({ mark }) => mark);
  return {
    schemaVersion: 1,
    asOf: new Date(account.lastAt).toISOString(),
    mode: account.genesis.mode,
    environment: account.genesis.environment,
    account: account.genesis.account,
    run: account.run,
    ledger: account.head,
    cashMicros: cashTotal(account.balances),
    exposureMicros: exposure(account),
    /** At exit prices last known. */
    equityMicros: worth,
    dayLossMicros: dayLoss(account, worth),
    feesMicros: balanceOf(account.balances, 'fees'),
    realizedPnlMicros: realizedNet(account.balances),
    balances: Object.fromEntries(account.balances),
    inferenceMicros: inferenceCost(account.balances),
    inferenceReserveMicros: reserveIn(account.balances),
    treasury: account.treasury,
    day: account.day,
    latches: Object.fromEntries(account.latches),
    positions: [...account.positions.values()],
    openOrders: [...account.orders.values()]
      .filter((order) => !isComplete(order))
      .map(({ terms, status, orderId, filled, expected }) => ({
        ...terms,
        status,
        orderId,
        filled,
        expected,
      })),
    transfer: openTransfer(account.transfers),
    orders: account.counts,
    external: account.external,
  };
};

/**
 * Keeps the state file up to date: whole or not at all, at most every `everyMs` of real time, and once more at the end.
 * The ledger is the truth; a disk that refuses is reported once and costs no order.
 */
export const stateFile = (
  steps$: Observable<Step>,
  ports: {
    readonly path: string;
    readonly everyMs: number;
    readonly account: () => Account | null;
    readonly setTimer: (ms: number, fire: () => void) => () => void;
    readonly report: (problem: string) => void;
  },
): Observable<never> => {
  let disarm: (() => void) | null = null;
  let isBroken = false;
  const write = (): void => {
    disarm?.();
    disarm = null;
    const account = ports.account();
    if (account === null) return;
    const problem = writeWhole(ports.path, `${JSON.stringify(stateOf(account), null, 2)}\n`);
    if (problem !== null && !isBroken) ports.report(problem);
    isBroken = problem !== null;
  };
  return steps$.pipe(
    tap((step) => {
      if (step.kind === 'records') disarm ??= ports.setTimer(ports.everyMs, write);
    }),
    finalize(write),
    ignoreElements(),
  );
};
