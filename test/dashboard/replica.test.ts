// Goal: the page's state is the ledger's and the engine's own, however it is told, and patches add up to it.
import { describe, expect, it } from 'vitest';
import { Replica } from '../../src/dashboard/replica/replica.js';
import { Table } from '../../src/dashboard/replica/table.js';
import { cashTotal, realizedNet } from '../../src/domain/postings.js';
import type { LedgerRecord, RecordBody, VerdictRow } from '../../src/domain/records.js';
import { exposure } from '../../src/domain/risk.js';
import { epochMs } from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { DashboardState } from '../../src/messages/dashboard.js';
import type { FeedMarket, FeedMessage, FeedPulse } from '../../src/messages/dashboard-feed.js';
import { emptyState, patched } from '../../src/messages/dashboard-patch.js';
import { loaded } from '../config/helpers.js';
import { tickerA, tickerB } from '../support/executor-rig.js';
import { aRunMessage } from '../support/fixtures.js';
import { traded } from '../support/traded-ledger.js';

type Cycle = Extract<RecordBody, { kind: 'cycle' }>;
type Told = Parameters<Replica['hear']>[0];

const run: Told = { ...aRunMessage, speed: 60 };
const pulse = (changes: Partial<FeedPulse> = {}): FeedPulse => ({
  kind: 'pulse',
  at: 1_800_000_000_000,
  phase: 'running',
  halted: null,
  feedState: 'up',
  feedAgeMs: 12,
  gaps: 0,
  cycle: 1,
  markets: 3,
  windowEndsAt: null,
  ...changes,
});
const facts = (ticker: string): FeedMarket => ({
  ticker,
  title: `title of ${ticker}`,
  event: 'EV',
  eventTitle: 'an event',
  series: null,
  vertical: 'weather',
  isExclusive: true,
  volume24h: 100,
  closesAt: 1_800_000_900_000,
});
const quotes = (
  selected: readonly string[] | null,
  bid: number,
): Extract<FeedMessage, { kind: 'quotes' }> => ({
  kind: 'quotes',
  at: 0,
  selected,
  quotes: [[tickerA, bid, bid + 200, 500, 700, 'fresh']],
});

function replicaOf(records: readonly LedgerRecord[]): Replica {
  const replica = new Replica('live');
  replica.hear(run);
  for (const record of records) replica.record(record);
  return replica;
}

