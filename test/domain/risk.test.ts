// Goal: every cap holds to the micro-dollar, at its very edge, and what is no number refuses.
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/domain/account.js';
import { cashOf } from '../../src/domain/postings.js';
import {
  dayLoss,
  equity,
  exposure,
  freeCash,
  groupRoom,
  isCoolingDown,
  latchLevel,
  marketExposure,
  ordersThisMinute,
  type RiskLimits,
  refusalOf,
  reserveFor,
  sizingBankroll,
  strictest,
} from '../../src/domain/risk.js';
import {
  epochMs,
  micros,
  orderId,
  price,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { bill, intentFor, marketOf, Rig, tickerA, tickerB } from '../support/executor-rig.js';

const wide: RiskLimits = {
  bankroll: 9e12,
  maxOpenExposure: 9e12,
  maxNotionalPerMarket: 9e12,
  maxFractionPerTrade: 1,
  maxOrdersPerMinute: 1_000,
  reentryCooldownMs: 0,
};
const zero = shard(0);
const two = shard(2);
const other = ticker('KXOTHER-27JAN15-T1');

/** 10 contracts held in A for $4 and a fee of $0.168; 10 on their way in B, at worst $4.20; $5,000 on shard 0 before. */
function held(): Rig {
  const rig = new Rig().paper();
  rig.buy();
  rig.submit({ ticker: tickerB });
  return rig;
}
const wanted = { ...intentFor(), ticker: other };
const refused = (
  account: Account,
  change: Partial<RiskLimits> = {},
  venueCash: number | null = null,
  of: Partial<typeof wanted> = {},
  now = epochMs(9e12),
) => refusalOf(account, { ...wide, ...change }, { ...wanted, ...of }, now, venueCash);

describe('caps', () => {
  const { account } = held();
  const cash = 5_000_000_000 - 4_168_000;
  // [cap, what is taken already, what 10 contracts at worst add]
  it.each([
    ['maxNotionalPerMarket', 'notional_cap', 4_200_000],
    ['maxOpenExposure', 'exposure_cap', 4_000_000 + 4_200_000 + 4_200_000],
    ['bankroll', 'over_bankroll', 4_000_000 + 4_200_000 + 4_200_000],
  ] as const)(
    '%s allows what reaches it and refuses one micro-dollar more',
    (cap, code, reached) => {
      expect(refused(account, { [cap]: reached })).toBeNull();
      expect(refused(account, { [cap]: reached - 1 })).toBe(code);
      // A bankroll that is no number stops the engine before it gets here.
      const noNumber = (): unknown => refused(account, { [cap]: Number.NaN });
      if (cap === 'bankroll') expect(noNumber).toThrow('NaN');
      else expect(noNumber()).toBe(code);
    },
  );

  it('what is held in the market counts towards its cap', () => {
    const more = { ticker: tickerA };
    expect(refused(account, { maxNotionalPerMarket: 8_200_000 }, null, more)).toBeNull();
    expect(refused(account, { maxNotionalPerMarket: 8_199_999 }, null, more)).toBe('notional_cap');
  });

  it('the shard’s own free cash is a limit, less what is on its way, and less still if the exchange says so', () => {
    expect(freeCash(account, zero)).toBe(cash - 4_200_000);
    expect(freeCash(account, two)).toBe(3_000_000_000);
    const count = quantity(1_000);
    const all = { count, worstCost: micros(cash - 4_200_000) };
    expect(refused(account, {}, null, all)).toBeNull();
    expect(refused(account, {}, null, { count, worstCost: micros(all.worstCost + 1) })).toBe(
      'shard_cash',
    );
    // Its cash is what the exchange says; what is on its way comes off that.
    expect(refused(account, {}, 8_400_000)).toBeNull();
    expect(refused(account, {}, 8_399_999)).toBe('shard_cash');
    expect(refused(account, {}, Number.NaN)).toBe('shard_cash');
    // More than the books know is nobody's to spend.
    expect(refused(account, {}, 9e12, { count, worstCost: micros(all.worstCost + 1) })).toBe(
      'shard_cash',
    );
    expect(refused(account, {}, null, { shard: two, worstCost: micros(3_000_000_001) })).toBe(
      'shard_cash',
    );
  });

  it('orders on their way count towards the rate, those sent only for a minute', () => {
    const rig = held();
    const { records } = rig.send({ kind: 'intent', intent: intentFor({ ticker: other }) });
    expect(records.at(-1)?.body.kind).toBe('refused');
    rig.markets.set(other, marketOf(other));
    rig.books.set(other, rig.books.get(tickerA) as never);
    rig.send({ kind: 'intent', intent: intentFor({ ticker: other }) });
    const last = Math.max(...rig.account.sends);
    expect(ordersThisMinute(rig.account, rig.now)).toBe(3);
    expect(ordersThisMinute(rig.account, epochMs(last + 59_999))).toBe(2);
    expect(ordersThisMinute(rig.account, epochMs(last + 60_000))).toBe(1);
    const third = { ticker: ticker('KXTHIRD-27JAN15-T1') };
    expect(refused(rig.account, { maxOrdersPerMinute: 4 }, null, third, rig.now)).toBeNull();
    expect(refused(rig.account, { maxOrdersPerMinute: 3 }, null, third, rig.now)).toBe(
      'order_rate',
    );
    expect(refused(rig.account, { maxOrdersPerMinute: Number.NaN }, null, third)).toBe(
      'order_rate',
    );
  });

  it('a market is left alone for as long as the cooldown says, to the millisecond', () => {
    const at = account.lastSent.get(tickerA) ?? 0;
    const isCold = (ms: number): boolean =>
      isCoolingDown(account, tickerA, epochMs(at + ms), { reentryCooldownMs: 5_000 });
    expect([4_999, 5_000].map(isCold)).toEqual([true, false]);
  });

  it('what only closes passes every cap on money', () => {
    const nothing = { maxNotionalPerMarket: 0, maxOpenExposure: 0, bankroll: 0 };
    const close = { ticker: tickerA, side: 'no' as const };
    expect(refused(account, nothing, 0, close)).toBeNull();
    const one = { ...close, count: quantity(1_001), worstCost: micros(4_204_200) };
    expect(refused(account, nothing, 0, one)).toBe('notional_cap');
  });
});

describe('what is at stake', () => {
  it('is positions at cost and every order as if filled, but for what it closes', () => {
    const { account } = held();
    expect(exposure(account)).toBe(8_200_000);
    expect([tickerA, tickerB, other].map((name) => marketExposure(account, name))).toEqual([
      4_000_000, 4_200_000, 0,
    ]);
    const position = account.positions.get(tickerA);
    const terms = { side: 'no', count: quantity(1_500), worstCost: micros(6_300_001) } as const;
    expect(reserveFor(terms, 1_000, position)).toBe(0);
    // Rounded up: a third of what the whole costs.
    expect(reserveFor(terms, 1_500, position)).toBe(2_100_001);
    expect(reserveFor(terms, 1_500, undefined)).toBe(6_300_001);
    expect(reserveFor({ ...terms, side: 'yes' }, 1_500, position)).toBe(6_300_001);
  });

  it('an order’s group has room for what 20 s leave, shard by shard', () => {
    const rig = new Rig().paper();
    rig.markets.set(tickerB, marketOf(tickerB, { shard: two }));
    const id = rig.submit();
    const sentAt = rig.account.orders.get(id)?.sentAt ?? 0;
    rig.send({ kind: 'intent', intent: intentFor({ ticker: tickerB, shard: two }) });
    const room = (of: typeof zero, ms: number): number =>
      groupRoom(rig.account, of, epochMs(sentAt + ms), 30);
    // Unanswered it may yet be sent again.
    expect(room(zero, 20_000)).toBe(2_000);
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: '' } });
    expect([0, 19_999, 20_000].map((ms) => room(zero, ms))).toEqual([2_000, 2_000, 3_000]);
    // Written down, not sent: on its way however long that takes.
    expect(room(two, 1e9)).toBe(2_000);
    expect(groupRoom(rig.account, zero, epochMs(sentAt), 5)).toBe(0);
  });
});

