import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeExchange, openAccount } from '../../src/simulator/core/state.js';
import { nextDueMs, step } from '../../src/simulator/core/step.js';
import { canonical, scriptLines } from '../../src/simulator/script.js';
import { makeWorld } from '../../src/simulator/world/world.js';
import { ORIGIN, orderAsk } from './support.js';

const world = (seed: number) => makeWorld({ seed, originMs: ORIGIN, markets: 60, agentLag: 1 });
const script = (seed: number, durationMs = 120_000): string =>
  [...scriptLines(world(seed), { seed, originMs: ORIGIN, durationMs })].join('\n');
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the script', () => {
  it('is the same to the byte for the same seed and origin, and another for another seed', () => {
    const first = script(5);
    expect(first.length).toBeGreaterThan(100_000);
    expect(digest(script(5))).toBe(digest(first));
    expect(digest(script(6))).not.toBe(digest(first));
  });

  it('is in order of time, and a longer one begins with the shorter', () => {
    const short = script(5, 60_000).split('\n');
    const long = script(5).split('\n');
    expect(long.length).toBeGreaterThan(short.length);
    expect(long.slice(0, short.length)).toEqual(short);
    const times = long.map((line) => (JSON.parse(line) as { at: number }).at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('sorts keys all the way down', () => {
    expect(canonical({ b: [{ d: 1, c: null }], a: 'x' })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
  });
});

/** Truths and outcomes: everything of the stream that trading must not move. */
function outcomes(trades: boolean): readonly string[] {
  const state = makeExchange(world(9), 9);
  const seen: string[] = [];
  let n = 0;
  for (
    let atMs: number | null = ORIGIN;
    atMs !== null && atMs <= ORIGIN + 3_600_000;
    atMs = nextDueMs(state)
  ) {
    for (const event of step(state, { kind: 'advance' }, atMs).events) {
      if (event.kind === 'lifecycle') {
        seen.push(
          `${event.atMs} ${event.what} ${event.market.spec.ticker} ${event.market.result} ${event.market.expirationValue}`,
        );
      }
    }
    n += 1;
    if (!trades || n % 5 !== 0) continue;
    const account =
      state.accounts.get('busy') ??
      openAccount(state, 'busy', new Map([0, 2, 3].map((shard) => [shard, 1e12])));
    const market = state.marketList[n % state.marketList.length];
    if (market === undefined) continue;
    step(
      state,
      {
        kind: 'create',
        account,
        ask: orderAsk({
          ticker: market.spec.ticker,
          price: 9_900,
          quantity: 5_000,
          side: n % 2 === 0 ? 'bid' : 'ask',
        }),
      },
      atMs,
    );
  }
  return seen;
}

it('orders change books and never what happens', () => {
  const quiet = outcomes(false);
  expect(quiet.some((line) => line.includes('settled'))).toBe(true);
  expect(outcomes(true)).toEqual(quiet);
});
