// Goal: an engine that is killed in the middle of trading, again and again, loses nothing and buys nothing twice.
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { differences, venueBooks } from './books.js';
import {
  cleanUp,
  type Env,
  jsonOf,
  ledgerExport,
  newFolder,
  type Running,
  run,
  start,
  textOf,
  until,
} from './support.js';
import { startVenue, type Venue } from './venue.js';

afterAll(cleanUp);

const order = { method: 'POST', path: '/portfolio/events/orders' };

/** When to kill: armed before the engine starts, and looked for while it trades. */
type Moment = {
  readonly name: string;
  readonly arm: (venue: Venue) => Promise<void>;
  readonly isNow: (venue: Venue, engine: Running, journal: () => string) => Promise<boolean>;
};

const faultHit =
  (kind: string): Moment['isNow'] =>
  async (venue) =>
    ((await venue.stats()).faults[kind] ?? 0) > 0;

const nothing = (): Promise<void> => Promise.resolve();

const moments: readonly Moment[] = [
  {
    name: 'between the request and its reply',
    arm: (venue) => venue.fault({ kind: 'delay_reply', count: 1, ms: 4_000, ...order }),
    isNow: faultHit('delay_reply'),
  },
  {
    name: 'as soon as an intent is written',
    arm: nothing,
    isNow: async (_venue, _engine, journal) => journal().includes('"kind":"intent"'),
  },
  {
    name: 'the reply is lost and so is the engine',
    arm: (venue) => venue.fault({ kind: 'drop_reply', count: 2, ...order }),
    isNow: faultHit('drop_reply'),
  },
  {
    name: 'filled on the exchange, the fill not yet told',
    arm: (venue) => venue.fault({ kind: 'delay_fill', count: 3, ms: 5_000 }),
    isNow: faultHit('delay_fill'),
  },
  {
    name: 'while fills are being booked',
    arm: nothing,
    isNow: async (_venue, _engine, journal) => /"kind":"intent".*"kind":"fill"/s.test(journal()),
  },
];

it('kill -9 five times: every order and fill is in the ledger once, and no other', async () => {
  const venue = await startVenue();
  const dataDir = newFolder();
  const home = join(dataDir, 'live-loopback-main');
  const journalPath = join(home, 'journal.jsonl');
  const env: Env = {
    ...venue.env,
    BOT_DATA_DIR: dataDir,
    BOT_JOURNAL_PATH: journalPath,
    BOT_CYCLE_SECONDS: '30',
    BOT_SCAN_WS_DELTA_WINDOW_SECS: '1',
    // Small and many: every start must find something new to buy.
    BOT_MISPRICING_THRESHOLD: '0.02',
    BOT_MIN_EDGE_PCT: '0.02',
    BOT_MAX_FRACTION_PER_TRADE: '0.01',
    BOT_MIN_FRACTION_PER_TRADE: '0.0005',
    BOT_MAX_DAILY_LOSS: '9000',
    BOT_MAX_CRASHES: '0',
  };
  const killed: number[] = [];
  for (const { name, arm, isNow } of moments) {
    await venue.fault({ kind: 'clear' });
    const before = (await venue.stats()).faults;
    await arm(venue);
    const read = textOf(journalPath).length;
    const engine = start(['run', '--json'], env);
    const since = (kind: string, now: Readonly<Record<string, number>>): number =>
      (now[kind] ?? 0) - (before[kind] ?? 0);
    const seen: Venue = {
      ...venue,
      stats: async () => {
        const stats = await venue.stats();
        const faults = Object.fromEntries(
          Object.keys(stats.faults).map((kind) => [kind, since(kind, stats.faults)]),
        );
        return { ...stats, faults } as never;
      },
    };
    await until(name, () => isNow(seen, engine, () => textOf(journalPath).slice(read)), {
      everyMs: 2,
      log: engine.err,
    });
    engine.child.kill('SIGKILL');
    expect((await engine.ended).signal).toBe('SIGKILL');
    killed.push((await venue.stats())['orders'] ?? 0);
  }
  await venue.fault({ kind: 'clear' });

  // The last start reconciles and goes on trading; then the world stands still, and it is asked to stop.
  const read = textOf(journalPath).length;
  const engine = start(['run', '--json'], env);
  await until(
    'it has reconciled and bought again',
    () => /"kind":"reconciled".*"kind":"fill"/s.test(textOf(journalPath).slice(read)),
    { log: engine.err },
  );
  const isMuch = async (): Promise<boolean> => ((await venue.stats())['orders'] ?? 0) >= 12;
  await until('it has traded on', isMuch, { log: engine.err });
  await venue.freeze();
  engine.child.kill('SIGINT');
  const end = await engine.ended;
  expect([end.code, end.signal], end.err).toEqual([0, null]);
  const { orders } = jsonOf(end.out) as { orders: Record<string, number> };
  const { submitted, ...outcomes } = orders;
  expect(
    Object.values(outcomes).every((count) => count >= 0),
    end.out,
  ).toBe(true);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(submitted);

  const books = await venueBooks(venue);
  const lines = await ledgerExport(home);
  expect(differences(books, lines)).toEqual([]);
  expect(books.orders.length).toBeGreaterThanOrEqual(10);
  expect(books.fills.length).toBeGreaterThanOrEqual(10);
  // It was killed in the middle of trading: only the second kill comes before anything is sent.
  expect(new Set([0, ...killed]).size, killed.join()).toBeGreaterThanOrEqual(4);
  expect(lines.filter(({ body }) => body.kind === 'opened')).toHaveLength(6);

  // What each life heard before it died makes the same ledger again.
  for (let life = 1; life <= 6; life += 1) {
    const recording = join(home, 'recordings', String(life).padStart(6, '0'));
    const replayed = await run(['replay', recording, '--json']);
    expect([replayed.code, jsonOf(replayed.out)['diverged']], replayed.err).toEqual([0, null]);
    const { ledgerHash } = jsonOf(replayed.out);
    const hashes = lines.filter((line) => line.run <= life).map(({ hash }) => hash);
    // A kill may come between an input's recording and its records' commit, or the other way round.
    if (life === 6) expect(ledgerHash).toBe(hashes.at(-1));
  }

  const verified = await run(['ledger', 'verify', '--json'], env);
  expect([verified.code, verified.err]).toEqual([0, '']);
  expect(jsonOf(verified.out)).toMatchObject({ ok: true, balanced: true, records: lines.length });
}, 120_000);
