// Goal: whatever the scanner accepts, the JSON path reads the same; whatever it does not know, it leaves to that path.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticker } from '../../src/domain/units.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { decodeDelta, decodeTrade, type Wire } from '../../src/exchange/kalshi/frames.js';
import {
  newScannedFrame,
  type ScannedFrame,
  scanFrame,
} from '../../src/exchange/kalshi/scan-frame.js';
import { scanText } from '../../src/exchange/kalshi/scan-text.js';
import type { FeedOutput } from '../../src/exchange/venue.js';
import { deltaSample, tradeSample } from './samples.js';

const out = newScannedFrame();

/** The frame as the JSON path would have it, in the scanner's terms; null when that path refuses it. */
function byJson(text: string): object | null {
  let wire: { type?: unknown; sid?: unknown; seq?: unknown; msg?: unknown };
  try {
    wire = JSON.parse(text) as typeof wire;
  } catch {
    return null;
  }
  const { type, sid, seq, msg } = wire;
  const event = type === 'trade' ? decodeTrade(msg as Wire) : decodeDelta(msg as Wire);
  return event.ok ? { type, sid, seq, event: event.value } : null;
}

function scanned(frame: ScannedFrame, text: Uint8Array): object {
  const { kind, sid, seq, ticker, price, size, isYes, tsMs } = frame;
  const side = isYes ? 'yes' : 'no';
  if (kind === 'delta')
    return {
      type: 'orderbook_delta',
      sid,
      seq,
      event: { kind, ticker, side, price, change: size, exchangeAt: tsMs },
    };
  const id = Buffer.from(text.subarray(frame.idStart, frame.idEnd)).toString();
  const event = {
    kind,
    ticker,
    tradeId: id,
    yesPrice: price,
    count: size,
    takerSide: side,
    exchangeAt: tsMs,
  };
  return { type: 'trade', sid, seq, event };
}

const agree = (text: string): boolean => {
  const bytes = Buffer.from(text);
  if (!scanFrame(bytes, 0, bytes.length, out)) return false;
  expect(scanned(out, bytes)).toEqual(byJson(text));
  return true;
};

const delta = JSON.stringify(deltaSample());
const trade = JSON.stringify(tradeSample());

