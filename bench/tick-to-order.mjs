// Frame in → POST out, in one process against a simulated exchange in another, over real sockets. Subject: the whole
// engine: door, recording, decoding, book, executor, intent durable in the ledger, the walk repeated, signed request. What
// is left out is having an opinion: the bench hands the executor a bet when the frame has moved the book. Floor: the same
// frame on a bare socket, then one signature, one LMDB commit and one POST, nothing in between.

import { constants, sign } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from 'lmdb';
import { NEVER } from 'rxjs';
import { Pool } from 'undici';
import WebSocket from 'ws';
import { systemClock } from '../dist/clock.js';
import { simulatorChild } from '../dist/commands/simulator-child.js';
import { readConfig } from '../dist/config/read.js';
import { Runtime } from '../dist/runtime.js';
import { median, row } from './measure.mjs';

const shots = 40;
const pauseMs = 150;
const patienceMs = 60_000;
const ordersPath = '/trade-api/v2/portfolio/events/orders';

/** When the headers of each order have been handed to the socket. */
function onPost(listener) {
  const hear = ({ request }) => {
    if (request.method === 'POST' && request.path.startsWith('/trade-api/v2/portfolio'))
      listener(performance.now());
  };
  diagnostics.subscribe('undici:client:sendHeaders', hear);
  return () => diagnostics.unsubscribe('undici:client:sendHeaders', hear);
}

/** When a frame comes out of any socket. */
function onFrame(listener) {
  const { prototype } = WebSocket;
  const emitter = Object.getPrototypeOf(prototype);
  prototype.emit = function heard(name, ...given) {
    if (name === 'message') listener(performance.now());
    return emitter.emit.call(this, name, ...given);
  };
  return () => delete prototype.emit;
}

/**
 * The times of `wanted` orders of a whole engine. `sinks` hear it, given a look at its runtime; `before` is awaited before
 * each order, with how many there have been.
 */
export async function engineTimes(child, home, { wanted, sinks, before }) {
  const config = readConfig(
    {},
    {
      ...child.flags,
      executionMode: 'live',
      allowHeuristicInLive: 'true',
      maxOrdersPerMin: '6000',
      cycleSeconds: '86400',
      dataDir: home,
    },
  );
  if (!config.ok) throw new Error(config.error[0].message);
  let runtime = null;
  const opened = await Runtime.open({
    settings: config.value.loaded.settings,
    secrets: child.secrets,
    home,
    engineVersion: 'bench',
    cyclesMax: null,
    configChanges$: NEVER,
    operator$: NEVER,
    clock: systemClock,
    sinks: sinks?.(config.value.loaded.settings, () => runtime) ?? [],
    beforeStop: async () => {},
    settled: async () => {},
    warn: (code, text) => {
      if (process.env.BENCH_VERBOSE) process.stderr.write(`${code}: ${text}\n`);
    },
  });
  if (!opened.ok) throw new Error(opened.error.text);
  runtime = opened.value;
  const { engine } = runtime;
  const times = [];
  const used = new Set();
  let frameAt = 0;
  let shotAt = null;
  let isArmed = false;
  const stopHearing = onFrame((now) => {
    frameAt = now;
  });
  const bet = (change) => {
    if (!isArmed || change.kind !== 'moved' || used.has(change.ticker)) return;
    const market = engine.market(change.ticker);
    const book = engine.shot(change.ticker);
    const [ask] = book.yesAsks;
    if (market === null || book.trust !== 'fresh' || ask === undefined) return;
    if (ask[0] > 8_000 || ask[1] < 400) return;
    used.add(change.ticker);
    isArmed = false;
    shotAt = frameAt;
    // Not parts of the engine's face: where the streams' opinions go in, and where they hear of a book.
    engine.reports.wanted({
      kind: 'intent',
      intent: {
        cycle: 0,
        ticker: change.ticker,
        shard: market.shard,
        side: 'yes',
        fair: Math.min(0.99, ask[0] / 10_000 + 0.15),
        edge: 0.12,
        limit: ask[0],
        count: 100,
        worstCost: ask[0] * 100 + 20_000,
        reason: 'between_windows',
        keyless: false,
        decidedAt: engine.now,
      },
    });
  };
  const stopListening = onPost((now) => {
    if (shotAt !== null) times.push(now - shotAt);
    shotAt = null;
  });
  try {
    runtime.start();
    engine.run.board.changes$.subscribe(bet);
    const until = performance.now() + patienceMs * Math.max(1, wanted / shots);
    while (engine.cycles < 1 && performance.now() < until) await sleep(50);
    await sleep(1_500);
    while (times.length < wanted && performance.now() < until) {
      await before?.(times.length);
      isArmed = true;
      shotAt = null;
      await sleep(pauseMs);
    }
  } finally {
    stopListening();
    stopHearing();
    runtime.drain('bench');
    await runtime.ended;
  }
  return times;
}

