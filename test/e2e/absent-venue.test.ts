// Goal: a continuous run outlives an exchange that is not there yet, or does not know its key, and says so meanwhile.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RecordingProxy } from '../support/recording-proxy.js';
import { cleanUp, newFolder, run, sleep, start, textOf, until } from './support.js';
import { startVenue } from './venue.js';

afterAll(cleanUp);

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return String(port);
}

it('an exchange that comes up later is traded on', async () => {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const engine = start(['run', '--json'], {
    KALSHI_API_BASE_URL: address,
    KALSHI_WS_URL: `ws://127.0.0.1:${port}/trade-api/ws/v2`,
    BOT_DATA_DIR: newFolder(),
  });
  const says = `warning: ${address}: the exchange cannot be reached (ECONNREFUSED`;
  await until('it says so', () => engine.err().includes(says), { log: engine.err });
  expect(engine.err()).toMatch(/KALSHI_API_BASE_URL and that the exchange is up; trying again/);
  await startVenue({ speed: 1, args: ['--port', port, '--markets', '100'] });
  const home = join(engine.env['BOT_DATA_DIR'] ?? '', 'paper-loopback-main');
  await until('it scans', () => /"scanned":\d\d/.test(textOf(join(home, 'logs', 'engine.log'))), {
    log: engine.err,
  });
  engine.child.kill('SIGINT');
  expect((await engine.ended).code).toBe(0);
});

it('a key that is refused is told, and tried again', async () => {
  const venue = await startVenue({ args: ['--markets', '100'] });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = join(newFolder(), 'key.pem');
  writeFileSync(pem, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const engine = start(['run', '--json'], {
    ...venue.env,
    KALSHI_PRIVATE_KEY_PATH: pem,
    BOT_DATA_DIR: newFolder(),
  });
  await until('it says so', () => /the exchange refuses the key .*trying again/.test(engine.err()));
  await until('and dials', () => /warning: auth_401 \(disconnected\)/.test(engine.err()));
  expect(engine.child.exitCode).toBeNull();
  engine.child.kill('SIGTERM');
  expect((await engine.ended).code).toBe(0);
  expect((await venue.stats())['orders']).toBe(0);
});

it('a key that was taken and is refused from then on halts the run, and it stays halted', async () => {
  const venue = await startVenue({ args: ['--markets', '300'] });
  const proxy = await RecordingProxy.before(venue.ready.rest);
  const dataDir = newFolder();
  const env = {
    ...venue.env,
    KALSHI_API_BASE_URL: `http://${proxy.host}`,
    KALSHI_WS_URL: `ws://${proxy.host}/trade-api/ws/v2`,
    BOT_DATA_DIR: dataDir,
  };
  const engine = start(['run', '--json'], env);
  const log = (): string => textOf(join(dataDir, 'live-loopback-main', 'logs', 'engine.log'));
  await until('it is armed', () => log().includes('"code":"group_armed"'), { log: engine.err });
  proxy.isRevoked = true;
  await until('it halts', () => engine.err().includes('latched_operator'), { log: engine.err });
  expect(engine.err()).toMatch(/the key is refused: .*401.*\(latched_operator\)/);
  const creates = (): number =>
    proxy.asked.filter(({ method, path }) => method === 'POST' && path.endsWith('/events/orders'))
      .length;
  const sent = creates();
  await sleep(500);
  expect(creates()).toBe(sent);
  expect(sent).toBeLessThanOrEqual(5);
  engine.child.kill('SIGINT');
  expect((await engine.ended).code).toBe(6);
  proxy.isRevoked = false;
  expect((await run(['run', '--once'], env)).code).toBe(6);
  proxy.close();
  expect((await venue.stats())['orders']).toBe(0);
});
