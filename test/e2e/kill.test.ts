// Goal: a kill stops orders at once, by file and by signal, trips the exchange's own fuse, and stays; and a fuse that the
// exchange trips stops the engine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  cleanUp,
  jsonOf,
  ledgerExport,
  newFolder,
  type Running,
  run,
  sleep,
  start,
  until,
} from './support.js';
import { startVenue, type Venue } from './venue.js';

/** From the request to the last order that reaches the exchange: the aim, and what a busy machine is forgiven. */
const aimMs = 50;
const forgivenMs = 500;

let venue: Venue;
let engine: Running;
const dataDir = newFolder();
const home = join(dataDir, 'live-loopback-main');
const seconds = 20;

const engineEnv = () => ({
  ...venue.env,
  BOT_DATA_DIR: dataDir,
  BOT_CYCLE_SECONDS: String(seconds),
  BOT_SCAN_WS_DELTA_WINDOW_SECS: '1',
  BOT_MISPRICING_THRESHOLD: '0.01',
  BOT_MIN_EDGE_PCT: '0.01',
  BOT_REENTRY_COOLDOWN_SECONDS: '0',
  BOT_MAX_ORDERS_PER_MIN: '6000',
  BOT_MAX_TRADES_PER_CYCLE: '200',
  BOT_MIN_FRACTION_PER_TRADE: '0',
  BOT_KELLY_FRACTION: '0.01',
});

beforeAll(async () => {
  venue = await startVenue({ args: ['--markets', '600', '--tier', 'premier'] });
  engine = start(['run', '--json'], engineEnv());
}, 60_000);
afterAll(cleanUp);

type Kill = { readonly name: string; readonly level: string; readonly act: () => void };
const file = (name: string): void => {
  mkdirSync(join(dataDir, 'control'), { recursive: true });
  writeFileSync(join(dataDir, 'control', name), '');
};
const kills: readonly Kill[] = [
  { name: 'file halt', level: 'halt', act: () => file('halt') },
  { name: 'SIGUSR2', level: 'halt', act: () => engine.child.kill('SIGUSR2') },
  { name: 'file cancel', level: 'cancel', act: () => file('cancel') },
  { name: 'file pause', level: 'pause', act: () => file('pause') },
];

const orders = () => venue.list('/portfolio/orders', 'orders');
/** When the exchange took the last order, by this machine's clock. */
async function lastOrderAt(): Promise<number> {
  const { realOriginMs, marketOriginMs, speed } = venue.ready.clock as Record<string, number>;
  const times = (await orders()).map((row) => Date.parse(String(row['created_time'])));
  const market = Math.max(0, ...times);
  return (realOriginMs ?? 0) + (market - (marketOriginMs ?? 0)) / (speed ?? 1);
}
const groups = () => venue.list('/portfolio/order_groups', 'order_groups');
const fuses = async (): Promise<string> =>
  [...new Set((await groups()).map((group) => String(group['is_auto_cancel_enabled'])))].join();
const saidTimes = (code: string): number => engine.err().split(code).length - 1;

it('no order starts after a kill; the fuses follow; resuming is an act of its own', async () => {
  const late: Record<string, number> = {};
  for (const { name, level, act } of [...kills, ...kills]) {
    const count = (await orders()).length;
    await until('orders', async () => (await orders()).length > count, { log: engine.err });
    const latched = saidTimes('latched_operator');
    const askedAt = Date.now();
    act();
    await until('the latch', () => saidTimes('latched_operator') > latched, { log: engine.err });
    if (level !== 'pause') await until('tripped fuses', async () => (await fuses()) === 'false');
    await sleep(forgivenMs);
    const lateMs = (await lastOrderAt()) - askedAt;
    late[name] = Math.max(late[name] ?? Number.NEGATIVE_INFINITY, lateMs);
    file('resume');
    await until('armed fuses', async () => (await fuses()) === 'true', { log: engine.err });
  }
  // Negative: the last order was before the request.
  process.stdout.write(`last order after a kill, ms: ${JSON.stringify(late)}\n`);
  expect(Object.keys(late)).toHaveLength(kills.length);
  for (const [name, ms] of Object.entries(late)) expect(ms, name).toBeLessThan(forgivenMs);
  expect(Math.min(...Object.values(late))).toBeLessThan(aimMs);
}, 120_000);

it('a fuse that somebody else trips halts, with the reason', async () => {
  const [group] = await groups();
  await venue.put(`/portfolio/order_groups/${String(group?.['id'])}/trigger`);
  await until('the latch', () => saidTimes('latched_order_group') > 0, { log: engine.err });
  await until('all fuses tripped', async () => (await fuses()) === 'false', { log: engine.err });
  const count = (await orders()).length;
  engine.child.kill('SIGINT');
  const end = await engine.ended;
  expect(end.code, end.err).toBe(6);
  // It stays so after a restart: nothing is sent, and it says why it will not trade.
  const again = await run(['run', '--once', '--json'], engineEnv());
  expect([again.code, jsonOf(again.out)['orders']]).toMatchObject([6, { submitted: 0 }]);
  expect(await orders()).toHaveLength(count);
  expect(await fuses()).toBe('false');
}, 60_000);

it('in its own books no order was sent while a latch held, and every one was in a group', async () => {
  const lines = await ledgerExport(home);
  const latches = new Set<string>();
  const reducing = new Set<string>();
  let sent = 0;
  for (const { body } of lines) {
    if (body.kind === 'latch') {
      if (body['set'] === true) latches.add(String(body['cause']));
      else latches.delete(String(body['cause']));
    }
    if (body.kind === 'intent') {
      const terms = body['terms'] as Record<string, unknown>;
      if (terms['reduceOnly'] === true) reducing.add(String(terms['clientOrderId']));
    }
    if (body.kind === 'order' && (body['event'] as { kind: string }).kind === 'sent') {
      sent += 1;
      const id = String(body['clientOrderId']);
      if (latches.size > 0 && !reducing.has(id)) throw new Error(`${id} was sent while latched`);
    }
  }
  expect(sent).toBeGreaterThan(kills.length);
  expect([...latches]).toEqual(['order_group']);
  const known = new Set((await groups()).map((group) => group['id']));
  expect(known.size).toBe(3);
  for (const order of await orders())
    if (!reducing.has(String(order['client_order_id'])))
      expect(known).toContain(order['order_group_id']);
}, 30_000);
