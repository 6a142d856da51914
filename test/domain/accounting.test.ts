// Goal: every cent that moves is booked once and balanced. Random ledgers against a small reference of its own, in bigint, that
// knows cash, contracts and what they cost, and nothing of accounts or postings.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, applyRecord, isConsistent, postingsOf } from '../../src/domain/account.js';
import { noHead, seal } from '../../src/domain/chain.js';
import type { OrderTerms } from '../../src/domain/order.js';
import {
  balanceOf,
  cashTotal,
  type LedgerAccount,
  realizedNet,
  trialBalance,
} from '../../src/domain/postings.js';
import type { RecordBody } from '../../src/domain/records.js';
import { sizingBankroll } from '../../src/domain/risk.js';
import { openTransfer } from '../../src/domain/transfer.js';
import { inferenceCost, reserveIn } from '../../src/domain/treasury.js';
import {
  callId,
  clientOrderId,
  micros,
  orderId,
  price,
  quantity,
  shard,
  ticker,
  tradeId,
} from '../../src/domain/units.js';
import { start } from '../support/executor-rig.js';

const markets = [
  { name: ticker('A'), at: 0 },
  { name: ticker('B'), at: 0 },
  { name: ticker('C'), at: 2 },
] as const;

/** Contracts of one market: how many, + YES − NO, and what they cost. */
type Lot = { held: bigint; cost: bigint; closes: number; exact: { num: bigint; den: bigint } };

class Reference {
  readonly cash = new Map<number, bigint>();
  readonly lots = new Map<string, Lot>();
  transit = 0n;
  paidIn = 0n;
  fees = 0n;
  billed = 0n;
  granted = 0n;
  realized = 0n;

  pay(at: number, amount: bigint): void {
    this.cash.set(at, (this.cash.get(at) ?? 0n) + amount);
  }

  lot(name: string): Lot {
    const lot = this.lots.get(name) ?? {
      held: 0n,
      cost: 0n,
      closes: 0,
      exact: { num: 0n, den: 1n },
    };
    this.lots.set(name, lot);
    return lot;
  }

  /** + buys YES, − buys NO. A pair of YES and NO is a dollar, at once. */
  fill(at: number, name: string, count: bigint, yesPrice: bigint, fee: bigint): void {
    const lot = this.lot(name);
    const size = count < 0n ? -count : count;
    const own = count > 0n ? yesPrice : 10_000n - yesPrice;
    const whole = lot.held < 0n ? -lot.held : lot.held;
    const isOther = lot.held !== 0n && lot.held < 0n !== count < 0n;
    const pairs = isOther ? (size < whole ? size : whole) : 0n;
    const opens = size - pairs;
    this.pay(at, pairs * 10_000n - size * own - fee);
    this.fees += fee;
    if (pairs > 0n) {
      const gone = pairs === whole ? lot.cost : (lot.cost * pairs) / whole;
      this.realized += pairs * (10_000n - own) - gone;
      lot.cost -= gone;
      lot.closes += 1;
      const { num, den } = lot.exact;
      lot.exact =
        pairs === whole ? { num: 0n, den: 1n } : { num: num * (whole - pairs), den: den * whole };
    }
    lot.cost += opens * own;
    lot.exact.num += opens * own * lot.exact.den;
    lot.held += count;
    if (lot.held === 0n) lot.closes = 0;
  }

  settle(at: number, name: string, revenue: bigint): void {
    const lot = this.lot(name);
    this.pay(at, revenue);
    this.realized += revenue - lot.cost;
    this.lots.delete(name);
  }

  all(): bigint {
    let sum = this.transit;
    for (const amount of this.cash.values()) sum += amount;
    return sum;
  }

  costs(): bigint {
    let sum = 0n;
    for (const { cost } of this.lots.values()) sum += cost;
    return sum;
  }
}

/** A ledger that is written record by record, each checked as it is booked. */
class Books {
  account: Account;
  #trades = 0;

  constructor() {
    const genesis = { mode: 'live', environment: 'loopback', account: 'main' } as const;
    const first = seal(noHead, stamp, { kind: 'genesis', version: 1, ...genesis, cashUnit: 100 });
    this.account = applyRecord(null, first);
  }

