import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, applyRecord, isConsistent } from '../../src/domain/account.js';
import { decodeAccount, encodeAccount, sameAccount } from '../../src/domain/account-codec.js';
import {
  chainProblem,
  deriveClientOrderId,
  noHead,
  plainHash,
  seal,
} from '../../src/domain/chain.js';
import { flat, type Position, payout, trade } from '../../src/domain/position.js';
import { fillPostings, settledPostings } from '../../src/domain/postings.js';
import { type LedgerRecord, noHash } from '../../src/domain/records.js';
import { epochMs, micros, price, quantity, shard, ticker } from '../../src/domain/units.js';
import { bookAt, Rig, start, tickerA, tickerB } from '../support/executor-rig.js';

const stamp = { at: start, run: 1, inputSeq: 1 };

describe('the chain', () => {
  const first = seal(noHead, stamp, { kind: 'stopped', reason: 'a' });
  const second = seal({ seq: 1, hash: first.hash }, stamp, { kind: 'stopped', reason: 'b' });

  it('links records by hash over everything they say', () => {
    expect(first).toMatchObject({ seq: 1, prevHash: noHash });
    expect(chainProblem(noHead, null, first)).toBeNull();
    expect(chainProblem({ seq: 1, hash: first.hash }, start, second)).toBeNull();
    // A fixed vector: whoever changes the bytes of a record breaks every ledger there is.
    expect(first.hash).toBe('bbdd6d7f699f3bd8f72d6dbf5ed6ee50242236da73690586757a71c0bdf06536');
  });

  it('names what is wrong', () => {
    const head = { seq: 1, hash: first.hash };
    const change = (fields: Partial<LedgerRecord>) => ({ ...second, ...fields });
    expect(chainProblem(head, null, change({ seq: 3 }))?.code).toBe('seq');
    expect(chainProblem(head, null, change({ prevHash: noHash }))?.code).toBe('prev_hash');
    for (const bent of [
      change({ at: epochMs(start + 1) }),
      change({ run: 2 }),
      change({ inputSeq: 2 }),
      change({ body: { kind: 'stopped', reason: 'c' } }),
      change({ hash: noHash }),
    ])
      expect(chainProblem(head, null, bent)?.code).toBe('hash');
    expect(chainProblem(head, epochMs(start + 1), second)?.code).toBe('time');
  });

  it('names an order after what decided it', () => {
    const name = (run: number, seq: number, market: string, leg: number) =>
      deriveClientOrderId('g', run, seq, ticker(market), leg);
    const names = [
      name(1, 1, 'A', 0),
      name(2, 1, 'A', 0),
      name(1, 2, 'A', 0),
      name(1, 1, 'B', 0),
      name(1, 1, 'A', 1),
    ];
    for (const each of names) expect(each).toMatch(/^[a-z2-7]{26}$/);
    expect(new Set(names).size).toBe(5);
    expect(name(1, 1, 'A', 0)).toBe(names[0]);
  });

  it('hashes settings by value, not by the order of their keys', () => {
    expect(plainHash({ a: 0.05, b: [1, { c: null, d: undefined }] })).toBe(
      plainHash({ b: [1, { c: null }], a: 0.05 }),
    );
    expect(plainHash({ a: 0.05 })).not.toBe(plainHash({ a: 0.06 }));
  });
});