describe('what there is', () => {
  const withBill = (): Rig => {
    const rig = new Rig().withClaude({ inferenceGrant: 0, inferenceProfitShare: 1 });
    rig.buy({}, { fee: 0 });
    return rig;
  };

  it('is sized by the setting or by cash and positions at cost, whichever is less', () => {
    const { account } = held();
    expect(sizingBankroll(account, { bankroll: 9e12 })).toBe(10_000_000_000 - 168_000);
    expect(sizingBankroll(account, { bankroll: 5 })).toBe(5);
    expect(sizingBankroll(null, { bankroll: 5 })).toBe(0);
  });

  it('what Claude is owed is neither equity nor money to bet with', () => {
    const rig = withBill();
    // $6 of profit, all of it set aside for Claude.
    rig.settle(tickerA, 10_000);
    const worth = (): number => equity(rig.account, () => null);
    const before = worth();
    expect(before).toBe(10_006_000_000);
    expect(sizingBankroll(rig.account, { bankroll: 9e12 })).toBe(10_000_000_000);
    rig.ask('q');
    rig.answer('q', { bill });
    expect(before - worth()).toBe(600);
    // It was set aside for that: there is not less to bet with.
    expect(sizingBankroll(rig.account, { bankroll: 9e12 })).toBe(10_000_000_000);
  });

  it('is measured by marks, by cost where there never was one', () => {
    const { account } = held();
    const cash = 10_000_000_000 - 4_168_000;
    expect(equity(account, () => price(3_000))).toBe(cash + 3_000_000);
    expect(equity(account, () => null)).toBe(cash + 4_000_000);
  });

  it('money that came in or went out is no gain and no loss of the day', () => {
    for (const amount of [100_000_000, -100_000_000]) {
      const rig = new Rig().live();
      const [[first, had] = [0, 0]] = rig.ledgerCash();
      const others = rig.ledgerCash().slice(1);
      const cash = () => [[first, had + amount] as const, ...others];
      rig.send({ kind: 'link', link: 'gone' });
      rig.send({ kind: 'link', link: 'up' });
      rig.answerRound({ cash: cash() });
      for (let second = 0; second < 200; second += 1) {
        rig.send({ kind: 'sweep' }, 1_000);
        if (rig.last?.effects.some(({ kind }) => kind === 'balance') === true)
          rig.answerRound({ cash: cash() });
      }
      expect(rig.bodies('adjusted')).toMatchObject([{ amount }]);
      expect(rig.account.balances.get(cashOf(zero))).toBe(had + amount);
      expect(
        dayLoss(
          rig.account,
          equity(rig.account, () => null),
        ),
      ).toBe(0);
    }
  });
});

