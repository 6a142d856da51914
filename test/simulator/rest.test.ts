import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULTS, splitBankroll } from '../../src/simulator/main.js';
import type { WorldCommand } from '../../src/simulator/world/types.js';
import {
  type Client,
  HOUR,
  listing,
  market,
  newKeyPair,
  ORIGIN,
  quote,
  signedHeaders,
  startClient,
  storyWorld,
  TICKER,
} from './support.js';

const many: readonly WorldCommand[] = Array.from({ length: 25 }, (_, n) => ({
  kind: 'market',
  market: market({
    ticker: `KXTEST-27JAN15-T${100 + n}`,
    multivariate: n === 24,
    closeMs: ORIGIN + HOUR + n * 1000,
  }),
}));
const world = () =>
  storyWorld([
    [
      0,
      [
        ...listing,
        ...many,
        quote(
          [
            [4_700, 300],
            [4_600, 500],
          ],
          [[4_800, 300]],
        ),
      ],
    ],
  ]);

type Page = { readonly cursor: string; readonly markets: readonly { readonly ticker: string }[] };
const BALANCE = '/trade-api/v2/portfolio/balance';

let client: Client;
beforeAll(async () => {
  client = await startClient({ world: world() });
});
afterAll(() => client.simulator.stop());

describe('signatures', () => {
  const withHeaders = (headers: Record<string, string>) => client.raw(BALANCE, { headers });

  it.each([0, -5_000, 5_000, -19_000, 29_000])('are taken at a skew of %i ms', async (skew) => {
    expect((await withHeaders(signedHeaders(client.signer, 'GET', BALANCE, skew))).status).toBe(
      200,
    );
  });

  it.each([-30_000, -21_000, 32_000, 300_000])('expire at a skew of %i ms', async (skew) => {
    expect(await withHeaders(signedHeaders(client.signer, 'GET', BALANCE, skew))).toMatchObject({
      status: 401,
      body: { error: { code: 'header_timestamp_expired', message: 'header timestamp expired' } },
    });
  });

  const wrong = {
    status: 401,
    body: {
      error: {
        code: 'authentication_error',
        message: 'authentication_error',
        details: 'INCORRECT_API_KEY_SIGNATURE',
      },
    },
  };
  it.each([
    ['another method', () => signedHeaders(client.signer, 'POST', BALANCE)],
    [
      'the path without its prefix',
      () => signedHeaders(client.signer, 'GET', '/portfolio/balance'),
    ],
    [
      'the path with its query',
      () => signedHeaders(client.signer, 'GET', `${BALANCE}?subaccount=0`),
    ],
    [
      'another key',
      () =>
        signedHeaders({ keyId: client.signer.keyId, key: newKeyPair('rsa').key }, 'GET', BALANCE),
    ],
    [
      'another kind of key',
      () =>
        signedHeaders(
          { keyId: client.signer.keyId, key: newKeyPair('ed25519').key },
          'GET',
          BALANCE,
        ),
    ],
    [
      'nothing readable',
      () => ({ ...signedHeaders(client.signer, 'GET', BALANCE), 'KALSHI-ACCESS-SIGNATURE': '!' }),
    ],
  ])('of %s are refused', async (_, headers) => {
    expect(await withHeaders(headers())).toMatchObject(wrong);
  });

  it('leave the query out', async () => {
    const headers = signedHeaders(client.signer, 'GET', BALANCE);
    expect((await client.raw(`${BALANCE}?subaccount=0`, { headers })).status).toBe(200);
  });

  it('are missed, and unknown keys are not found', async () => {
    expect(await withHeaders({})).toMatchObject({
      status: 401,
      body: { error: { code: 'signature_is_missing_from_headers' } },
    });
    const headers = signedHeaders(
      { ...client.signer, keyId: '00000000-0000-0000-0000-000000000000' },
      'GET',
      BALANCE,
    );
    expect(await withHeaders(headers)).toMatchObject({
      status: 401,
      body: { error: { code: 'authentication_error', details: 'NOT_FOUND' } },
    });
  });

  it('of Ed25519 keys are checked as well', async () => {
    const other = await startClient({ keyType: 'ed25519' });
    try {
      expect(other.signer.key.asymmetricKeyType).toBe('ed25519');
      expect((await other.get('/portfolio/balance')).status).toBe(200);
      const headers = signedHeaders(
        { ...other.signer, key: newKeyPair('ed25519').key },
        'GET',
        BALANCE,
      );
      expect((await other.raw(BALANCE, { headers })).status).toBe(401);
    } finally {
      await other.simulator.stop();
    }
  });

  it('are not needed for public reads, and the key file is its owner’s alone', async () => {
    expect((await client.raw('/trade-api/v2/markets')).status).toBe(200);
    expect((await client.raw('/trade-api/v2/portfolio/orders')).status).toBe(401);
    const path = client.simulator.ready.privateKeyPath;
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain('PRIVATE KEY');
  });
});

