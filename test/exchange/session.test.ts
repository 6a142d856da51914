// Goal: the feed's protocol. A hole costs a subscription its books and brings them back; nothing is believed in between.
import { describe, expect, it } from 'vitest';
import { epochMs, type Ticker, ticker } from '../../src/domain/units.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import type { FeedInput, FeedOutput } from '../../src/exchange/venue.js';
import { deltaSample, fillSample, orderSample, tradeSample } from './samples.js';

type Command = {
  readonly id: number;
  readonly cmd: string;
  readonly params: {
    readonly channels?: readonly string[];
    readonly market_tickers?: readonly string[];
    readonly action?: string;
    readonly sids?: readonly number[];
    readonly use_yes_price?: boolean;
  };
};

class Feed {
  readonly session;
  private taken: FeedOutput[] = [];
  private readonly emit = (output: FeedOutput): void => {
    this.taken.push(output);
  };

  constructor(chunk = 200, sparseSeq = false) {
    this.session = kalshiCodec.feed({ sparseSeq, tickersPerSubscriptionMax: chunk });
  }

  input(input: FeedInput): FeedOutput[] {
    this.session.handle(input, this.emit);
    return this.take();
  }
  frame(frame: unknown, connection = 1): FeedOutput[] {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    return this.input({ kind: 'frame', connection, text });
  }
  want(...names: string[]): Command[] {
    this.session.want(names.map(ticker), this.emit);
    return commands(this.take());
  }
  sweep(seconds: number): FeedOutput[] {
    this.session.sweep(epochMs(1_800_000_000_000 + seconds * 1_000), this.emit);
    return this.take();
  }
  connect(connection = 1): Command[] {
    return commands(this.input({ kind: 'connected', connection }));
  }
  private take(): FeedOutput[] {
    const outputs = this.taken;
    this.taken = [];
    return outputs;
  }
}

const commands = (outputs: readonly FeedOutput[]): Command[] =>
  outputs.flatMap((one) => (one.kind === 'send' ? [JSON.parse(one.text) as Command] : []));
const gaps = (outputs: readonly FeedOutput[]) =>
  outputs.flatMap((one) => (one.kind === 'gap' ? [[one.reason, one.tickers]] : []));
const kinds = (outputs: readonly FeedOutput[]) => outputs.map((one) => one.kind);

const sids = { orderbook_delta: 5, trade: 6, ticker: 7 } as const;
const ack = (channel: string, sid: number, id: number) => ({
  type: 'subscribed',
  id,
  msg: { channel, sid },
});
const snapshot = (name: string, seq: number, more: object = {}) => ({
  type: 'orderbook_snapshot',
  sid: 5,
  seq,
  ...more,
  msg: {
    market_ticker: name,
    yes_dollars_fp: [['0.4700', '3.00']],
    no_dollars_fp: [['0.4800', '2.00']],
  },
});
const delta = (name: string, seq: number, changes: object = {}) => ({
  ...deltaSample({ market_ticker: name, ...changes }),
  sid: 5,
  seq,
});

/** Connected, subscribed and with a known book for each market; the last seq of the books is their number. */
function running(names: readonly string[], chunk = 200): Feed {
  const feed = new Feed(chunk);
  feed.want(...names);
  for (const { id, params } of feed.connect())
    for (const [channel, sid] of Object.entries(sids))
      if (params.channels?.includes(channel) === true) feed.frame(ack(channel, sid, id));
  feed.sweep(0);
  for (const [at, name] of names.entries())
    expect(kinds(feed.frame(snapshot(name, at + 1)))).toEqual(['snapshot']);
  return feed;
}

