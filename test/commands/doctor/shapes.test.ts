// Goal: the canary fails what would be misread, notes what is only new, and never takes what it did not see for seen.
import { describe, expect, it } from 'vitest';
import { type ShapePorts, shapeChecks } from '../../../src/commands/doctor/shapes.js';
import type { Outcome } from '../../../src/messages/effect.js';
import { marketSample, orderSample } from '../../exchange/samples.js';
import { rowOf, told } from './helpers.js';

const http = (body: unknown, status = 200): Outcome => ({
  kind: 'http',
  status,
  path: '/',
  body: JSON.stringify(body),
});
const bucket = { refill_rate: 1, bucket_capacity: 1 };
const market = marketSample({ yes_bid_dollars: '0.4000' });
const sound: Readonly<Record<string, unknown>> = {
  '/exchange/status': { exchange_active: true, trading_active: true },
  '/exchange/schedule': { schedule: { maintenance_windows: [] } },
  '/markets': { markets: [market], cursor: 'more' },
  [`/markets/${market.ticker}`]: { market },
  [`/markets/${market.ticker}/orderbook`]: { orderbook_fp: { yes_dollars: [], no_dollars: [] } },
  '/events': {
    events: [
      {
        event_ticker: market.event_ticker,
        series_ticker: 'S',
        title: '',
        mutually_exclusive: true,
      },
    ],
  },
  '/series/S': {
    series: {
      ticker: 'S',
      title: '',
      category: '',
      tags: null,
      fee_type: 'quadratic',
      fee_multiplier: 1,
      settlement_sources: [],
    },
  },
  '/portfolio/balance': {
    balance: 1,
    balance_dollars: '0.0100',
    balance_breakdown: [{ exchange_index: 0, balance: '0.0100' }],
  },
  '/portfolio/orders': { orders: [orderSample()], cursor: 'more' },
  '/portfolio/fills': { fills: [], cursor: '' },
  '/portfolio/positions': { market_positions: [], cursor: '' },
  '/portfolio/settlements': { settlements: [], cursor: '' },
  '/account/limits': { usage_tier: 'basic', read: bucket, write: bucket },
  '/api_keys': { api_keys: [] },
};

async function look(
  code: string,
  changes: Readonly<Record<string, Outcome>> = {},
  ports: Partial<ShapePorts> = {},
): Promise<string> {
  const checks = shapeChecks({
    canSign: true,
    ask: ({ path }) => Promise.resolve(changes[path] ?? http(sound[path])),
    frames: () => Promise.resolve(new Map()),
    ...ports,
  });
  // The feed is listened to for markets that the public answers named.
  if (code === 'feed_shapes') await rowOf(checks, 'public_shapes');
  const row = await rowOf(checks, code);
  return [told(row), ...(row.details ?? [])].join('\n');
}

describe('the canary', () => {
  it.each<readonly [string, string, Readonly<Record<string, Outcome>>, RegExp]>([
    ['all is well', 'public_shapes', {}, /^pass 0: 7 kinds of answers/],
    ['of the account, too', 'account_shapes', {}, /^pass 0: 7 kinds of answers/],
    [
      'an endpoint that moved',
      'account_shapes',
      { '/portfolio/fills': http({}, 404) },
      /^fail 1: GET \/portfolio\/fills: no answer .*HTTP 404/,
    ],
    [
      'an endpoint that a run does without',
      'account_shapes',
      { '/api_keys': http({}, 404) },
      /^pass 0: 6 kinds[^\n]*\nGET \/api_keys: no answer .*HTTP 404/,
    ],
    [
      'a field of one of those that is gone',
      'account_shapes',
      { '/account/limits': http({ usage_tier: 'basic', read: bucket }) },
      /^warn 0: GET \/account\/limits: `write` is gone; a run does without/,
    ],
    [
      'a number that became a text',
      'public_shapes',
      { '/markets': http({ markets: [{ ...market, volume_fp: 12 }], cursor: '' }) },
      /^fail 1: GET \/markets: `markets.0.volume_fp` cannot be read: 12/,
    ],
    [
      'the same in an account',
      'account_shapes',
      { '/portfolio/orders': http({ orders: [orderSample({ fill_count_fp: 1 })], cursor: '' }) },
      /^fail 1: GET \/portfolio\/orders: `orders.0.fill_count_fp` cannot be read: 1/,
    ],
    [
      'a field that nobody knows',
      'public_shapes',
      { '/markets': http({ markets: [{ ...market, settle_fast: true }], cursor: '' }) },
      /^pass 0: 7 kinds of .*1 fields? .*new.*\nGET \/markets: `settle_fast` is new/,
    ],
    [
      'a field that some rows had, under another name',
      'public_shapes',
      {
        '/markets': http({
          markets: [{ ...marketSample({ floor_strike: undefined }), floor_strike_num: 84 }],
          cursor: '',
        }),
      },
      /`floor_strike_num` is new, and nothing reads it; perhaps what `floor_strike` was/,
    ],
    [
      'no market',
      'public_shapes',
      { '/markets': http({ markets: [], cursor: '' }) },
      /^pass 0: 3 kinds .*\nno market is open, so books and events were not seen/,
    ],
    [
      'what is no object',
      'public_shapes',
      { '/events': http('<html>') },
      /^fail 1: GET \/events: .body. cannot be read: /,
    ],
    [
      'nothing but failures',
      'public_shapes',
      Object.fromEntries(
        Object.keys(sound).map((path): [string, Outcome] => [
          path,
          { kind: 'failed', code: 'timeout', sent: true, detail: '' },
        ]),
      ),
      /^fail 1: GET \/exchange\/status: no answer that could be looked at \(timeout\) \(and 1 more\)/,
    ],
    [
      'no market to listen to',
      'feed_shapes',
      { '/markets': http({ markets: [], cursor: '' }) },
      /^not_checked/,
    ],
    ['a feed that is silent', 'feed_shapes', {}, /^warn 0: nothing came/],
  ])('%s', async (_, code, changes, says) => {
    expect(await look(code, changes)).toMatch(says);
  });

  it('looks at no account without a key', async () => {
    expect(await look('account_shapes', {}, { canSign: false })).toMatch(/^not_checked/);
  });

  it('tells what frames it did not hear', async () => {
    const text = JSON.stringify({ type: 'trade', sid: 1, seq: 1, msg: { trade_id: 'x' } });
    const frames = () => Promise.resolve(new Map([['trade', text]]));
    const said = await look('feed_shapes', {}, { frames });
    expect(said).toMatch(/^fail 1: feed, trade: `market_ticker` is gone \(and 3 more\)/);
    expect(said).toMatch(/not heard within seconds: orderbook_snapshot, orderbook_delta, ticker$/);
  });

  it('stays short, whatever comes', async () => {
    const odd = Object.fromEntries(Array.from({ length: 5_000 }, (__, at) => [`odd${at}`, at]));
    const said = await look('public_shapes', {
      '/markets': http({ markets: [{ ...market, ...odd }], cursor: '' }),
    });
    expect(said.split('\n').length).toBeLessThan(30);
    expect(said).toMatch(/… and 49\d\d more$/);
  });
});
