import { from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LedgerRecord, RecordBody } from '../../src/domain/records.js';
import {
  clientOrderId,
  type EpochMs,
  epochMs,
  micros,
  orderId,
  price,
  quantity,
  shard,
  type Ticker,
  ticker,
  tradeId,
} from '../../src/domain/units.js';
import type { CycleReport, Mark, Step } from '../../src/messages/step.js';
import type { Catalog } from '../../src/messages/window.js';
import { console } from '../../src/sinks/console/console.js';
import { type Paint, plain, widthOf } from '../../src/sinks/console/text.js';
import { aCatalog, aListedMarket, anAllocation, aVerdict } from '../support/fixtures.js';

const start = epochMs(Date.UTC(2026, 8, 1, 14, 3, 6));
const later = (seconds: number): EpochMs => epochMs(start + seconds * 1_000);

function told(steps: readonly Step[], paint: Paint = plain): readonly string[] {
  const lines: string[] = [];
  console(from(steps), (line) => lines.push(line), paint).subscribe();
  return lines;
}

const cycle = (changes: Partial<CycleReport> = {}): Step => ({
  kind: 'cycle',
  at: start,
  report: {
    cycle: 3,
    window: { index: 3, from: later(-600), to: start },
    scanned: 4_812,
    kept: 1_000,
    selected: 240,
    dropped: {},
    bankroll: micros(10_000_000_000),
    cash: micros(9_411_230_000),
    marks: [],
    result: { cycle: 3, verdicts: [], allocations: [] },
    ...changes,
  },
});

const scanned = (changes: Partial<Catalog> = {}): Step => ({
  kind: 'scanned',
  at: start,
  catalog: aCatalog([], changes),
});

const mark = (name: string, changes: Partial<Mark> = {}): Mark => ({
  ticker: ticker(name),
  title: '84° to 85°',
  position: quantity(20_000),
  cost: micros(42_000_000),
  midValue: micros(51_000_000),
  exitValue: micros(50_000_000),
  ...changes,
});

const cheap = 'KXBTCD-26SEP0107-T100249.99';
const verdicts = [
  aVerdict('KXHIGHNY-26SEP01-B84.5', {
    side: 'no',
    fair: 0.3 as never,
    cost: 0.612,
    edge: 0.0211,
    reason: 'below_threshold',
  }),
  aVerdict(cheap, {
    fair: 0.4493 as never,
    cost: 0.2251,
    edge: 0.2242,
    taken: true,
    reason: 'taken',
  }),
  aVerdict('KXHIGHNY-26SEP01-B86.5', { edge: -0.02 }),
  aVerdict('KXMLBGAME-26SEP01NYY', { edge: 0.41, cost: 0.1, reason: 'edge_implausible' }),
  aVerdict('KXNONE', { side: null, fair: null, cost: null, edge: null, reason: 'no_signal' }),
];
const allocations = [anAllocation(cheap, { worstCost: micros(46_000_000) })];

