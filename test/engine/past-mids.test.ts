import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EpochMs,
  epochMs,
  price,
  quantity,
  type Ticker,
  ticker,
} from '../../src/domain/units.js';
import { PastMids } from '../../src/engine/past-mids.js';
import { limits } from '../../src/limits.js';
import { BookStore } from '../../src/streams/book-store.js';

// Goal: the price that stood at a moment is remembered for as long as news may pay, within a bound, and never made up.
const game = ticker('KXNFLGAME-26SEP20BUFMIA-MIA');

function rig(keptMs = 240_000, followed: readonly Ticker[] = [game]) {
  const store = new BookStore({ speed: 1, hasFeed: true });
  const mids = new PastMids(store, keptMs);
  store.keep([game]);
  mids.follow(followed, epochMs(0));
  /** The book becomes bid/ask, in cents. */
  const quote = (at: number, bid: number, ask: number): void => {
    const change = store.apply(
      {
        kind: 'snapshot',
        ticker: game,
        yes: [[price(bid * 100), quantity(100)]],
        no: [[price(10_000 - ask * 100), quantity(100)]],
        exchangeAt: epochMs(at),
        from: 'feed',
      },
      epochMs(at),
    );
    if (change !== null) mids.add(change, epochMs(at));
  };
  const lose = (at: number): void => {
    const change = store.apply(
      { kind: 'gap', tickers: 'all', reason: 'disconnected' },
      epochMs(at),
    );
    if (change !== null) mids.add(change, epochMs(at));
  };
  return { store, mids, quote, lose };
}

describe('prices of before the news', () => {
  it('are those that stood at the moment', () => {
    const { mids, quote } = rig();
    quote(1_000, 58, 62);
    quote(61_000, 48, 52);
    expect(mids.at(game, epochMs(999))).toBeNull();
    expect(mids.at(game, epochMs(1_000))).toBe(0.6);
    expect(mids.at(game, epochMs(60_999))).toBe(0.6);
    expect(mids.at(game, epochMs(61_000))).toBe(0.5);
    expect(mids.at(game, epochMs(9_000_000))).toBe(0.5);
  });

  it('are not known while the book was not, nor of a market that nobody follows', () => {
    const { mids, quote, lose } = rig();
    quote(1_000, 58, 62);
    lose(30_000);
    quote(90_000, 57, 61);
    expect(mids.at(game, epochMs(29_999))).toBe(0.6);
    expect(mids.at(game, epochMs(60_000))).toBeNull();
    expect(mids.at(game, epochMs(90_000))).toBe(0.59);
    const other = rig(240_000, []);
    other.quote(1_000, 58, 62);
    expect(other.mids.at(game, epochMs(2_000))).toBeNull();
  });

  it('outlive a new list of markets, and are forgotten with their market', () => {
    const { mids, quote } = rig();
    quote(1_000, 58, 62);
    mids.follow([game], epochMs(2_000));
    expect(mids.at(game, epochMs(1_500))).toBe(0.6);
    mids.follow([], epochMs(3_000));
    mids.follow([game], epochMs(4_000));
    expect(mids.at(game, epochMs(1_500))).toBeNull();
    // Of the book that is there, from now on.
    expect(mids.at(game, epochMs(4_000))).toBe(0.6);
  });

  it('are right to within a step, and never more than the bound, however the quotes jump', () => {
    const keptMs = 51_200;
    const stepMs = (2 * keptMs) / limits.pastMidsPerMarketMax;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 90 })), {
          minLength: 300,
          maxLength: 600,
        }),
        (moves) => {
          const { mids, quote } = rig(keptMs);
          const said: { at: number; mid: number | null }[] = [{ at: 0, mid: null }];
          let now = 0;
          for (const [pauseMs, bid] of moves) {
            now += pauseMs;
            quote(now, bid, bid + 4);
            said.push({ at: now, mid: (bid + 2) / 100 });
          }
          for (let ms = Math.max(0, now - keptMs); ms <= now; ms += 997) {
            const found = mids.at(game, ms as EpochMs);
            const stood = said.filter(({ at }) => at <= ms && at > ms - 2 * stepMs);
            const before = said.findLast(({ at }) => at <= ms - 2 * stepMs);
            const possible = [...stood, ...(before === undefined ? [] : [before])];
            expect(possible.map(({ mid }) => mid)).toContainEqual(found);
          }
          expect(mids['tracks'].get(game)?.length).toBeLessThanOrEqual(
            limits.pastMidsPerMarketMax + 2,
          );
        },
      ),
      { numRuns: 30, seed: 5 },
    );
  });
});
