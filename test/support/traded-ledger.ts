import { micros, orderId, price, probability, quantity, ticker } from '../../src/domain/units.js';
import type { Verdict } from '../../src/messages/valuation.js';
import { bookAt, fillOf, Rig, tickerA, tickerB } from './executor-rig.js';
import { aVerdict } from './fixtures.js';

const minuteMs = 60_000;

const verdict = (change: Partial<Verdict>, name = tickerA): Verdict =>
  aVerdict(name, {
    vertical: 'weather',
    fair: probability(0.6),
    mid2: 8_000,
    cost: 0.41,
    ...change,
  });

/**
 * Two markets. A: 10 YES at 40¢ (limit 42¢, fee 16.8¢ in all), pays $1. B: 5 NO at 30¢ (YES at 70¢, fee 8¢), and YES comes
 * true, so it pays nothing.
 */
export function traded(): Rig {
  const rig = new Rig().paper({ reentryCooldownMs: 0 });
  const cycle = (at: number, verdicts: readonly Verdict[]): void => {
    rig.send({ kind: 'cycle', result: { cycle: at, verdicts, allocations: [] } }, 0);
  };
  cycle(1, [
    verdict({ reason: 'taken' }),
    verdict({ vertical: 'crypto', fair: probability(0.2), mid2: 14_200, cost: 0.33 }, tickerB),
    verdict({ fair: null, reason: 'no_signal' }, ticker('M-C')),
  ]);
  const a = rig.submit({ limit: price(4_200), edge: 0.15 });
  fill(rig, a, { count: quantity(1_000), yesPrice: price(4_000), fee: micros(168_000) });
  rig.books.set(tickerB, bookAt(7_100, 3_000));
  const b = rig.submit({
    fair: probability(0.2),
    ticker: tickerB,
    side: 'no',
    limit: price(3_000),
    count: quantity(500),
    edge: 0.05,
  });
  fill(rig, b, {
    ticker: tickerB,
    count: quantity(-500),
    yesPrice: price(7_000),
    fee: micros(80_000),
  });
  // Ten minutes later A's mid is 46¢ and B's 75¢.
  rig.send(
    {
      kind: 'cycle',
      result: {
        cycle: 2,
        verdicts: [
          verdict({ mid2: 9_200 }),
          verdict({ vertical: 'crypto', mid2: 15_000 }, tickerB),
        ],
        allocations: [],
      },
    },
    10 * minuteMs,
  );
  for (const name of [tickerA, tickerB]) rig.settle(name, 10_000, minuteMs);
  return rig;
}

function fill(rig: Rig, id: ReturnType<Rig['submit']>, change: Parameters<typeof fillOf>[1]): void {
  const count = quantity(Math.abs(change?.count ?? 0));
  rig.send({
    kind: 'placed',
    clientOrderId: id,
    answer: {
      kind: 'accepted',
      orderId: orderId(`v-${id}`),
      filled: count,
      remaining: quantity(0),
      averageYesPrice: null,
      averageFee: null,
    },
  });
  const booked = fillOf({ orderId: `v-${id}`, clientOrderId: id }, change);
  rig.send({ kind: 'account', event: { kind: 'fill', fill: booked } }, 300);
}