describe('a cycle for a person', () => {
  it('says what was looked at, what is held, and what was taken or refused and why', () => {
    const lines = told([
      scanned({
        markets: [
          aListedMarket(cheap, { title: 'Bitcoin price on Sep 1', yesSubTitle: '' }),
          aListedMarket('KXHIGHNY-26SEP01-B84.5', { yesSubTitle: '84° to 85°' }),
        ],
      }),
      cycle({
        dropped: { no_quote: 812, low_volume: 2_333, wide_spread: 120, multivariate: 12 },
        marks: [
          mark('KXHIGHNY-26SEP01-B84.5'),
          mark(cheap, {
            title: 'Bitcoin price on Sep 1 at 3am',
            position: quantity(-1_250),
            cost: micros(6_250_000),
            midValue: micros(6_200_000),
          }),
          mark('KXGONE', { title: '', midValue: null, exitValue: null }),
        ],
        result: { cycle: 3, verdicts, allocations },
      }),
    ]);
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "

      ── cycle 3 · 13:53:06 → 14:03:06 ─────────────────────────────────────────────────────────────────────────────
         markets     4812 listed · 1000 kept · 240 valued · 1 taken
         left out    low volume 2333 · no quote 812 · wide spread 120 · multivariate 12
         money       bankroll $10,000.00 · cash $9,411.23
         position marks: open_positions=3 marked_positions=2 total_unrealized=+$8.95
           KXHIGHNY-26SEP01-B84.5       84° to 85°         YES 200  entry 21.0¢    mark 25.5¢  +$9.00
           KXBTCD-26SEP0107-T100249.99  Bitcoin price on…  NO 12.5  entry 50.0¢    mark 49.6¢  -$0.05
           KXGONE                                          YES 200  entry 21.0¢  mark unknown
         market                                          side   fair   cost   edge    size  verdict
         KXBTCD-26SEP0107-T100249.99  Bitcoin price on…  YES   44.9¢  22.5¢  22.4¢  $46.00  taken
         KXMLBGAME-26SEP01NYY                            YES   60.0¢  10.0¢  41.0¢       –  edge implausible
         KXHIGHNY-26SEP01-B84.5       84° to 85°         NO    70.0¢  61.2¢   2.1¢       –  below threshold
      "
    `);
  });

  it('says so when nothing is worth a row', () => {
    const lines = told([cycle()]);
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "

      ── cycle 3 · 13:53:06 → 14:03:06 ─────────────────────────────────────────────────────────────────────────────
         markets     4812 listed · 1000 kept · 240 valued · 0 taken
         money       bankroll $10,000.00 · cash $9,411.23
         no candidate: no market is mispriced on either side
      "
    `);
  });

  it('shows the taken first, then the nearest, and how many more there are', () => {
    const many = Array.from({ length: 20 }, (_, at) =>
      aVerdict(`M${at}`, { edge: 0.01 * (at + 1) }),
    );
    const last = aVerdict('TAKEN', { edge: 0.001, taken: true, reason: 'forced_test' });
    const lines = told([cycle({ result: { cycle: 3, verdicts: [...many, last], allocations } })]);
    const rows = lines.slice(lines.findIndex((line) => line.includes('verdict')) + 1);
    expect(rows).toHaveLength(13);
    expect(rows[0]).toContain('TAKEN');
    expect(rows[1]).toContain('M19');
    expect(rows.at(-1)).toBe('   … and 9 more with an edge');
  });

  it('sums up what is unrealized over the marked positions only', () => {
    const marks = Array.from({ length: 10 }, (_, at) => mark(`P${at}`));
    const lines = told([cycle({ marks: [...marks, mark('Q', { midValue: null })] })]);
    expect(lines).toContain(
      '   position marks: open_positions=11 marked_positions=10 total_unrealized=+$90.00',
    );
    expect(lines).toContain('     … and 3 more');
  });

  it('fits into 110 columns, whatever the numbers', () => {
    const long = 'KXVERYLONGSERIESNAME-26SEP0107-T100249.9999999';
    const dropped = Object.fromEntries(
      [
        'multivariate',
        'provisional',
        'not_active',
        'malformed',
        'over_scan_max',
        'no_book',
        'low_volume',
        'wide_spread',
        'no_quote',
        'fees_unknown',
        'over_valuation_max',
      ].map((reason, at) => [reason, 10_000 + at]),
    );
    const lines = told([
      scanned({ markets: [aListedMarket(long, { title: 'x'.repeat(300) })] }),
      cycle({
        dropped,
        marks: [mark(long, { title: 'y'.repeat(300), position: quantity(-113_000) })],
        result: {
          cycle: 3,
          verdicts: [aVerdict(long, { side: 'no', edge: 0.999, reason: 'below_min_fraction' })],
          allocations: [anAllocation(long, { worstCost: micros(1_234_560_000) })],
        },
      }),
    ]);
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(110);
  });
});

const id = clientOrderId('aaaabbbbccccddddeeeeffff22');
const name: Ticker = ticker('KXHIGHNY-26SEP01-B84.5');

let seq = 0;
const records = (...bodies: readonly RecordBody[]): Step => ({
  kind: 'records',
  at: start,
  inputSeq: 1,
  records: bodies.map((body): LedgerRecord => {
    seq += 1;
    return { seq, at: later(seq), run: 1, inputSeq: 1, prevHash: '', hash: '', body };
  }),
});

const intent: RecordBody = {
  kind: 'intent',
  decidedAt: start,
  terms: {
    clientOrderId: id,
    ticker: name,
    shard: shard(0),
    side: 'no',
    action: 'buy',
    limit: price(3_850),
    count: quantity(1_250),
    worstCost: micros(5_010_000),
    reduceOnly: false,
    keyless: false,
    fair: 500_000_000,
    edge: 102_500_000,
    cycle: 1,
    reason: 'between_windows',
    contentHash: '',
  },
};
const fill: RecordBody = {
  kind: 'fill',
  tradeId: tradeId('t'),
  orderId: orderId('v'),
  clientOrderId: id,
  ticker: name,
  shard: shard(0),
  count: quantity(-1_250),
  yesPrice: price(6_175),
  fee: micros(41_300),
  isTaker: true,
  executedAt: start,
  keyless: true,
};
const order = (event: Extract<RecordBody, { kind: 'order' }>['event']): RecordBody => ({
  kind: 'order',
  clientOrderId: id,
  event,
});

