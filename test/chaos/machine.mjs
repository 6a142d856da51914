/** What machines and people do to an engine that trades. Each scenario ends with both sides' books being equal. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { killAndResume } from './kills.mjs';
import {
  expectThat,
  launch,
  mainPath,
  now,
  onCleanUp,
  Skipped,
  sleep,
  until,
  within,
} from './processes.mjs';
import { isOrder, WireProxy } from './proxy.mjs';
import { withRig } from './rig.mjs';

const busy = { markets: 250, env: { BOT_CYCLE_SECONDS: '10' } };
const sabotageUrl = new URL('./sabotage.mjs', import.meta.url).href;
/** The engine stops trusting a connection before this. */
const aliveMsMax = 16_000;
const stopMsMax = 5_000;

/** An engine that takes orders from the rig: `engine.sabotage('stall 4000')`. */
async function sabotaged(rig, { env = {}, nodeOptions = '' } = {}) {
  const path = join(rig.dataDir, `sabotage-${rig.starts}`);
  const engine = rig.start({
    NODE_OPTIONS: `--import=${sabotageUrl} ${nodeOptions}`,
    CHAOS_SABOTAGE: path,
    ...env,
  });
  engine.sabotage = (line) => appendFileSync(path, `${line}\n`);
  await rig.reconciled(engine);
  await rig.trades(engine);
  return engine;
}

/** Takes so many bytes of the disk, or what is left: the engine writes meanwhile. */
function fill(path, bytes) {
  try {
    writeFileSync(path, Buffer.alloc(bytes));
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  }
}

const fails = (engine, msMax = 20_000) => within('its end', engine.ended, msMax, engine.log);

async function again(rig, options) {
  const engine = await rig.trading({ what: 'the next start trades' });
  await rig.settle(engine, options);
}

/** The frames of `heldMs` are held back while `stop` keeps the engine from running: what it knows on waking is old. */
async function asleep(rig, engine, { stop, heldMs }) {
  rig.proxy.set({ holdFrames: true });
  await stop();
  const wokeMs = now();
  await sleep(1_500);
  const early = rig.proxy.posts(wokeMs).length;
  expectThat(early === 0, `${early} orders on the books from before it slept for ${heldMs} ms`);
  rig.proxy.set({});
  await rig.trades(engine, { what: 'trading goes on', msMax: 60_000 });
  return wokeMs;
}

