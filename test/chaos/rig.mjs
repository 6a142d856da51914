/** One exchange, one proxy, one data directory, and engines that come and go. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOrders, readBooks } from './books.mjs';
import { startExchange } from './exchange.mjs';
import { differences, overCap, wireFaults } from './judge.mjs';
import { expectThat, run, Skipped, sleep, start, until, Violation } from './processes.mjs';

/** Dollars. */
const defaultCaps = { exposure: 2_000, market: 150 };
const micros = 1_000_000n;

const textOf = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const failWith = (wrong, what) => {
  if (wrong.length > 0)
    throw new Violation(`${what}: ${wrong.length} violations\n${wrong.slice(0, 12).join('\n')}`);
};

/** Runs `body` on a rig of its own; what it says wrong keeps the data directory. */
export async function withRig(options, body) {
  const rig = await Rig.open(options);
  let isGood = false;
  try {
    const found = await body(rig);
    isGood = true;
    return found;
  } catch (error) {
    if (error instanceof Skipped) isGood = true;
    else error.message += `\ndata directory kept: ${rig.dataDir}`;
    throw error;
  } finally {
    await rig.close({ keep: !isGood });
  }
}

export class Rig {
  caps;
  exchange;
  dataDir;
  /** Starts, orders and the like, for the report. */
  starts = 0;
  #more;

  static async open({
    seed = 7,
    speed = 20,
    markets = 300,
    caps = defaultCaps,
    env = {},
    ...rest
  } = {}) {
    const rig = new Rig();
    rig.caps = caps;
    rig.dataDir = mkdtempSync(join(tmpdir(), 'event-trading-chaos-'));
    rig.#more = env;
    rig.exchange = await startExchange({ seed, speed, markets, ...rest });
    return rig;
  }

  get proxy() {
    return this.exchange.proxy;
  }
  get home() {
    return join(this.dataDir, 'live-loopback-main');
  }
  get journalPath() {
    return join(this.dataDir, 'logs', 'trade_journal.jsonl');
  }

  /** What an engine needs to trade here: all it can, as much as the caps allow. `port`: a proxy of its own. */
  env(port = this.proxy.port) {
    const { ready } = this.exchange;
    return {
      KALSHI_API_BASE_URL: `http://127.0.0.1:${port}`,
      KALSHI_WS_URL: `ws://127.0.0.1:${port}${new URL(ready.ws).pathname}`,
      KALSHI_API_KEY_ID: ready.keyId,
      KALSHI_PRIVATE_KEY_PATH: ready.privateKeyPath,
      BOT_CLOCK: JSON.stringify(ready.clock),
      BOT_EXECUTION_MODE: 'live',
      BOT_ALLOW_HEURISTIC_IN_LIVE: 'true',
      BOT_DATA_DIR: this.dataDir,
      BOT_CYCLE_ARTIFACTS_ENABLED: 'false',
      BOT_CYCLE_SECONDS: '20',
      BOT_SCAN_WS_DELTA_WINDOW_SECS: '1',
      BOT_MISPRICING_THRESHOLD: '0.01',
      BOT_MIN_EDGE_PCT: '0.01',
      BOT_REENTRY_COOLDOWN_SECONDS: '0',
      BOT_MAX_ORDERS_PER_MIN: '6000',
      BOT_MAX_TRADES_PER_CYCLE: '200',
      BOT_MIN_FRACTION_PER_TRADE: '0',
      BOT_KELLY_FRACTION: '0.01',
      BOT_MAX_DAILY_LOSS: '9000',
      // It is killed many times in a minute, and has to go on.
      BOT_MAX_CRASHES: '0',
      BOT_MAX_OPEN_EXPOSURE: String(this.caps.exposure),
      BOT_MAX_NOTIONAL_PER_MARKET: String(this.caps.market),
      ...this.#more,
    };
  }

  /** Starts an engine. `journal()` is what it wrote since. */
  start(env = {}, launch = start) {
    const from = textOf(this.journalPath).length;
    this.starts += 1;
    const engine = launch(['run', '--json', '--no-ui'], { ...this.env(), ...env }, this.dataDir);
    engine.journal = () => textOf(this.journalPath).slice(from);
    engine.log = () => `${engine.err()}\n${this.engineLog().slice(-2_000)}`;
    return engine;
  }

  journal() {
    return textOf(this.journalPath);
  }

  engineLog() {
    return textOf(join(this.home, 'logs', 'engine.log'));
  }

  reconciled(engine, msMax = 60_000) {
    return until(
      'the engine has reconciled',
      () => engine.journal().includes('"kind":"reconciled"'),
      {
        msMax,
        log: engine.log,
      },
    );
  }

  /** Waits for `count` more orders on the wire. */
  async trades(engine, { count = 1, msMax = 60_000, what = 'it trades' } = {}) {
    const before = this.proxy.posts().length;
    await until(`${what}: ${count} orders`, () => this.proxy.posts().length >= before + count, {
      msMax,
      log: engine.log,
    });
  }

  async trading(options = {}, env = {}) {
    const engine = this.start(env);
    await this.reconciled(engine);
    await this.trades(engine, options);
    return engine;
  }

