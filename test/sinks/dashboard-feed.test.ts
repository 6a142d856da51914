// Goal: the engine never waits for a page, and what is not heard is merged, bounded, and made good once somebody listens.
import { Subject } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { epochMs, ticker } from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { FeedMessage, FeedQuote } from '../../src/messages/dashboard-feed.js';
import type { Step } from '../../src/messages/step.js';
import { dashboardFeed, type FeedPorts } from '../../src/sinks/dashboard-feed.js';
import { aCatalog, aListedMarket, aRunMessage, aVerdict } from '../support/fixtures.js';
import { ManualClock } from '../support/manual-clock.js';
import { traded } from '../support/traded-ledger.js';

let clock: ManualClock;
let steps$: Subject<Step>;
let sent: (readonly FeedMessage[])[];
let credit: number;
let generation: number;
let bid: number;
let reads: number;
const held = [ticker('HELD')];

const ports: FeedPorts = {
  run: () => aRunMessage,
  recovered: () => null,
  settings: () => ({ kind: 'settings', settings: {}, revision: 'abc', changes: 0 }),
  pulse: () => ({
    at: 5,
    phase: 'running',
    halted: null,
    feedState: 'up',
    feedAgeMs: 1,
    gaps: 0,
    cycle: 0,
    markets: 0,
  }),
  cycleMs: () => 600_000,
  market: (name) => aListedMarket(name),
  quote: (name): FeedQuote => {
    reads += 1;
    return [name, bid, 9_000, 1, 1, 'fresh'];
  },
  held: () => held,
  metrics: () => null,
  setTimer: (ms, fire) => clock.setTimer(ms, fire),
};

beforeEach(() => {
  clock = new ManualClock();
  steps$ = new Subject();
  sent = [];
  credit = Number.POSITIVE_INFINITY;
  generation = 1;
  bid = 100;
  reads = 0;
  dashboardFeed(steps$, ports, {
    hasCredit: () => sent.length < credit,
    send: (messages) => sent.push(messages),
    generation: () => generation,
  }).subscribe();
});

const batch = (): readonly FeedMessage[] => {
  clock.pass(limits.feedEveryMs);
  return sent.at(-1) ?? [];
};
const ofKind = <Kind extends FeedMessage['kind']>(messages: readonly FeedMessage[], kind: Kind) =>
  messages.filter(
    (message): message is Extract<FeedMessage, { kind: Kind }> => message.kind === kind,
  );
const note = (n: number): Step => ({
  kind: 'notice',
  at: epochMs(n),
  notice: { level: 'info', code: 'x', text: `${n}` },
});
const refusal = (n: number): Step => ({
  kind: 'intent_refused',
  at: epochMs(n),
  cycle: 1,
  ticker: ticker('T'),
  code: `c${n}`,
  basis: null,
});
const cycleOf = (names: readonly string[]): Step => ({
  kind: 'cycle',
  at: epochMs(1),
  report: {
    cycle: 1,
    window: { index: 1, from: epochMs(0), to: epochMs(1) },
    scanned: 9,
    kept: 8,
    selected: names.length,
    dropped: {},
    bankroll: 0 as never,
    cash: 0 as never,
    marks: [],
    inference: { calls: 0, cost: 0, costToday: 0, reserve: 0 } as never,
    result: { cycle: 1, verdicts: names.map((name) => aVerdict(name)), allocations: [] },
  },
});