describe('the replica', () => {
  it('has the account that the records make', () => {
    const { records, account } = traded();
    const { tiles } = replicaOf(records).state().sections;
    expect(tiles).toMatchObject({
      cash: cashTotal(account.balances),
      exposure: exposure(account),
      realizedPnl: realizedNet(account.balances),
      openPositions: account.positions.size,
      orders: { submitted: 2, filled: 2, partial: 0, canceled: 0, rejected: 0, unknown: 0 },
    });
  });

  it('is told in patches that add up to what it is', () => {
    const replica = new Replica('live');
    let state: DashboardState = emptyState;
    const look = (): void => {
      const patch = replica.patch();
      if (patch !== null) state = patched(state, patch);
      expect(state).toEqual(replica.state());
    };
    look();
    for (const [at, record] of traded().records.entries()) {
      replica.record(record);
      if (at % 5 === 0) replica.hear(pulse({ at: record.at, gaps: at }));
      if (at % 7 === 0) replica.hear(quotes(at % 2 === 0 ? [tickerA, tickerB] : [tickerB], at));
      if (at === 20) replica.hear(run);
      if (at === 25) replica.hear({ kind: 'markets', markets: [facts(tickerA), facts(tickerB)] });
      look();
    }
    expect(replica.patch()).toBeNull();
    expect(Object.keys(state.rows.decisions).length).toBeGreaterThan(3);
  });

  it('takes each record once and in order, and says which one it wants', () => {
    const { records } = traded();
    const replica = replicaOf(records.slice(0, 5));
    replica.record(records[7] as LedgerRecord);
    replica.record(records[2] as LedgerRecord);
    expect(replica.seq).toBe(5);
    for (const record of records) replica.record(record);
    expect(replica.state()).toEqual(replicaOf(records).state());
  });

  it('shows every verdict as a row, with what became of its order', () => {
    const { decisions } = replicaOf(traded().records).state().rows;
    expect(decisions[`1.1.${tickerA}`]).toMatchObject({
      verdict: 'taken',
      reason: 'filled',
      fair: 0.6,
      mid: 0.4,
      clientOrderId: expect.stringMatching(/^[a-z2-7]{26}$/),
    });
    expect(decisions['1.1.M-C']).toMatchObject({
      verdict: 'refused',
      reason: 'no_signal',
      fair: null,
      size: null,
    });
  });

  it('scores what came true, beside the market at the same moments', () => {
    const { sections } = replicaOf(traded().records).state();
    const { brier, marketBrier, scored } = sections.tiles ?? {};
    expect(scored).toBeGreaterThan(0);
    expect(brier).not.toBe(marketBrier);
    // Two markets are no sample: nothing is said of how often.
    for (const bucket of sections.calibration ?? []) expect(bucket.frequency).toBeNull();
  });

  it('marks a position at the middle and at the bid of its side, and not on a book that is not known', () => {
    const { records } = traded();
    const held = records.findIndex(({ body }) => body.kind === 'settled');
    const replica = replicaOf(records.slice(0, held));
    const shown = () => replica.state().rows.positions[tickerA];
    replica.hear(quotes([tickerA], 4_500));
    expect(shown()).toMatchObject({ midValue: 1_000 * 4_600, exitValue: 1_000 * 4_500 });
    replica.hear({ ...quotes(null, 0), quotes: [[tickerA, 4_500, 4_700, 1, 1, 'unknown']] });
    expect(shown()).toMatchObject({ midValue: null, exitValue: null });
  });

  it('adds up the outcomes of an event only where all of them are there', () => {
    const replica = replicaOf(traded().records.slice(0, 8));
    replica.hear({ kind: 'markets', markets: [facts(tickerA), facts(tickerB)] });
    const both = [
      [tickerA, 4_000, 4_200, 1, 1, 'fresh'],
      [tickerB, 5_600, 5_800, 1, 1, 'fresh'],
    ] as const;
    replica.hear({ kind: 'quotes', at: 0, selected: [tickerA, tickerB], quotes: both });
    expect(replica.state().rows.events['EV']).toMatchObject({ outcomes: 2, quoted: 2 });
    expect(replica.state().rows.events['EV']?.midSum).toBeCloseTo(0.98);
    replica.hear({
      kind: 'quotes',
      at: 0,
      selected: null,
      quotes: [[tickerB, null, 5_800, 0, 1, 'fresh']],
    });
    const { midSum } = replica.state().rows.events['EV'] ?? {};
    // The ledger's last middle stands in where one was valued; else the sum is not known.
    expect(midSum === null || Math.abs((midSum ?? 0) - 1.12) < 0.01).toBe(true);
  });

  it('adds up no outcomes that may all happen, and counts what is held in contracts', () => {
    const replica = replicaOf(traded().records.slice(0, 8));
    const selected = [tickerA, tickerB];
    const told = (isExclusive: boolean) => {
      const markets = selected.map((name) => ({ ...facts(name), isExclusive }));
      replica.hear({ kind: 'markets', markets });
      replica.hear(quotes(selected, 4_000));
      return replica.state().rows.events['EV'];
    };
    expect(told(false)).toBeUndefined();
    expect(told(true)).toMatchObject({ outcomes: 2 });
  });

  it('tells every cap that trading is held to, and what is used of it', () => {
    const { records } = traded();
    const bought = records.findIndex(({ body }) => body.kind === 'fill');
    const replica = replicaOf(records.slice(0, bought));
    replica.hear({ kind: 'markets', markets: [facts(tickerA), facts(tickerB)] });
    const { settings } = loaded({});
    replica.hear({ kind: 'settings', settings, revision: 'r1', changes: 0 });
    const used = () =>
      Object.fromEntries(
        (replica.state().sections.limits ?? []).map(({ code, used: share }) => [code, share]),
      );
    const [order] = records.flatMap(({ body }) => (body.kind === 'intent' ? [body.terms] : []));
    const cost = order?.worstCost ?? 0;
    const share = cost / settings.bankroll;
    expect(used()).toMatchObject({
      open_exposure: cost,
      market_notional: cost,
      trades_per_cycle: 1,
    });
    for (const code of ['gross_fraction', 'per_event_cap', 'per_underlying_cap', 'per_cycle_cap'])
      expect(used()[code], code).toBeCloseTo(share, 4);
    // A window begins: what was bought is still at risk, and the cycle's own caps are free again.
    const cycle = records.find(({ body }) => body.kind === 'cycle') as LedgerRecord;
    const next = { ...(cycle.body as Cycle), cycle: 99, verdicts: [] };
    replica.record({ ...cycle, seq: replica.seq + 1, body: next });
    expect(used()).toMatchObject({ trades_per_cycle: 0, per_cycle_cap: 0, market_notional: cost });
  });

  it('lets refusals go before orders', () => {
    const table = new Table<string>(4, (row) => row.startsWith('order'));
    for (const row of ['order 1', 'no 1', 'no 2', 'no 3', 'no 4', 'order 2']) table.set(row, row);
    expect([...table.keys()]).toEqual(['order 1', 'no 3', 'no 4', 'order 2']);
    // Once the older half is orders, the oldest of them go.
    for (const row of ['order 3', 'no 5', 'no 6']) table.set(row, row);
    expect([...table.keys()]).toEqual(['order 2', 'order 3', 'no 5', 'no 6']);
  });

  it('says from when on a list and a reading are stale: when the engine has missed the next one', () => {
    const replica = replicaOf([]);
    const header = () => replica.state().sections.header;
    const at = 1_800_000_000_000;
    replica.hear(pulse({ at }));
    expect(header()).toMatchObject({ scanAgeMs: null, scanStaleMs: null });
    const told = (cycleSeconds: number): Told => ({
      kind: 'settings',
      settings: { cycleSeconds },
      revision: `r${cycleSeconds}`,
      changes: 0,
    });
    replica.hear({ kind: 'scanned', at: at - 600_000, scanned: 3 });
    replica.hear(told(600));
    // A window at this speed is ten seconds; what failed is tried again for seventy.
    expect(header()).toMatchObject({ scanAgeMs: 10_000, scanStaleMs: 80_000 });
    replica.hear(told(1_200));
    expect(header()?.scanStaleMs).toBe(90_000);
    expect(header()?.accountStaleMs).toBeGreaterThan(limits.readingEveryMs + limits.readingQuietMs);
  });

  it('says what holds trading back, a dead disk too', () => {
    const replica = replicaOf(traded().records);
    replica.hear(pulse({ halted: 'halt' }));
    expect(replica.state().sections.header).toMatchObject({
      state: 'halted',
      holds: [{ cause: 'disk', level: 'halt' }],
    });
    replica.hear(pulse());
    expect(replica.state().sections.header).toMatchObject({ state: 'running', holds: [] });
  });

  it('keeps a bounded number of everything, however long it goes on', () => {
    const { records } = traded();
    const replica = replicaOf(records);
    const last = records.at(-1) as LedgerRecord;
    const cycle = records.find(({ body }) => body.kind === 'cycle')?.body as Cycle;
    const rows = Array.from({ length: 20 }, (_, n): VerdictRow => {
      const [, ...rest] = cycle.verdicts[0] as VerdictRow;
      return [`M-${n}`, ...rest];
    });
    for (let n = 1; n <= 2_000; n += 1)
      replica.record({
        ...last,
        seq: last.seq + n,
        at: epochMs(last.at + n * 600_000),
        body: { ...cycle, cycle: n + 10, verdicts: n % 10 === 0 ? rows : [] },
      });
    const { sections, rows: tables } = replica.state();
    expect(replica.seq).toBe(last.seq + 2_000);
    expect(Object.keys(tables.decisions)).toHaveLength(limits.dashboardDecisionsMax);
    expect(tables.decisions['1.2010.M-19']).toBeDefined();
    expect(sections.equity?.length).toBeGreaterThan(500);
    expect(sections.equity?.length).toBeLessThanOrEqual(1_500);
  });
});