describe('subscribing', () => {
  it('asks for every channel once, books and prints of the wanted markets only, NO at NO prices', () => {
    const feed = new Feed();
    expect(feed.want('A', 'B')).toEqual([]);
    expect(feed.connect().map(({ cmd, params }) => [cmd, params])).toEqual([
      ['subscribe', { channels: ['fill'] }],
      ['subscribe', { channels: ['user_orders'] }],
      ['subscribe', { channels: ['market_positions'] }],
      ['subscribe', { channels: ['order_group_updates'] }],
      ['subscribe', { channels: ['market_lifecycle_v2'] }],
      [
        'subscribe',
        { channels: ['orderbook_delta'], market_tickers: ['A', 'B'], use_yes_price: false },
      ],
      ['subscribe', { channels: ['trade'], market_tickers: ['A', 'B'] }],
      ['subscribe', { channels: ['ticker'], market_tickers: ['A', 'B'] }],
      [
        'subscribe',
        {
          channels: ['cfbenchmarks_value'],
          index_ids: ['BRTI', 'ETHUSD_RTI', 'SOLUSD_RTI', 'XRPUSD_RTI', 'DOGEUSD_RTI'],
        },
      ],
    ]);
  });

  it('grows a large board in chunks once the subscription has its number', () => {
    const feed = new Feed(2);
    feed.want('A', 'B', 'C', 'D', 'E');
    const [books] = feed
      .connect()
      .filter(({ params }) => params.channels?.[0] === 'orderbook_delta');
    expect(books?.params.market_tickers).toEqual(['A', 'B']);
    const more = commands(feed.frame(ack('orderbook_delta', 5, books?.id ?? 0)));
    expect(more.map(({ params }) => params)).toEqual([
      { sids: [5], market_tickers: ['C', 'D'], action: 'add_markets' },
      { sids: [5], market_tickers: ['E'], action: 'add_markets' },
    ]);
  });

  it('sends only the difference when the wish changes, and forgets what is no longer wanted', () => {
    const feed = running(['A', 'B']);
    const sent = feed
      .want('B', 'C')
      .map(({ params }) => [params.sids, params.action, params.market_tickers]);
    expect(sent).toEqual(
      [5, 6, 7].flatMap((sid) => [
        [[sid], 'add_markets', ['C']],
        [[sid], 'delete_markets', ['A']],
      ]),
    );
    expect(feed.want('B', 'C')).toEqual([]);
    expect(kinds(feed.frame(delta('A', 3)))).toEqual(['alive']);
    expect(kinds(feed.frame(delta('B', 4)))).toEqual(['delta']);
  });

  it('asks again for what was not answered', () => {
    const feed = new Feed();
    feed.want('A');
    const first = feed.connect();
    feed.sweep(0);
    expect(commands(feed.sweep(3))).toEqual([]);
    expect(commands(feed.sweep(6)).map(({ params }) => params)).toEqual(
      first.map(({ params }) => params),
    );
  });

  it('does not ask a channel again that is refused for good', () => {
    const feed = new Feed();
    const [fill] = feed.connect();
    const refused = feed.frame({
      type: 'error',
      id: fill?.id,
      msg: { code: 9, msg: 'Auth required' },
    });
    expect(refused).toMatchObject([
      { kind: 'refused', problem: { code: 'error_body', where: 'error.9.refused' } },
      { kind: 'alive' },
    ]);
    expect(
      commands([...feed.sweep(0), ...feed.sweep(6)]).filter(
        ({ params }) => params.channels?.[0] === 'fill',
      ),
    ).toEqual([]);
  });

  it('finds the one market that makes a group be refused', () => {
    const feed = running(['A']);
    let pending = feed
      .want('A', 'B', 'C', 'BAD', 'D')
      .filter(({ params }) => params.sids?.[0] === 5);
    const taken: string[] = [];
    let seq = 1;
    for (let round = 0; pending.length > 0 && round < 10; round += 1)
      pending = pending.flatMap(({ id, params }) => {
        seq += 1;
        const isBad = params.market_tickers?.includes('BAD') === true;
        if (!isBad) taken.push(...(params.market_tickers ?? []));
        return commands(
          feed.frame(
            isBad
              ? { type: 'error', id, sid: 5, seq, msg: { code: 11, msg: 'Invalid parameter' } }
              : { type: 'ok', id, sid: 5, seq, msg: {} },
          ),
        ).filter((one) => one.params.sids?.[0] === 5);
      });
    expect(taken.toSorted()).toEqual(['B', 'C', 'D']);
    expect(commands(feed.sweep(2))).toEqual([]);
  });

  it('asks for smaller groups, later, when a subscription is full', () => {
    const feed = running(['A'], 4);
    const [add] = feed.want('A', 'B', 'C', 'D', 'E').filter(({ params }) => params.sids?.[0] === 5);
    expect(add?.params.market_tickers).toEqual(['B', 'C', 'D', 'E']);
    expect(commands(feed.frame({ type: 'error', id: add?.id, msg: { code: 26 } }))).toEqual([]);
    const later = commands(feed.sweep(4)).filter(({ params }) => params.sids?.[0] === 5);
    expect(later.map(({ params }) => params.market_tickers)).toEqual([
      ['B', 'C'],
      ['D', 'E'],
    ]);
  });
});

