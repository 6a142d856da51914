/** From a kill to the last order that starts; that it stays so through a restart; and that resuming is an act of its own. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expectThat, monotonicOf, now, run, sleep, until, Violation } from './processes.mjs';

/** From the kill's acceptance, which is when the engine heard it, to the last order's start. */
const acceptedMsMax = 50;
/** How often this process looks whether it is itself late to hear of orders. */
const ownDelayEveryMs = 2;
/** From asking, on a machine that may be busy with other things. */
const askedMsMax = 1_000;
/** After the latch: as long as it takes to see that nothing follows. */
const quietMs = 400;
/** A command is a process of its own; what is measured begins when its file is there. */
const fileSeenMsMax = 20_000;

const file = (level) => async (rig) => {
  const askedMs = now();
  rig.ask(level);
  return askedMs;
};

const byCommand = async (rig, args) => {
  const path = join(rig.dataDir, 'control', args.includes('--cancel-only') ? 'cancel' : 'halt');
  let seenMs = null;
  const look = setInterval(() => {
    if (seenMs === null && existsSync(path)) seenMs = now();
  }, 1);
  const { code, err } = await run(args, rig.env(), fileSeenMsMax);
  clearInterval(look);
  expectThat(code === 0, `${args.join(' ')}: ${err}`);
  // Taken before it was seen: the command's end is later than its file.
  return seenMs ?? now();
};

/** Each asks for a kill and returns when it did. */
export const kills = {
  SIGUSR2: async (_rig, engine) => {
    const askedMs = now();
    engine.child.kill('SIGUSR2');
    return askedMs;
  },
  'file halt': file('halt'),
  'file pause': file('pause'),
  'file cancel': file('cancel'),
  'command kill': (rig) => byCommand(rig, ['kill', '--why', 'chaos']),
  'command kill --cancel-only': (rig) =>
    byCommand(rig, ['kill', '--cancel-only', '--why', 'chaos']),
};

/** When a latch was taken, by its record, on this process's clock. */
function acceptedMs(rig, engine) {
  const line = engine
    .journal()
    .split('\n')
    .findLast((one) => /"kind":"latch"/.test(one) && /"set":true/.test(one));
  const { realOriginMs, marketOriginMs, speed } = rig.exchange.ready.clock;
  return monotonicOf(realOriginMs + (JSON.parse(line).at - marketOriginMs) / speed);
}

const isHalt = (name) => !/pause|cancel/.test(name);
const latches = (engine) => engine.journal().split('"kind":"latch"').length - 1;

/**
 * Kills in turn, each under load. `restartEvery`: after every so many kills the engine dies and starts again, held. Returns the
 * engine that trades at the end, with what was measured: ms from asking, and from acceptance, to the last order's start.
 */
export async function killAndResume(rig, { rounds, restartEvery }) {
  let engine = await rig.trading({ count: 3 });
  const names = Object.keys(kills);
  const ownDelay = monitorEventLoopDelay({ resolution: ownDelayEveryMs });
  ownDelay.enable();
  const measured = {
    rounds: 0,
    restarts: 0,
    askedMsMax: -Infinity,
    acceptedMsMax: -Infinity,
    toLatchMsMax: 0,
    ownDelayMsMax: 0,
  };
  for (let round = 0; round < rounds; round += 1) {
    const name = names[round % names.length];
    await rig.trades(engine, { what: `before ${name}` });
    const known = latches(engine);
    ownDelay.reset();
    const askedMs = await kills[name](rig, engine);
    await until(`${name} is latched`, () => latches(engine) > known, {
      log: engine.log,
      everyMs: 2,
    });
    const latchedMs = acceptedMs(rig, engine);
    await sleep(quietMs);
    // An order's start is when its first byte was heard of here; a busy machine makes that late.
    const ownDelayMs = Math.max(0, ownDelay.max / 1e6 - ownDelayEveryMs);
    // Short of `halt`, what only reduces a position may still go.
    const risky = rig.proxy
      .posts()
      .filter(({ body }) => isHalt(name) || JSON.parse(body).reduce_only !== true);
    const lastMs = risky.at(-1)?.startedMs ?? 0;
    measured.rounds += 1;
    measured.askedMsMax = Math.max(measured.askedMsMax, lastMs - askedMs);
    measured.acceptedMsMax = Math.max(measured.acceptedMsMax, lastMs - latchedMs);
    measured.ownDelayMsMax = Math.max(measured.ownDelayMsMax, ownDelayMs);
    measured.toLatchMsMax = Math.max(measured.toLatchMsMax, latchedMs - askedMs);
    if (!(lastMs - latchedMs <= acceptedMsMax + ownDelayMs && lastMs - askedMs <= askedMsMax))
      throw new Violation(
        `${name}: an order started ${(lastMs - latchedMs).toFixed(1)} ms after it was accepted, ${(lastMs - askedMs).toFixed(1)} ms after it was asked for; heard of up to ${ownDelayMs.toFixed(1)} ms late`,
      );
    const tripsFuses = name !== 'file pause';
    if (tripsFuses) await rig.fuses(false, engine);
    if ((round + 1) % restartEvery === 0) {
      await engine.stop('SIGKILL');
      const before = rig.proxy.posts().length;
      engine = rig.start();
      await rig.reconciled(engine);
      await sleep(2_000);
      const later = rig.proxy
        .posts()
        .slice(before)
        .filter(({ body }) => isHalt(name) || JSON.parse(body).reduce_only !== true);
      expectThat(later.length === 0, `${name}: ${later.length} orders after a restart`);
      measured.restarts += 1;
    }
    if (round % 2 === 0) rig.ask('resume');
    else await run(['resume'], rig.env());
    await rig.fuses(true, engine);
  }
  ownDelay.disable();
  await rig.trades(engine, { what: 'after the last resume' });
  return { engine, measured };
}