  /** A request of the operator, as a file. */
  ask(name) {
    mkdirSync(join(this.dataDir, 'control'), { recursive: true });
    writeFileSync(join(this.dataDir, 'control', name), 'chaos');
  }

  /** A copy of the ledger as it lies there, without its recordings. */
  copyOfLedger(name) {
    const copy = join(this.dataDir, `copy-${name}`);
    cpSync(this.home, copy, {
      recursive: true,
      filter: (path) => !/\/(recordings|logs)(\/|$)/.test(path.slice(this.home.length)),
    });
    return copy;
  }

  /** Whether the exchange's own fuses are as they should be: all armed, or all tripped. */
  async fuses(isArmed, engine) {
    await until(
      `fuses ${isArmed ? 'armed' : 'tripped'}`,
      async () => {
        const groups = await this.exchange.list('/portfolio/order_groups', 'order_groups');
        return groups.length > 0 && groups.every((one) => one.is_auto_cancel_enabled === isArmed);
      },
      { log: engine.log, everyMs: 20 },
    );
  }

  /** What a run heard makes the same ledger again. Returns the hash it ends with. */
  async replay(runNumber) {
    // A start that came to nothing has left a folder of the same number before it.
    const name = String(runNumber).padStart(6, '0');
    const folders = readdirSync(join(this.home, 'recordings')).filter((one) =>
      one.startsWith(name),
    );
    const folder = join(this.home, 'recordings', folders.sort().at(-1) ?? name);
    const { code, out, err } = await run(['replay', folder, '--json'], {}, 60_000);
    const replayed = JSON.parse(out.trim().split('\n').at(-1) || '{}');
    expectThat(
      code === 0 && replayed.diverged === null,
      `replay of ${folder}: ${code} ${err}${out}`,
    );
    return replayed.ledgerHash;
  }

  async verify(home = this.home) {
    const { code, out, err } = await run(['ledger', 'verify', '--home', home, '--json'], {});
    const verified = JSON.parse(out.trim().split('\n').at(-1) || '{}');
    expectThat(
      code === 0 && verified.ok === true && verified.balanced === true,
      `ledger verify: ${err}${out}`,
    );
    return verified;
  }

  async books(home = this.home) {
    const { code, out, err } = await run(['ledger', 'export', '--home', home], {});
    expectThat(code === 0, `ledger export: ${err}`);
    const lines = out.split('\n').filter((line) => line !== '');
    return readBooks(lines.map((line) => JSON.parse(line)));
  }

  judge(truth, books, options = {}) {
    const limit = {
      exposure: BigInt(this.caps.exposure) * micros,
      market: BigInt(this.caps.market) * micros,
    };
    failWith(
      [
        ...differences(truth, books, options),
        ...(options.isNow === true ? wireFaults(this.proxy.posts(), books) : []),
        ...overCap(truth, limit),
      ],
      'ledger and exchange',
    );
  }

  /** The ledger of an engine that was killed, in a copy: it holds, with all that was sent by then, and with all that the
   * exchange had at `truth`. */
  async judgeCopy(copy, truth, posts) {
    await this.verify(copy);
    const books = await this.books(copy);
    if (truth !== null) this.judge(truth, books);
    failWith(wireFaults(posts, books), 'wire and ledger');
    rmSync(copy, { recursive: true, force: true });
  }

  /**
   * The end of a scenario: all is fair again, the world stands still, the engine is asked to stop, and both sides agree to
   * the micro-dollar. `isResolved`: also wait until no order is in doubt.
   */
  async settle(engine, { isResolved = false, latches = [], code = 0 } = {}) {
    this.proxy.clearRules();
    this.proxy.set({});
    await this.exchange.fault({ kind: 'clear' });
    if (isResolved)
      await until('no order is in doubt', async () => openOrders(await this.books()).length === 0, {
        msMax: 120_000,
        everyMs: 1_000,
        log: engine.log,
      });
    await this.exchange.freeze();
    const truth = await this.exchange.truth();
    await until(
      'the ledger has what the exchange has',
      async () => differences(truth, await this.books()).length === 0,
      { msMax: 30_000, everyMs: 500, log: engine.log },
    ).catch(async (error) => {
      this.judge(truth, await this.books());
      throw error;
    });
    const end = await engine.stop('SIGINT');
    expectThat(
      end.code === code,
      `the engine ended with ${end.code} ${end.signal}: ${end.err.slice(-2_000)}`,
    );
    const books = await this.books();
    this.judge(await this.exchange.truth(), books, { isNow: true });
    await this.verify();
    const held = [...books.latches].map(([cause, why]) => `${cause}: ${why}`);
    expectThat(
      books.latches.size === latches.length && latches.every((cause) => books.latches.has(cause)),
      `latched: ${held.join('; ') || 'nothing'}`,
    );
    return books;
  }

  async close({ keep = false } = {}) {
    this.proxy.close();
    await this.exchange.stop();
    await sleep(0);
    if (!keep) rmSync(this.dataDir, { recursive: true, force: true });
  }
}