describe('a subscription that the exchange ends', () => {
  const ended = { type: 'error', sid: 5, seq: 2, msg: { code: 25, msg: 'overflow' } };
  const unknown = (id: number) => ({ type: 'error', id, msg: { code: 7, msg: 'unknown sid' } });
  const ofBooks = (outputs: readonly FeedOutput[]) =>
    commands(outputs).filter(
      ({ params }) => params.channels?.[0] === 'orderbook_delta' || params.sids?.[0] === 15,
    );

  it('is begun anew at once; what was on its way to it ends nothing and is no news', () => {
    const feed = running(['A'], 2);
    const late = feed.want('A', 'B', 'C', 'D', 'E').filter(({ params }) => params.sids?.[0] === 5);
    expect(late).toHaveLength(2);
    const end = feed.frame(ended);
    expect(gaps(end)).toEqual([['subscription_lost', ['A']]]);
    const [again, ...more] = ofBooks(end);
    expect([again?.params.market_tickers, more]).toEqual([['A', 'B'], []]);
    // One answer before the new subscription is there, one after it, long past the time anybody waits for it.
    expect(kinds(feed.frame(unknown(late[0]?.id ?? 0)))).toEqual(['alive']);
    const grown = ofBooks(feed.frame(ack('orderbook_delta', 15, again?.id ?? 0)));
    expect(grown.map(({ params }) => params.market_tickers)).toEqual([['C', 'D'], ['E']]);
    feed.sweep(6);
    expect(kinds(feed.frame(unknown(late[1]?.id ?? 0)))).toEqual(['alive']);
    expect(kinds(feed.frame({ ...snapshot('A', 1), sid: 15 }))).toEqual(['snapshot']);
    expect(kinds(feed.frame({ ...delta('A', 2), sid: 15 }))).toEqual(['delta']);
  });

  it('that the exchange no longer knows is ended by the answer to the first command that names it', () => {
    const feed = running(['A']);
    const [add] = feed.want('A', 'B').filter(({ params }) => params.sids?.[0] === 5);
    const end = feed.frame(unknown(add?.id ?? 0));
    expect(gaps(end)).toEqual([['subscription_lost', ['A']]]);
    expect(kinds(end)).toContain('refused');
    expect(ofBooks(end).map(({ params }) => params.market_tickers)).toEqual([['A', 'B']]);
  });
});

