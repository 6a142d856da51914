// Goal: cash goes where the targets say, in few moves, never back and forth, and is in the books at every moment.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Move, type ShardTarget, transferWanted } from '../../src/domain/transfer.js';
import { dollar, type Shard, shard } from '../../src/domain/units.js';

const bounds = { minMicros: dollar, shortShare: 0.25 };
const targetsOf = (percents: Readonly<Record<number, number>>): readonly ShardTarget[] =>
  Object.entries(percents).map(([at, percent]) => ({ shard: shard(Number(at)), percent }));
const wanted = (
  free: Readonly<Record<number, number>>,
  percents: Readonly<Record<number, number>>,
  with_ = bounds,
): Move | null =>
  transferWanted(
    new Map(Object.entries(free).map(([at, dollars]) => [shard(Number(at)), dollars * dollar])),
    targetsOf(percents),
    with_,
  );
const move = (from: number, to: number, dollars: number) => ({
  from,
  to,
  amount: Math.round(dollars * dollar),
});

describe('the transfer that is wanted', () => {
  it.each([
    ['fills up a shard that has nothing', { 0: 100 }, { 0: 60, 2: 40 }, move(0, 2, 40)],
    ['leaves alone what is at its target', { 0: 60, 2: 40 }, { 0: 60, 2: 40 }, null],
    [
      'leaves alone a shard that lacks less than a quarter',
      { 0: 69, 2: 31 },
      { 0: 60, 2: 40 },
      null,
    ],
    ['fills up one that lacks a quarter', { 0: 70, 2: 30 }, { 0: 60, 2: 40 }, move(0, 2, 10)],
    ['empties a shard that has no target', { 0: 10, 3: 90 }, { 0: 100 }, move(3, 0, 90)],
    [
      'takes from the one with most to spare',
      { 0: 80, 2: 20, 3: 0 },
      { 0: 40, 2: 10, 3: 50 },
      move(0, 3, 40),
    ],
    [
      'helps the one that lacks most first',
      { 0: 100, 2: 0, 3: 0 },
      { 0: 20, 2: 30, 3: 50 },
      move(0, 3, 50),
    ],
    ['moves no less than a dollar', { 0: 1.5, 2: 0 }, { 0: 50, 2: 50 }, null],
    [
      'counts what orders have overdrawn as nothing',
      { 0: 100, 2: -50 },
      { 0: 50, 2: 50 },
      move(0, 2, 50),
    ],
    ['does nothing without cash', { 0: 0, 2: 0 }, { 0: 50, 2: 50 }, null],
    ['does nothing without targets that lack', { 0: 50, 2: 50 }, {}, null],
    [
      'moves whole hundredths of a cent',
      { 0: 100.000_199, 2: 0 },
      { 0: 50, 2: 50 },
      move(0, 2, 50),
    ],
    ['moves nothing on numbers that are none', { 0: Number.NaN, 2: 10 }, { 0: 50, 2: 50 }, null],
  ] as const)('%s', (_, free, percents, expected) => {
    expect(wanted(free, percents)).toEqual(expected);
  });

  it('comes to rest in as many moves as there are shards, and never takes back what it gave', () => {
    const shards = [0, 1, 2, 3];
    const amounts = fc.array(fc.integer({ min: 0, max: 5_000_000_000 }), {
      minLength: 4,
      maxLength: 4,
    });
    const cuts = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(amounts, cuts, (start, at) => {
        const [a = 0, b = 0, c = 0] = [...at].sort((x, y) => x - y);
        const percents = { 0: a, 1: b - a, 2: c - b, 3: 100 - c };
        const targets = targetsOf(percents);
        const free = new Map<Shard, number>(shards.map((one) => [shard(one), start[one] ?? 0]));
        const total = start.reduce((sum, amount) => sum + amount, 0);
        const given = new Set<Shard>();
        for (let moves = 0; ; moves += 1) {
          const next = transferWanted(free, targets, bounds);
          if (next === null) break;
          expect(moves).toBeLessThan(shards.length);
          expect(next.amount % 100).toBe(0);
          expect(given.has(next.from)).toBe(false);
          given.add(next.to);
          free.set(next.from, (free.get(next.from) ?? 0) - next.amount);
          free.set(next.to, (free.get(next.to) ?? 0) + next.amount);
          for (const amount of free.values()) expect(amount).toBeGreaterThanOrEqual(0);
        }
        expect([...free.values()].reduce((sum, amount) => sum + amount, 0)).toBe(total);
        for (const { shard: one, percent } of targets) {
          const target = Math.floor((total * percent) / 100);
          const lack = target - (free.get(one) ?? 0);
          // What is left is too little to be worth it, for this shard or for those that could give.
          expect(
            lack < Math.max(target * bounds.shortShare, shards.length * bounds.minMicros),
          ).toBe(true);
        }
      }),
    );
  });
});