  record(body: RecordBody): void {
    const { account } = this;
    const next = applyRecord(account, seal(account.head, stamp, body));
    // What a record is said to book is what it books, and it sums to nothing.
    const moved = new Map<LedgerAccount, number>();
    for (const { account: name, amount } of postingsOf(account, body))
      moved.set(name, (moved.get(name) ?? 0) + amount);
    for (const name of new Set([...account.balances.keys(), ...next.balances.keys()]))
      expect(balanceOf(next.balances, name) - balanceOf(account.balances, name)).toBe(
        moved.get(name) ?? 0,
      );
    expect([...moved.values()].reduce((sum, amount) => sum + amount, 0)).toBe(0);
    expect(trialBalance(next.balances)).toBe(0);
    expect(isConsistent(next)).toBe(true);
    this.account = next;
  }

  fill(name: (typeof markets)[number], count: number, yesPrice: number, fee: number): void {
    this.#trades += 1;
    const id = clientOrderId(`o${this.#trades}`);
    const side = count > 0 ? 'yes' : 'no';
    const terms: OrderTerms = {
      clientOrderId: id,
      ticker: name.name,
      shard: shard(name.at),
      side,
      action: 'buy',
      limit: price(9_999),
      count: quantity(Math.abs(count)),
      worstCost: micros(20_000 * Math.abs(count)),
      reduceOnly: false,
      keyless: false,
      fair: 0,
      edge: 0,
      cycle: 1,
      reason: 'taken',
      contentHash: '',
    };
    this.record({ kind: 'intent', terms, decidedAt: start });
    for (const kind of ['durable', 'sent'] as const)
      this.record({ kind: 'order', clientOrderId: id, event: { kind } });
    this.record({
      kind: 'fill',
      tradeId: tradeId(`t${this.#trades}`),
      orderId: orderId(`v${this.#trades}`),
      clientOrderId: id,
      ticker: name.name,
      shard: shard(name.at),
      count: quantity(count),
      yesPrice: price(yesPrice),
      fee: micros(fee),
      isTaker: true,
      executedAt: start,
      keyless: false,
    });
  }
}
const stamp = { at: start, run: 1, inputSeq: 1 };

