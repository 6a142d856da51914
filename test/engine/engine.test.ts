// Goal: the whole engine as a function of its log: one bet from the list of markets to its settlement, and what may go
// wrong on the way. `scripted-run.ts` is the exchange.
import { describe, expect, it } from 'vitest';
import type { RecordBody } from '../../src/domain/records.js';
import { orderId, ticker } from '../../src/domain/units.js';
import type { Outcome } from '../../src/messages/effect.js';
import type { Opened } from '../../src/messages/input.js';
import { fillSample, marketSample } from '../exchange/samples.js';
import {
  answerOf,
  cheap,
  names,
  openedWith,
  quoteOf,
  replayed,
  ScriptedRun,
  settings,
} from './scripted-run.js';

/** The first window cut and sent to the pool. */
const windowed = (change: Partial<Opened> = {}): ScriptedRun =>
  new ScriptedRun().ready(change).tick(2_010);
/** Decided and written down: the flush is out. */
const decided = (change: Partial<Opened> = {}): ScriptedRun => windowed(change).reply('value');

const accepted = (count: string): readonly Outcome[] => [
  {
    kind: 'http',
    status: 201,
    path: '/portfolio/events/orders',
    body: JSON.stringify({ order_id: 'v1', fill_count: count, remaining_count: '0.00' }),
  },
];

const placedOf = (run: ScriptedRun) => run.effectsOf('place')[0]?.order;

const fillFrame = (run: ScriptedRun, count: string, trade = 't1') => ({
  type: 'fill',
  sid: 9,
  msg: {
    ...fillSample({ trade_id: trade, order_id: 'v1', count_fp: count, fee_cost: '1.000000' }),
    client_order_id: placedOf(run)?.clientOrderId,
    market_ticker: cheap,
    ticker: undefined,
    yes_price_dollars: '0.2100',
    ts_ms: run.at,
  },
});

/** The paper venue fills the whole order: 200 at 21 cents. */
function paperFill(run: ScriptedRun): readonly Outcome[] {
  const fill = {
    tradeId: 'p1',
    orderId: orderId('paper-1'),
    clientOrderId: placedOf(run)?.clientOrderId,
    ticker: cheap,
    shard: 0,
    count: 20_000,
    yesPrice: 2_100,
    fee: 5,
    executedAt: run.at,
  };
  const answer = {
    kind: 'accepted',
    orderId: 'paper-1',
    filled: 20_000,
    remaining: 0,
    averageYesPrice: 2_100,
    averageFee: 0,
  };
  return [{ kind: 'paper', answer: { answer, fills: [fill] } }];
}

const lifecycle = (type: string, more: object = {}) => ({
  type: 'market_lifecycle_v2',
  sid: 8,
  msg: { market_ticker: cheap, event_type: type, ...more },
});

const bodies = (run: ScriptedRun): readonly RecordBody[] =>
  run.steps.flatMap((step) =>
    step.kind === 'records' ? step.records.map(({ body }) => body) : [],
  );
const orderEvents = (run: ScriptedRun): readonly string[] =>
  bodies(run).flatMap((body) => (body.kind === 'order' ? [body.event.kind] : []));
const withdrawals = (run: ScriptedRun): readonly string[] =>
  bodies(run).flatMap((body) =>
    body.kind === 'order' && body.event.kind === 'withdrawn' ? [body.event.why] : [],
  );
const since = (run: ScriptedRun, from: number): readonly string[] => run.kinds().slice(from);

