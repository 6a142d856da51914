// Goal: the recorded feed is what it was for whoever wants what of it, and what was not recorded is not known.
import { describe, expect, it } from 'vitest';
import { TapeFeed } from '../../src/backtest/tape-feed.js';
import { type Ticker, ticker } from '../../src/domain/units.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import type { FeedInput, FeedOutput } from '../../src/exchange/venue.js';
import { deltaSample, fillSample } from '../exchange/samples.js';

const name = ticker('A');

class Rig {
  readonly heard: FeedOutput[] = [];
  readonly feed: TapeFeed;

  constructor(isSparse = false) {
    const heard = (output: FeedOutput) => void this.heard.push(output);
    this.feed = new TapeFeed({ codec: kalshiCodec, speed: 1, isSparse, heard });
  }

  input(input: FeedInput): readonly FeedOutput[] {
    const told: FeedOutput[] = [];
    this.feed.session.handle(input, (output) => told.push(output));
    return told;
  }
  frame(frame: unknown): readonly FeedOutput[] {
    return this.input({ kind: 'frame', connection: 1, text: JSON.stringify(frame) });
  }
  want(...names: Ticker[]): void {
    this.feed.session.want(names, () => {});
  }
  best(): number | null {
    return this.feed.book(name)?.bestBid('yes') ?? null;
  }
}

const subscribed = { id: 1, type: 'subscribed', msg: { channel: 'orderbook_delta', sid: 1 } };
const snapshot = (seq = 1) => ({
  type: 'orderbook_snapshot',
  sid: 1,
  seq,
  msg: {
    market_ticker: 'A',
    yes_dollars_fp: [
      ['0.4600', '10.00'],
      ['0.4700', '3.00'],
    ],
    no_dollars_fp: [['0.5000', '7.00']],
  },
});
const kinds = (outputs: readonly FeedOutput[]) => outputs.map(({ kind }) => kind);

describe('a recorded feed', () => {
  it('passes on what it says, and follows the books', () => {
    const rig = new Rig();
    rig.frame(subscribed);
    expect(kinds(rig.frame(snapshot()))).toEqual(['snapshot']);
    expect(rig.best()).toBe(4_700);
    expect(kinds(rig.frame(deltaSample()))).toEqual(['delta']);
    expect(rig.best()).toBe(4_600);
    expect(kinds(rig.heard)).toEqual(['alive', 'snapshot', 'delta']);
  });

  it.each([
    [false, null],
    [true, 4_600],
  ])('with holes, split by market (%s), has the book %s', (isSparse, best) => {
    const rig = new Rig(isSparse);
    rig.frame(subscribed);
    rig.frame(snapshot());
    rig.frame({ ...deltaSample(), sid: 1, seq: 9 });
    expect(rig.best()).toBe(best);
  });

  it('hands over a book that is wanted after its snapshot, as it stands, with the next sign of life', () => {
    const rig = new Rig();
    rig.feed.take({ kind: 'frame', connection: 1, text: JSON.stringify(snapshot()) }, () => {});
    rig.feed.take({ kind: 'frame', connection: 1, text: JSON.stringify(deltaSample()) }, () => {});
    rig.want(name, ticker('B'));
    expect(rig.input({ kind: 'alive', connection: 1 })).toEqual([
      {
        kind: 'snapshot',
        ticker: name,
        yes: [[4_600, 1_000]],
        no: [[5_000, 700]],
        exchangeAt: null,
        from: 'feed',
      },
      { kind: 'alive' },
    ]);
    expect(kinds(rig.input({ kind: 'alive', connection: 1 }))).toEqual(['alive']);
    // What turned out wrong is handed over again.
    rig.feed.session.refresh([name], () => {});
    expect(kinds(rig.input({ kind: 'alive', connection: 1 }))).toEqual(['snapshot', 'alive']);
  });

  it('believes no book from before a hole, nor deltas without a snapshot', () => {
    const rig = new Rig();
    expect(kinds(rig.frame(deltaSample()))).toEqual(['alive']);
    const again = new Rig();
    again.frame(snapshot());
    expect(kinds(again.frame({ ...deltaSample(), seq: 3 }))).toEqual(['gap', 'alive']);
    expect(again.best()).toBeNull();
    again.frame(snapshot(4));
    expect(again.best()).toBe(4_700);
  });

  it('loses everything with the connection, and numbers begin anew with the next', () => {
    const rig = new Rig();
    rig.input({ kind: 'connected', connection: 1 });
    rig.frame(snapshot(5));
    expect(kinds(rig.input({ kind: 'disconnected', connection: 1, reason: 'x' }))).toEqual(['gap']);
    expect(rig.best()).toBeNull();
    rig.input({ kind: 'connected', connection: 2 });
    expect(kinds(rig.frame(snapshot(1)))).toEqual(['snapshot']);
    expect(rig.best()).toBe(4_700);
  });

  it('loses what the recorded run no longer listened to, which would stand still and look known', () => {
    const rig = new Rig();
    rig.frame(subscribed);
    const listed = (names: readonly string[], seq: number) =>
      rig.frame({ type: 'ok', id: 2, sid: 1, seq, msg: { market_tickers: names } });
    listed(['A', 'B'], 1);
    rig.frame(snapshot(2));
    expect(listed(['B'], 3)).toContainEqual({
      kind: 'gap',
      tickers: ['A'],
      reason: 'subscription_lost',
    });
    expect(rig.best()).toBeNull();
    listed(['A', 'B'], 4);
    rig.frame(snapshot(5));
    expect(rig.best()).toBe(4_700);
    rig.frame({ type: 'unsubscribed', id: 3, sid: 1, seq: 6 });
    expect(rig.best()).toBeNull();
  });

  it('keeps the recorded account to itself, and tells of the own one', () => {
    const rig = new Rig();
    const frame = { type: 'fill', sid: 3, msg: fillSample() };
    expect(kinds(rig.frame(frame))).toEqual(['alive']);
    rig.feed.tell({ kind: 'fill', fill: { tradeId: 'own' } as never });
    expect(kinds(rig.input({ kind: 'alive', connection: 1 }))).toEqual(['alive', 'account']);
  });
});