it('of several latches the strictest holds', () => {
  const rig = new Rig().live();
  const id = rig.submit();
  const kill = (level: 'pause' | 'cancel'): void =>
    void rig.send({ kind: 'operator', command: { kind: 'kill', level, why: '' } });
  kill('pause');
  rig.send({
    kind: 'settings',
    settings: { ...(rig.state.session?.settings as never as object), maxOpenExposure: 1 } as never,
  });
  expect(latchLevel(rig.account)).toBe('pause');
  kill('cancel');
  expect(latchLevel(rig.account)).toBe('cancel');
  rig.send({
    kind: 'placed',
    clientOrderId: id,
    answer: {
      kind: 'accepted',
      orderId: orderId('v1'),
      filled: quantity(9_999),
      remaining: quantity(0),
      averageYesPrice: null,
      averageFee: null,
    },
  });
  expect([...rig.account.latches.values()].map(({ level }) => level).sort()).toEqual([
    'cancel',
    'halt',
    'pause',
  ]);
  expect(latchLevel(rig.account)).toBe('halt');
  expect([
    strictest(null, 'pause'),
    strictest('halt', 'pause'),
    strictest('pause', 'cancel'),
    strictest(null, null),
  ]).toEqual(['pause', 'halt', 'cancel', null]);
});
