/** From a kill to the last order that starts; that it stays so through a restart; and that resuming is an act of its own. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expectThat, monotonicOf, now, run, sleep, until, Violation } from './processes.mjs';

/** From asking an order may start so many times as late as from the kill's acceptance: the engine has to be given a core first. */
const askedTimes = 20;
/** How often this process looks whether it is itself late to hear of orders. */
const ownDelayEveryMs = 2;
/** A round that was heard too late to be judged is made again so often. */
const attemptsMax = 5;
/** After the latch: longer than a cycle of the rig, so that an order that follows is seen. */
const quietMs = 600;
/** A restart is made in every so many rounds, and each time around at another kind of kill. */
const restartEvery = 3;
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

/** Short of `halt`, what only reduces a position may still go. */
const risky = (name, posts) =>
  posts.filter(({ body }) => isHalt(name) || JSON.parse(body).reduce_only !== true);

/** One kill under load: ms from asking and from acceptance to the last order's start, and how late this process heard of it. */
async function killed(rig, engine, name, ownDelay) {
  await rig.trades(engine, { what: `before ${name}` });
  const known = latches(engine);
  ownDelay.reset();
  const askedAt = await kills[name](rig, engine);
  await until(`${name} is latched`, () => latches(engine) > known, {
    log: engine.log,
    everyMs: 2,
  });
  const latchedAt = acceptedMs(rig, engine);
  await sleep(quietMs);
  const lastAt = risky(name, rig.proxy.posts()).at(-1)?.startedMs ?? 0;
  return {
    askedMs: lastAt - askedAt,
    acceptedMs: lastAt - latchedAt,
    toLatchMs: latchedAt - askedAt,
    // An order's start is when its first byte was heard of here; a busy machine makes that late.
    ownDelayMs: Math.max(0, ownDelay.max / 1e6 - ownDelayEveryMs),
  };
}

/** The engine dies while it is held; the next one is held too. */
async function staysKilled(rig, engine, name) {
  await engine.stop('SIGKILL');
  const before = rig.proxy.posts().length;
  const next = rig.start();
  await rig.reconciled(next);
  await sleep(2_000);
  const later = risky(name, rig.proxy.posts().slice(before));
  expectThat(later.length === 0, `${name}: ${later.length} orders after a restart`);
  return next;
}

/**
 * Kills in turn, each under load; no order may start more than `killMsMax` after a kill was accepted. Returns the engine that
 * trades at the end, with what was measured.
 */
export async function killAndResume(rig, { rounds, killMsMax }) {
  let engine = await rig.trading({ count: 3 });
  const names = Object.keys(kills);
  const ownDelay = monitorEventLoopDelay({ resolution: ownDelayEveryMs });
  ownDelay.enable();
  const measured = {
    rounds: 0,
    again: 0,
    restarts: 0,
    askedMsMax: -Infinity,
    acceptedMsMax: -Infinity,
    toLatchMsMax: 0,
    ownDelayMsMax: 0,
  };
  for (let round = 0, attempts = 1; round < rounds; ) {
    const name = names[round % names.length];
    const found = await killed(rig, engine, name, ownDelay);
    const { askedMs, toLatchMs, ownDelayMs } = found;
    const holds = found.acceptedMs <= killMsMax && askedMs <= askedTimes * killMsMax;
    const isUnheard = ownDelayMs > 0 && found.acceptedMs <= killMsMax + ownDelayMs;
    if (!holds && !(isUnheard && attempts < attemptsMax))
      throw new Violation(
        `${name}: an order started ${found.acceptedMs.toFixed(1)} ms after it was accepted, ${askedMs.toFixed(1)} ms after it was asked for; heard of up to ${ownDelayMs.toFixed(1)} ms late`,
      );
    if (name !== 'file pause') await rig.fuses(false, engine);
    if (holds && (round + Math.floor(round / names.length)) % restartEvery === 0) {
      engine = await staysKilled(rig, engine, name);
      measured.restarts += 1;
    }
    if (round % 2 === 0) rig.ask('resume');
    else await run(['resume'], rig.env());
    await rig.fuses(true, engine);
    if (!holds) {
      measured.again += 1;
      attempts += 1;
      continue;
    }
    measured.rounds += 1;
    measured.askedMsMax = Math.max(measured.askedMsMax, askedMs);
    measured.acceptedMsMax = Math.max(measured.acceptedMsMax, found.acceptedMs);
    measured.toLatchMsMax = Math.max(measured.toLatchMsMax, toLatchMs);
    measured.ownDelayMsMax = Math.max(measured.ownDelayMsMax, ownDelayMs);
    round += 1;
    attempts = 1;
  }
  ownDelay.disable();
  await rig.trades(engine, { what: 'after the last resume' });
  return { engine, measured };
}