describe('positions', () => {
  it('equal a model that keeps every contract apart, and cost never goes wrong', () => {
    const trades = fc.array(
      fc.tuple(
        fc.integer({ min: -500, max: 500 }).filter((n) => n !== 0),
        fc.integer({ min: 1, max: 9_999 }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(trades, fc.integer({ min: 0, max: 10_000 }), (list, value) => {
        let position: Position = flat(tickerA, shard(0));
        let cash = 0;
        let held = 0;
        let gains = 0;
        for (const [count, at] of list) {
          const done = trade(position, quantity(count), price(at));
          const postings = fillPostings(shard(0), done, micros(7));
          expect(postings.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
          position = done.position;
          gains += done.proceeds - done.closedCost;
          // The naive side: a signed count of YES, cash moves by the YES price, NO posts its collateral.
          const before = held;
          held += count;
          const collateral = (signed: number): number => (signed < 0 ? -signed * 10_000 : 0);
          cash -= count * at + collateral(held) - collateral(before);
          expect(position.quantity).toBe(held);
          expect(cash).toBe(gains - position.cost);
          expect(position.cost).toBeGreaterThanOrEqual(0);
          if (held === 0) expect(position.cost).toBe(0);
        }
        const paid = payout(position, price(value));
        expect(paid).toBe(held >= 0 ? held * value : -held * (10_000 - value));
        expect(settledPostings(position, paid).reduce((sum, { amount }) => sum + amount, 0)).toBe(
          0,
        );
      }),
    );
  });
});

describe('the account', () => {
  const traded = (): Rig => {
    const rig = new Rig().paper({ reentryCooldownMs: 0 });
    rig.buy();
    rig.books.set(tickerA, bookAt(6_100, 4_000));
    rig.buy({ side: 'no', limit: price(4_000), count: quantity(300), fair: 0.2 as never });
    rig.buy({ ticker: tickerB });
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: 'x' } });
    rig.send({
      kind: 'lifecycle',
      ticker: tickerB,
      change: { kind: 'determined', settlementValue: price(0) },
    });
    return rig;
  };

  it('is the same from its records, from its encoding and from both, at every record', () => {
    const { records } = traded();
    let live: Account | null = null;
    let carried: Account | null = null;
    for (const record of records) {
      live = applyRecord(live, record);
      carried = applyRecord(carried, record);
      expect(sameAccount(live, carried)).toBe(true);
      expect(isConsistent(live)).toBe(true);
      const decoded = decodeAccount(JSON.parse(JSON.stringify(encodeAccount(live))));
      if (!decoded.ok) throw new Error(decoded.error.text);
      expect(decoded.value.clientOrderIds).toEqual(live.clientOrderIds);
      carried = decoded.value;
    }
  });

  it('refuses what is not one', () => {
    const plain = JSON.parse(JSON.stringify(encodeAccount(traded().account))) as Record<
      string,
      unknown
    >;
    for (const [value, code] of [
      [null, 'unknown_shape'],
      [7, 'unknown_shape'],
      [{}, 'unknown_shape'],
      [{ ...plain, orders: 'none' }, 'unknown_shape'],
      [{ ...plain, seen: [[1, 2]] }, 'unknown_shape'],
      [{ ...plain, balances: [['fees', 1]] }, 'unbalanced'],
      [{ ...plain, genesis: { ...(plain['genesis'] as object), version: 99 } }, 'other_version'],
    ] as const) {
      const decoded = decodeAccount(value);
      expect(decoded.ok ? 'ok' : decoded.error.code).toBe(code);
    }
  });

  it('forgets what ended days ago, and nothing that still matters', () => {
    const rig = traded();
    rig.send({ kind: 'operator', command: { kind: 'resume', why: 'x' } });
    rig.settle(tickerB, 0);
    const orders = rig.account.orders.size;
    for (let day = 0; day < 4; day += 1) rig.send({ kind: 'sweep' }, 86_400_000);
    // Those of the market that is still held stay.
    expect(rig.account.orders.size).toBe(orders - 1);
    expect([...rig.account.orders.values()].every(({ terms }) => terms.ticker === tickerA)).toBe(
      true,
    );
    expect(rig.account.seen.size).toBe(2);
    expect(rig.account.lastSent.size).toBe(0);
    expect(rig.account.counts.filled).toBe(3);
  });

  it('forgets orders that another one closed: their market never settles for us', () => {
    const rig = new Rig().paper({ reentryCooldownMs: 0 });
    rig.buy();
    rig.books.set(tickerA, bookAt(6_100, 4_000));
    rig.buy({ side: 'no', limit: price(4_000), fair: 0.2 as never });
    expect([rig.account.positions.size, rig.account.orders.size]).toEqual([0, 2]);
    rig.send({ kind: 'sweep' }, 86_400_000);
    expect(rig.account.orders.size).toBe(2);
    for (let day = 0; day < 3; day += 1) rig.send({ kind: 'sweep' }, 86_400_000);
    expect([rig.account.orders.size, rig.account.seen.size]).toEqual([0, 0]);
    expect(rig.account.counts.filled).toBe(2);
  });
});