describe('a bet from the list of markets to its settlement', () => {
  it('starts by asking for the list, then for what it does not know, then for books and the account', () => {
    const run = new ScriptedRun().ready();
    expect(run.kinds().filter((kind) => kind !== 'send' && kind !== 'notice')).toEqual([
      'genesis,opened,day',
      'scan',
      'metadata',
      'metadata',
      'scanned',
      'orders',
      'fills',
      'positions',
      'settlements',
      'balance',
      'opening,reconciled',
    ]);
    expect(run.notices()).toEqual(['connected', 'reconciling', 'reconciled']);
    expect(run.engine.totals()).toMatchObject({ markets: 10, windows: 0, gaps: 0 });
    expect(names.map((name) => run.engine.shot(ticker(name)).trust)).toEqual(
      names.map(() => 'fresh'),
    );
  });

  it('is cut, valued, written down, flushed and only then sent', () => {
    const run = windowed();
    expect(run.engine.isQuiet).toBe(false);
    const from = run.steps.length;
    run.reply('value');
    // The record of the intent, then what sinks are told of it.
    expect(since(run, from)).toEqual(['cycle', 'cycle', 'intent', 'intent', 'flush']);
    expect(run.effectsOf('place')).toEqual([]);
    run.reply('flush');
    expect(since(run, from).slice(5)).toEqual(['order,order', 'place']);
    expect(orderEvents(run)).toEqual(['durable', 'sent']);
    expect(placedOf(run)).toMatchObject({ ticker: cheap, side: 'bid', yesPrice: 2_100 });
    expect(run.engine.totals()).toMatchObject({
      cycles: 1,
      windows: 1,
      valuations: 10,
      candidates: 1,
      orders: { submitted: 1, open: 1 },
    });
    expect(run.engine.isQuiet).toBe(false);
  });

  it('is filled by fills, whatever the answer said, and settles', () => {
    const run = decided().reply('flush').reply('place', accepted('200.00'));
    expect(run.engine.account?.positions.size).toBe(0);
    expect(run.engine.isQuiet).toBe(false);
    run.frame(fillFrame(run, '150.00')).frame(fillFrame(run, '50.00', 't2'));
    // The same trade again moves nothing.
    run.frame(fillFrame(run, '50.00', 't2'));
    expect(run.engine.account?.positions.get(ticker(cheap))).toMatchObject({
      quantity: 20_000,
      cost: 42_000_000,
    });
    expect(run.engine.isQuiet).toBe(true);

    run.frame(lifecycle('determined', { result: 'yes' })).frame(lifecycle('settled'));
    run.reply('settlements', [
      {
        kind: 'http',
        status: 200,
        path: '/portfolio/settlements',
        body: JSON.stringify({
          settlements: [
            {
              ticker: cheap,
              market_result: 'yes',
              revenue: 20_000,
              value: 100,
              settled_time: '2026-09-01T05:00:00Z',
            },
          ],
          cursor: '',
        }),
      },
      { kind: 'end', parts: 1 },
    ]);
    expect(run.engine.totals()).toMatchObject({
      positions: 0,
      feesMicros: 2_000_000,
      realizedPnlMicros: 200_000_000 - 42_000_000 - 2_000_000,
      orders: { submitted: 1, filled: 1 },
      ledger: { balanced: true },
    });
    expect(run.problems).toEqual([]);
  });

  it('on paper asks the exchange for nothing of the account and takes its fills with the answer', () => {
    const run = decided({ mode: 'paper' }).reply('flush');
    run.reply('place', paperFill(run));
    expect(run.engine.totals()).toMatchObject({ positions: 1, orders: { filled: 1 } });
    for (const kind of ['orders', 'fills', 'positions', 'settlements', 'balance'] as const)
      expect(run.effectsOf(kind)).toEqual([]);
  });
});

describe('what is held and has left the list', () => {
  const without = (name: string): readonly Outcome[] => {
    const [first, ...more] = answerOf({ kind: 'scan' });
    if (first?.kind !== 'http') throw new Error('no page');
    const page = JSON.parse(first.body) as { markets: { ticker: string }[] };
    const markets = page.markets.filter((market) => market.ticker !== name);
    return [{ ...first, body: JSON.stringify({ ...page, markets }) }, ...more];
  };
  const ended = (name: string): readonly Outcome[] => [
    {
      kind: 'http',
      status: 200,
      path: `/markets/${name}`,
      body: JSON.stringify({
        market: marketSample({
          ticker: name,
          status: 'finalized',
          result: 'yes',
          settlement_value_dollars: '1.0000',
        }),
      }),
    },
  ];

  it('is asked for by name: a market that ended early, and nobody said so, is settled on paper', () => {
    const run = decided({ mode: 'paper' }).reply('flush');
    run.reply('place', paperFill(run));
    expect(run.engine.totals().positions).toBe(1);
    // Disconnected, so nothing is heard of its end; the next list does not have it any more.
    run.give('feed', { kind: 'disconnected', connection: 1, reason: 'cut' }, 10);
    run.tick(45_000).reply('scan', without(cheap));
    expect(run.effectsOf('market')).toEqual([{ kind: 'market', ticker: cheap }]);
    run.reply('market', ended(cheap));
    expect(bodies(run).find((body) => body.kind === 'settled')).toMatchObject({
      ticker: cheap,
      yesValue: 10_000,
      revenue: 200_000_000,
    });
    expect(run.engine.totals()).toMatchObject({ positions: 0, ledger: { balanced: true } });
  });

  it('is asked for once a list, not whenever the exchange says something of another market', () => {
    const run = decided({ mode: 'paper' }).reply('flush');
    run.reply('place', paperFill(run));
    run.tick(45_000).reply('scan', without(cheap));
    for (const name of names.slice(6, 9))
      run.frame({
        type: 'market_lifecycle_v2',
        sid: 8,
        msg: { market_ticker: name, event_type: 'deactivated' },
      });
    expect(run.effectsOf('market')).toHaveLength(1);
  });
});

