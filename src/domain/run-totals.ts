import { type Account, applyRecord } from './account.js';
import { dayKey } from './day.js';
import { type Order, type OrderOutcome, outcomeOf } from './order.js';
import { balanceOf, type LedgerAccount, realizedNet } from './postings.js';
import type { LedgerRecord } from './records.js';
import { exposure } from './risk.js';
import { inferenceCost, reserveIn } from './treasury.js';
import { type ClientOrderId, contract, type Micros, micros, priceMax } from './units.js';

/** Orders by how they ended, what they traded, paid and were expected to earn. Money in micro-dollars. */
export type Totals = {
  readonly orders: Readonly<Record<OrderOutcome, number>> & { readonly submitted: number };
  /** Price × count of every fill, at the price of the bought side. */
  readonly notionalMicros: Micros;
  readonly feesMicros: Micros;
  /** What the edges of the filled contracts add up to; edges are net of fees. An expectation, not a result. */
  readonly expectedPnlMicros: Micros;
  /** Settled and closed positions, less fees: gains less losses less fees. */
  readonly realizedPnlMicros: Micros;
  readonly gainsMicros: Micros;
  readonly lossesMicros: Micros;
  /** Billed by Claude's provider, or booked for it. */
  readonly inferenceMicros: Micros;
};

/** How orders ended, as every table of totals shows it. `unknown`: in doubt, or still open. */
export const orderColumns: readonly (readonly [
  name: string,
  of: (orders: Totals['orders']) => number,
])[] = [
  ['orders', ({ submitted }) => submitted],
  ['filled', ({ filled }) => filled],
  ['partial', ({ partial }) => partial],
  ['canceled', ({ canceled }) => canceled],
  ['rejected', ({ rejected }) => rejected],
  ['unknown', ({ unknown, open }) => unknown + open],
];

export type LedgerTotals = Totals & {
  readonly records: number;
  readonly runs: number;
  readonly cycles: number;
  readonly openPositions: number;
  readonly exposureMicros: Micros;
  /** What pays for Claude. */
  readonly treasury: {
    readonly calls: number;
    /** Profit set aside so far, and what is left of it. */
    readonly appropriatedMicros: Micros;
    readonly reserveMicros: Micros;
    /** Paid by the operator's grant; owed to the operator out of profit, to be moved by hand; booked without a bill. */
    readonly grantedMicros: Micros;
    readonly payableMicros: Micros;
    readonly estimatedMicros: Micros;
    /** Profit set aside ÷ bills; null before the first bill. */
    readonly selfFundingRatio: number | null;
  };
  /** By the day an order was sent, a fill booked, a market settled. */
  readonly days: readonly (Totals & { readonly day: string })[];
};

type Sum = {
  orders: Record<OrderOutcome, number> & { submitted: number };
  notional: number;
  fees: number;
  expected: number;
  realized: number;
  gains: number;
  losses: number;
  inference: number;
};

const empty = (): Sum => ({
  orders: { submitted: 0, open: 0, filled: 0, partial: 0, canceled: 0, rejected: 0, unknown: 0 },
  notional: 0,
  fees: 0,
  expected: 0,
  realized: 0,
  gains: 0,
  losses: 0,
  inference: 0,
});

const frozen = (sum: Sum): Totals => {
  const { orders, notional, fees, expected, realized, gains, losses, inference } = sum;
  return {
    orders,
    notionalMicros: micros(notional),
    feesMicros: micros(fees),
    expectedPnlMicros: micros(Math.round(expected)),
    realizedPnlMicros: micros(realized),
    gainsMicros: micros(gains),
    lossesMicros: micros(losses),
    inferenceMicros: micros(inference),
  };
};

function treasuryOf({ treasury, balances }: Account): LedgerTotals['treasury'] {
  const billed = inferenceCost(balances);
  return {
    calls: treasury.calls,
    appropriatedMicros: treasury.appropriated,
    reserveMicros: reserveIn(balances),
    grantedMicros: treasury.granted,
    payableMicros: micros(0 - balanceOf(balances, 'inference_payable')),
    estimatedMicros: treasury.estimated,
    selfFundingRatio: billed > 0 ? treasury.appropriated / billed : null,
  };
}

