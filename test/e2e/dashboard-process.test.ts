// Goal: the dashboard's process can be had, lost, flooded and ended without the engine taking notice, and knows no secret.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import type { DashboardState } from '../../src/messages/dashboard.js';
import { type Line, linesOf as recorded } from '../support/altered-recording.js';
import {
  cleanUp,
  type Env,
  filesBelow,
  jsonOf,
  ledgerExport,
  newFolder,
  type Running,
  run,
  sleep,
  start,
  until,
} from './support.js';
import { startVenue } from './venue.js';

const hostile = resolve('bench/hostile-pages.mjs');
let env: Env;
let dataDir: string;
let engine: Running;
let hostiles: ChildProcess | null = null;

const token = (): string => readFileSync(join(dataDir, 'dashboard.token'), 'utf8').trim();
let shown: Running | null = null;
const address = (): { readonly port: number; readonly pid: number } =>
  shown === null
    ? addressLeft()
    : { port: Number(/:(\d+)\//.exec(shown.out())?.[1]), pid: shown.child.pid ?? 0 };
const addressLeft = (): { readonly port: number; readonly pid: number } =>
  JSON.parse(readFileSync(join(dataDir, 'dashboard.json'), 'utf8')) as {
    port: number;
    pid: number;
  };
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The state as a page is first told it; null: nobody answers. */
async function snapshot(): Promise<DashboardState | null> {
  const stop = new AbortController();
  try {
    const { body } = await fetch(`http://127.0.0.1:${address().port}/api/events`, {
      headers: { authorization: `Bearer ${token()}` },
      signal: stop.signal,
    });
    let text = '';
    for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString();
      if (text.includes('\n\n')) break;
    }
    return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as DashboardState;
  } catch {
    return null;
  } finally {
    stop.abort();
  }
}

async function control(action: string): Promise<{ readonly status: number; readonly ms: number }> {
  const asked = performance.now();
  const { status } = await fetch(`http://127.0.0.1:${address().port}/api/control`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action, why: 'a test' }),
  });
  return { status, ms: performance.now() - asked };
}

const listened = (server: Server, port: number): Promise<boolean> =>
  new Promise((done) => {
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => done(true));
  });

const log = (): string => engine.out() + engine.err();
const running = () =>
  until(
    'the page shows a window',
    async () => {
      const state = await snapshot();
      return (state?.sections.header?.cycle ?? 0) > 0 ? state : null;
    },
    { log },
  );

beforeAll(async () => {
  const venue = await startVenue({ args: ['--markets', '120'] });
  dataDir = newFolder();
  env = { ...venue.env, BOT_DATA_DIR: dataDir, BOT_UI_PORT: '0' };
  engine = start(['run'], env);
  await until('the dashboard says where it is', () => /dashboard http/.test(engine.out()), { log });
  await running();
});
afterAll(async () => {
  hostiles?.kill();
  await cleanUp();
});

it('is given nothing of the environment', () => {
  const names = readFileSync(`/proc/${address().pid}/environ`, 'utf8')
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => line.split('=')[0]);
  expect(names.filter((name) => !name?.startsWith('NODE_CHANNEL'))).toEqual([]);
  expect(readFileSync(`/proc/${address().pid}/cmdline`, 'utf8')).not.toContain(dataDir);
});

it('is started again when it dies, where it was, and lacks nothing', async () => {
  const before = await running();
  const { port } = address();
  let pid = 0;
  // Somebody else has its port when it is started again, and leaves.
  const other = createServer();
  await until('the port is taken', () => {
    const now = address().pid;
    // One that was started again before somebody else came dies, too.
    if (now !== pid && isAlive(now)) process.kill(now, 'SIGKILL');
    pid = now;
    return listened(other, port);
  });
  await sleep(2_500);
  await new Promise((closed) => other.close(closed));
  const after = await until(
    'another process shows it',
    async () => {
      if (address().pid === pid) return null;
      const state = await snapshot();
      return state?.sections.header === undefined ? null : state;
    },
    { log },
  );
  expect(address().port).toBe(port);
  for (const [id, row] of Object.entries(before.rows.orders))
    if (!row.isOpen) expect(after.rows.orders[id]).toEqual(row);
  expect(after.sections.marks?.[0]).toEqual(before.sections.marks?.[0]);
});

it('costs a run whose port is taken one warning', async () => {
  const own = { ...env, BOT_DATA_DIR: newFolder(), BOT_UI_PORT: String(address().port) };
  const end = await run(['run', '--once', '--json'], { ...own, BOT_EXECUTION_MODE: 'paper' });
  expect([end.code, jsonOf(end.out)['cycles']]).toEqual([0, 1]);
  expect(end.err).toContain(
    `port ${address().port} is taken: set BOT_UI_PORT to another, or to 0 for any that is free (dashboard_address_in_use)`,
  );
});