describe('listing markets', () => {
  const page = async (query: string): Promise<Page> =>
    (await client.get(`/markets?${query}`)).body as Page;

  it('pages through everything once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const got = await page(`limit=7&cursor=${cursor}`);
      seen.push(...got.markets.map((one) => one.ticker));
      cursor = got.cursor;
    } while (cursor !== '');
    expect(seen.length).toBe(26);
    expect(new Set(seen).size).toBe(26);
  });

  it('ends with an empty cursor also when the last page is full', async () => {
    expect((await page('limit=26')).cursor).toBe('');
    expect((await page('limit=25')).cursor).not.toBe('');
  });

  it('refuses a limit beyond the maximum, as a bare message', async () => {
    expect(await client.get('/markets?limit=1001')).toMatchObject({
      status: 400,
      body: {
        msg: "Parameter validation failed for GetMarkets: Key: 'GetMarketsParams.Limit' Error:Field validation for 'Limit' failed on the 'lte' tag",
      },
    });
    expect((await client.get('/events?limit=201')).status).toBe(400);
  });

  it('answers a garbage cursor with page one', async () => {
    expect(await page('limit=3&cursor=garbage')).toEqual(await page('limit=3'));
  });

  it.each([
    ['status=open', 26],
    ['status=closed', 0],
    ['status=unopened', 0],
    ['mve_filter=exclude', 25],
    ['mve_filter=only', 1],
    [`tickers=${TICKER},KXTEST-27JAN15-T100,NOPE`, 2],
    ['event_ticker=NOPE', 0],
    ['series_ticker=KXTEST', 26],
    [`max_close_ts=${(ORIGIN + HOUR) / 1000}`, 2],
  ])('filters by %s', async (query, count) => {
    expect((await page(`limit=1000&${query}`)).markets.length).toBe(count);
  });

  it('does not take a status of the other vocabulary', async () => {
    expect((await client.get('/markets?status=active')).status).toBe(400);
  });
});

