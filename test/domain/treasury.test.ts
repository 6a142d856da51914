import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConsistent } from '../../src/domain/account.js';
import { costOf, priceOf, type TokenUsage } from '../../src/domain/inference-prices.js';
import {
  appropriationPostings,
  type Balances,
  balanceOf,
  book,
  cashTotal,
  inferencePostings,
  trialBalance,
} from '../../src/domain/postings.js';
import { equity, sizingBankroll } from '../../src/domain/risk.js';
import {
  appropriation,
  emptyTreasury,
  inferenceCost,
  inferenceFunds,
  reserveIn,
} from '../../src/domain/treasury.js';
import { epochMs, micros } from '../../src/domain/units.js';
import { bill, Rig, tickerA } from '../support/executor-rig.js';

// Goal: profit is set aside once, bills are paid by it first and by the operator after, and the books stay whole.
const empty: Balances = new Map();
const limits = { inferenceGrant: 100, inferenceDailyCap: 60, inferenceProfitShare: 0.2 };

describe('what is set aside', () => {
  it('is a share of the profit above the highest so far, rounded down', () => {
    const rows: readonly (readonly [number, number, number, number | null])[] = [
      [48_250_000, 0, 0.2, 9_650_000],
      [9, 0, 0.2, 1],
      [30, 10, 0.5, 10],
      [10, 10, 0.2, null],
      [4, 10, 0.2, null],
      [-5, 0, 0.2, null],
      [10, 0, 0, 0],
      [10, 0, 1, 10],
      [Number.NaN, 0, 0.2, null],
      [10, 0, Number.NaN, null],
      [10, 0, 1.5, null],
    ];
    for (const [net, highWater, share, amount] of rows)
      expect(appropriation(net, highWater, share)).toBe(amount);
  });

  it('moves equity, and no cash', () => {
    const balances = book(empty, appropriationPostings(micros(500)));
    expect(reserveIn(balances)).toBe(500);
    expect(balanceOf(balances, 'retained')).toBe(500);
    expect(trialBalance(balances)).toBe(0);
  });
});

describe('a bill', () => {
  const reserved = book(empty, appropriationPostings(micros(30)));

  it('is paid by the reserve as far as it goes, then by the operator', () => {
    const { postings, fromGrant } = inferencePostings(micros(50), micros(30), micros(0));
    const balances = book(reserved, postings);
    expect(fromGrant).toBe(20);
    expect(Object.fromEntries(balances)).toEqual({
      retained: 0,
      inference_reserve: 0,
      inference_expense: 50,
      inference_payable: -30,
      contributed: -20,
    });
  });

  it('that was booked too high is taken back, the operator first', () => {
    const paid = book(reserved, inferencePostings(micros(50), micros(30), micros(0)).postings);
    const { postings, fromGrant } = inferencePostings(micros(-40), micros(0), micros(20));
    const balances = book(paid, postings);
    expect(fromGrant).toBe(-20);
    expect(inferenceCost(balances)).toBe(10);
    expect(reserveIn(balances)).toBe(20);
    expect(balanceOf(balances, 'inference_payable')).toBe(-10);
    expect(balanceOf(balances, 'contributed')).toBe(0);
  });

  it('never takes more from the reserve than is there, whatever comes', () => {
    const amount = fc.integer({ min: 0, max: 1_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), amount), { maxLength: 40 }), (steps) => {
        let balances = empty;
        let granted = micros(0);
        let [set, billed] = [0, 0];
        for (const [isBill, value] of steps) {
          if (!isBill) {
            balances = book(balances, appropriationPostings(micros(value)));
            set += value;
            continue;
          }
          const bill = inferencePostings(micros(value), reserveIn(balances), granted);
          balances = book(balances, bill.postings);
          granted = micros(granted + bill.fromGrant);
          billed += value;
          expect(reserveIn(balances)).toBeGreaterThanOrEqual(0);
        }
        expect(inferenceCost(balances)).toBe(billed);
        expect(reserveIn(balances)).toBe(set - (billed - granted));
        expect(trialBalance(balances)).toBe(0);
      }),
    );
  });
});

describe('funds', () => {
  const hold = (amount: number) => ({
    model: 'm',
    at: epochMs(0),
    perAttempt: micros(amount),
    amount: micros(amount),
  });
  const of = (granted: number, spentToday: number, holds: readonly number[], reserve = 0) =>
    inferenceFunds(
      book(empty, appropriationPostings(micros(reserve))),
      { ...emptyTreasury, granted: micros(granted), spentToday: micros(spentToday) },
      holds.map(hold),
      limits,
    );

  it('are reserve and grant within the day, less what is held', () => {
    expect(of(0, 0, [])).toEqual({ covered: 100, leftToday: 60 });
    expect(of(40, 10, [5, 7])).toEqual({ covered: 48, leftToday: 38 });
    expect(of(100, 60, [])).toEqual({ covered: 0, leftToday: 0 });
    expect(of(150, 0, [], 30)).toEqual({ covered: 30, leftToday: 60 });
  });
});

describe('the account', () => {
  const usage: TokenUsage = {
    input: 1_000,
    output: 500,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    cacheRead: 2_000,
  };

  it('counts a bill as a loss of the day, and does not size bets by what is owed or set aside', () => {
    const rig = new Rig().withClaude({ bankroll: 20_000_000_000, inferenceProfitShare: 0.5 });
    const before = equity(rig.account, () => null);
    const price = priceOf('claude-haiku-5-5', rig.now);
    if (price === null) throw new Error('no price');
    const cost = costOf(price, usage);
    rig.ask('c1');
    rig.answer('c1', { bill: { ...bill, usage } });
    const { account } = rig;
    expect(inferenceCost(account.balances)).toBe(cost);
    expect(account.treasury).toMatchObject({ calls: 1, granted: cost, spentToday: cost });
    // The operator paid: a deposit that is gone again.
    expect(equity(account, () => null)).toBe(before);
    expect(account.day?.deposits).toBe(cost);
    expect(isConsistent(account)).toBe(true);
  });

  it('is worth less by what profit owes for Claude, and bets count on neither that nor the reserve', () => {
    const rig = new Rig().withClaude({ bankroll: 20_000_000_000, inferenceProfitShare: 0.5 });
    rig.buy();
    rig.settle(tickerA, 10_000);
    const cash = cashTotal(rig.account.balances);
    const reserve = reserveIn(rig.account.balances);
    expect(reserve).toBe(2_916_000);
    expect(equity(rig.account, () => null)).toBe(cash);
    expect(sizingBankroll(rig.account, { bankroll: 30_000_000_000 })).toBe(cash - reserve);
    rig.ask('c1');
    rig.answer('c1', { bill: { ...bill, usage } });
    const cost = inferenceCost(rig.account.balances);
    expect(cost).toBeGreaterThan(0);
    expect(equity(rig.account, () => null)).toBe(cash - cost);
    expect(cashTotal(rig.account.balances)).toBe(cash);
    // Owed instead of set aside: nothing changes for bets.
    expect(sizingBankroll(rig.account, { bankroll: 30_000_000_000 })).toBe(cash - reserve);
  });
});