async function floorTimes(child, home, wanted) {
  const { kalshiKeyId: keyId, kalshiPrivateKey: key } = child.secrets;
  const headers = (method, path) => {
    const timestamp = String(Date.now());
    const signature = sign('sha256', Buffer.from(timestamp + method + path), {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
    return {
      'KALSHI-ACCESS-KEY': keyId,
      'KALSHI-ACCESS-TIMESTAMP': timestamp,
      'KALSHI-ACCESS-SIGNATURE': signature.toString('base64'),
    };
  };
  const store = open({ path: join(home, 'floor.mdb'), overlappingSync: false });
  const pool = new Pool(child.rest, { connections: 4 });
  const wsUrl = child.flags.kalshiWsUrl;
  const socket = new WebSocket(wsUrl, { headers: headers('GET', new URL(wsUrl).pathname) });
  const opened = new Promise((done) => socket.once('open', done));
  const listing = await pool.request({ method: 'GET', path: '/trade-api/v2/markets?limit=200' });
  const { markets } = await listing.body.json();
  const times = [];
  let isArmed = false;
  let shotAt = null;
  let lastShot = Promise.resolve();
  const stopListening = onPost((now) => {
    if (shotAt !== null) times.push(now - shotAt);
    shotAt = null;
  });
  const shoot = async () => {
    shotAt = performance.now();
    const id = String(times.length);
    await store.transaction(() => store.put(id, { intent: 'x'.repeat(300) }));
    const { ticker } = markets[times.length];
    const answer = await pool.request({
      method: 'POST',
      path: ordersPath,
      headers: { 'content-type': 'application/json', ...headers('POST', ordersPath) },
      body: JSON.stringify({ ticker, client_order_id: id, side: 'bid', count: '1.00' }),
    });
    await answer.body.dump();
  };
  socket.on('message', () => {
    if (!isArmed) return;
    isArmed = false;
    lastShot = shoot();
  });
  await opened;
  socket.send(
    JSON.stringify({
      id: 1,
      cmd: 'subscribe',
      params: {
        channels: ['orderbook_delta'],
        market_tickers: markets.map(({ ticker }) => ticker),
        use_yes_price: false,
      },
    }),
  );
  await sleep(1_500);
  const until = performance.now() + patienceMs;
  while (times.length < wanted && performance.now() < until) {
    isArmed = true;
    await sleep(pauseMs);
  }
  stopListening();
  await lastShot;
  socket.terminate();
  await pool.destroy();
  await store.close();
  return times;
}

export async function tickToOrderBench(size) {
  const half = size(shots / 2);
  const home = mkdtempSync(join(tmpdir(), 'bench-'));
  const child = await simulatorChild({ seed: 7, speed: 10 });
  if (!child.ok) throw new Error(child.error);
  try {
    // Half of the floor before and half after: a machine that is busy for a while is so for both.
    const before = await floorTimes(child.value, join(home, 'before'), half);
    const subjects = await engineTimes(child.value, join(home, 'ledger'), { wanted: 2 * half });
    const floors = [...before, ...(await floorTimes(child.value, join(home, 'after'), half))];
    const least = Math.min(floors.length, subjects.length);
    if (least < half)
      throw new Error(`only ${subjects.length} orders and ${floors.length} at the floor`);
    const value = median(subjects);
    const floor = median(floors);
    return row(
      `tick to order, median of ${subjects.length}, ms`,
      value.toFixed(3),
      floor.toFixed(3),
      (value / floor).toFixed(2),
      '<= 1.5',
    );
  } finally {
    await child.value.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