describe('the feed', () => {
  it('reads nothing of the engine while a step is told', () => {
    for (const record of traded().records)
      steps$.next({ kind: 'records', at: record.at, inputSeq: 1, records: [record] });
    steps$.next(cycleOf(['A', 'B']));
    expect([reads, sent]).toEqual([0, []]);
  });

  it('tells a new listener who runs and with what settings, and then only what is new', () => {
    const all = ['run', 'settings', 'markets', 'quotes', 'pulse'];
    expect(batch().map(({ kind }) => kind)).toEqual(all);
    expect(batch().map(({ kind }) => kind)).toEqual(['pulse']);
    bid = 200;
    expect(ofKind(batch(), 'quotes')[0]?.quotes).toEqual([['HELD', 200, 9_000, 1, 1, 'fresh']]);
    generation = 2;
    expect(batch().map(({ kind }) => kind)).toEqual(all);
  });

  it('sends nothing without credit, and then the newest of what waited', () => {
    credit = 2;
    batch();
    batch();
    for (let n = 1; n <= 10_000; n += 1) {
      bid = n;
      steps$.next(note(n));
      steps$.next(refusal(n));
      if (n % 100 === 0) clock.pass(limits.feedEveryMs);
    }
    expect(sent).toHaveLength(2);
    credit = 3;
    const messages = batch();
    const [log] = ofKind(messages, 'log');
    expect(log?.rows).toHaveLength(limits.feedLogRowsMax);
    expect(log?.rows.slice(-2)).toMatchObject([
      { n: 19_999, text: '10000', decided: null },
      { n: 20_000, code: 'c10000', ticker: 'T', decided: { cycle: 1, n: null } },
    ]);
    expect(ofKind(messages, 'quotes')[0]?.quotes).toEqual([['HELD', 10_000, 9_000, 1, 1, 'fresh']]);
    const [refused] = ofKind(messages, 'intents_refused');
    expect(refused?.rows).toHaveLength(limits.feedRefusalsMax);
    expect(refused?.rows.at(-1)).toMatchObject({ at: 10_000, ticker: 'T', code: 'c10000' });
  });

  it('keeps so many records and no more: those that are missing are in the ledger', () => {
    credit = 0;
    const [record] = traded().records;
    if (record === undefined) throw new Error('no record');
    for (let seq = 1; seq <= 3 * limits.feedRecordsMax + 50; seq += 1)
      steps$.next({ kind: 'records', at: record.at, inputSeq: 1, records: [{ ...record, seq }] });
    credit = Number.POSITIVE_INFINITY;
    const seqs: number[] = [];
    for (let looks = 0; looks < 100; looks += 1)
      for (const { records } of ofKind(batch(), 'records')) {
        expect(records.length).toBeLessThanOrEqual(limits.feedRecordsPerBatchMax);
        seqs.push(...records.map(({ seq }) => seq));
      }
    expect(seqs.length).toBeLessThanOrEqual(limits.feedRecordsMax);
    expect(seqs.at(-1)).toBe(3 * limits.feedRecordsMax + 50);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  });

  it('tells a window of any size in pieces, each market once until it moves', () => {
    batch();
    const names = Array.from({ length: 2 * limits.feedMarketsMax }, (_, n) => `M${n}`);
    steps$.next(cycleOf(names));
    const quoted = new Map<string, number>();
    const named = new Set<string>();
    for (let looks = 0; looks < 30; looks += 1) {
      const messages = batch();
      for (const { quotes } of ofKind(messages, 'quotes')) {
        expect(quotes.length).toBeLessThanOrEqual(limits.feedQuotesPerBatchMax);
        for (const [name] of quotes) quoted.set(name, (quoted.get(name) ?? 0) + 1);
      }
      for (const { markets } of ofKind(messages, 'markets')) {
        expect(markets.length).toBeLessThanOrEqual(limits.feedMarketsPerBatchMax);
        for (const { ticker: name } of markets) named.add(name);
      }
    }
    expect(named.size).toBe(limits.feedMarketsMax);
    expect(quoted.size).toBe(limits.feedMarketsMax);
    expect(new Set(quoted.values())).toEqual(new Set([1]));
  });

  it('says at the end that it is the end, and is quiet after', () => {
    batch();
    steps$.complete();
    expect(ofKind(sent.at(-1) ?? [], 'pulse')[0]?.phase).toBe('stopped');
    const before = sent.length;
    clock.pass(10 * limits.feedEveryMs);
    expect(sent).toHaveLength(before);
  });

  it('a list is as old as its reading, however often what it says of a market is told again', () => {
    const catalog = aCatalog([]);
    for (const later of [10, 9_000]) {
      steps$.next({ kind: 'scanned', at: epochMs(catalog.scannedAt + later), catalog });
      expect(ofKind(batch(), 'scanned')).toMatchObject([{ at: catalog.scannedAt }]);
    }
  });

  it('a feed that is gone is down at once, whatever was heard before', () => {
    steps$.next({ ...note(1), notice: { level: 'warn', code: 'disconnected', text: '' } } as Step);
    expect(ofKind(batch(), 'pulse')[0]?.feedState).toBe('down');
    steps$.next({ ...note(2), notice: { level: 'info', code: 'connected', text: '' } } as Step);
    expect(ofKind(batch(), 'pulse')[0]?.feedState).toBe('up');
  });
});
