import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { decodeIndex } from '../../src/exchange/kalshi/index-frames.js';
import type { FeedOutput } from '../../src/exchange/venue.js';
import type { ExchangeState } from '../../src/simulator/core/types.js';
import { handleCommand } from '../../src/simulator/socket/commands.js';
import { deliverIndices } from '../../src/simulator/socket/indices.js';
import { makeSession } from '../../src/simulator/socket/session.js';

// Goal: the index that settles is read as the exchange documents it, and what cannot be read costs nothing else.
const time = 1_710_000_000_123;
const data = { type: 'value', id: 'BRTI', time, value: '68000.12' };
/** As in the exchange's own description of the channel. */
const msg = (over: Readonly<Record<string, unknown>> = {}) => ({
  index_id: 'BRTI',
  received_at: time,
  data: JSON.stringify(data),
  avg_60s_data: {
    value: '68000.12000000',
    window_size: 3,
    window_start_ts_ms: time - 60_000,
    window_end_ts_exclusive: time,
  },
  ...over,
});
const print = { kind: 'index', index: 'BRTI', value: 68_000.12, at: time };
const inner = (over: Readonly<Record<string, unknown>>) =>
  msg({ data: JSON.stringify({ ...data, ...over }) });

/** The simulator's message of one second about one index, whose value is always the same. */
function sentBy(index: string, value: number, ms: number): Record<string, unknown> {
  const texts: string[] = [];
  const session = makeSession('somebody', ({ type, msg: text }) => {
    if (type === 'cfbenchmarks_value') texts.push(text ?? '');
  });
  const state = { world: { index: () => value } } as unknown as ExchangeState;
  const params = { channels: ['cfbenchmarks_value'], index_ids: [index] };
  handleCommand(state, session, JSON.stringify({ id: 1, cmd: 'subscribe', params }));
  deliverIndices(session, state, ms);
  expect(texts).toHaveLength(1);
  return JSON.parse(texts[0] ?? '') as Record<string, unknown>;
}

describe('a print of an index', () => {
  it('is read from the text inside the frame', () => {
    expect(decodeIndex(msg())).toEqual({ ok: true, value: print });
  });

  it('is what the simulator sends', () => {
    const sent = sentBy('ETHUSD_RTI', 2_436.5, 1_710_000_100_000);
    expect(decodeIndex(sent)).toEqual({
      ok: true,
      value: { kind: 'index', index: 'ETHUSD_RTI', value: 2_436.5, at: 1_710_000_100_000 },
    });
    expect(sent).toMatchObject({ avg_60s_data: { window_size: 60, value: '2436.50000000' } });
    const last = sentBy('BRTI', 1, 899_000);
    expect(last['last_60s_windowed_average_15min']).toMatchObject({ window_size: 59 });
    const close = sentBy('BRTI', 1, 900_000);
    expect(close['last_60s_windowed_average_15min']).toMatchObject({ window_size: 60 });
    expect(sent['last_60s_windowed_average_15min']).toBeUndefined();
  });

  it.each([
    ['no text', msg({ data: { ...data } }), 'unknown_shape'],
    ['a text that is no JSON', msg({ data: '{' }), 'not_json'],
    ['another index inside', inner({ id: 'ETHUSD_RTI' }), 'bad_value'],
    ['a heartbeat inside', inner({ type: 'heartbeat' }), 'unknown_shape'],
    ['a number for a text', inner({ value: 68_000.12 }), 'unknown_shape'],
    ['a price of zero', inner({ value: '0' }), 'bad_value'],
    ['a price below zero', inner({ value: '-1' }), 'unknown_shape'],
    ['no price', inner({ value: 'NaN' }), 'unknown_shape'],
    ['no time', inner({ time: null }), 'unknown_shape'],
    ['no name', msg({ index_id: 7 }), 'unknown_shape'],
  ])('with %s is refused', (_, wire, code) => {
    const read = decodeIndex(wire);
    expect(read.ok ? 'read' : read.error.code).toBe(code);
  });

  it('never makes the decoder throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, text) => {
        for (const wire of [msg({ data: text }), msg({ data: JSON.stringify(value) ?? '' })])
          expect(typeof decodeIndex(wire).ok).toBe('boolean');
      }),
    );
  });

  it('is heard on its channel, and a bad one or a hole there costs no book', () => {
    const feed = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax: 200 });
    let taken: FeedOutput[] = [];
    const frame = (seq: number, wire: object): FeedOutput[] => {
      taken = [];
      const text = JSON.stringify({ type: 'cfbenchmarks_value', sid: 9, seq, msg: wire });
      feed.handle({ kind: 'frame', connection: 1, text }, (output) => taken.push(output));
      return taken;
    };
    feed.handle({ kind: 'connected', connection: 1 }, () => {});
    expect(frame(1, msg())).toEqual([print, { kind: 'alive' }]);
    const kinds = frame(2, msg({ data: '{' })).map(({ kind }) => kind);
    expect(kinds).toEqual(['refused', 'alive']);
    const after = frame(5, msg());
    expect(after).toContainEqual(print);
    for (const output of after) if (output.kind === 'gap') expect(output.tickers).toEqual([]);
  });
});