it('is flooded by fifty hostile pages, and neither it nor the engine minds', async () => {
  const { port, pid } = address();
  hostiles = fork(hostile, [String(port), token()], { stdio: 'ignore' });
  const seen = new Set<number>();
  const memory: number[] = [];
  const end = performance.now() + 4_000;
  while (performance.now() < end) {
    const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    memory.push(kib / 1_024);
    await sleep(100);
  }
  // The sixteen that never read have every place; whoever stops trading needs none, and is answered while a page waits.
  const stop = await control('cancel');
  expect([200, 202]).toContain(stop.status);
  expect(stop.ms).toBeLessThan(limits.pageAskMsMax);
  const isLatched = async (): Promise<boolean> =>
    (await ledgerExport(homeOf())).some(({ body }) => body.kind === 'latch');
  await until('the engine has it', isLatched, { everyMs: 100, log });
  const answered = (): Promise<number> =>
    new Promise((done) => {
      hostiles?.once('message', (message) =>
        done((message as { readonly answered: number }).answered),
      );
      hostiles?.send('counts');
    });
  await until('they were answered', async () => (await answered()) > 300, { everyMs: 200, log });
  hostiles.kill();
  hostiles = null;
  await until(
    'a place is free, and time goes on',
    async () => {
      const at = (await snapshot())?.sections.header?.at;
      if (at !== undefined) seen.add(at);
      return seen.size >= 3;
    },
    { everyMs: 400, log },
  );
  expect(address().pid).toBe(pid);
  expect(Math.max(...memory)).toBeLessThan(250);
});

it('stands still for a while, and then knows everything again', async () => {
  const { pid } = address();
  const before = (await running()).sections.header?.at ?? 0;
  process.kill(pid, 'SIGSTOP');
  await sleep(1_500);
  process.kill(pid, 'SIGCONT');
  await until(
    'time has gone on',
    async () => {
      const at = (await snapshot())?.sections.header?.at ?? 0;
      // Twenty market seconds are one.
      return at > before + 20_000;
    },
    { log },
  );
  expect(address().pid).toBe(pid);
});

it('ends with the engine and not before, whoever is interrupted', async () => {
  const { pid } = address();
  process.kill(pid, 'SIGINT');
  process.kill(pid, 'SIGTERM');
  await sleep(200);
  expect(isAlive(pid)).toBe(true);
  engine.child.kill('SIGINT');
  await engine.ended;
  await until('it is gone', () => !isAlive(pid));
  const latches = (await run(['ledger', 'export', '--home', homeOf()])).out
    .split('\n')
    .filter((line) => line.includes('"kind":"latch"'));
  expect(latches[0]).toContain('"why":"from the page: a test"');
  // Neither token is anywhere but in its own file.
  const tokens = [token(), readFileSync(join(dataDir, 'dashboard-read-only.token'), 'utf8').trim()];
  const texts = filesBelow(dataDir)
    .filter((path) => !path.endsWith('.token'))
    .map((path) => readFileSync(path, 'latin1'));
  for (const text of [...texts, engine.out(), engine.err()])
    for (const secret of tokens) expect(text.includes(secret)).toBe(false);
});

it('a ledger at rest and a recording are shown on the same page, the recording at any moment', async () => {
  const show = async (path: string, ...more: readonly string[]): Promise<Running> => {
    const serving = start(['dashboard', path, ...more], env);
    await until('it says where it is', () => /dashboard http/.test(serving.out()), {
      log: serving.err,
    });
    shown = serving;
    return serving;
  };
  const home = homeOf();
  // Where an engine that runs would have said where its page is.
  const ofAnother = '{"port":1,"pid":1}\n';
  writeFileSync(join(dataDir, 'dashboard.json'), ofAnother);
  const atRest = await show(home);
  const finished = await until('the ledger is read', async () => {
    const state = await snapshot();
    return state?.sections.header === undefined ? null : state;
  });
  expect(finished.sections.header).toMatchObject({ source: 'finished', state: 'stopped' });
  expect(Object.keys(finished.rows.decisions).length).toBeGreaterThan(10);
  expect((await control('halt')).status).toBe(409);
  atRest.child.kill('SIGINT');
  expect((await atRest.ended).code).toBe(0);

  const playing = await show(join(home, 'recordings/000001'), '--speed', '0');
  const over = await until('it is over', async () => {
    const state = await snapshot();
    return state?.sections.replay?.isOver === true ? state : null;
  });
  const bar = over.sections.replay;
  if (bar === undefined || bar === null) throw new Error('no replay bar');
  expect([bar.at, over.sections.header?.source]).toEqual([bar.to, 'replay']);
  expect(over.sections.tiles?.cash).toBe(finished.sections.tiles?.cash);
  const ask = (body: object): Promise<Response> =>
    fetch(`http://127.0.0.1:${address().port}/api/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const middle = Math.floor((bar.from + bar.to) / 2);
  await ask({ isPlaying: false });
  await ask({ seek: middle });
  // At the last input up to there, however long nothing came before it.
  const last = recorded(join(home, 'recordings/000001'), '')
    .map((line) => (JSON.parse(line) as Line).at)
    .findLast((at) => at <= middle);
  let stands = '';
  const sought = await until(
    `it stands at ${last}`,
    async () => {
      const state = await snapshot();
      stands = JSON.stringify(state?.sections.replay);
      const { replay, header } = state?.sections ?? {};
      return replay?.at === last && header !== undefined ? state : null;
    },
    { log: () => stands },
  );
  expect(sought.sections.replay).toMatchObject({ isPlaying: false, isOver: false });
  expect((await ask({ speed: -1 })).status).toBe(400);
  playing.child.kill('SIGINT');
  expect((await playing.ended).code).toBe(0);
  expect(readFileSync(join(dataDir, 'dashboard.json'), 'utf8')).toBe(ofAnother);
});

const homeOf = (): string =>
  filesBelow(dataDir)
    .find((path) => path.endsWith('engine.log'))
    ?.replace(/\/logs\/engine\.log$/, '') ?? '';