/**
 * Adds up a ledger from its records, oldest first. `zone` is the IANA zone whose days are meant; `run` null counts all runs,
 * else only what was booked in that one. Null: no records.
 */
export class LedgerSummary {
  private readonly zone: string;
  private readonly run: number | null;
  private readonly days = new Map<string, Sum>();
  /** Every order ever sent, as last seen. */
  private readonly sent = new Map<ClientOrderId, Order>();
  private current: Account | null = null;
  private runs = 0;
  private cycles = 0;

  constructor(zone: string, run: number | null = null) {
    this.zone = zone;
    this.run = run;
  }

  /** As the records so far say. Immutable. */
  get account(): Account | null {
    return this.current;
  }

  counts(record: LedgerRecord): boolean {
    return this.run === null || record.run === this.run;
  }

  add(record: LedgerRecord): void {
    const before = this.current;
    const account = applyRecord(before, record);
    this.current = account;
    const { body, at } = record;
    if (before === null || !this.counts(record)) return;
    if (body.kind === 'opened') this.runs += 1;
    if (body.kind === 'cycle') this.cycles += 1;
    const day = this.day(dayKey(at, this.zone));
    day.realized += realizedNet(account.balances) - realizedNet(before.balances);
    const change = (name: LedgerAccount): number =>
      balanceOf(account.balances, name) - balanceOf(before.balances, name);
    day.fees += change('fees');
    day.gains -= change('realized_gains');
    day.losses += change('realized_losses');
    day.inference += change('inference_expense');
    if (body.kind === 'fill') {
      const price = body.count > 0 ? body.yesPrice : priceMax - body.yesPrice;
      day.notional += Math.abs(body.count) * price;
      const edge = account.orders.get(body.clientOrderId)?.terms.edge ?? 0;
      // 1e-9 dollars a contract × 0.01 contracts, in micro-dollars.
      day.expected += (edge / 1_000) * (Math.abs(body.count) / contract);
    }
    // A settlement ends orders without changing how they ended.
    if (body.kind === 'order' || body.kind === 'fill') this.see(account, body.clientOrderId);
  }

  private see(account: Account, id: ClientOrderId): void {
    const order = account.orders.get(id);
    if (order !== undefined && order.sentAt !== null) this.sent.set(id, order);
    // It was in doubt and has turned out never to have left.
    else this.sent.delete(id);
  }

  totals(): LedgerTotals | null {
    const account = this.current;
    if (account === null) return null;
    const days = new Map(
      [...this.days].map(([key, sum]) => [key, { ...sum, orders: { ...sum.orders } }]),
    );
    for (const order of this.sent.values()) {
      if (order.sentAt === null) continue;
      const { orders } = days.get(dayKey(order.sentAt, this.zone)) ?? empty();
      orders[outcomeOf(order)] += 1;
      orders.submitted += 1;
    }
    const all = empty();
    for (const sum of days.values()) {
      for (const key of Object.keys(all.orders) as (keyof Sum['orders'])[])
        all.orders[key] += sum.orders[key];
      all.notional += sum.notional;
      all.fees += sum.fees;
      all.expected += sum.expected;
      all.realized += sum.realized;
      all.gains += sum.gains;
      all.losses += sum.losses;
      all.inference += sum.inference;
    }
    return {
      ...frozen(all),
      records: account.head.seq,
      runs: this.runs,
      cycles: this.cycles,
      openPositions: account.positions.size,
      exposureMicros: exposure(account),
      treasury: treasuryOf(account),
      days: [...days]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, sum]) => ({ day, ...frozen(sum) })),
    };
  }

  private day(key: string): Sum {
    const found = this.days.get(key);
    if (found !== undefined) return found;
    const sum = empty();
    this.days.set(key, sum);
    return sum;
  }
}