describe('between the decision and the flush', () => {
  it.each<readonly [string, string, (run: ScriptedRun) => unknown]>([
    [
      'a hole in the feed',
      'book_unknown',
      (run) => run.delta(cheap, { cents: 5, by: '1.00', seq: 99 }),
    ],
    [
      'the connection',
      'not_ready',
      (run) => run.give('feed', { kind: 'disconnected', connection: 1, reason: 'cut' }, 1),
    ],
    ['silence of the connection', 'book_stale', (run) => run.tick(15_001)],
    [
      'the price',
      'edge_gone',
      (run) => run.delta(cheap, { side: 'no', cents: 100 - quoteOf(cheap).ask, by: '-800.00' }),
    ],
    ['the market', 'market_closed', (run) => run.frame(lifecycle('deactivated'))],
    [
      'an operator',
      'paused',
      (run) =>
        run.give('operator', {
          kind: 'operator',
          command: { kind: 'kill', level: 'pause', why: 'test' },
        }),
    ],
    [
      'a drain',
      'draining',
      (run) => run.give('operator', { kind: 'operator', command: { kind: 'drain' } }),
    ],
  ])('%s takes the order back: %s', (_name, why, happen) => {
    const run = decided();
    happen(run);
    run.reply('flush');
    expect(withdrawals(run)).toEqual([why]);
    expect(run.effectsOf('place')).toEqual([]);
    expect(run.engine.totals().orders.submitted).toBe(0);
    expect(run.engine.isQuiet).toBe(true);
  });

  it('a disk that refuses takes everything back, now and later', () => {
    const run = decided().reply('flush', [
      { kind: 'failed', code: 'disk_failed', sent: false, detail: 'ENOSPC' },
    ]);
    run.tick(61_000);
    for (const name of names) run.snapshot(name);
    expect(run.effectsOf('place')).toEqual([]);
    expect(run.engine.halted).toBe('halt');
    expect(run.notices()).toContain('disk_failed');
  });
});

describe('a run of so many windows', () => {
  it('has no more of them, however long what came of the last one takes', () => {
    const run = decided({ cyclesMax: 2 }).tick(60_000).reply('value');
    for (let minute = 0; minute < 3; minute += 1) run.tick(60_000);
    expect(run.engine.totals()).toMatchObject({ windows: 2, cycles: 2 });
    expect(run.engine.isQuiet).toBe(false);
    expect(decided({ cyclesMax: null }).tick(60_000).tick(60_000).engine.totals().windows).toBe(3);
  });
});

describe('windows that come faster than they are valued', () => {
  it('count as windows though one that the next replaced is no cycle, and the engine comes to rest', () => {
    const run = windowed({ cyclesMax: 3 }).tick(60_000).tick(60_000);
    for (let minute = 0; minute < 3; minute += 1) run.tick(60_000);
    expect([run.engine.windows, run.engine.isQuiet]).toEqual([3, false]);
    run.reply('value').reply('value');
    expect(run.waiting.some(({ request }) => request.kind === 'value')).toBe(false);
    // What the first one would buy is asked for by its stale book.
    run.reply('book', [{ kind: 'failed', code: 'timeout', sent: true, detail: '' }]);
    expect([run.engine.windows, run.engine.cycles, run.engine.isQuiet]).toEqual([3, 2, true]);
  });
});

