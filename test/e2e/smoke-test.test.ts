// Goal: the smoke test rests an order that never trades, takes it back whatever is lost on the way, and tells the truth.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cleanUp, jsonOf, newFolder, run, start, until } from './support.js';
import { type Row, startVenue, type Venue } from './venue.js';

let venue: Venue;
beforeAll(async () => {
  venue = await startVenue({ args: ['--markets', '300'] });
});
afterAll(cleanUp);

const smokeEnv = (change: Record<string, string> = {}) => ({
  ...venue.env,
  BOT_DATA_DIR: newFolder(),
  BOT_RUN_SMOKE_TEST: 'true',
  ...change,
});
const ordersNow = (): Promise<readonly Row[]> => venue.list('/portfolio/orders', 'orders');
const cashNow = async (): Promise<unknown> =>
  (await venue.list('/portfolio/balance', 'balance_breakdown')).map((row) => row['balance']);

it('passes: one order rested and is canceled, nothing is filled, no cash moved, and an engine starts after it', async () => {
  const cash = await cashNow();
  const env = smokeEnv();
  const end = await run([], env);
  expect(end.code, end.err).toBe(0);
  expect(end.out.match(/^[a-z]+/gm)?.join(' ')).toBe(
    'start cash market place see cancel gone cash smoke',
  );
  const orders = await ordersNow();
  expect(orders).toHaveLength(1);
  expect(orders[0]).toMatchObject({ status: 'canceled', fill_count_fp: '0.00', side: 'yes' });
  expect(orders[0]?.['client_order_id']).toMatch(/^smoke-/);
  // Should nobody have canceled it, it would have lapsed by itself.
  expect(orders[0]?.['expiration_time']).toEqual(expect.any(String));
  expect(await venue.list('/portfolio/fills', 'fills')).toEqual([]);
  expect(await cashNow()).toEqual(cash);

  const { BOT_RUN_SMOKE_TEST: _, ...engine } = env;
  const once = await run(['run', '--once', '--json'], { ...engine, BOT_MAX_TRADES_PER_CYCLE: '0' });
  expect(once.code, once.err).toBe(0);
  expect(jsonOf(once.out)).toMatchObject({ ledger: { balanced: true } });
});

it('finds and takes back an order whose acceptance was lost, and fails', async () => {
  const before = (await ordersNow()).length;
  await venue.fault({ kind: 'drop_reply', method: 'POST', path: '/orders' });
  const end = await run(['--json'], smokeEnv());
  expect([end.code, jsonOf(end.out)]).toEqual([
    1,
    {
      schemaVersion: 1,
      ok: false,
      failedAt: 'place',
      detail: expect.stringContaining('unknown') as string,
    },
  ]);
  const orders = await ordersNow();
  expect(orders).toHaveLength(before + 1);
  expect(orders.map((order) => order['status'])).not.toContain('resting');
});

it('cancels again when a cancel comes to nothing', async () => {
  await venue.fault({ kind: 'error_before', method: 'DELETE', path: '/orders' });
  const end = await run([], smokeEnv());
  expect(end.code, end.err).toBe(0);
  expect((await ordersNow()).map((order) => order['status'])).not.toContain('resting');
});

it('says that the exchange refused it', async () => {
  await venue.fault({ kind: 'rate_limit', method: 'POST', path: '/orders' });
  const end = await run([], smokeEnv());
  expect([end.code, end.err]).toEqual([1, 'smoke test failed at place: rate_limited\n']);
});

it('sends nothing in paper mode, off loopback without a doctor, beside an engine, or while trading is held back', async () => {
  const before = (await ordersNow()).length;
  const paper = await run([], smokeEnv({ BOT_EXECUTION_MODE: 'paper' }));
  expect([paper.code, paper.err]).toEqual([
    3,
    expect.stringMatching(/^smoke test: .* set BOT_EXECUTION_MODE=live .*\n$/),
  ]);
  const away = await run(
    [],
    smokeEnv({
      KALSHI_API_BASE_URL: 'https://demo-api.kalshi.co',
      KALSHI_WS_URL: 'wss://demo-api.kalshi.co/trade-api/ws/v2',
      BOT_CLOCK: '',
    }),
  );
  expect([away.code, away.err]).toEqual([3, expect.stringContaining('BOT_LIVE_CONFIRM')]);

  const env = smokeEnv();
  const { BOT_RUN_SMOKE_TEST: _, ...engineEnv } = env;
  const engine = start(['run', '--json'], { ...engineEnv, BOT_MAX_TRADES_PER_CYCLE: '0' });
  const lock = join(env['BOT_DATA_DIR'], 'live-loopback-main', 'lock.json');
  await until('its lock', () => existsSync(lock), { log: engine.err });
  const beside = await run([], env);
  expect([beside.code, beside.err]).toEqual([3, expect.stringContaining('another instance')]);
  await run(['pause'], engineEnv);
  await until('the pause', () => engine.err().includes('latched_operator'), { log: engine.err });
  engine.child.kill('SIGINT');
  await engine.ended;
  const held = await run([], env);
  expect([held.code, held.err]).toEqual([
    1,
    expect.stringContaining('trading is held back (pause)'),
  ]);
  expect(await ordersNow()).toHaveLength(before);
});
