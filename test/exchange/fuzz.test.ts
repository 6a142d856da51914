// Goal: no text makes a decoder throw, and nothing is trusted after a frame that could not be read.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs, ticker } from '../../src/domain/units.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { venueError } from '../../src/exchange/kalshi/errors.js';
import type { FeedOutput } from '../../src/exchange/venue.js';
import type { Outcome } from '../../src/messages/effect.js';
import {
  deltaSample,
  fillSample,
  listingSample,
  marketSample,
  orderSample,
  tradeSample,
} from './samples.js';

const bodies = [
  listingSample([marketSample(), marketSample({ ticker: 'B' })]),
  JSON.stringify({ market: marketSample() }),
  JSON.stringify({ orderbook_fp: { yes_dollars: [['0.4700', '3.00']], no_dollars: [] } }),
  JSON.stringify({ orders: [orderSample()], cursor: '' }),
  JSON.stringify({ fills: [fillSample()], cursor: '' }),
  JSON.stringify({
    market_positions: [{ ticker: 'A', position_fp: '3.00', fees_paid_dollars: '0' }],
    cursor: '',
  }),
  JSON.stringify({ settlements: [], cursor: '' }),
  JSON.stringify({ balance_breakdown: [{ exchange_index: 0, balance: '98.0186' }] }),
  JSON.stringify({ events: [{ event_ticker: 'E', series_ticker: 'S', mutually_exclusive: true }] }),
  JSON.stringify({ series: { ticker: 'S', fee_type: 'quadratic', fee_multiplier: 1 } }),
  JSON.stringify({ order_id: 'o', fill_count: '1.00', remaining_count: '0.00' }),
];
const frames = [
  { type: 'subscribed', id: 5, msg: { channel: 'orderbook_delta', sid: 1 } },
  {
    type: 'orderbook_snapshot',
    sid: 1,
    seq: 1,
    msg: { market_ticker: 'A', yes_dollars_fp: [['0.4700', '3.00']] },
  },
  deltaSample(),
  tradeSample(),
  { type: 'fill', sid: 3, msg: fillSample() },
  { type: 'user_order', sid: 4, msg: orderSample() },
  {
    type: 'market_lifecycle_v2',
    sid: 9,
    seq: 1,
    msg: { event_type: 'determined', market_ticker: 'A', result: 'yes' },
  },
  { type: 'error', id: 5, sid: 1, seq: 3, msg: { code: 25, msg: 'x' } },
  { type: 'ok', id: 5, sid: 1, seq: 3, msg: { market_tickers: ['A'] } },
  { type: 'unsubscribed', id: 5, sid: 1, seq: 3 },
].map((frame) => JSON.stringify(frame));

const nasty = [
  '1e999',
  '-0',
  'NaN',
  'null',
  '{}',
  '[]',
  '""',
  '"１０"',
  '{"__proto__":{"ok":true}}',
  '9007199254740993',
  '"\\ud800"',
  'true',
];

/** Any value of the text replaced, its bytes changed, cut short, or something else altogether. */
const mutated = (texts: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .tuple(fc.constantFrom(...texts), fc.nat(), fc.constantFrom(...nasty))
      .map(([text, at, value]) => {
        const values = [...text.matchAll(/(?<=:)("(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null)/g)];
        const hit = values[at % values.length];
        if (hit === undefined) return text;
        return text.slice(0, hit.index) + value + text.slice(hit.index + hit[0].length);
      }),
    fc
      .tuple(fc.constantFrom(...texts), fc.nat())
      .map(([text, at]) => text.slice(0, at % text.length)),
    fc
      .tuple(fc.constantFrom(...texts), fc.nat(), fc.string({ minLength: 1, maxLength: 3 }))
      .map(
        ([text, at, more]) =>
          text.slice(0, at % text.length) + more + text.slice((at % text.length) + 1),
      ),
  );

describe('any text', () => {
  it('as a body', () => {
    const codec = kalshiCodec;
    fc.assert(
      fc.property(mutated(bodies), fc.integer({ min: 100, max: 599 }), (body, status) => {
        codec.listing(body);
        codec.events(body);
        codec.series(body);
        codec.market(body);
        codec.book(ticker('A'), body);
        venueError(status, body);
        const http: Outcome = { kind: 'http', status, path: '/', body };
        const parts: Outcome[] = [
          { ...http, status: 200 },
          { kind: 'end', parts: 1 },
        ];
        codec.placed(http);
        codec.canceled(http);
        for (const read of [
          codec.orders,
          codec.fills,
          codec.positions,
          codec.settlements,
          codec.balance,
        ])
          read(parts);
      }),
      { numRuns: 3_000 },
    );
  });

  it('as a stream of frames: at least one output each, integers only, no delta of a book that is not known', () => {
    const input = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...frames) },
        { weight: 2, arbitrary: mutated(frames) },
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(input, (texts) => {
        const session = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax: 2 });
        const known = new Set<string>();
        let count = 0;
        const emit = (output: FeedOutput): void => {
          count += 1;
          if (output.kind === 'gap')
            for (const name of output.tickers === 'all' ? [...known] : output.tickers)
              known.delete(name);
          if (output.kind === 'snapshot') known.add(output.ticker);
          if (output.kind !== 'delta') return;
          expect(known.has(output.ticker)).toBe(true);
          expect(Number.isSafeInteger(output.change)).toBe(true);
          expect(output.price > 0 && output.price < 10_000).toBe(true);
        };
        session.want([ticker('A'), ticker('B'), ticker('C')], emit);
        session.handle({ kind: 'connected', connection: 1 }, emit);
        for (const [at, text] of texts.entries()) {
          count = 0;
          session.handle({ kind: 'frame', connection: 1, text }, emit);
          expect(count).toBeGreaterThan(0);
          if (at % 7 === 6) session.sweep(epochMs(1_800_000_000_000 + at * 5_000), emit);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(({} as { ok?: boolean }).ok).toBeUndefined();
  });

  it('survives texts that are deep, long or nested in every field', () => {
    const deep = '['.repeat(100_000);
    const nested = `{"type":"orderbook_delta","sid":1,"seq":1,"msg":{"market_ticker":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}}`;
    for (const text of [
      deep,
      `${deep}${']'.repeat(100_000)}`,
      nested,
      `"${'x'.repeat(1_000_000)}"`,
    ]) {
      expect(kalshiCodec.listing(text).ok).toBe(false);
      const session = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax: 200 });
      const outputs: FeedOutput[] = [];
      session.handle({ kind: 'frame', connection: 1, text }, (output) => outputs.push(output));
      expect(outputs.map((output) => output.kind)).toContain('refused');
      expect(JSON.stringify(outputs).length).toBeLessThan(2_000);
    }
  });
});
