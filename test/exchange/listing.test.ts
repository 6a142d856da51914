// Goal: a page of markets is read market by market: one that is malformed is refused by name, the others are kept.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { decodeMarket, marketSchemaAccepts } from '../../src/exchange/kalshi/markets.js';
import { listingSample, marketSample } from './samples.js';

const read = (markets: readonly unknown[]) => {
  const page = kalshiCodec.listing(listingSample(markets, 'next'));
  if (!page.ok) throw new Error(page.error.code);
  return page.value;
};

describe('a listing page', () => {
  it('gives a market in the engine’s units', () => {
    const { markets, refused, cursor } = read([marketSample()]);
    expect({ refused, cursor }).toEqual({ refused: [], cursor: 'next' });
    expect(markets).toEqual([
      {
        ticker: 'KXHIGHNY-26JUN15-B84.5',
        eventTicker: 'KXHIGHNY-26JUN15',
        title: 'Will the **high temp in NYC** be 84-85° on Jun 15, 2026?',
        yesSubTitle: '84° to 85°',
        status: 'active',
        openAt: Date.UTC(2026, 5, 14, 10, 40, 10),
        closeAt: Date.UTC(2026, 5, 16, 4, 59),
        settlementTimerMs: 3_600_000,
        strikeType: 'between',
        floorStrike: 84,
        capStrike: 85,
        rulesPrimary: 'If the highest temperature …',
        priceRanges: [{ start: 0, end: 10_000, step: 100 }],
        shard: 0,
        volume: 1_234,
        volume24h: 100,
        openInterest: 700,
        quote: { yesBid: null, yesBidSize: 0, yesAsk: 9_700, yesAskSize: 4_500 },
        isMultivariate: false,
        isProvisional: false,
        feeWaiverUntil: null,
        settlementValue: null,
      },
    ]);
  });

  it('drops a malformed market alone and names what was wrong with it', () => {
    const bad = marketSample({ ticker: 'BAD', price_ranges: [] });
    const { markets, refused } = read([marketSample(), bad, 7]);
    expect(markets).toHaveLength(1);
    expect(refused).toMatchObject([
      { ticker: 'BAD', problem: { code: 'bad_value', where: 'markets.1.price_ranges' } },
      { ticker: '', problem: { code: 'unknown_shape', where: 'markets.2' } },
    ]);
  });

  it.each([
    ['close_time', 'tomorrow', 'bad_value'],
    ['close_time', undefined, 'unknown_shape'],
    ['yes_ask_dollars', 97, 'unknown_shape'],
    ['yes_ask_dollars', '1.0100', 'bad_value'],
    ['yes_bid_dollars', '-0.0100', 'bad_value'],
    ['volume_fp', '1e2', 'bad_value'],
    ['settlement_timer_seconds', '60', 'unknown_shape'],
    ['settlement_timer_seconds', -1, 'bad_value'],
    ['floor_strike', '84', 'unknown_shape'],
    ['floor_strike', Number.POSITIVE_INFINITY, null],
    ['exchange_index', -1, 'bad_value'],
    ['exchange_index', '0', 'unknown_shape'],
    ['rules_primary', null, 'unknown_shape'],
    ['price_ranges', [{ start: '0.5', end: '0.1', step: '0.01' }], 'bad_value'],
    ['settlement_value_dollars', '2.0000', 'unknown_shape'],
  ])('refuses %s = %j', (field, value, code) => {
    const market = decodeMarket(marketSample({ [field]: value }));
    expect(market).toMatchObject({
      ok: false,
      error: { where: `market.${field}`, ...(code === null ? {} : { code }) },
    });
  });

  it('tolerates unknown fields, and never trades unknown kinds', () => {
    const { markets } = read([
      marketSample({ new_field: { a: 1 }, status: 'hibernating', strike_type: 'fractal' }),
      marketSample({ market_type: 'scalar' }),
      marketSample({ strike_type: null, exchange_index: undefined, title: undefined }),
      marketSample({ mve_collection_ticker: 'KXMVE', is_provisional: true }),
    ]);
    expect(markets.map((one) => [one.status, one.strikeType])).toEqual([
      ['unknown', 'unknown'],
      ['unknown', 'between'],
      ['active', 'none'],
      ['active', 'between'],
    ]);
    expect(markets.map((one) => [one.isMultivariate, one.isProvisional])).toEqual([
      [false, false],
      [false, false],
      [false, false],
      [true, true],
    ]);
  });

  it('reads a market whose trading is over, whatever its listing still says of the book', () => {
    const over = { status: 'determined', settlement_value_dollars: '1.0000' };
    const left = { yes_bid_dollars: '0.0100', yes_bid_size_fp: '-3.00' };
    const { markets } = read([marketSample({ ...over, ...left })]);
    expect(markets[0]).toMatchObject({
      settlementValue: 10_000,
      quote: { yesBid: null, yesAsk: null },
    });
    expect(read([marketSample(left)]).refused).toHaveLength(1);
    const hollow = read([marketSample({ yes_bid_dollars: '0.0100' })]);
    expect(hollow.markets[0]?.quote).toMatchObject({ yesBid: null, yesBidSize: 0 });
  });

  it.each([
    ['', 'not_json', 'body'],
    ['<html>', 'not_json', 'body'],
    ['[]', 'unknown_shape', 'body'],
    ['null', 'unknown_shape', 'body'],
    ['{"cursor":""}', 'unknown_shape', 'markets'],
    ['{"markets":{},"cursor":""}', 'unknown_shape', 'markets'],
    ['{"markets":[]}', 'unknown_shape', 'cursor'],
  ])('refuses the page %j', (body, code, where) => {
    expect(kalshiCodec.listing(body)).toMatchObject({ ok: false, error: { code, where } });
  });

  it('accepts by hand exactly what the schema accepts', () => {
    const fields = Object.keys(marketSample());
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        undefined,
        null,
        '',
        0,
        -1,
        1.5,
        84,
        '0.5000',
        '1.0000',
        '1.5',
        '3600',
        'active',
        true,
        [],
        {},
        '2026-06-16T04:59:00Z',
        [{ start: '0', end: '1', step: '0.01' }],
        Number.NaN,
        Number.POSITIVE_INFINITY,
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const extra = ['is_provisional', 'fee_waiver_expiration_time', 'settlement_value_dollars'];
    const change = fc.dictionary(fc.constantFrom(...fields, ...extra), value, { maxKeys: 3 });
    fc.assert(
      fc.property(change, (changes) => {
        const raw = marketSample(changes);
        expect(decodeMarket(raw).ok).toBe(marketSchemaAccepts(raw));
      }),
      { numRuns: 3_000 },
    );
  });
});