export const machine = {
  /** Kills by file, signal and command: how long to the last order, and that it stays so. */
  kill: ({ seed, rounds, killMsMax }) =>
    withRig({ seed, ...busy }, async (rig) => {
      const { engine, measured } = await killAndResume(rig, { rounds, killMsMax });
      await rig.settle(engine);
      return measured;
    }),

  /** The exchange's own fuse, tripped by somebody else: it halts, says so, and stays halted through a restart. */
  fuse: (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      let engine = await rig.trading();
      const [group] = await rig.exchange.list('/portfolio/order_groups', 'order_groups');
      await rig.exchange.put(`/portfolio/order_groups/${group.id}/trigger`);
      await until('the latch', () => engine.err().includes('latched_order_group'), {
        log: engine.log,
      });
      await rig.fuses(false, engine);
      const before = rig.proxy.posts().length;
      const end = await engine.stop('SIGINT');
      expectThat(end.code === 6, `it ended with ${end.code}: ${end.err}`);
      engine = rig.start();
      await rig.reconciled(engine);
      await sleep(2_000);
      expectThat(rig.proxy.posts().length === before, 'an order with a tripped fuse');
      await rig.settle(engine, { latches: ['order_group'], code: 6 });
    }),

  /** T3: longer than the connection may be silent. */
  'engine stopped': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      const heldMs = 27_000;
      const wokeMs = await asleep(rig, engine, {
        heldMs,
        stop: async () => {
          engine.child.kill('SIGSTOP');
          await sleep(heldMs);
          engine.child.kill('SIGCONT');
        },
      });
      const first = rig.proxy.posts(wokeMs)[0].startedMs;
      const read = rig.proxy.log.find(
        ({ method, path, startedMs }) =>
          method === 'GET' && path.endsWith('/portfolio/positions') && startedMs > wokeMs,
      );
      expectThat(read?.repliedMs < first, 'an order before the account was read again');
      await rig.settle(engine);
    }),

  /** P5: the event loop stands still. */
  stall: (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await sabotaged(rig);
      await asleep(rig, engine, {
        heldMs: aliveMsMax,
        stop: async () => {
          engine.sabotage(`stall ${aliveMsMax}`);
          await sleep(aliveMsMax + 100);
        },
      });
      engine.sabotage('stall 2000');
      await sleep(2_500);
      await rig.trades(engine, { what: 'after a short stall' });
      await rig.settle(engine);
    }),

  /** T1, T2: the wall clock jumps by an hour and back. Signatures are refused meanwhile, and nothing trades on that. */
  'clock jumps': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await sabotaged(rig);
      engine.sabotage('clock 1500');
      await rig.trades(engine, { what: 'a second and a half are no matter' });
      for (const jumpMs of [3_600_000, -3_600_000]) {
        engine.sabotage(`clock ${jumpMs}`);
        await sleep(1_500);
        const refusedFromMs = now();
        await sleep(2_000);
        const taken = rig.proxy.posts(refusedFromMs).filter(({ status }) => status === 201).length;
        expectThat(taken === 0, `${taken} orders were accepted with a clock an hour away`);
        engine.sabotage('clock 0');
        await rig.trades(engine, { what: 'trading goes on', msMax: 60_000 });
      }
      await rig.settle(engine);
    }),

  /** T1: market time is the wall's. It jumps ahead of the exchange, and the clock is put back. */
  'wall clock': ({ seed }) =>
    withRig({ seed, ...busy, speed: 1, origin: Date.now() }, async (rig) => {
      const env = { BOT_CLOCK: '' };
      const engine = await sabotaged(rig, { env });
      engine.sabotage('clock 8000');
      await until('it says so', () => engine.err().includes('clock_jumped'), { log: engine.log });
      engine.sabotage('clock 0');
      await until('and that it was put back', () => engine.err().includes('clock_behind'), {
        log: engine.log,
      });
      const behindMs = now();
      await sleep(3_000);
      const late = rig.proxy.posts(behindMs + 500).length;
      expectThat(late === 0, `${late} orders while every quote looks late`);
      // At market speed little is worth an order: books that can be read again are all that is waited for.
      await sleep(8_000);
      const read = rig.engineLog().length;
      await until(
        'it values markets again',
        () => /"selected":[1-9]/.test(rig.engineLog().slice(read)),
        {
          msMax: 30_000,
          log: engine.log,
        },
      );
      await rig.settle(engine);
    }),

  /** D2: a file system without room. */
  'full disk': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', rig.dataDir]);
      const undo =
        mounted.status === 0 ? onCleanUp(() => spawnSync('umount', ['-l', rig.dataDir])) : null;
      let isGood = undo === null;
      try {
        const engine = await rig.trading({ count: 3 });
        const filler = join(rig.dataDir, 'filler');
        if (undo !== null) {
          const { bavail, bsize } = statfsSync(rig.dataDir);
          fill(filler, Math.max(0, bavail * bsize - 16_384));
        } else if (spawnSync('prlimit', ['--version']).status === 0)
          execFileSync('prlimit', ['--pid', String(engine.child.pid), '--fsize=1']);
        else throw new Skipped('neither mount nor prlimit may be used here');
        const { code } = await fails(engine);
        expectThat(code === 1, `it ended with ${code}: ${engine.log()}`);
        rmSync(filler, { force: true });
        await again(rig, { isResolved: true });
        isGood = true;
        return { with: undo === null ? 'a file size limit: tmpfs cannot be mounted' : 'tmpfs' };
      } finally {
        // What is kept for people outlives the file system it was on.
        if (!isGood) cpSync(rig.dataDir, `${rig.dataDir}-kept`, { recursive: true });
        undo?.();
      }
    }),

  /** D1: fdatasync fails from some call on. */
  'fsync fails': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const probe = spawnSync('strace', ['-f', '-o', '/dev/null', '-e', 'trace=fdatasync', 'true']);
      if (probe.status !== 0)
        throw new Skipped('strace is not here, or may not trace: fdatasync cannot be made to fail');
      const traced = (args, env, cwd) =>
        launch(
          'strace',
          '-f -o /dev/null -e trace=fdatasync -e inject=fdatasync:error=EIO:when=20+'
            .split(' ')
            .concat(process.execPath, mainPath, args),
          { env, cwd },
        );
      await (await rig.trading({ count: 3 })).stop('SIGKILL');
      const engine = rig.start({}, traced);
      const { code } = await fails(engine, 60_000);
      expectThat(code === 1, `it ended with ${code}: ${engine.log()}`);
      expectThat(engine.err().includes('a commit failed'), `it said: ${engine.err()}`);
      await rig.verify();
      await again(rig);
    }),

  /** P2: no memory left. */
  'out of memory': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await sabotaged(rig, { nodeOptions: '--max-old-space-size=160' });
      engine.sabotage('hog');
      const { code, signal } = await fails(engine, 60_000);
      expectThat(signal === 'SIGABRT' || code === 134, `it ended with ${code} ${signal}`);
      await again(rig);
    }),

  /** P7: asked twice, it does not wait for what is in flight. */
  'SIGTERM twice': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      const held = rig.proxy.rule({
        at: 'reply',
        match: isOrder,
        count: 9,
        act: () => ({ waitMs: 4_800 }),
      });
      await until('an order waits for its reply', () => held.hits > 0, { log: engine.log });
      engine.child.kill('SIGTERM');
      await sleep(200);
      const askedMs = now();
      const end = await engine.stop('SIGTERM', stopMsMax);
      const endedMs = now();
      expectThat(end.code === 0, `it ended with ${end.code} ${end.signal}: ${end.err}`);
      expectThat(rig.proxy.posts(askedMs).length === 0, 'an order after it was asked to stop');
      rig.proxy.clearRules();
      await again(rig, { isResolved: true });
      return { ms: Math.round(endedMs - askedMs) };
    }),

  /** P7: nobody reads what it prints. */
  'stdout closed': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = rig.start({}, (args, env, cwd) =>
        launch(process.execPath, [mainPath, args[0]], { env, cwd }),
      );
      await rig.reconciled(engine);
      engine.child.stdout.destroy();
      await rig.trades(engine, { count: 3, what: 'trading goes on' });
      await rig.settle(engine);
    }),

  /** D8: one of two trades; the other ends before it opens a socket. */
  'two starts at once': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const { ready } = rig.exchange;
      const doors = [];
      for (let n = 0; n < 2; n += 1)
        doors.push(await new WireProxy(Number(new URL(ready.rest).port)).listen());
      try {
        for (let round = 0; round < 3; round += 1) {
          const opened = doors.map(({ connections }) => connections);
          const engines = doors.map(({ port }) => rig.start(rig.env(port)));
          const loser = await within(
            'one of them ends',
            Promise.race(engines.map((engine, at) => engine.ended.then((end) => ({ at, end })))),
            60_000,
            engines[0].log,
          );
          expectThat(loser.end.code === 3, `it ended with ${loser.end.code}: ${loser.end.err}`);
          expectThat(
            doors[loser.at].connections === opened[loser.at],
            'the one that ended had opened a socket',
          );
          const other = engines[1 - loser.at];
          await rig.reconciled(other);
          const before = doors[1 - loser.at].posts().length;
          await until('the other one trades', () => doors[1 - loser.at].posts().length > before, {
            msMax: 30_000,
            log: other.log,
          });
          await other.stop('SIGKILL');
        }
        for (const door of doors) rig.proxy.log.push(...door.log);
        await again(rig);
      } finally {
        for (const door of doors) door.close();
      }
    }),

  /** P9: deaths in a row, each before the account was read. Nothing is sent, then or by the one that starts halted. */
  'crash loop': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const env = { BOT_MAX_CRASHES: '3' };
      await (await rig.trading()).stop('SIGKILL');
      const before = rig.proxy.posts().length;
      for (let n = 0; n < 4; n += 1) {
        const engine = rig.start(env);
        const deadly = rig.proxy.rule({
          at: 'request',
          match: ({ path }) => path.endsWith('/portfolio/positions'),
          act: () => {
            engine.child.kill('SIGKILL');
            return {};
          },
        });
        await until(
          'it dies',
          () => engine.isOver() || engine.err().includes('latched_crash_loop'),
          {
            msMax: 30_000,
            log: engine.log,
          },
        );
        deadly.left = 0;
        await engine.stop('SIGKILL');
      }
      const engine = rig.start(env);
      await rig.reconciled(engine);
      await until('it starts halted', () => /"cause":"crash_loop"/.test(rig.journal()), {
        log: engine.log,
      });
      await sleep(2_000);
      expectThat(
        rig.proxy.posts().length === before,
        'an order of an engine that dies again and again',
      );
      rig.ask('resume');
      await rig.trades(engine, { what: 'after resume' });
      await rig.settle(engine);
    }),
};