const market = fc.constantFrom(...markets);
const shards = fc.constantFrom(0, 2, 3);
const act = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('fill' as const),
      market,
      count: fc.integer({ min: -3_000, max: 3_000 }).filter((count) => count !== 0),
      yesPrice: fc.integer({ min: 1, max: 9_999 }),
      // A rebate may be larger than the fee it is paid on.
      fee: fc.integer({ min: -10_000, max: 600_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      market,
      value: fc.integer({ min: 0, max: 10_000 }),
      // Payouts are rounded to a cent.
      off: fc.integer({ min: -9_999, max: 9_999 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cash' as const),
      at: shards,
      amount: fc.integer({ min: -50_000_000, max: 50_000_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      from: shards,
      to: shards,
      amount: fc.integer({ min: 1, max: 500_000 }).map((units) => units * 100),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('arrive' as const), isThere: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('bill' as const),
      cost: fc.integer({ min: 0, max: 2_000_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('appropriate' as const),
      amount: fc.integer({ min: 0, max: 3_000_000 }),
    }),
  },
);
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

/** Both sides do it; what cannot be now is left out on both. */
function perform(books: Books, reference: Reference, step: Act, at: number): void {
  switch (step.kind) {
    case 'fill': {
      const { name, at: own } = step.market;
      books.fill(step.market, step.count, step.yesPrice, step.fee);
      reference.fill(own, name, BigInt(step.count), BigInt(step.yesPrice), BigInt(step.fee));
      return;
    }
    case 'settle': {
      const { name, at: own } = step.market;
      const position = books.account.positions.get(name);
      if (position === undefined) return;
      const { held } = reference.lot(name);
      const each = held > 0n ? step.value : 10_000 - step.value;
      const due = Number(held < 0n ? -held : held) * each;
      const revenue = micros(Math.max(0, due + step.off));
      const realized = micros(revenue - position.cost);
      books.record({
        kind: 'settled',
        ticker: name,
        yesValue: price(step.value),
        revenue,
        realized,
      });
      reference.settle(own, name, BigInt(revenue));
      return;
    }
    case 'cash': {
      const why = step.amount > 0 ? 'deposit' : 'withdrawal';
      books.record({ kind: 'adjusted', shard: shard(step.at), amount: micros(step.amount), why });
      reference.pay(step.at, BigInt(step.amount));
      reference.paidIn += BigInt(step.amount);
      return;
    }
    case 'transfer': {
      if (step.from === step.to || openTransfer(books.account.transfers) !== null) return;
      const [from, to] = [shard(step.from), shard(step.to)];
      books.record({ kind: 'transfer', from, to, amount: micros(step.amount) });
      books.record({ kind: 'transfer_step', event: { kind: 'sent' } });
      reference.pay(step.from, BigInt(-step.amount));
      reference.transit += BigInt(step.amount);
      return;
    }
    case 'arrive': {
      const open = openTransfer(books.account.transfers);
      if (open === null) return;
      const event = step.isThere
        ? ({ kind: 'completed' } as const)
        : ({ kind: 'failed', why: 'x' } as const);
      books.record({ kind: 'transfer_step', event });
      reference.transit -= BigInt(open.amount);
      reference.pay(step.isThere ? open.to : open.from, BigInt(open.amount));
      return;
    }
    case 'bill': {
      const call = callId(`c${at}`);
      const amount = micros(step.cost);
      const reserve = reserveIn(books.account.balances);
      const about = { callId: call, model: 'm' };
      books.record({ kind: 'inference_held', ...about, markets: 1, perAttempt: amount, amount });
      books.record({
        kind: 'inference_billed',
        ...about,
        messageId: null,
        usage: null,
        cost: amount,
        estimated: micros(0),
      });
      reference.billed += BigInt(step.cost);
      reference.granted += BigInt(Math.max(0, step.cost - reserve));
      return;
    }
    case 'appropriate':
      books.record({ kind: 'appropriated', amount: micros(step.amount), highWater: micros(0) });
  }
}

describe('the books', () => {
  it('are to the micro-dollar what a small model of cash and contracts says, at every record', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 60 }), (steps) => {
        const books = new Books();
        const reference = new Reference();
        for (const [at, step] of steps.entries()) {
          perform(books, reference, step, at);
          const { balances, positions } = books.account;
          for (const one of [0, 2, 3])
            expect(BigInt(balanceOf(balances, `cash:${one}`))).toBe(reference.cash.get(one) ?? 0n);
          expect(BigInt(balanceOf(balances, 'in_transit'))).toBe(reference.transit);
          expect(BigInt(cashTotal(balances))).toBe(reference.all());
          expect(BigInt(balanceOf(balances, 'fees'))).toBe(reference.fees);
          expect(BigInt(inferenceCost(balances))).toBe(reference.billed);
          expect(BigInt(realizedNet(balances))).toBe(reference.realized - reference.fees);
          // All that was paid in, and all that was made of it, is cash or stands in positions at cost.
          expect(reference.all() + reference.costs()).toBe(
            reference.paidIn + reference.realized - reference.fees,
          );
          expect(BigInt(0 - balanceOf(balances, 'contributed'))).toBe(
            reference.paidIn + reference.granted,
          );
          for (const { name } of markets) {
            const lot = reference.lot(name);
            const position = positions.get(name);
            expect(BigInt(position?.quantity ?? 0)).toBe(lot.held);
            expect(BigInt(position?.cost ?? 0)).toBe(lot.cost);
            // Average cost is exact but for what each partial close has rounded down, less than a micro-dollar.
            const { num, den } = lot.exact;
            const off = lot.cost * den - num;
            expect(off >= 0n && off <= BigInt(lot.closes) * den).toBe(true);
          }
          const bankroll = sizingBankroll(books.account, { bankroll: Number.MAX_SAFE_INTEGER });
          const owed = reference.billed - reference.granted;
          const reserve = BigInt(reserveIn(balances));
          const worth = reference.all() + reference.costs() - owed - reserve;
          expect(BigInt(bankroll)).toBe(worth > 0n ? worth : 0n);
        }
      }),
      { numRuns: 300 },
    );
  });
});
