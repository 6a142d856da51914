/** kill -9 in the middle of trading, again and again: nothing lost, nothing twice, nothing over the caps, every time. */
import { watch } from 'node:fs';
import { join } from 'node:path';
import { Draws } from '../simulation/draws.mjs';
import { now, sleep, until, Violation } from './processes.mjs';
import { isAccount, isOrder } from './proxy.mjs';
import { withRig } from './rig.mjs';

/** Lives of one world and one ledger; then a new one begins. */
const livesPerWorld = 25;
/** Dollars: caps that are soon met in all, in each market, and hardly ever. */
const capsInTurn = [
  { exposure: 600, market: 150 },
  { exposure: 5_000, market: 40 },
  { exposure: 5_000, market: 300 },
];
/** A moment that does not come by then is any moment. */
const momentMsMax = 5_000;

/** Kills when `file` is written, after something `isDue`. */
function atWrite(folder, isDue, kill) {
  const watcher = watch(folder, () => {
    if (isDue()) kill();
  });
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
}

const atWire = (at, match, act) => (rig, _engine, kill, draw) => {
  const rule = rig.proxy.rule({
    at,
    match,
    skip: draw.whole('skip', 0, 15),
    act: (what) => {
      kill();
      return act(what);
    },
  });
  return () => {
    rule.left = 0;
  };
};
const after = (ms, kill) => {
  const timer = setTimeout(() => kill(), ms);
  return () => clearTimeout(timer);
};
const isFill = ({ payload }) => payload.subarray(0, 200).includes('"type":"fill"');
const hasTraded = (rig) => {
  const before = rig.proxy.posts().length;
  return () => rig.proxy.posts().length > before;
};

/** Each arms its kill and returns how to take it back. `isEarly`: it may come before the engine has reconciled. */
export const moments = {
  'the request leaves, and arrives': { arm: atWire('request', isOrder, () => ({})) },
  'the request leaves, and never arrives': {
    arm: atWire('request', isOrder, () => ({ reset: true })),
  },
  'accepted, the reply on its way': { arm: atWire('reply', isOrder, () => ({ reset: true })) },
  'the reply has arrived': {
    arm: (rig, _engine, kill, draw) => {
      const rule = rig.proxy.rule({
        at: 'reply',
        match: isOrder,
        skip: draw.whole('skip', 0, 15),
        act: () => {
          after(draw.whole('reply', 0, 5), kill);
          return {};
        },
      });
      return () => {
        rule.left = 0;
      };
    },
  },
  'a fill on its way': { arm: atWire('frame', isFill, () => ({})) },
  'a page of the ledger is written': {
    arm: (rig, _engine, kill) => atWrite(join(rig.home, 'ledger'), hasTraded(rig), kill),
  },
  'the journal tells of an intent': {
    arm: (rig, engine, kill) =>
      atWrite(join(rig.dataDir, 'logs'), () => engine.journal().includes('"kind":"intent"'), kill),
  },
  'some time while trading': {
    arm: (rig, _engine, kill, draw) => {
      const traded = hasTraded(rig);
      const dueMs = draw.whole('trading', 0, 1_500);
      let undo = () => {};
      const look = setInterval(() => {
        if (!traded()) return;
        clearInterval(look);
        undo = after(dueMs, kill);
      }, 5);
      return () => {
        clearInterval(look);
        undo();
      };
    },
  },
  'while it is asked to stop': {
    arm: (rig, engine, kill, draw) => {
      const traded = hasTraded(rig);
      const dueMs = draw.whole('stop', 0, 60);
      const look = setInterval(() => {
        if (!traded()) return;
        clearInterval(look);
        engine.child.kill('SIGTERM');
        after(dueMs, kill);
      }, 5);
      return () => clearInterval(look);
    },
  },
  'the account is read': { isEarly: true, arm: atWire('request', isAccount, () => ({})) },
  'the account was read': { isEarly: true, arm: atWire('reply', isAccount, () => ({})) },
  'while it starts': {
    isEarly: true,
    arm: (_rig, _engine, kill, draw) => after(draw.whole('start', 30, 1_500), kill),
  },
};

