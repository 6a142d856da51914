import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { Outcome } from '../../src/messages/effect.js';
import { isDue } from '../../src/sources/known.js';
import { parseChainStats, parseMempoolFees } from '../../src/sources/onchain/parse.js';
import { parseSentiment } from '../../src/sources/sentiment/parse.js';
import { cryptoEvidence } from '../../src/sources/spot/crypto-evidence.js';
import {
  type CryptoKnown,
  type CryptoRequest,
  cryptoKnownAfter,
  cryptoKnownWithIndex,
  cryptoRequests,
  nothingKnown,
} from '../../src/sources/spot/crypto-known.js';
import {
  parseCoinbaseCandles,
  parseCoinbaseTicker,
  parseKrakenTicker,
} from '../../src/sources/spot/parse.js';
import { hostileBodies, mutated } from './fuzz.js';

// Goal: what the services really send becomes numbers with their time; whatever else they send becomes a coded problem.
/** The public services, none of which needs a key. */
const addresses = {
  coinbase: 'https://api.exchange.coinbase.com',
  kraken: 'https://api.kraken.com',
  blockchain: 'https://api.blockchain.info',
  mempool: 'https://mempool.space',
  sentiment: 'https://api.alternative.me/fng/',
};

const at = epochMs(Date.UTC(2026, 8, 8, 12));
const http = (body: string, status = 200): Outcome => ({ kind: 'http', status, path: '', body });

const coinbaseTicker = JSON.stringify({
  ask: '78001.00',
  bid: '77999.00',
  volume: '8123.41370211',
  trade_id: 800_000_000,
  price: '78000.00',
  size: '0.01',
  time: '2026-09-08T11:59:59Z',
});
const krakenTicker = (last = 78_010): string =>
  JSON.stringify({
    error: [],
    result: {
      XXBTZUSD: {
        a: [`${last + 1}.0`, '1', '1.000'],
        b: [`${last - 1}.0`, '1', '1.000'],
        c: [`${last}.0`, '0.001'],
        o: '77000.0',
      },
    },
  });
/** Newest first, as they come; the moves alternate by `step`. */
const candles = (count: number, step = 0.0006, last = at): string =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => {
      const close = 78_000 * Math.exp(i % 2 === 0 ? step : 0);
      return [last / 1_000 - 60 * (i + 1), 77_000, 79_000, 78_000, close, 12.5];
    }),
  );
const sentiment = JSON.stringify({
  name: 'Fear and Greed Index',
  data: [
    {
      value: '69',
      value_classification: 'Greed',
      timestamp: '1788825600',
      time_until_update: '2723',
    },
    { value: '71', value_classification: 'Greed', timestamp: '1788739200' },
  ],
  metadata: { error: null },
});
const stats = {
  timestamp: at,
  market_price_usd: 78_000.1,
  hash_rate: 9.5e11,
  difficulty: 146_472_570_619_930,
  n_tx: 412_311,
  minutes_between_blocks: 9.8,
  total_fees_btc: 311_000_000,
  estimated_transaction_volume_usd: 1.2e10,
};
const fees = JSON.stringify({
  fastestFee: 3,
  halfHourFee: 2,
  hourFee: 2,
  economyFee: 1,
  minimumFee: 1,
});