describe('reading one thing', () => {
  it('gives a market in its recorded shape', async () => {
    const got = await client.get(`/markets/${TICKER}`);
    expect(got.body).toMatchObject({
      market: {
        ticker: TICKER,
        status: 'active',
        yes_bid_dollars: '0.4700',
        yes_ask_dollars: '0.5200',
        no_bid_dollars: '0.4800',
        no_ask_dollars: '0.5300',
        yes_bid_size_fp: '3.00',
        yes_ask_size_fp: '3.00',
        floor_strike: 50,
        price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }],
        close_time: new Date(ORIGIN + HOUR).toISOString(),
        exchange_index: 0,
      },
    });
    expect((await client.get('/markets/NOPE')).status).toBe(404);
  });

  it('quotes an empty book at the ends', async () => {
    expect((await client.get('/markets/KXTEST-27JAN15-T100')).body).toMatchObject({
      market: {
        yes_bid_dollars: '0.0000',
        yes_ask_dollars: '1.0000',
        no_bid_dollars: '0.0000',
        no_ask_dollars: '1.0000',
      },
    });
  });

  it('gives books as bids, ascending, the best last', async () => {
    const whole = {
      no_dollars: [['0.4800', '3.00']],
      yes_dollars: [
        ['0.4600', '5.00'],
        ['0.4700', '3.00'],
      ],
    };
    expect((await client.get(`/markets/${TICKER}/orderbook`)).body).toEqual({
      orderbook_fp: whole,
    });
    expect((await client.get(`/markets/${TICKER}/orderbook?depth=1`)).body).toMatchObject({
      orderbook_fp: { yes_dollars: [['0.4700', '3.00']] },
    });
    expect(
      (await client.get(`/markets/orderbooks?tickers=${TICKER}&tickers=KXTEST-27JAN15-T100`)).body,
    ).toEqual({
      orderbooks: [
        { ticker: TICKER, orderbook_fp: whole },
        { ticker: 'KXTEST-27JAN15-T100', orderbook_fp: { no_dollars: [], yes_dollars: [] } },
      ],
    });
  });

  it('gives events with their markets inside or beside', async () => {
    const nested = (await client.get('/events/KXTEST-27JAN15?with_nested_markets=true')).body as {
      event: { markets: unknown[] };
    };
    expect(nested.event.markets.length).toBe(26);
    const beside = (await client.get('/events/KXTEST-27JAN15')).body as {
      event: object;
      markets: unknown[];
    };
    expect(beside.markets.length).toBe(26);
    expect('markets' in beside.event).toBe(false);
    expect((await client.get('/series/KXTEST')).body).toMatchObject({
      series: { ticker: 'KXTEST', fee_type: 'quadratic', fee_multiplier: 1 },
    });
    expect((await client.get('/series?category=Crypto')).body).toEqual({ series: [] });
  });

  it('tells what the exchange is doing', async () => {
    expect((await client.get('/exchange/status')).body).toMatchObject({
      exchange_active: true,
      trading_active: true,
    });
    expect((await client.get('/series/fee_changes')).body).toEqual({ series_fee_change_arr: [] });
    expect((await client.get('/account/limits')).body).toMatchObject({ usage_tier: 'prestige' });
    expect((await client.get('/nowhere')).status).toBe(404);
  });

  it('hands evidence through from the world', async () => {
    const { evidence } = client.simulator.ready;
    const answer = await fetch(`${evidence.noaa}/gridpoints/OKX/33,35?units=us`);
    expect([answer.status, await answer.text()]).toEqual([
      200,
      'noaa /gridpoints/OKX/33,35 units=us true',
    ]);
    expect((await fetch(`${evidence.spot}/none`)).status).toBe(404);
  });
});

describe('rate limits', () => {
  it('of the basic tier let ten creates through, then say no with a bare string', async () => {
    const basic = await startClient({ tier: 'basic' });
    try {
      expect((await basic.get('/account/limits')).body).toEqual({
        grants: [],
        read: { bucket_capacity: 600, refill_rate: 200 },
        usage_tier: 'basic',
        write: { bucket_capacity: 100, refill_rate: 100 },
      });
      const answers = await Promise.all(
        Array.from({ length: 14 }, () => basic.order({ price: '0.0100', count: '1.00' })),
      );
      const refused = answers.filter((one) => one.status === 429);
      expect(refused.length).toBeGreaterThanOrEqual(1);
      expect(refused[0]?.body).toEqual({ error: 'too many requests' });
      expect(answers.filter((one) => one.status === 201).length).toBeGreaterThanOrEqual(10);
    } finally {
      await basic.simulator.stop();
    }
  });
});

describe('the bankroll', () => {
  it('is split over shards to the last unit', () => {
    expect([...splitBankroll(10_000, DEFAULTS.shardAllocation)]).toEqual([
      [0, 5_000_000_000],
      [2, 3_000_000_000],
      [3, 2_000_000_000],
    ]);
    const odd = splitBankroll(
      0.0007,
      new Map([
        [0, 50],
        [2, 50],
      ]),
    );
    expect([...odd.values()].reduce((sum, micros) => sum + micros, 0)).toBe(700);
  });
});
