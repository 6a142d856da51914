/** What networks and exchanges do to an engine that trades. Each scenario ends with both sides' books being equal. */
import { expectThat, now, sleep, until } from './processes.mjs';
import { isAccount, isOrder } from './proxy.mjs';
import { withRig } from './rig.mjs';
import { frameOf, inBytes, replyOf } from './wire.mjs';

/** After the last sign of life; limits.connectionAliveMsMax is 15 s. */
const aliveMsMax = 16_000;
const busy = { markets: 250, env: { BOT_CYCLE_SECONDS: '10' } };

const postsWithin = (rig, fromMs, toMs = now()) =>
  rig.proxy.posts(fromMs).filter(({ startedMs }) => startedMs <= toMs).length;

/** Nobody sends on what nobody has heard of for so long, and trading goes on when it is over. */
async function silence(rig, engine, { begin, end, sayMs }) {
  const beganMs = now();
  begin();
  await sleep(sayMs);
  expectThat(!engine.isOver(), `it ended: ${engine.log()}`);
  const late = postsWithin(rig, beganMs + aliveMsMax);
  expectThat(late === 0, `${late} orders started on books older than ${aliveMsMax} ms`);
  end();
  await rig.trades(engine, { what: 'trading goes on', msMax: 60_000 });
}

/** Bad bytes on the feed for a while: it lives, and trades when they are over. */
async function badFeed(rig, mangle, ms) {
  const engine = await rig.trading();
  let mangled = 0;
  rig.proxy.set({
    mangle: (frame, n) => {
      const raw = mangle(frame, n);
      if (raw !== frame.raw) mangled += 1;
      return raw;
    },
  });
  await sleep(ms);
  expectThat(mangled > 0, 'no frame was touched');
  expectThat(!engine.isOver(), `it ended: ${engine.log()}`);
  rig.proxy.set({});
  await rig.trades(engine, { what: 'trading goes on', msMax: 60_000 });
  await rig.settle(engine);
  return { mangled };
}

const isData = ({ opcode, payload }) => opcode === 1 && payload.length > 0;