describe('answers of the services', () => {
  it('are read as they come', () => {
    expect(parseCoinbaseTicker(coinbaseTicker)).toEqual({ ok: true, value: { mid: 78_000 } });
    expect(parseKrakenTicker(krakenTicker())).toEqual({ ok: true, value: { mid: 78_010 } });
    const read = parseCoinbaseCandles(candles(300));
    expect(read.ok && read.value.length).toBe(300);
    expect(read.ok && read.value[0]?.startMs).toBe(at - 300 * 60_000);
    expect(parseSentiment(sentiment)).toEqual({
      ok: true,
      value: { index: 69, at: 1_788_825_600_000 },
    });
    expect(parseChainStats(JSON.stringify(stats))).toMatchObject({
      ok: true,
      value: { chain_transactions: 412_311, chain_fees_btc: 3.11 },
    });
    expect(parseMempoolFees(fees)).toMatchObject({ ok: true, value: { mempool_fee_fastest: 3 } });
  });

  const sample = new URL(
    '../../../shared/data/feeds/alternative_me_fng_2026-09-08.json',
    import.meta.url,
  );
  it.skipIf(!existsSync(sample))('are read from a recorded sample', () => {
    expect(parseSentiment(readFileSync(sample, 'utf8'))).toMatchObject({ value: { index: 69 } });
  });

  it.each([
    ['a crossed quote', parseCoinbaseTicker, '{"bid":"78001","ask":"77999"}', 'bad_value'],
    ['a quote of a dead market', parseCoinbaseTicker, '{"bid":"1","ask":"77999"}', 'bad_value'],
    ['a price of zero', parseCoinbaseTicker, '{"bid":"0","ask":"0"}', 'bad_value'],
    ['a refusal in words', parseCoinbaseTicker, '{"message":"NotFound"}', 'unknown_shape'],
    [
      'a refusal with status 200',
      parseKrakenTicker,
      '{"error":["EQuery:Unknown asset pair"]}',
      'refused',
    ],
    ['no pair', parseKrakenTicker, '{"error":[],"result":{}}', 'bad_value'],
    ['a candle upside down', parseCoinbaseCandles, '[[60,3,2,2.5,2.5,1]]', 'bad_value'],
    ['a minute twice', parseCoinbaseCandles, '[[60,1,3,2,2,1],[60,1,3,2,2,1]]', 'bad_value'],
    ['a short candle', parseCoinbaseCandles, '[[60,1,3]]', 'unknown_shape'],
    ['an index of 169', parseSentiment, sentiment.replace('"69"', '"169"'), 'bad_value'],
    ['an empty index', parseSentiment, '{"data":[]}', 'unknown_shape'],
    ['an index that failed', parseSentiment, sentiment.replace('null', '"down"'), 'refused'],
    [
      'fees below zero',
      parseChainStats,
      JSON.stringify({ ...stats, total_fees_btc: -5 }),
      'bad_value',
    ],
    ['words for numbers', parseMempoolFees, fees.replace('3', '"three"'), 'unknown_shape'],
    ['not JSON', parseMempoolFees, '<html>', 'not_json'],
    ['20 MB', parseMempoolFees, `"${'x'.repeat(20_000_000)}"`, 'too_large'],
  ] as const)('with %s are a problem', (_, parse, body, code) => {
    const read = parse(body);
    expect(read.ok ? 'read' : read.error.code).toBe(code);
  });

  const good: readonly (readonly [(body: string) => { readonly ok: boolean }, string])[] = [
    [parseCoinbaseTicker, coinbaseTicker],
    [parseKrakenTicker, krakenTicker()],
    [parseCoinbaseCandles, candles(5)],
    [parseSentiment, sentiment],
    [parseChainStats, JSON.stringify(stats)],
    [parseMempoolFees, fees],
  ];
  it('never make a parser throw', () => {
    for (const [parse, body] of good) {
      for (const hostile of hostileBodies) expect(typeof parse(hostile).ok).toBe('boolean');
      fc.assert(
        fc.property(mutated(body), (text) => typeof parse(text).ok === 'boolean'),
        { numRuns: 150 },
      );
    }
  });
});

const answered = (
  known: CryptoKnown,
  bodies: Readonly<Record<string, string | Outcome>>,
  when = at,
): CryptoKnown =>
  cryptoRequests(['BTC'], known, when, addresses).reduce((after, request) => {
    const body = bodies[request.kind];
    if (body === undefined) return after;
    return cryptoKnownAfter(after, request, typeof body === 'string' ? http(body) : body, when);
  }, known);
const all = {
  coinbase_ticker: coinbaseTicker,
  kraken_ticker: krakenTicker(),
  coinbase_candles: candles(300),
  sentiment,
  chain_stats: JSON.stringify(stats),
  mempool_fees: fees,
};

