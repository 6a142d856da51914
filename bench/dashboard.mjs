// What fifty hostile pages cost the engine: tick to order and the delay of its event loop, with them (subject) and without
// (floor), in turn on the same engine, which has its dashboard's process beside it in both cases.

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../dist/clock.js';
import { sessionDashboard } from '../dist/commands/session-dashboard.js';
import { simulatorChild } from '../dist/commands/simulator-child.js';
import { tokensIn } from '../dist/dashboard/tokens.js';
import { limits } from '../dist/limits.js';
import { median, row } from './measure.mjs';
import { engineTimes } from './tick-to-order.mjs';

const hostile = fileURLToPath(new URL('hostile-pages.mjs', import.meta.url));

/** The hostile pages as something that can be on or off; `answered` counts what they got. */
class Hostility {
  #port;
  #token;
  #child = null;
  answered = 0;

  constructor(port, token) {
    this.#port = port;
    this.#token = token;
  }

  on() {
    this.#child ??= fork(hostile, [String(this.#port), this.#token]);
  }

  async off() {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const { answered } = await new Promise((done) => {
      child.once('message', done);
      child.send('counts');
    });
    this.answered += answered;
    const gone = new Promise((done) => child.once('exit', done));
    child.disconnect();
    await gone;
  }
}

/** What the feed takes of the engine's thread: its timer's work, as it happens. */
function watchFeed() {
  const { setTimer } = systemClock;
  const spent = { ms: 0, most: 0, times: 0 };
  systemClock.setTimer = (ms, fire) =>
    setTimer(ms, () => {
      const started = performance.now();
      fire();
      if (ms !== limits.feedEveryMs) return;
      const took = performance.now() - started;
      spent.ms += took;
      spent.most = Math.max(spent.most, took);
      spent.times += 1;
    });
  return {
    spent,
    stop: () => {
      systemClock.setTimer = setTimer;
    },
  };
}

export async function dashboardBench(size) {
  const phases = Math.max(2, size(8));
  const shotsPerPhase = size(15);
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-'));
  const child = await simulatorChild({ seed: 7, speed: 10 });
  if (!child.ok) throw new Error(child.error);
  let dashboard = null;
  const feed = watchFeed();
  let hostility = Promise.resolve(null);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const delays = { with: [], without: [] };
  // Without, with, with, without: what drifts is in both.
  const isHostile = (phase) => phase % 4 === 1 || phase % 4 === 2;
  let phase = -1;
  const closePhase = () => {
    delay.disable();
    if (phase >= 0) delays[isHostile(phase) ? 'with' : 'without'].push(delay.percentile(99) / 1e6);
  };
  try {
    const times = await engineTimes(child.value, join(dataDir, 'home'), {
      wanted: phases * shotsPerPhase,
      sinks: (settings, runtime) => {
        let ready = () => {};
        const port = new Promise((done) => {
          ready = done;
        });
        dashboard = sessionDashboard(
          { config: null },
          {
            settings: { ...settings, dataDir, uiPort: 0 },
            home: join(dataDir, 'home'),
            controlDir: dataDir,
            runtime,
            metricsText: async () => '',
            say: (line) => ready(Number(/127\.0\.0\.1:(\d+)/.exec(line)[1])),
            warn: (code, text) => process.stderr.write(`${code}: ${text}\n`),
          },
        );
        dashboard.start();
        hostility = port.then((at) => new Hostility(at, tokensIn(dataDir).value.full));
        return [dashboard.sink];
      },
      before: async (taken) => {
        const now = Math.floor(taken / shotsPerPhase);
        if (now === phase) return;
        closePhase();
        phase = now;
        const pages = await hostility;
        if (isHostile(phase)) pages.on();
        else await pages.off();
        await new Promise((done) => setTimeout(done, 1_000));
        delay.reset();
        delay.enable();
      },
    });
    closePhase();
    const pages = await hostility;
    await pages.off();
    if (times.length < phases * shotsPerPhase) throw new Error(`only ${times.length} orders`);
    // Pages that got no answer would prove nothing.
    if (!(pages.answered > size(1_000))) throw new Error(`only ${pages.answered} hostile requests`);
    const of = (hostileOnes) =>
      median(times.filter((_, n) => isHostile(Math.floor(n / shotsPerPhase)) === hostileOnes));
    const line = (name, value, floor) =>
      row(name, value.toFixed(3), floor.toFixed(3), (value / floor).toFixed(2), '~ 1');
    return [
      line(`tick to order, 50 hostile pages, ms`, of(true), of(false)),
      line('loop delay p99, 50 hostile pages, ms', median(delays.with), median(delays.without)),
      row(
        `feed on the engine's thread, ms a second (most ${feed.spent.most.toFixed(1)} at once)`,
        (feed.spent.ms / ((feed.spent.times * limits.feedEveryMs) / 1_000)).toFixed(3),
      ),
    ].join('\n');
  } finally {
    feed.stop();
    const pages = await hostility;
    await pages?.off();
    await dashboard?.stop();
    await child.value.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
