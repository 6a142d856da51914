// Goal: a real run tells people through real channels, serves its figures, and gives none of their secrets away; one channel
// that is down costs it nothing; and `alerts test` says what came of each.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { metricTable } from '../../src/sinks/metrics/table.js';
import { AlertReceiver, beat, discord, hook, telegram } from '../support/alert-receiver.js';
import { encodingsOf, foundIn } from '../support/secret-search.js';
import { cleanUp, filesBelow, jsonOf, newFolder, run, start, until } from './support.js';
import { startVenue } from './venue.js';

let receiver: AlertReceiver;
beforeAll(async () => {
  receiver = await AlertReceiver.start();
});
afterEach(() => receiver.answers.clear());
afterAll(async () => {
  await receiver.close();
  await cleanUp();
});

const told = () => ({
  ...receiver.env,
  BOT_ALERT_TELEGRAM_CHAT: '-10042',
  BOT_ALERT_TELEGRAM_BASE_URL: receiver.url,
});
const secretsOf = (env: object) =>
  Object.entries(env)
    .filter(([name]) => name in receiver.env)
    .flatMap(([name, secret]) => encodingsOf(name, String(secret)));

it('alerts test tells every channel once, and says which did not take it', async () => {
  const env = told();
  const good = await run(['alerts', 'test'], env);
  expect([good.code, good.err]).toEqual([0, '']);
  expect(good.out).toBe('webhook: taken\ntelegram: taken\ndiscord: taken\nheartbeat: taken\n');
  for (const path of [hook, telegram, discord, beat]) expect(receiver.at(path)).toHaveLength(1);
  receiver.answers.set('/discord/canary-discord-2', 404);
  const bad = await run(['alerts', 'test', '--json'], env);
  expect([bad.code, jsonOf(bad.out)]).toMatchObject([
    1,
    {
      channels: [{ ok: true }, { ok: true }, { channel: 'discord', text: 'failed: HTTP 404' }, {}],
    },
  ]);
});

it.each([
  [{}, 'no channel is configured'],
  [{ BOT_ALERT_TELEGRAM_CHAT: '42' }, 'BOT_ALERT_TELEGRAM_TOKEN and BOT_ALERT_TELEGRAM_CHAT'],
])('alerts test refuses %o', async (env, complaint) => {
  const { code, out, err } = await run(['alerts', 'test'], env);
  expect([code, out]).toEqual([3, '']);
  expect(err).toContain(complaint);
});

it('a run tells a halt, beats, and serves its figures, though one channel is down', async () => {
  const venue = await startVenue({ args: ['--markets', '100'] });
  const dataDir = newFolder();
  const env = {
    ...venue.env,
    ...told(),
    BOT_DATA_DIR: dataDir,
    BOT_EXECUTION_MODE: 'paper',
    BOT_UI_PORT: '0',
  };
  receiver.answers.set('/discord/canary-discord-2', 503);
  const before = receiver.received.length;
  const engine = start(['run'], env);
  const log = () => engine.out() + engine.err();
  const since = (path: string) =>
    receiver.received.slice(before).filter((one) => one.path.startsWith(path));
  const isTold = (path: string, text: string) =>
    since(path).some(({ body }) => body.includes(text));
  await until('a heartbeat', () => since(beat).length > 0, { log });

  mkdirSync(join(dataDir, 'control'), { recursive: true });
  writeFileSync(join(dataDir, 'control', 'halt'), 'a test');
  await until('a halt is told', () => isTold(hook, '"key":"trading_held:operator"'), { log });
  await until('in the chat, too', () => isTold(telegram, 'FIRING: Trading is held back'), { log });

  const [, address] = await until('a page', () => /dashboard (http:\S+?)\/ /.exec(engine.out()), {
    log,
  });
  const token = readFileSync(join(dataDir, 'dashboard-read-only.token'), 'utf8').trim();
  const page = await until('figures', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const reply = await fetch(`${address}/metrics`, { headers });
    const text = await reply.text();
    return reply.ok && text.includes('evt_latched{cause="operator"} 1') && text;
  });
  for (const name of Object.keys(metricTable)) expect(page).toContain(`# TYPE ${name} `);
  expect(page).toMatch(/^evt_commit_seconds_count [1-9]/m);
  expect(page).toMatch(/^evt_input_seconds_count\{source="feed"\} [1-9]/m);
  expect(page).toMatch(/^evt_disk_free_bytes [1-9]/m);
  expect((await fetch(`${address}/metrics`)).status).toBe(401);

  await until('discord is missed', () => engine.err().includes('alerts_unheard'), { log });
  engine.child.kill('SIGTERM');
  const end = await engine.ended;
  expect(end.code, end.err).toBe(6);

  const needles = secretsOf(env);
  expect(needles.length).toBeGreaterThan(20);
  const said = [end.out, end.err, page].map((text) => Buffer.from(text));
  const kept = filesBelow(dataDir).map((path) => readFileSync(path));
  for (const bytes of [...said, ...kept]) expect(foundIn(bytes, needles)).toEqual([]);
});