/** One life: start, trade, die at its moment. */
async function live(rig, name, draw, isFirst) {
  const moment = moments[name];
  const engine = rig.start();
  let killedMs = null;
  const kill = () => {
    if (killedMs !== null) return;
    killedMs = now();
    engine.child.kill('SIGKILL');
  };
  const over = () => killedMs !== null || engine.isOver();
  let undo = () => {};
  // The first life of a world makes the folders that later ones watch.
  if (moment.isEarly === true && !isFirst) undo = moment.arm(rig, engine, kill, draw);
  await until(
    'it has reconciled',
    () => over() || engine.journal().includes('"kind":"reconciled"'),
    {
      msMax: 30_000,
      log: engine.log,
    },
  );
  let isInVain = false;
  if (!over()) {
    undo();
    if (moment.isEarly !== true) undo = moment.arm(rig, engine, kill, draw);
    const deadline = now() + momentMsMax;
    while (!over() && now() < deadline) await sleep(2);
    isInVain = killedMs === null;
    kill();
  }
  undo();
  rig.proxy.clearRules();
  const { code, signal } = await engine.ended;
  // It ends by itself on a machine that is too slow for it; the next one has to cope.
  const isSlow = engine.err().includes('(slow_disk)');
  if (signal !== 'SIGKILL' && !isSlow && !(name === 'while it is asked to stop' && code === 0))
    throw new Violation(`it ended with ${code} ${signal} by itself\n${engine.log()}`);
  return {
    isInVain,
    isSlow,
    isKilled: signal === 'SIGKILL',
    hasReconciled: engine.journal().includes('"kind":"reconciled"'),
  };
}

/** Restarts of one world: each is judged while the next one starts. */
async function world({ seed, caps, restarts, isLast, tell, report }) {
  const draw = new Draws(seed);
  const env = { BOT_CYCLE_SECONDS: '10' };
  await withRig({ seed, markets: 250, caps, env }, async (rig) => {
    let truth = null;
    let judged = Promise.resolve();
    let judgement = null;
    for (let done = 0, lives = 0; done < restarts; lives += 1) {
      const name = draw.pick('moment', Object.keys(moments));
      const life = await live(rig, name, draw, lives === 0);
      const { isInVain, isSlow, isKilled, hasReconciled } = life;
      await judged;
      if (judgement !== null) throw judgement;
      const known = truth;
      truth = await rig.exchange.truth();
      const copy = rig.copyOfLedger(lives);
      const posts = rig.proxy.posts();
      // The first life of a world has nothing before it to be compared with.
      const isCompared = hasReconciled && isKilled && known !== null;
      report.kills += isKilled ? 1 : 0;
      report.inVain += isInVain ? 1 : 0;
      report.moments[name] = (report.moments[name] ?? 0) + 1;
      report.slow += isSlow ? 1 : 0;
      if (isCompared) done += 1;
      judged = rig
        .judgeCopy(copy, hasReconciled ? known : null, posts)
        .then(() => {
          report.verified += 1;
          report.compared += isCompared ? 1 : 0;
        })
        .catch((error) => {
          error.message = `life ${lives + 1}, killed when ${name}: ${error.message}`;
          judgement = error;
        });
      if (done % 5 === 0 && hasReconciled)
        tell(`${report.compared} restarts, ${truth.orders.length} orders in this world`);
    }
    await judged;
    if (judgement !== null) throw judgement;
    const engine = rig.start();
    await rig.reconciled(engine);
    const books = await rig.settle(engine, { isResolved: isLast });
    const { headHash } = await rig.verify();
    if ((await rig.replay(books.lastRun)) !== headHash)
      throw new Violation('the last recording does not make the ledger again');
    await rig.replay(1);
    report.replayed += 2;
    const end = await rig.exchange.truth();
    report.orders += end.orders.length;
    report.fills += end.fills.length;
    report.settlements += end.settlements.length;
    report.worlds.push({
      seed,
      cap: `$${caps.exposure}`,
      most: `$${(Number(end.exposureMax) / 1e6).toFixed(2)}`,
      marketCap: `$${caps.market}`,
      marketMost: `$${(Number(end.marketExposureMax) / 1e6).toFixed(2)}`,
    });
  });
}

/** `restarts` engines that reconcile, are compared, trade and are killed; those that die before come on top. */
export async function restarts({ restarts: count, seed, tell, isOutOfTime }) {
  const report = {
    kills: 0,
    verified: 0,
    compared: 0,
    inVain: 0,
    slow: 0,
    replayed: 0,
    orders: 0,
    fills: 0,
    settlements: 0,
    moments: {},
    worlds: [],
  };
  for (let done = 0, n = 0; done < count; done += livesPerWorld, n += 1) {
    if (isOutOfTime())
      throw Object.assign(new Violation(`out of time after ${report.compared} restarts`), {
        report,
      });
    const restarts = Math.min(livesPerWorld, count - done);
    const isLast = done + restarts >= count && count >= livesPerWorld;
    try {
      await world({
        seed: seed + n,
        caps: capsInTurn[n % capsInTurn.length],
        restarts,
        isLast,
        tell,
        report,
      });
    } catch (error) {
      error.message = `world ${seed + n}: ${error.message}`;
      error.report = report;
      throw error;
    }
  }
  return report;
}