describe('a drain', () => {
  it('stops intents that are on their way, and the engine is quiet', () => {
    const run = windowed();
    run.give('operator', { kind: 'operator', command: { kind: 'drain' } }).reply('value');
    expect(run.notices()).toContain('draining');
    expect(bodies(run).flatMap((body) => (body.kind === 'refused' ? [body.code] : []))).toEqual([
      'draining',
    ]);
    expect(run.effectsOf('flush')).toEqual([]);
    expect(run.engine.isQuiet).toBe(true);
  });

  it('ends the windows, however long an answer takes', () => {
    const run = decided().reply('flush');
    run.tick(60_000).reply('value');
    run.give('operator', { kind: 'operator', command: { kind: 'drain' } });
    for (let minute = 0; minute < 3; minute += 1) run.tick(60_000);
    expect(run.engine.totals().windows).toBe(2);
    run.reply('place', accepted('200.00'));
    expect(run.engine.isQuiet).toBe(false);
    run.frame(fillFrame(run, '200.00'));
    expect(run.engine.isQuiet).toBe(true);
  });

  it('waits for what is sent: not quiet until its fills are booked', () => {
    const run = decided().reply('flush');
    run.give('operator', { kind: 'operator', command: { kind: 'drain' } });
    expect(run.engine.isQuiet).toBe(false);
    run.reply('place', accepted('200.00'));
    expect(run.engine.isQuiet).toBe(false);
    run.frame(fillFrame(run, '200.00'));
    expect(run.engine.isQuiet).toBe(true);
  });

  it('ends with a stop: the steps are over, and late inputs say nothing', () => {
    const run = decided().reply('flush');
    let isOver = false;
    run.engine.steps$.subscribe({ complete: () => (isOver = true) });
    run.give('engine', { kind: 'stop', reason: 'test' });
    expect(isOver).toBe(true);
    expect(bodies(run).at(-1)).toEqual({ kind: 'stopped', reason: 'test' });
    const { length } = run.steps;
    run.reply('place', accepted('200.00')).tick(100_000);
    expect(run.steps).toHaveLength(length);
  });
});

describe('settings and odd frames', () => {
  it('new settings are obeyed by the next valuation, and said', () => {
    const run = new ScriptedRun().ready();
    run.give('config', {
      kind: 'settings',
      settings: settings({ mispricingThreshold: '0.9' }),
      changed: ['mispricingThreshold'],
      restart: ['speed'],
    });
    run.tick(2_010).reply('value');
    expect(run.effectsOf('value')[0]?.job.settings.mispricingThreshold).toBe(0.9);
    expect(run.effectsOf('flush')).toEqual([]);
    expect(run.notices()).toEqual(expect.arrayContaining(['settings_changed', 'settings_wait']));
  });

  it('a file that is refused changes nothing but is said', () => {
    const run = new ScriptedRun().ready();
    run.give('config', { kind: 'settings_refused', problems: ['line 3', 'line 9'] });
    expect(run.notices().filter((code) => code === 'settings_refused')).toHaveLength(2);
    run.tick(2_010).reply('value');
    expect(run.effectsOf('flush')).toHaveLength(1);
  });

  it('a disk without room holds everything back until it has some', () => {
    const run = new ScriptedRun().ready();
    run.give('ledger', { kind: 'space', isLow: true, freeBytes: 10 });
    expect(run.engine.halted).toBe('halt');
    run.tick(2_010).reply('value');
    expect(run.effectsOf('flush')).toEqual([]);
    run.give('ledger', { kind: 'space', isLow: false, freeBytes: 10_000_000_000 });
    expect([run.engine.halted, run.notices().filter((code) => code.includes('space'))]).toEqual([
      null,
      // The disk, the bet that was refused for it, and its end.
      ['low_space', 'low_space', 'space_again'],
    ]);
  });

  it('a frame that cannot be read costs its market its book, and is said', () => {
    const run = new ScriptedRun().ready();
    run.delta(cheap, { cents: 150, by: '1.00' });
    expect(run.notices()).toContain('frame_refused');
    expect(run.engine.totals().gaps).toBe(1);
    expect(run.engine.shot(ticker(cheap)).trust).toBe('unknown');
    run.tick(2_010).reply('value');
    expect(run.effectsOf('flush')).toEqual([]);
  });

  it('a log begins with opened, once', () => {
    const frame = { kind: 'frame', connection: 1, text: '{}' } as const;
    expect(() => new ScriptedRun().give('feed', frame)).toThrow('begins with opened');
    const run = new ScriptedRun().give('engine', openedWith());
    expect(() => run.give('engine', openedWith())).toThrow('opened once');
  });
});

describe('a capture', () => {
  it('yields books and windows: nothing is asked, valued or written', () => {
    const run = new ScriptedRun().give('engine', openedWith({ feed: 'capture', mode: 'paper' }));
    for (const name of names) run.snapshot(name);
    run.delta(cheap, { cents: 18, by: '5.00' });
    for (let second = 0; second < 130; second += 1) run.tick(1_000);
    expect(new Set(run.kinds())).toEqual(new Set(['window']));
    expect(run.engine.totals()).toMatchObject({
      windows: 2,
      cycles: 0,
      orders: { submitted: 0 },
      ledger: { records: 0, headHash: '', balanced: false },
    });
    const [first] = run.steps;
    expect(first?.kind === 'window' && first.window.summaries).toHaveLength(names.length);
    expect(replayed(run.inputs).digest()).toBe(run.digest());
  });
});