export const network = {
  /** B5: everything is accepted, nothing is said. */
  'half-open': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      await silence(rig, engine, {
        begin: () => rig.proxy.set({ silent: true }),
        end: () => rig.proxy.set({}),
        sayMs: 30_000,
      });
      await rig.settle(engine, { isResolved: true });
    }),

  /** B5, O3: the exchange stands still; what lies in its sockets is handled when it wakes, long after the replies were due. */
  'exchange stopped': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      await silence(rig, engine, {
        begin: () => rig.exchange.running.child.kill('SIGSTOP'),
        end: () => rig.exchange.running.child.kill('SIGCONT'),
        sayMs: 20_000,
      });
      await rig.settle(engine, { isResolved: true });
    }),

  /** The exchange is away: connections die, new ones are refused; then it is there again. */
  'exchange away': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      rig.proxy.set({ refuse: true });
      rig.proxy.resetAll();
      await sleep(5_000);
      rig.proxy.set({});
      const read = engine.journal().length;
      await until(
        'it has reconciled anew',
        () => engine.journal().slice(read).includes('"kind":"reconciled"'),
        {
          msMax: 40_000,
          log: engine.log,
        },
      );
      await rig.trades(engine);
      await rig.settle(engine);
    }),

  /** B1: frames twice. */
  'duplicated frames': (options) =>
    withRig({ ...options, ...busy }, (rig) =>
      badFeed(
        rig,
        (frame, n) => (n % 50 === 0 ? Buffer.concat([frame.raw, frame.raw]) : frame.raw),
        6_000,
      ),
    ),

  /** B1: frames that never come. */
  'lost frames': (options) =>
    withRig({ ...options, ...busy }, (rig) =>
      badFeed(rig, (frame, n) => (n % 97 === 0 ? Buffer.alloc(0) : frame.raw), 6_000),
    ),

  /** B7: cut JSON, bytes that are no text, binary frames, and whole messages in frames of a byte each. */
  'torn frames': (options) =>
    withRig({ ...options, ...busy }, (rig) =>
      badFeed(
        rig,
        (frame, n) => {
          if (!isData(frame)) return frame.raw;
          const { payload } = frame;
          if (n % 400 === 100) return frameOf(payload.subarray(0, payload.length >> 1));
          if (n % 400 === 200) return frameOf(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
          if (n % 400 === 300) return frameOf(payload, { opcode: 'binary' });
          if (n % 20 === 0 && payload.length < 1_000) return inBytes(payload);
          return frame.raw;
        },
        6_000,
      ),
    ),

  /** Bytes in slices are no fault at all: trading goes on. */
  'sliced bytes': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      rig.proxy.set({ slices: { bytes: 1_000, everyMs: 0 } });
      await rig.trades(engine, { count: 3, what: 'trading goes on in slices' });
      await rig.settle(engine);
    }),

  /** B4: contiguous and late. */
  'late frames': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      rig.proxy.set({ frameDelayMs: 5_000 });
      // What was sent before the delay began is heard, and the books stand for a while, as quiet markets do.
      await sleep(8_000);
      const fromMs = now();
      await sleep(5_000);
      expectThat(postsWithin(rig, fromMs) === 0, 'orders on books that are five seconds late');
      rig.proxy.set({});
      await rig.trades(engine, { what: 'trading goes on', msMax: 60_000 });
      await rig.settle(engine);
    }),

  /** O1, O3: replies lost after acceptance, and replies after the deadline, while the feed tells of no fill. */
  'lost and late replies': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      const after = (act) => () => {
        rig.proxy.set({ holdFrames: true });
        return act;
      };
      rig.proxy.rule({ at: 'reply', match: isOrder, count: 2, act: after({ reset: true }) });
      rig.proxy.rule({ at: 'reply', match: isOrder, count: 9, act: after({ waitMs: 7_000 }) });
      const unknown = () => engine.journal().split('"event":{"kind":"unknown"').length - 1;
      await until('two outcomes are unknown', () => unknown() >= 2, {
        msMax: 40_000,
        log: engine.log,
      });
      await sleep(3_000);
      const count = unknown();
      await rig.settle(engine, { isResolved: true });
      return { unknown: count };
    }),

  /** R1, R2: 429 on orders and on the reading of the account, with every kind of Retry-After. */
  'rate limits': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const waits = ['1', 'Wed, 21 Oct 2026 07:28:00 GMT', null, '1000000000', '-5'];
      let n = 0;
      const refuse = () => {
        const wait = waits[n++ % waits.length];
        const body = '{"error":{"code":"too_many_requests","message":"too many requests"}}';
        return { answer: replyOf(429, body, wait === null ? {} : { 'retry-after': wait }) };
      };
      const engine = await rig.trading();
      const stormMs = now();
      rig.proxy.rule({ at: 'request', match: isOrder, count: 25, act: refuse });
      await rig.trades(engine, { count: 10, what: 'under 429' });
      rig.proxy.clearRules();
      rig.proxy.rule({ at: 'request', match: isAccount, count: Infinity, act: refuse });
      rig.proxy.resetAll();
      await sleep(6_000);
      const seconds = (now() - stormMs) / 1_000;
      const asked = rig.proxy.log.filter((entry) => isAccount(entry) && entry.startedMs > stormMs);
      expectThat(asked.length > 0, 'the account was not read');
      expectThat(
        asked.length < 20 * seconds,
        `a storm: ${asked.length} reads in ${seconds.toFixed(1)} s`,
      );
      const sentMeanwhile = rig.proxy.posts(asked[0].startedMs + 100).length;
      expectThat(sentMeanwhile === 0, `${sentMeanwhile} orders before the account was read`);
      rig.proxy.clearRules();
      await rig.trades(engine, { what: 'trading goes on', msMax: 60_000 });
      await rig.settle(engine);
    }),

  /** R4: the other end closes a connection just as it is used again. */
  'keep-alive race': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      const before = rig.proxy.posts().length;
      const connections = rig.proxy.connections;
      rig.proxy.set({ idleMs: 1 });
      await rig.trades(engine, { count: 10, what: 'over connections that close' });
      expectThat(rig.proxy.connections > connections, 'no connection was closed');
      rig.proxy.set({});
      await rig.settle(engine, { isResolved: true });
      return { orders: rig.proxy.posts().length - before };
    }),

  /** R3: replies a byte at a time, and replies cut short. */
  'slow-loris': (options) =>
    withRig({ ...options, ...busy }, async (rig) => {
      const engine = await rig.trading();
      const slow = rig.proxy.rule({
        at: 'reply',
        match: (entry) => isOrder(entry) || isAccount(entry),
        count: 4,
        act: () => ({ slices: { bytes: 1, everyMs: 200 } }),
      });
      await until('replies drip', () => slow.hits === 4, { msMax: 30_000, log: engine.log });
      // Longer than any of them may take.
      await sleep(11_000);
      await rig.trades(engine, { what: 'none is waited for' });
      rig.proxy.set({ bytesMax: 20_000 });
      await sleep(3_000);
      rig.proxy.set({});
      await rig.trades(engine, { what: 'trading goes on', msMax: 60_000 });
      await rig.settle(engine, { isResolved: true });
    }),
};