describe('evidence on a coin', () => {
  it('asks public services, each once, and again when an answer is old', () => {
    const asked = cryptoRequests(['BTC', 'ETH', 'BTC'], nothingKnown, at, addresses);
    expect(asked.map(({ url }) => url)).toEqual([
      'https://api.exchange.coinbase.com/products/BTC-USD/ticker',
      'https://api.kraken.com/0/public/Ticker?pair=XBTUSD',
      'https://api.exchange.coinbase.com/products/BTC-USD/candles?granularity=60',
      'https://api.alternative.me/fng/',
      'https://api.blockchain.info/stats',
      'https://mempool.space/api/v1/fees/recommended',
      'https://api.exchange.coinbase.com/products/ETH-USD/ticker',
      'https://api.kraken.com/0/public/Ticker?pair=ETHUSD',
      'https://api.exchange.coinbase.com/products/ETH-USD/candles?granularity=60',
    ]);
    const known = answered(nothingKnown, all);
    expect(cryptoRequests(['BTC'], known, at, addresses)).toEqual([]);
    const later = cryptoRequests(['BTC'], known, epochMs(at + 5_000), addresses);
    expect(later.map(({ kind }) => kind)).toEqual(['coinbase_ticker', 'kraken_ticker']);
  });

  it('is the median price, its volatility and what else is known', () => {
    const evidence = cryptoEvidence(
      'BTC',
      epochMs(at + 3_600_000),
      answered(nothingKnown, all),
      at,
    );
    expect(evidence).toMatchObject({
      ok: true,
      value: { asset: 'BTC', spot: 78_005, spotAt: at, window: null, volatilityAt: at },
    });
    expect(evidence.ok && evidence.value.features).toMatchObject({
      fear_greed: { value: 69 },
      chain_transactions: { value: 412_311, at },
      mempool_fee_fastest: { value: 3, at },
    });
  });

  it('does without a venue, sentiment and chain, but not without price or volatility', () => {
    const of = (bodies: Readonly<Record<string, string | Outcome>>) => {
      const known = answered(nothingKnown, bodies);
      const evidence = cryptoEvidence('BTC', epochMs(at + 3_600_000), known, at);
      return evidence.ok ? evidence.value.spot : evidence.error;
    };
    const failed: Outcome = { kind: 'failed', code: 'timeout', sent: true, detail: '' };
    expect(
      of({ ...all, kraken_ticker: http('{}', 500), sentiment: failed, chain_stats: '{}' }),
    ).toBe(78_000);
    expect(of({ ...all, coinbase_ticker: failed })).toBe(78_010);
    expect(of({ ...all, coinbase_ticker: failed, kraken_ticker: http('', 429) })).toBe(
      'source_failed',
    );
    expect(of({ ...all, coinbase_candles: '{"message":"NotFound"}' })).toBe('bad_answer');
    expect(of({ ...all, coinbase_candles: candles(10) })).toBe('no_data');
    expect(of({ ...all, kraken_ticker: krakenTicker(80_000) })).toBe('bad_answer');
  });

  it('outlives a failure and goes stale', () => {
    const known = answered(nothingKnown, all);
    const later = epochMs(at + 10_000);
    const failing = answered(
      known,
      { coinbase_ticker: http('', 503), kraken_ticker: http('', 503) },
      later,
    );
    const evidence = (now: number) =>
      cryptoEvidence('BTC', epochMs(at + 3_600_000), failing, epochMs(now));
    expect(evidence(later)).toMatchObject({ ok: true, value: { spotAt: at } });
    expect(evidence(at + 301_000)).toEqual({ ok: false, error: 'source_stale' });
  });

  it('asks what fails ever more rarely', () => {
    const request = cryptoRequests(['BTC'], nothingKnown, at, addresses)[0] as CryptoRequest;
    let known = nothingKnown;
    let now: number = at;
    const pauses: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      known = cryptoKnownAfter(known, request, http('', 500), epochMs(now));
      const entry = known.entries.get('coinbase_ticker BTC');
      let pause = 0;
      while (!isDue(entry, 1, epochMs(now + pause))) pause += 1_000;
      pauses.push(pause / 1_000);
      now += pause;
    }
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600]);
  });

  it('keeps the prints of the settlement minute', () => {
    let known = answered(nothingKnown, all, epochMs(at - 5_000));
    for (let s = 0; s <= 30; s += 5) known = answered(known, all, epochMs(at + s * 1_000));
    const evidence = cryptoEvidence('BTC', epochMs(at + 60_000), known, epochMs(at + 30_000));
    expect(evidence.ok && evidence.value.window).toEqual({ seen: 31, mean: 78_005 });
  });

  describe('with the index that settles', () => {
    const indexed = (price: number, when: number, now = when): CryptoKnown =>
      cryptoKnownWithIndex(answered(nothingKnown, all), 'BRTI', price, epochMs(when), epochMs(now));
    const spotIn = (known: CryptoKnown, now: number) => {
      const evidence = cryptoEvidence('BTC', epochMs(at + 3_600_000), known, epochMs(now));
      return evidence.ok ? [evidence.value.spot, evidence.value.spotAt] : evidence.error;
    };

    it('takes it for the price, dated as it dates itself', () => {
      expect(spotIn(indexed(78_020, at + 1_000), at + 2_000)).toEqual([78_020, at + 1_000]);
    });

    it('goes back to the venues when it falls silent or is unknown', () => {
      expect(spotIn(indexed(78_020, at - 16_000), at)).toEqual([78_005, at]);
      const other = cryptoKnownWithIndex(answered(nothingKnown, all), 'XYZ_RTI', 1, at, at);
      expect(spotIn(other, at)).toEqual([78_005, at]);
    });

    it('believes neither of two prices that are far apart, no print from the future and none from the past', () => {
      expect(spotIn(indexed(79_500, at), at)).toBe('bad_answer');
      expect(spotIn(indexed(78_020, at + 61_000, at), at)).toEqual([78_005, at]);
      const later = indexed(78_020, at + 1_000);
      expect(cryptoKnownWithIndex(later, 'BRTI', 1, at, at)).toBe(later);
      expect(cryptoKnownWithIndex(later, 'BRTI', 1, Number.NaN as never, at)).toBe(later);
    });

    it('has the settlement minute from its own prints', () => {
      let known = answered(nothingKnown, all);
      for (let s = 0; s <= 30; s += 1) {
        const now = epochMs(at + s * 1_000);
        known = cryptoKnownWithIndex(known, 'BRTI', 78_000 + s, now, now);
      }
      const evidence = cryptoEvidence('BTC', epochMs(at + 60_000), known, epochMs(at + 30_000));
      expect(evidence.ok && evidence.value.window?.seen).toBe(31);
      expect(evidence.ok && evidence.value.window?.mean).toBeCloseTo(78_015, 6);
    });
  });

  it('never throws, whatever comes back', () => {
    const requests = cryptoRequests(['BTC', 'DOGE'], nothingKnown, at, addresses);
    for (const body of hostileBodies) {
      const known = requests.reduce((k, r) => cryptoKnownAfter(k, r, http(body), at), nothingKnown);
      expect(cryptoEvidence('BTC', at, known, at).ok).toBe(false);
    }
  });
});
