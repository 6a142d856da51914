// Goal: it stops when it is told to, at once when told twice, and goes on when nobody reads what it prints.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import {
  cleanUp,
  type Env,
  jsonOf,
  ledgerExport,
  newFolder,
  run,
  sleep,
  start,
  textOf,
  until,
} from './support.js';
import { startVenue, type Venue } from './venue.js';

let venue: Venue;
beforeAll(async () => {
  venue = await startVenue({ args: ['--markets', '300'] });
});
afterAll(cleanUp);

const settings = (dataDir: string): Env => ({
  ...venue.env,
  BOT_DATA_DIR: dataDir,
  BOT_CYCLE_SECONDS: '40',
  BOT_SCAN_WS_DELTA_WINDOW_SECS: '1',
  BOT_MISPRICING_THRESHOLD: '0.02',
  BOT_MIN_EDGE_PCT: '0.02',
});
const journalOf = (dataDir: string): string => textOf(join(dataDir, 'logs', 'trade_journal.jsonl'));

it.each(['SIGINT', 'SIGTERM'] as const)('%s drains and ends with 0', async (signal) => {
  const dataDir = newFolder();
  const engine = start(['run', '--json'], settings(dataDir));
  await until('an order', () => journalOf(dataDir).includes('"kind":"intent"'), {
    log: engine.err,
  });
  engine.child.kill(signal);
  const end = await engine.ended;
  expect(end.code, end.err).toBe(0);
  const { orders } = jsonOf(end.out) as { orders: Record<string, number> };
  expect(orders['unknown']).toBe(0);
  const lines = await ledgerExport(join(dataDir, 'live-loopback-main'));
  expect(lines.at(-1)?.body).toEqual({ kind: 'stopped', reason: 'interrupted' });
});

it('a second SIGINT does not wait for what is in flight', async () => {
  const dataDir = newFolder();
  // Nobody can know what became of an order before a drain is over.
  await venue.fault({ kind: 'delay_reply', count: 9, ms: 20_000, method: 'POST', path: '/orders' });
  await venue.fault({ kind: 'query_lag', ms: 60_000 });
  const engine = start(['run', '--json'], settings(dataDir));
  await until(
    'a request on its way',
    async () => ((await venue.stats()).faults['delay_reply'] ?? 0) > 0,
    {
      log: engine.err,
    },
  );
  engine.child.kill('SIGINT');
  await sleep(300);
  expect(engine.child.exitCode).toBeNull();
  const asked = performance.now();
  engine.child.kill('SIGINT');
  const end = await engine.ended;
  await venue.fault({ kind: 'clear' });
  await venue.fault({ kind: 'query_lag', ms: 0 });
  expect(performance.now() - asked).toBeLessThan(limits.drainMsMax - 3_000);
  expect(end.signal).toBeNull();
  expect(jsonOf(end.out)).toMatchObject({ ledger: { balanced: true } });
  const verified = await run(['ledger', 'verify', '--json'], settings(dataDir));
  expect(jsonOf(verified.out)).toMatchObject({ ok: true });
});

it('nobody reads its output any more: it goes on trading', async () => {
  const dataDir = newFolder();
  const main = resolve('dist/main.js');
  const shell = spawn(
    'sh',
    ['-c', `"${process.execPath}" "${main}" run --no-ui & echo $! >&2; wait`],
    {
      cwd: dataDir,
      env: { PATH: process.env['PATH'] ?? '', ...settings(dataDir) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let err = '';
  shell.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  const isHeard = new Promise((done) => shell.stdout.once('data', done));
  const [, pidText] = await until('its number', () => /^(\d+)\n/.exec(err));
  await isHeard;
  shell.stdout.destroy();
  const pid = Number(pidText);
  try {
    const before = journalOf(dataDir).length;
    await until(
      'an order after the reader left',
      () => /"kind":"cycle"|"kind":"fill"/.test(journalOf(dataDir).slice(before)),
      { log: () => err },
    );
    process.kill(pid, 0);
  } finally {
    process.kill(pid, 'SIGINT');
  }
  await new Promise((done) => shell.once('exit', done));
  const lines = await ledgerExport(join(dataDir, 'live-loopback-main'));
  expect(lines.at(-1)?.body).toEqual({ kind: 'stopped', reason: 'interrupted' });
});