describe('sequence numbers', () => {
  it('counts replies on the subscription too', () => {
    const feed = running(['A', 'B']);
    expect(kinds(feed.frame({ type: 'ok', id: 99, sid: 5, seq: 3, msg: {} }))).toEqual(['alive']);
    expect(kinds(feed.frame(delta('A', 4)))).toEqual(['delta']);
    expect(kinds(feed.frame({ type: 'error', sid: 5, seq: 5, msg: { code: 13 } }))).toEqual([
      'refused',
      'alive',
    ]);
    expect(kinds(feed.frame(delta('B', 6)))).toEqual(['delta']);
  });

  it('counts each subscription by itself', () => {
    const feed = running(['A']);
    expect(kinds(feed.frame({ ...tradeSample({ market_ticker: 'A' }), sid: 6, seq: 40 }))).toEqual([
      'trade',
    ]);
    expect(kinds(feed.frame(delta('A', 2)))).toEqual(['delta']);
    // A hole in the trades is a gap that costs no book.
    expect(gaps(feed.frame({ ...tradeSample({ market_ticker: 'A' }), sid: 6, seq: 42 }))).toEqual([
      ['seq_hole', []],
    ]);
    expect(kinds(feed.frame(delta('A', 3)))).toEqual(['delta']);
  });

  it.each([
    ['a hole', 5],
    ['a repeat', 2],
    ['a step back', 1],
  ])('%s makes every book of the subscription unknown and asks for all of them', (_, seq) => {
    const feed = running(['A', 'B']);
    const outputs = feed.frame(delta('A', seq));
    expect(gaps(outputs)).toEqual([['seq_hole', ['A', 'B']]]);
    expect(commands(outputs).map(({ params }) => params)).toEqual([
      { sids: [5], market_tickers: ['A', 'B'], action: 'get_snapshot' },
    ]);
    expect(kinds(outputs)).not.toContain('delta');
  });

  it('asks for a hole’s books in chunks; each is known again with its own snapshot', () => {
    const feed = running(['A', 'B', 'C'], 2);
    const asked = commands(feed.frame(delta('A', 9)));
    expect(asked.map(({ params }) => params.market_tickers)).toEqual([['A', 'B'], ['C']]);
    expect(kinds(feed.frame(delta('A', 10)))).toEqual(['alive']);
    expect(kinds(feed.frame(snapshot('A', 11, { id: asked[0]?.id })))).toEqual(['snapshot']);
    expect(kinds(feed.frame(delta('A', 12)))).toEqual(['delta']);
    expect(kinds(feed.frame(delta('B', 13)))).toEqual(['alive']);
  });

  it('takes the answer to get_snapshot with or without a number of its own', () => {
    for (const answer of [{ seq: 2 }, { seq: 3 }, { seq: undefined }]) {
      const feed = running(['A', 'B']);
      const frame = { ...snapshot('A', 0, { id: 50 }), ...answer };
      expect(kinds(feed.frame(frame))).toEqual(['snapshot']);
      expect(kinds(feed.frame(delta('B', (answer.seq ?? 2) + 1)))).toEqual(['delta']);
    }
  });

  it('makes no storm: one request a sweep, then with growing patience', () => {
    const feed = running(['A']);
    let asked = commands(feed.frame(delta('A', 10))).length;
    for (let seq = 20; seq < 200; seq += 10) asked += commands(feed.frame(delta('A', seq))).length;
    expect(asked).toBe(1);
    const counts = [6, 12, 20, 40, 80].map(
      (at) => commands(feed.sweep(at)).filter(({ params }) => params.sids?.[0] === 5).length,
    );
    expect(counts.every((count) => count <= 1)).toBe(true);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1);
  });

  it('lets a capture have holes between its numbers, but not steps back', () => {
    const feed = new Feed(200, true);
    expect(kinds(feed.frame(snapshot('A', 100)))).toEqual(['snapshot']);
    expect(kinds(feed.frame(delta('A', 150)))).toEqual(['delta']);
    expect(kinds(feed.frame(snapshot('B', 120)))).toEqual(['snapshot']);
    expect(kinds(feed.frame(delta('B', 140)))).toEqual(['delta']);
    // The book is no longer believed, but goes on adding up: a capture has no second chance.
    const back = feed.frame(delta('A', 150));
    expect([gaps(back), kinds(back)]).toEqual([[['seq_hole', ['A']]], ['gap', 'delta']]);
    expect(kinds(feed.frame(delta('B', 170)))).toEqual(['delta']);
  });
});