describe('records for a person', () => {
  it('are a line each, or none where the block has said it', () => {
    seq = 0;
    const accepted = { kind: 'accepted', orderId: orderId('v'), remaining: quantity(0) } as const;
    const lines = told([
      records(
        intent,
        order({ kind: 'durable' }),
        order({ kind: 'sent' }),
        order({ ...accepted, filled: quantity(1_250) }),
        fill,
        { ...fill, count: quantity(100), keyless: false },
        order({ ...accepted, filled: quantity(0) }),
        order({ kind: 'rejected', why: 'insufficient_balance' }),
        order({ kind: 'withdrawn', why: 'book_stale' }),
        order({ kind: 'unknown', why: 'timeout: no answer' }),
        order({ kind: 'not_placed' }),
      ),
      records(
        {
          kind: 'refused',
          ticker: name,
          side: 'yes',
          limit: 4_000,
          count: 100,
          cycle: 1,
          code: 'cooldown',
        },
        {
          kind: 'settled',
          ticker: name,
          yesValue: price(0),
          revenue: micros(12_500_000),
          realized: micros(7_687_500),
        },
        { kind: 'latch', level: 'pause', cause: 'daily_loss', set: true, why: 'lost $501' },
        { kind: 'latch', level: 'pause', cause: 'daily_loss', set: false, why: 'by hand' },
        {
          kind: 'anomaly',
          code: 'order_mismatch',
          text: 'other content',
          ticker: name,
          clientOrderId: id,
          applied: false,
          detail: null,
        },
        { kind: 'adjusted', shard: shard(2), amount: micros(-5_000_000), why: 'withdrawal' },
        { kind: 'determined', ticker: name, yesValue: price(0) },
        { kind: 'stopped', reason: 'done' },
      ),
      { kind: 'intent_refused', at: start, ticker: name, code: 'event_mutex' },
      { kind: 'intent_refused', at: start, ticker: name, code: 'trades_per_cycle' },
      { kind: 'notice', at: start, notice: { level: 'info', code: 'quiet', text: 'x' } },
      {
        kind: 'notice',
        at: start,
        notice: { level: 'warn', code: 'link_gone', text: 'feed lost' },
      },
    ]);
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
         14:03:07 order    NO 12.5 KXHIGHNY-26SEP01-B84.5 up to 38.5¢, at most $5.01, edge 10.3¢ (between windows)
         14:03:11 fill     NO 12.5 KXHIGHNY-26SEP01-B84.5 at 38.25¢, fee $0.04 (keyless)
         14:03:12 fill     YES 1 KXHIGHNY-26SEP01-B84.5 at 61.75¢, fee $0.04
         14:03:13 canceled KXHIGHNY-26SEP01-B84.5: nothing left to take at the limit
         14:03:14 rejected KXHIGHNY-26SEP01-B84.5: insufficient balance
         14:03:15 not sent KXHIGHNY-26SEP01-B84.5: book stale
         14:03:16 unknown  KXHIGHNY-26SEP01-B84.5: timeout: no answer
         14:03:17 resolved KXHIGHNY-26SEP01-B84.5: it never reached the exchange
         14:03:18 refused  YES 1 KXHIGHNY-26SEP01-B84.5: cooldown
         14:03:19 settled  KXHIGHNY-26SEP01-B84.5 YES pays 0¢, received $12.50, realized +$7.69
         14:03:20 PAUSE    daily loss: lost $501
         14:03:21 RESUMED  daily loss: by hand
         14:03:22 ANOMALY  order mismatch: other content
         14:03:23 cash     withdrawal of $5.00 on shard 2
         14:03:06 refused  KXHIGHNY-26SEP01-B84.5: event mutex
         14:03:06 link gone: feed lost
      "
    `);
  });

  it('name an order of an earlier run by its id', () => {
    const [line] = told([records(order({ kind: 'not_placed' }))]);
    expect(line).toContain(`order ${id}: it never reached`);
  });

  it('say what a scan lacks once, until it is something else', () => {
    const problems = ['page 2: http 500'];
    const lines = told([
      scanned({ problems }),
      scanned({ problems }),
      scanned({ problems: [] }),
      scanned({ problems }),
    ]);
    expect(lines).toEqual(Array(2).fill('   scan incomplete: page 2: http 500'));
  });
});

describe('what others wrote', () => {
  it('reaches the terminal without anything that it obeys', () => {
    const evil = 'A\u001b[2J\u001b]0;x\u0007B\u202eC\u2028D\nE\u009b1mF';
    const bad = ticker(evil);
    const why = evil;
    const terms = { ...intent.terms, ticker: bad };
    const lines = told([
      scanned({
        markets: [aListedMarket(evil, { title: evil }), aListedMarket('X', { yesSubTitle: evil })],
        problems: [evil],
      }),
      cycle({
        marks: [mark(evil, { title: evil })],
        result: { cycle: 3, verdicts: [aVerdict(evil), aVerdict('X')], allocations: [] },
      }),
      records(
        { ...intent, terms },
        { ...fill, ticker: bad },
        order({ kind: 'withdrawn', why }),
        order({ kind: 'rejected', why }),
        order({ kind: 'unknown', why }),
        { kind: 'refused', ticker: bad, side: 'yes', limit: 1, count: 1, cycle: 1, code: 'x' },
        {
          kind: 'settled',
          ticker: bad,
          yesValue: price(0),
          revenue: micros(0),
          realized: micros(0),
        },
        { kind: 'latch', level: 'halt', cause: 'operator', set: true, why },
        {
          kind: 'anomaly',
          code: 'x',
          text: evil,
          ticker: bad,
          clientOrderId: null,
          applied: false,
          detail: null,
        },
      ),
      { kind: 'intent_refused', at: start, ticker: bad, code: 'event_mutex' },
      { kind: 'notice', at: start, notice: { level: 'alert', code: 'x', text: evil } },
    ]);
    expect(lines.length).toBeGreaterThan(18);
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});
