// Goal: whatever was refused is a row of the page and a line of its log, under the id that `why` explains it by and with the
// same reason: a window's and one between windows, by the second look and by the executor.
import { rmSync } from 'node:fs';
import { Subject } from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hearKept } from '../../src/dashboard/kept.js';
import { Replica } from '../../src/dashboard/replica/replica.js';
import {
  epochMs,
  micros,
  price,
  probability,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { DashboardState } from '../../src/messages/dashboard.js';
import type { FeedMessage } from '../../src/messages/dashboard-feed.js';
import type { Intent } from '../../src/messages/intent.js';
import type { IntentBasis } from '../../src/messages/repricing.js';
import type { Step } from '../../src/messages/step.js';
import { dashboardFeed, type FeedPorts } from '../../src/sinks/dashboard-feed.js';
import { Whys } from '../../src/why/whys.js';
import { aRunMessage } from '../support/fixtures.js';
import { ManualClock } from '../support/manual-clock.js';
import { traded } from '../support/traded-ledger.js';
import { at, eventOf, jobOf } from '../valuation/sample.js';
import { KeptHome } from '../why/kept.js';

const ports: FeedPorts = {
  run: () => aRunMessage,
  recovered: () => null,
  settings: () => null,
  pulse: () => ({
    at,
    phase: 'running',
    halted: null,
    feedState: 'up',
    feedAgeMs: 1,
    gaps: 0,
    cycle: 2,
    markets: 3,
  }),
  cycleMs: () => 600_000,
  market: () => null,
  quote: () => null,
  held: () => [],
  metrics: () => null,
  setTimer: (ms, fire) => clock.setTimer(ms, fire),
};
const clock = new ManualClock();
const kept = new KeptHome(1);
const whys = new Whys(kept.home);
const replica = new Replica('live');
const steps$ = new Subject<Step>();
let state: DashboardState;

const toReplica = (message: FeedMessage): void => {
  if (message.kind === 'records') for (const record of message.records) replica.record(record);
  else if (message.kind !== 'metrics' && message.kind !== 'recovered') replica.hear(message);
};

/** The last one of these records. */
const cycle = 2;
const markets = eventOf(
  ['A', 'B', 'C'].map((name) => ({
    name: `KX-1-${name}`,
    bid: 2_000,
    ask: 2_400,
    market: { title: 'Is it', yesSubTitle: name },
  })),
);
const job = { ...jobOf(markets), cycle };
const fair = { model: 'weather', fair: probability(0.6), sigma: 0.05 } as const;
const basisOf = (place: number): IntentBasis => {
  const selected = markets[place];
  if (selected === undefined) throw new Error('no market');
  const { settings, bankroll, holdings, barred, blend } = job;
  const inputs = { settings, bankroll, holdings, barred, blend };
  const spent = { trades: 0, worstCost: micros(0) };
  const question = { fair, selected, inputs, at, isNews: true, spent };
  return { kind: 'repriced', question, fair: probability(0.55) };
};
const intentOf = (name: string): Intent => ({
  cycle,
  ticker: ticker(name),
  shard: shard(0),
  side: 'yes',
  fair: probability(0.6),
  edge: 0.34,
  limit: price(2_400),
  count: quantity(100),
  worstCost: micros(241_000),
  reason: 'between_windows',
  keyless: false,
  decidedAt: at,
});
const later = (ms: number) => epochMs(at + ms);
const hear = (step: Step): void => {
  kept.hear(step);
  steps$.next(step);
};
/** As the executor tells it: its note first, then what it made of the intent. */
const refusedBy = (name: string, place: number, code: string, ms: number): void => {
  const text = `no order: ${code}`;
  const notice = { level: 'info', code, text, ticker: ticker(name) } as const;
  hear({ kind: 'notice', at: later(ms), notice });
  hear({
    kind: 'intent',
    at: later(ms),
    intent: intentOf(name),
    basis: basisOf(place),
    clientOrderId: null,
    refusal: code,
  });
};
const passed = (name: string, code: string, basis: IntentBasis | null, ms: number): void =>
  hear({ kind: 'intent_refused', at: later(ms), cycle, ticker: ticker(name), code, basis });

beforeAll(async () => {
  dashboardFeed(steps$, ports, {
    hasCredit: () => true,
    send: (messages) => messages.forEach(toReplica),
    generation: () => 1,
  }).subscribe();
  for (const record of traded().records)
    hear({ kind: 'records', at: record.at, inputSeq: 1, records: [record] });
  hear({
    kind: 'effect',
    at,
    inputSeq: 1,
    effect: { id: 1, hash: '', request: { kind: 'value', job } },
  });
  hear({ kind: 'cycle', at, report: { cycle, dropped: {}, result: { verdicts: [] } } as never });
  refusedBy('KX-1-A', 0, 'order_rate', 10);
  passed('KX-1-B', 'per_cycle_cap', basisOf(1), 20);
  // No market has two turns in a window as yet; the page and the chains count them alike all the same.
  refusedBy('KX-1-A', 0, 'exposure_cap', 30);
  passed('KX-1-C', 'superseded', null, 40);
  await kept.written();
  clock.pass(limits.feedEveryMs);
  state = replica.state();
});
afterAll(async () => {
  await whys.close();
  rmSync(kept.home, { recursive: true, force: true });
});

it.each([
  ['1.2.KX-1-A.1', 'order_rate', 'executor'],
  ['1.2.KX-1-B.1', 'per_cycle_cap', 'second_look'],
  ['1.2.KX-1-A.2', 'exposure_cap', 'executor'],
  ['1.2.KX-1-C', 'superseded', 'second_look'],
])('%s: %s is a row, a line of the log, and explained', async (id, code, by) => {
  expect(state.rows.decisions[id]).toMatchObject({ verdict: 'refused', reason: code, cycle });
  const lines = Object.values(state.rows.log).filter(({ decisionId }) => decisionId === id);
  expect(lines).toMatchObject([{ code, level: 'info' }]);
  const chain = await whys.chain(id);
  expect(chain).toMatchObject({ ok: true, value: { id, outcome: { kind: 'refused', by, code } } });
});

it('says what is known of one between windows', () => {
  expect(state.rows.decisions['1.2.KX-1-A.1']).toMatchObject({
    side: 'yes',
    fair: 0.6,
    mid: 0.22,
    edge: 0.34,
    size: null,
  });
  // Without an intent: what it came to be worth.
  expect(state.rows.decisions['1.2.KX-1-B.1']).toMatchObject({ side: null, fair: 0.55 });
  expect(state.sections.funnel?.filter(({ stage }) => stage === 'executor')).toHaveLength(4);
});

it('is the same of a run that is over, from what it kept, with what its markets are called', async () => {
  const atRest = new Replica('finished');
  for (const record of kept.records) atRest.record(record);
  const breaths: number[] = [];
  await hearKept(kept.home, atRest, async () => void breaths.push(1));
  const { rows, sections } = atRest.state();
  const refused = Object.values(state.rows.decisions).filter(({ ticker: name }) =>
    name.startsWith('KX-1-'),
  );
  expect(refused).toHaveLength(4);
  for (const { id, ticker: name, reason } of refused)
    expect(rows.decisions[id]).toMatchObject({
      verdict: 'refused',
      reason,
      title: `${name.at(-1)} · Is it`,
    });
  expect(sections.funnel).toEqual(state.sections.funnel);
  expect(breaths).toEqual([1]);
});

it('turns what a window took into what was refused of it, and leaves what was ordered', () => {
  const rows = Object.values(state.rows.decisions);
  const ordered = rows.find(({ clientOrderId }) => clientOrderId !== null);
  if (ordered === undefined) throw new Error('nothing was ordered');
  const told = { at: ordered.at, cycle: ordered.cycle, ticker: ordered.ticker, n: null } as const;
  const unknown = { side: null, fair: null, mid: null, edge: null };
  const row = { ...told, ...unknown, code: 'no_depth' };
  replica.hear({ kind: 'intents_refused', run: 1, rows: [row] });
  expect(replica.state().rows.decisions[ordered.id]).toEqual(ordered);
});