describe('connections', () => {
  it('a lost one is a gap for everything; the next begins anew, and nothing of the old one is heard', () => {
    const feed = running(['A']);
    expect(feed.input({ kind: 'disconnected', connection: 1, reason: 'silent' })).toEqual([
      { kind: 'gap', tickers: 'all', reason: 'disconnected' },
    ]);
    expect(feed.frame(delta('A', 2))).toEqual([]);
    expect(feed.connect(2).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(feed.frame(snapshot('A', 1))).toEqual([]);
    feed.frame(ack('orderbook_delta', 5, 1), 2);
    expect(kinds(feed.frame(delta('A', 1), 2))).toEqual(['alive']);
    expect(kinds(feed.frame(snapshot('A', 2), 2))).toEqual(['snapshot']);
    expect(kinds(feed.frame(delta('A', 3), 2))).toEqual(['delta']);
  });

  it('a book under a number that is no subscription of ours is not believed: nothing would ever change it', () => {
    const feed = running(['A']);
    feed.frame(delta('A', 3));
    expect(kinds(feed.frame({ ...snapshot('A', 1), sid: 505 }))).toEqual(['alive']);
    // Nor under one that is of trades.
    expect(kinds(feed.frame({ ...snapshot('A', 1), sid: sids.trade }))).toEqual(['alive']);
  });

  it('a dial that failed changes nothing', () => {
    const feed = new Feed();
    feed.want('A');
    expect(feed.input({ kind: 'disconnected', connection: 1, reason: 'network' })).toEqual([]);
  });

  it.each([10, 25])(
    'error %i ends a subscription: its books are lost and it is begun again',
    (code) => {
      const feed = running(['A', 'B']);
      const outputs = feed.frame({ type: 'error', sid: 5, seq: 3, msg: { code, msg: 'gone' } });
      expect(gaps(outputs)).toEqual([['subscription_lost', ['A', 'B']]]);
      expect(commands(outputs).map(({ cmd, params }) => [cmd, params.channels])).toEqual([
        ['subscribe', ['orderbook_delta']],
      ]);
      const [{ id } = { id: 0 }] = commands(outputs);
      feed.frame(ack('orderbook_delta', 8, id));
      expect(kinds(feed.frame({ ...snapshot('A', 1), sid: 8 }))).toEqual(['snapshot']);
      // What the dead subscription still had under way is not believed.
      expect(kinds(feed.frame(delta('A', 4)))).toEqual(['alive']);
      expect(kinds(feed.frame({ ...delta('A', 2), sid: 8 }))).toEqual(['delta']);
      // The second time it waits.
      const again = feed.frame({ type: 'error', sid: 8, seq: 3, msg: { code } });
      expect(gaps(again)).toEqual([['subscription_lost', ['A']]]);
      expect(commands(again)).toEqual([]);
      expect(commands(feed.sweep(3)).map(({ params }) => params.channels)).toEqual([
        ['orderbook_delta'],
      ]);
    },
  );
});

describe('bad frames', () => {
  it('cost the market they name its book, and no other', () => {
    for (const changes of [
      { price_dollars: '1e2' },
      { delta_fp: 3 },
      { side: 'both' },
      { price_dollars: '1.5' },
    ]) {
      const feed = running(['A', 'B']);
      const outputs = feed.frame(delta('A', 3, changes));
      expect(gaps(outputs)).toEqual([['bad_frame', ['A']]]);
      expect(kinds(outputs)).toEqual(['gap', 'send', 'refused', 'alive']);
      expect(kinds(feed.frame(delta('A', 4)))).toEqual(['alive']);
      expect(kinds(feed.frame(delta('B', 5)))).toEqual(['delta']);
    }
  });

  it('cost the subscription its books when they name no market, and everything when they name nothing', () => {
    const nameless = running(['A', 'B']);
    expect(gaps(nameless.frame(delta('A', 3, { market_ticker: 7 })))).toEqual([
      ['bad_frame', ['A', 'B']],
    ]);
    const numberless = running(['A', 'B']);
    expect(gaps(numberless.frame({ ...delta('A', 3), seq: '3' }))).toEqual([
      ['bad_frame', ['A', 'B']],
    ]);
    for (const text of [
      '',
      '{',
      'null',
      '[1]',
      '{"sid":5,"seq":3}',
      '\u0000',
      `{"type":"x"${' '.repeat(5_000)}`,
    ]) {
      const feed = running(['A', 'B']);
      const outputs = feed.frame(text);
      expect(gaps(outputs)).toEqual([['bad_frame', 'all']]);
      expect(commands(outputs).map(({ params }) => params.action)).toEqual(['get_snapshot']);
    }
  });

  it('a new kind of message is reported; it costs books only on their own subscription', () => {
    const feed = running(['A']);
    expect(kinds(feed.frame({ type: 'weather', sid: 6, seq: 1, msg: {} }))).toEqual([
      'refused',
      'alive',
    ]);
    expect(kinds(feed.frame(delta('A', 2)))).toEqual(['delta']);
    expect(gaps(feed.frame({ type: 'orderbook_patch', sid: 5, seq: 3, msg: {} }))).toEqual([
      ['bad_frame', ['A']],
    ]);
  });

  it('a malformed snapshot does not make a book known', () => {
    const feed = running(['A']);
    const twice = snapshot('A', 2);
    twice.msg.yes_dollars_fp = [
      ['0.4700', '3.00'],
      ['0.4700', '1.00'],
    ];
    expect(kinds(feed.frame(twice))).toContain('gap');
    expect(kinds(feed.frame(delta('A', 3)))).toEqual(['alive']);
  });

  it('a side that is left out is empty; one under another name is not believed to be', () => {
    const feed = running(['A']);
    const { no_dollars_fp: _, ...oneSided } = snapshot('A', 2).msg;
    expect(feed.frame({ ...snapshot('A', 2), msg: oneSided })).toMatchObject([{ no: [] }]);
    const renamed = { ...oneSided, no_dollars_fp2: [['0.4800', '2.00']] };
    expect(feed.frame({ ...snapshot('A', 3), msg: renamed })).toMatchObject([
      { kind: 'gap', tickers: ['A'], reason: 'bad_frame' },
      { kind: 'send' },
      { kind: 'refused', problem: { where: 'orderbook_snapshot.no_dollars_fp2' } },
      { kind: 'alive' },
    ]);
    expect(kinds(feed.frame(delta('A', 4)))).toEqual(['alive']);
  });
});

describe('what frames say', () => {
  it('snapshot, delta, trade and quote', () => {
    const feed = running(['A']);
    expect(feed.frame({ ...snapshot('A', 2), sending_ts_ms: 1_790_000_000_000 })).toEqual([
      {
        kind: 'snapshot',
        ticker: 'A',
        yes: [[4_700, 300]],
        no: [[4_800, 200]],
        exchangeAt: 1_790_000_000_000,
        from: 'feed',
      },
    ]);
    expect(feed.frame(delta('A', 3))).toEqual([
      {
        kind: 'delta',
        ticker: 'A',
        side: 'yes',
        price: 4_700,
        change: -300,
        exchangeAt: 1_781_159_489_957,
      },
    ]);
    expect(feed.frame({ ...tradeSample(), sid: 6 })).toEqual([
      {
        kind: 'trade',
        ticker: 'A',
        tradeId: 'c0d829d2-4e7f-54bd-b561-6e3e75a99cc1',
        yesPrice: 4_400,
        count: 125,
        takerSide: 'no',
        exchangeAt: 1_786_398_370_647,
      },
    ]);
    const quote = {
      market_ticker: 'A',
      yes_bid_dollars: '0.4500',
      yes_ask_dollars: '1.0000',
      yes_bid_size_fp: '300.00',
      yes_ask_size_fp: '0.00',
      volume_fp: '33.00',
      open_interest_fp: '2.00',
      ts: 1_786_398_370,
    };
    expect(feed.frame({ type: 'ticker', sid: 7, msg: quote })).toEqual([
      {
        kind: 'quote',
        ticker: 'A',
        quote: { yesBid: 4_500, yesBidSize: 30_000, yesAsk: null, yesAskSize: 0 },
        volume: 3_300,
        openInterest: 200,
        exchangeAt: 1_786_398_370_000,
      },
    ]);
  });

  it.each([
    [{ event_type: 'created' }, { kind: 'metadata' }],
    [{ event_type: 'metadata_updated' }, { kind: 'metadata' }],
    [{ event_type: 'activated' }, { kind: 'activated' }],
    [{ event_type: 'deactivated', is_deactivated: true }, { kind: 'deactivated' }],
    [
      { event_type: 'close_date_updated', close_ts: 1_786_398_370 },
      { kind: 'close_moved', closeAt: 1_786_398_370_000 },
    ],
    [
      { event_type: 'determined', result: 'yes', settlement_value: '1.0000' },
      { kind: 'determined', settlementValue: 10_000 },
    ],
    [
      { event_type: 'determined', result: 'no' },
      { kind: 'determined', settlementValue: 0 },
    ],
    [{ event_type: 'settled', settled_ts: 1_786_398_370 }, { kind: 'settled' }],
    [
      {
        event_type: 'price_level_structure_updated',
        price_ranges: [{ start: '0', end: '1', step: '0.001' }],
      },
      { kind: 'grid_changed', priceRanges: [{ start: 0, end: 10_000, step: 10 }] },
    ],
  ])('lifecycle %j', (msg, change) => {
    const frame = {
      type: 'market_lifecycle_v2',
      sid: 9,
      seq: 1,
      msg: { market_ticker: 'Z', ...msg },
    };
    expect(new Feed().frame(frame)).toEqual([{ kind: 'lifecycle', ticker: 'Z', change }]);
  });

  it('own fills are signed by the side bought, and another subaccount’s are not ours', () => {
    const feed = running(['A']);
    const said = (msg: object) => {
      const [first] = feed.frame({ type: 'fill', sid: 1, msg });
      return first?.kind === 'account' && first.event.kind === 'fill'
        ? first.event.fill.count
        : null;
    };
    const wire = {
      ...fillSample({ ts_ms: 1_781_159_370_164, count_fp: '2.50' }),
      client_order_id: 'x',
    };
    expect(said(wire)).toBe(250);
    expect(said({ ...wire, book_side: 'ask', outcome_side: 'no' })).toBe(-250);
    expect(said({ ...wire, book_side: undefined, outcome_side: 'no' })).toBe(-250);
    const legacy = { ...wire, book_side: undefined, outcome_side: undefined };
    expect(said({ ...legacy, side: 'no', action: 'sell' })).toBe(250);
    expect(said({ ...wire, subaccount: 3 })).toBeNull();
    expect(kinds(feed.frame({ type: 'fill', sid: 1, msg: { ...legacy } }))).toContain('refused');
  });

  it('own orders and positions', () => {
    const feed = running(['A']);
    expect(feed.frame({ type: 'user_order', sid: 2, msg: orderSample() })[0]).toEqual({
      kind: 'account',
      event: {
        kind: 'order',
        order: {
          orderId: '2597b999-f887-4195-8bac-c3f97a1f2021',
          clientOrderId: 'mine',
          ticker: 'A',
          shard: 2,
          status: 'canceled',
          side: 'ask',
          yesPrice: 4_000,
          initialCount: 300,
          filledCount: 100,
          remainingCount: 0,
          fees: 17_500,
        },
      },
    });
    const msg = {
      market_ticker: 'A',
      position_fp: '-1.50',
      fees_paid_dollars: '0.010000',
      market_exposure_dollars: '2.500000',
      subaccount: 0,
    };
    expect(feed.frame({ type: 'market_position', sid: 3, msg })[0]).toEqual({
      kind: 'account',
      event: {
        kind: 'position',
        position: {
          ticker: 'A' as Ticker,
          shard: 0,
          position: -150,
          fees: 10_000,
          stake: 2_500_000,
        },
      },
    });
  });
});
