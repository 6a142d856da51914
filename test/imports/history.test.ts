// Goal: what the exchange tells of the past becomes a recording in which everything stands at the time when it could be known,
// what was made says so, and what was answered is there to the byte; anything odd leaves none.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { readConfig } from '../../src/config/read.js';
import { importHistory } from '../../src/imports/history/import-history.js';
import type { HistoryJob, HistoryPort } from '../../src/imports/history/job.js';
import { TimedWriter } from '../../src/imports/timed-writer.js';
import { limits } from '../../src/limits.js';
import type { Input } from '../../src/messages/input.js';
import { engineTarget, openedForHistory } from '../../src/replay/engine-target.js';
import { openRecording, readRecording } from '../../src/replay/recording-reader.js';
import { Recorder } from '../../src/sinks/recorder/recorder.js';
import {
  type Answers,
  archivedCandle,
  iso,
  minuteMs,
  portOf,
  startMs,
  wireCandle,
  wireMarket,
  wireTrade,
} from './wire-history.js';

const folder = mkdtempSync(join(tmpdir(), 'history-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cutoff = {
  market_settled_ts: iso(startMs - 30 * 24 * 60 * minuteMs),
  trades_created_ts: iso(startMs + 2 * minuteMs),
  orders_updated_ts: iso(startMs),
};
const event = {
  event_ticker: 'KXG-1',
  series_ticker: 'KXG',
  title: 'Gold',
  mutually_exclusive: true,
};
const series = { ticker: 'KXG', title: 'Gold', category: 'Commodities', fee_type: 'quadratic' };
const settings = (() => {
  const read = readConfig({}, {});
  if (!read.ok) throw new Error('no settings');
  return read.value.loaded.settings;
})();

const base: Answers = (path, query) => {
  if (path === '/historical/cutoff') return [cutoff];
  if (path === '/events') return [{ events: [event], cursor: '' }];
  if (path === '/series/KXG') return [{ series: { ...series, fee_multiplier: 1 } }];
  if (path === '/markets')
    return query['event_ticker'] === 'KXG-1'
      ? [{ markets: [wireMarket('KXG-1-A'), wireMarket('KXG-1-B')], cursor: '' }]
      : [{ markets: [], cursor: '' }];
  if (path === '/markets/candlesticks')
    return [
      {
        markets: [
          {
            market_ticker: 'KXG-1-A',
            candlesticks: [
              wireCandle(0, '0.4000', '0.4200'),
              wireCandle(1, '0.4100', '0.4300', '8'),
              wireCandle(3, null, null),
              wireCandle(4, '0.4100', '1.0000', '3'),
            ],
          },
          { market_ticker: 'KXG-1-B', candlesticks: [] },
        ],
      },
    ];
  // The archive has what was traded in the first two minutes; the edge is in both.
  const edge = wireTrade('t-2', 'KXG-1-A', 2 * minuteMs);
  if (path === '/historical/trades')
    return [
      {
        trades: [edge, wireTrade('block', 'KXG-1-A', 40_000, { is_block_trade: true })],
        cursor: 'x',
      },
      {
        trades: [
          wireTrade('t-1', 'KXG-1-A', 30_500),
          // Before the span, and after it.
          wireTrade('t-0', 'KXG-1-A', -500),
        ],
        cursor: '',
      },
    ];
  if (path === '/markets/trades')
    return [
      {
        trades: [
          wireTrade('t-9', 'KXG-1-A', 5 * minuteMs + 800),
          wireTrade('t-3', 'KXG-1-A', 3 * minuteMs + 250),
          edge,
        ],
        cursor: '',
      },
    ];
  return 404;
};

let folders = 0;
async function imported(port: HistoryPort, over: Partial<HistoryJob> = {}) {
  folders += 1;
  const out = join(folder, String(folders));
  const opened = Recorder.open(
    {
      folder: out,
      run: 1,
      engine: 'test',
      settingsHash: '',
      clock: { realOriginMs: startMs, marketOriginMs: startMs, speed: 1 },
      report: () => {},
    },
    { clock: systemClock },
  );
  if (!opened.ok) throw new Error(opened.error.code);
  const notes: string[] = [];
  const job: HistoryJob = {
    names: ['KXG-1'],
    fromMs: startMs,
    toMs: startMs + 5 * minuteMs,
    interval: 1,
    opened: openedForHistory(settings, 'production'),
    onProgress: () => {},
    onNote: (text) => notes.push(text),
    ...over,
  };
  const result = await importHistory(job, port, new TimedWriter(opened.value), systemClock);
  await opened.value.close({ decisionsHash: null, ledgerHash: null });
  const inputs: Input[] = [];
  const recording = await openRecording(out);
  if (recording.ok)
    await readRecording(recording.value, (input) => {
      inputs.push(input);
      return true;
    });
  return { result, inputs, notes };
}

type Frame = {
  readonly type: string;
  readonly seq?: number;
  readonly made_from?: string;
  readonly msg: Readonly<Record<string, unknown>>;
};
const framesOf = (inputs: readonly Input[]) =>
  inputs.flatMap(({ at, payload }) =>
    payload.kind === 'frame'
      ? [{ after: at - startMs, frame: JSON.parse(payload.text) as Frame }]
      : [],
  );
const answersOf = (inputs: readonly Input[], from: 'venue' | 'capture') =>
  inputs.flatMap(({ at, source, payload }) =>
    source === from && payload.kind === 'reply' && payload.reply.outcome.kind === 'http'
      ? [{ after: at - startMs, ...payload.reply.outcome }]
      : [],
  );

describe('history', () => {
  it('tells quotes at the end of their candles, for a while, and trades when they were made', async () => {
    const { result, inputs } = await imported(portOf(base));
    expect(result).toMatchObject({ ok: true, value: { candles: 4, unquoted: 1, trades: 3 } });
    const told = framesOf(inputs).map(({ after, frame }) => [
      after,
      frame.type,
      frame.msg['trade_id'] ?? frame.msg['yes_dollars_fp'] ?? frame.msg['event_type'],
    ]);
    const quote = (at: string) => [[at, '4.00']];
    expect(told).toEqual([
      [0, 'orderbook_snapshot', quote('0.4000')],
      [15_000, 'ok', undefined],
      [30_500, 'trade', 't-1'],
      [minuteMs, 'orderbook_snapshot', quote('0.4100')],
      [minuteMs + 15_000, 'ok', undefined],
      [2 * minuteMs, 'trade', 't-2'],
      [3 * minuteMs + 250, 'trade', 't-3'],
      [4 * minuteMs, 'orderbook_snapshot', quote('0.4100')],
      [4 * minuteMs + 15_000, 'ok', undefined],
      // Both markets, long after the span.
      [25 * minuteMs, 'market_lifecycle_v2', 'determined'],
      [25 * minuteMs, 'market_lifecycle_v2', 'settled'],
      [25 * minuteMs, 'market_lifecycle_v2', 'determined'],
      [25 * minuteMs, 'market_lifecycle_v2', 'settled'],
    ]);
    // An ask of 1 is none.
    expect(framesOf(inputs)[7]?.frame.msg['no_dollars_fp']).toEqual([]);
    expect(inputs[0]).toMatchObject({ seq: 1, payload: { kind: 'opened', feed: 'history' } });
    expect(inputs.at(-1)).toMatchObject({ payload: { kind: 'stop' } });
    expect(inputs.every(({ at }, index) => at >= (inputs[index - 1]?.at ?? 0))).toBe(true);
  });

  it('marks everything that was made, and keeps what was answered as it came', async () => {
    const port = portOf(base);
    const { inputs } = await imported(port);
    for (const { frame } of framesOf(inputs))
      expect(frame.made_from).toMatch(/^(candl|trade|list)/);
    const answered = [...answersOf(inputs, 'venue'), ...answersOf(inputs, 'capture')];
    const told = answered.filter(({ path }) => !path.includes('made_from='));
    for (const { path, body } of told) {
      expect(port.asked).toContain(path);
      const [bare = '', query = ''] = path.split('?');
      const known = base(bare, Object.fromEntries(new URLSearchParams(query)));
      const bodies = typeof known === 'number' ? [] : known.map((one) => JSON.stringify(one));
      expect(bodies).toContain(body);
    }
    // The cutoff is about no market; a name that is not a ticker was asked for as one first.
    expect(new Set(port.asked)).toEqual(
      new Set([...told.map(({ path }) => path), '/historical/cutoff?']),
    );
  });

  it('knows nothing sooner than it was known', async () => {
    const { inputs } = await imported(portOf(base));
    for (const { at, payload } of inputs) {
      if (at >= startMs + 25 * minuteMs) break;
      const text = JSON.stringify(payload);
      for (const later of ['finalized', '\\"result\\"', '0.9900', '999.00', 'settlement_value'])
        expect(text).not.toContain(later);
    }
    const lists = answersOf(inputs, 'venue').filter(({ path }) => path.startsWith('/markets?'));
    expect(lists.map(({ after }) => after)).toEqual([0, 5 * minuteMs]);
    expect(JSON.parse(lists[1]?.body ?? '')).toMatchObject({
      markets: [{ volume_fp: '11.00', open_interest_fp: '10.00', yes_bid_dollars: '0.0000' }, {}],
    });
  });

  it('leaves every book unknown between two candles, for a replay too', async () => {
    const { inputs } = await imported(portOf(base));
    const [first] = inputs;
    if (first?.payload.kind !== 'opened') throw new Error('not opened');
    const target = engineTarget(first.payload, { effect: () => {}, misfit: () => {} });
    for (const input of inputs) {
      target.scheduler.advanceTo(input.at);
      target.deliver(input);
    }
    expect(target.totals()).toMatchObject({ snapshots: 3, gaps: 3, trades: 3, markets: 2 });
  });

  it('asks the archive for what is older than the cutoff, in its own words', async () => {
    const archived: Answers = (path, query) => {
      if (path === '/historical/cutoff')
        return [{ ...cutoff, market_settled_ts: iso(startMs + 60 * minuteMs) }];
      if (path === '/markets') return [{ markets: [], cursor: '' }];
      if (path === '/historical/markets')
        return [
          { markets: query['tickers'] === 'KXG-1-A' ? [wireMarket('KXG-1-A')] : [], cursor: '' },
        ];
      if (path === '/historical/markets/KXG-1-A/candlesticks')
        return [{ ticker: 'KXG-1-A', candlesticks: [archivedCandle(1, '0.3000', '0.3500', '2')] }];
      return base(path, query);
    };
    const port = portOf(archived);
    const { result, inputs } = await imported(port, { names: ['KXG-1-A'] });
    expect(result).toMatchObject({ ok: true, value: { markets: 1, candles: 1, trades: 3 } });
    const quotes = framesOf(inputs).filter(({ frame }) => frame.type === 'orderbook_snapshot');
    expect(quotes).toHaveLength(1);
    expect(quotes[0]).toMatchObject({
      after: minuteMs,
      frame: { msg: { yes_dollars_fp: [['0.3000', '4.00']], no_dollars_fp: [['0.6500', '4.00']] } },
    });
    expect(port.asked.some((path) => path.startsWith('/markets/candlesticks'))).toBe(false);
  });

  it.each([
    ['all at once', 0, 600],
    ['one after the other', 4, 4],
  ])('asks for no more candles than the exchange allows, of markets %s', async (_, every, long) => {
    const many = Array.from({ length: 130 }, (_one, at) =>
      wireMarket(`KXG-1-${at}`, {
        open_time: iso(startMs + at * every * minuteMs),
        close_time: iso(startMs + (at * every + long) * minuteMs),
      }),
    );
    const port = portOf((path, query) => {
      if (path === '/markets') return [{ markets: many, cursor: '' }];
      if (path === '/markets/candlesticks') return [{ markets: [] }];
      return base(path, query);
    });
    const toMs = startMs + 600 * minuteMs;
    expect((await imported(port, { toMs })).result).toMatchObject({ ok: true });
    const minutes = new Map<string, number>();
    for (const path of port.asked) {
      if (!path.startsWith('/markets/candlesticks')) continue;
      const query = new URLSearchParams(path.split('?')[1]);
      const tickers = (query.get('market_tickers') ?? '').split(',');
      const ends = [Number(query.get('start_ts')), Number(query.get('end_ts'))] as const;
      const periods = Math.floor(ends[1] / 60) - Math.ceil(ends[0] / 60) + 1;
      expect(tickers.length).toBeLessThanOrEqual(limits.importTickersPerRequestMax);
      expect(tickers.length * (periods + 1)).toBeLessThanOrEqual(limits.importCandlesPerRequestMax);
      for (const ticker of tickers) minutes.set(ticker, (minutes.get(ticker) ?? 0) + periods);
    }
    expect([...minutes.values()]).toEqual(Array.from({ length: 130 }, () => 601));
  });
});

describe('no history', () => {
  const failing =
    (which: string, bodies: ReturnType<Answers>): Answers =>
    (path, query) =>
      path === which ? bodies : base(path, query);
  const refusals: readonly (readonly [string, Answers, Partial<HistoryJob>, string, number])[] = [
    ['of an unknown name', base, { names: ['KXNO'] }, 'history_unknown_name', 2],
    ['a later page fails', failing('/markets/trades', 503), {}, 'history_unreachable', 5],
    ['a question is refused', failing('/markets/candlesticks', 400), {}, 'history_refused', 1],
    [
      'candles of another shape',
      failing('/markets/candlesticks', [{ markets: [{ market_ticker: 'A', candlesticks: [{}] }] }]),
      {},
      'history_odd_answer',
      1,
    ],
    ['a list of another shape', failing('/markets', [{ rows: [] }]), {}, 'history_odd_answer', 1],
    [
      'a trade of another shape',
      failing('/historical/trades', [{ trades: [{ ticker: 'KXG-1-A' }], cursor: '' }]),
      {},
      'history_odd_answer',
      1,
    ],
    [
      'no market was open then',
      base,
      { fromMs: startMs + 30 * minuteMs, toMs: startMs + 40 * minuteMs },
      'history_unknown_name',
      2,
    ],
    [
      'more than fits',
      failing('/markets', [
        { markets: [wireMarket('KXG-1-A', { open_time: '2019-01-01T00:00:00Z' })], cursor: '' },
      ]),
      { fromMs: Date.UTC(2020, 0, 1) },
      'history_too_large',
      2,
    ],
  ];

  it.each(refusals)('%s', async (_, answers, over, code, exitCode) => {
    const { result } = await imported(portOf(answers), over);
    expect(result).toMatchObject({ ok: false, error: { code, exitCode } });
  });

  it('of a malformed market, which is named', async () => {
    const odd = { ...wireMarket('KXG-1-C'), price_ranges: 'none' };
    const { result, notes } = await imported(
      portOf(failing('/markets', [{ markets: [wireMarket('KXG-1-A'), odd], cursor: '' }])),
    );
    expect(result).toMatchObject({ ok: true, value: { markets: 1 } });
    expect(notes).toEqual([expect.stringContaining('KXG-1-C')]);
  });
});