describe('the scanner', () => {
  it('knows the recorded shapes, with and without the sending time', () => {
    const sending = '"sending_ts_ms":1790000000000';
    const known = [
      delta,
      `${delta}\n`,
      JSON.stringify(deltaSample({ ts: undefined })),
      delta.replace(',"msg"', `,${sending},"msg"`),
      `${delta.slice(0, -1)},${sending}}`,
      trade,
      JSON.stringify(tradeSample({ ts: undefined })),
      `${trade.slice(0, -1)},${sending}}`,
      trade.replace('"ts":', '"is_block_trade":false,"ts":'),
      trade.replace('"ts":', '"is_block_trade":true,"ts":'),
    ];
    for (const text of known) expect([text, agree(text)]).toEqual([text, true]);
  });

  it.each([
    ['another key order', delta.replace('"sid":1,"seq":2', '"seq":2,"sid":1')],
    ['blanks', JSON.stringify(deltaSample(), null, 1)],
    ['an unknown key', delta.replace('"side":', '"depth":1,"side":')],
    ['a repeated key', delta.replace('"side":"yes"', '"side":"yes","side":"no"')],
    ['an escape', delta.replace('"A"', '"\\u0041"')],
    ['a ticker beyond ASCII', delta.replace('"A"', '"Ａ"')],
    ['an own order', delta.replace('"ts":', '"client_order_id":"x","ts":')],
    ['price 0', JSON.stringify(deltaSample({ price_dollars: '0.0000' }))],
    ['price 1', JSON.stringify(deltaSample({ price_dollars: '1.0000' }))],
    ['an exponent', JSON.stringify(deltaSample({ delta_fp: '1e2' }))],
    ['full-width digits', JSON.stringify(deltaSample({ delta_fp: '１０' }))],
    ['a number for a string', JSON.stringify(deltaSample({ delta_fp: 10 }))],
    ['too fine a price', JSON.stringify(deltaSample({ price_dollars: '0.12345' }))],
    ['an unknown side', JSON.stringify(deltaSample({ side: 'maybe' }))],
    ['seq 0', delta.replace('"seq":2', '"seq":0')],
    ['seq with a leading zero', delta.replace('"seq":2', '"seq":02')],
    ['seq with a fraction', delta.replace('"seq":2', '"seq":2.0')],
    ['a time in seconds', JSON.stringify(deltaSample({ ts_ms: 1_781_159_489 }))],
    ['sides that disagree', JSON.stringify(tradeSample({ taker_side: 'yes' }))],
    ['something behind it', `${delta} `],
    ['a cut', delta.slice(0, -1)],
    ['another type', delta.replace('orderbook_delta', 'orderbook_snaps')],
    ['nothing', ''],
  ])('leaves to the JSON path: %s', (_, text) => {
    const bytes = Buffer.from(text);
    expect(scanFrame(bytes, 0, bytes.length, out)).toBe(false);
  });

  it('reads only its own range of a larger buffer', () => {
    const bytes = Buffer.from(`${delta}${delta}`);
    expect(scanFrame(bytes, delta.length, 2 * delta.length, out)).toBe(true);
    for (let end = 0; end < delta.length; end += 1)
      expect(scanFrame(bytes, 0, end, out)).toBe(false);
    expect(scanFrame(bytes, 0, delta.length + 1, out)).toBe(false);
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset, delta.length);
    expect(scanFrame(view, 0, delta.length, out)).toBe(true);
  });

  it('gives one string per market, whatever the order of markets', () => {
    const names = ['A', 'B', 'A', 'A-LONGER-TICKER-1', 'A-LONGER-TICKER-2', 'B', 'A'];
    const tickers = names.map((name) => {
      const id = `${name}-id`;
      const bytes = Buffer.from(
        JSON.stringify(deltaSample({ market_ticker: name, market_id: id })),
      );
      expect(scanFrame(bytes, 0, bytes.length, out)).toBe(true);
      return out.ticker;
    });
    expect(tickers).toEqual(names);
    // A market whose id changes is read all the same.
    const other = Buffer.from(JSON.stringify(deltaSample({ market_id: 'new' })));
    expect([scanFrame(other, 0, other.length, out), out.ticker]).toEqual([true, 'A']);
  });

  it('agrees with the JSON path on any values', () => {
    const decimal = fc.stringMatching(/^-?[0-9]{1,4}(\.[0-9]{1,5})?$/);
    const value = fc.oneof(
      decimal,
      fc.constantFrom('yes', 'no', 'bid', 1, 0, null, true),
      fc.string({ maxLength: 6 }),
    );
    const fields = [...Object.keys(deltaSample().msg), ...Object.keys(tradeSample().msg)];
    const change = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 2 });
    fc.assert(
      fc.property(fc.boolean(), change, fc.nat(2 ** 52), (isDelta, changes, seq) => {
        const sample = isDelta ? deltaSample() : tradeSample();
        const msg = { ...sample.msg };
        for (const [field, to] of Object.entries(changes))
          if (field in msg) Object.assign(msg, { [field]: to });
        agree(JSON.stringify({ ...sample, seq, msg }));
      }),
      { numRuns: 3_000 },
    );
  });

  it('agrees with the JSON path on any mutation of the bytes', () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.constantFrom('set', 'cut', 'add'),
      fc.constantFrom(...'"\\{}[],:.-0159eE yn\u0000é'.split('')),
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.boolean(), fc.array(edit, { maxLength: 3 }), (isDelta, edits) => {
        let text = isDelta ? delta : trade;
        for (const [raw, how, char] of edits) {
          const at = raw % text.length;
          text =
            text.slice(0, at) +
            (how === 'cut' ? '' : char) +
            text.slice(how === 'add' ? at : at + 1);
        }
        if (agree(text)) accepted += 1;
      }),
      { numRuns: 10_000 },
    );
    // The property is not empty: small changes of digits and letters stay readable.
    expect(accepted).toBeGreaterThan(500);
  });

  it('reads strings as it reads bytes, and never mistakes other characters for ASCII', () => {
    expect(scanText(delta, out)).not.toBeNull();
    expect(scanText(`${delta}\n`, out)).not.toBeNull();
    // U+0130 ends in the byte of '0': cut to Latin-1 it would be a digit.
    expect(scanText(delta.replace('0.4700', '0.470İ'), out)).toBeNull();
    expect(scanText(delta.replace('"A"', `"${'A'.repeat(3_000)}"`), out)).toBeNull();
  });

  it('makes a session say the same, frame by frame, as the JSON path', () => {
    const shuffled = (text: string) =>
      text.replace(/^\{"type":("[a-z_]+"),/, '{').replace(/\}$/, ',"type":"$T"}');
    const say = (texts: readonly string[]) => {
      const session = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax: 200 });
      const outputs: FeedOutput[] = [];
      session.want([ticker('A')], () => {});
      session.handle({ kind: 'connected', connection: 1 }, () => {});
      // The first command asks for books: sid 1 is theirs, or their snapshot is not believed.
      const books = '{"type":"subscribed","id":1,"msg":{"channel":"orderbook_delta","sid":1}}';
      session.handle({ kind: 'frame', connection: 1, text: books }, () => {});
      for (const text of texts)
        session.handle({ kind: 'frame', connection: 1, text }, (output) => outputs.push(output));
      return outputs.filter((output) => output.kind !== 'send');
    };
    const snapshot = '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A"}}';
    const texts = [delta, snapshot, delta, trade, delta];
    const slow = [
      shuffled(delta).replace('$T', 'orderbook_delta'),
      snapshot,
      shuffled(delta).replace('$T', 'orderbook_delta'),
      shuffled(trade).replace('$T', 'trade'),
      shuffled(delta).replace('$T', 'orderbook_delta'),
    ];
    expect(slow.every((text) => scanText(text, out) === null)).toBe(true);
    expect(say(texts)).toEqual(say(slow));
    expect(say(texts).map((output) => output.kind)).toEqual([
      'alive',
      'gap',
      'snapshot',
      'delta',
      'trade',
      'gap',
      'alive',
    ]);
  });
});
