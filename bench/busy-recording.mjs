// A recording of a busy exchange: the real engine and the real recorder, an exchange that answers what it is asked, and as
// many book changes as are wanted, with a trade among every thirty. Seeded, and held nowhere in memory.

import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../dist/clock.js';
import { readConfig } from '../dist/config/read.js';
import { Engine } from '../dist/engine.js';
import { kalshiCodec } from '../dist/exchange/kalshi/codec.js';
import { LogScheduler } from '../dist/log-scheduler.js';
import { Recorder } from '../dist/sinks/recorder/recorder.js';
import { valueMarkets } from '../dist/valuation/value.js';
import { draws } from './synthetic-capture.mjs';

const originMs = Date.UTC(2026, 8, 1, 4);
const sids = { orderbook_delta: 5, trade: 6 };
const rungs = 10;
const marketId = '03137cd9-ae15-4c2c-afd9-9c88e467ceb9';

const dollars = (cents) => (cents / 100).toFixed(4);
const count = (hundredths) => (hundredths / 100).toFixed(2);
const json = (body) => ({ kind: 'http', status: 200, path: '/', body: JSON.stringify(body) });
const pages = (...bodies) => [...bodies.map(json), { kind: 'end', parts: bodies.length }];

const listingOf = ({ ticker, event, rung }) => ({
  ticker,
  event_ticker: event,
  market_type: 'binary',
  title: `Above rung ${rung}`,
  yes_sub_title: '',
  no_sub_title: '',
  status: 'active',
  rules_primary: 'If the price …',
  rules_secondary: '',
  open_time: '2026-08-31T00:00:00Z',
  close_time: '2026-09-03T11:00:00Z',
  latest_expiration_time: '2026-09-04T14:00:00Z',
  settlement_timer_seconds: 3600,
  yes_bid_dollars: '0.4500',
  yes_ask_dollars: '0.5500',
  yes_bid_size_fp: '500.00',
  yes_ask_size_fp: '500.00',
  volume_fp: '90000.00',
  volume_24h_fp: '80000.00',
  open_interest_fp: '7.00',
  strike_type: 'greater',
  floor_strike: 100 + rung,
  cap_strike: null,
  price_level_structure: 'linear_cent',
  price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }],
  exchange_index: 0,
});

/** What the exchange, its ledger and a pool answer: markets, cash, and nothing else. */
function answerOf(request, markets) {
  const events = [...new Set(markets.map(({ event }) => event))];
  switch (request.kind) {
    case 'scan':
      return pages({ markets: markets.map(listingOf), cursor: '' });
    case 'metadata':
      return pages(
        ...(request.events.length > 0
          ? [
              {
                events: events.map((event_ticker) => ({
                  event_ticker,
                  series_ticker: 'KXBUSY',
                  title: 'Price',
                  mutually_exclusive: false,
                })),
                cursor: '',
              },
            ]
          : []),
        ...request.series.map((ticker) => ({
          series: {
            ticker,
            title: 'Price',
            category: 'Financials',
            tags: [],
            fee_type: 'quadratic',
            fee_multiplier: 1,
          },
        })),
      );
    case 'value':
      return [{ kind: 'worker', output: structuredClone(valueMarkets(request.job)) }];
    case 'flush':
      return [{ kind: 'flushed', recordSeq: request.recordSeq }];
    case 'orders':
      return pages({ orders: [], cursor: '' });
    case 'fills':
      return pages({ fills: [], cursor: '' });
    case 'positions':
      return pages({ market_positions: [], cursor: '' });
    case 'settlements':
      return pages({ settlements: [], cursor: '' });
    case 'balance':
      return [json({ balance_breakdown: [{ exchange_index: 0, balance: '10000.000000' }] })];
    default:
      return [{ kind: 'failed', code: 'timeout', sent: true, detail: 'not there' }];
  }
}

class BusyRun {
  at = originMs;
  seq = 0;
  bookSeq = 0;
  tradeSeq = 0;
  scheduler = new LogScheduler();
  waiting = [];
  constructor(markets, draw, tap) {
    this.markets = markets;
    this.draw = draw;
    this.tap = tap;
    this.engine = new Engine({ scheduler: this.scheduler, codec: kalshiCodec });
    this.engine.steps$.subscribe((step) => {
      if (step.kind === 'effect') this.waiting.push(step.effect);
    });
  }
  pick(from, to) {
    return from + Math.floor(this.draw() * (to - from + 1));
  }
  give(source, payload) {
    this.seq += 1;
    const input = { seq: this.seq, at: this.at, source, payload };
    this.tap(input);
    this.scheduler.advanceTo(this.at);
    const problem = this.engine.deliver(input);
    if (problem !== null) throw new Error(JSON.stringify(problem));
  }
  frame(text) {
    this.give('feed', { kind: 'frame', connection: 1, text });
  }
  answerAll() {
    for (let effect = this.waiting.shift(); effect !== undefined; effect = this.waiting.shift()) {
      this.at += 1;
      if (effect.request.kind === 'send') this.command(JSON.parse(effect.request.text));
      else this.answer(effect, answerOf(effect.request, this.markets));
    }
  }
  answer({ id, hash }, outcomes) {
    outcomes.forEach((outcome, part) => {
      const last = part === outcomes.length - 1;
      const reply = { effectId: id, requestHash: hash, part, last, outcome };
      this.give('venue', { kind: 'reply', reply });
    });
  }
  command({ id, cmd, params }) {
    const [channel] = params.channels ?? [];
    if (cmd !== 'subscribe') return;
    const msg = { channel, sid: sids[channel] ?? 20 + id };
    this.frame(JSON.stringify({ type: 'subscribed', id, msg }));
    if (channel === 'orderbook_delta') for (const market of this.markets) this.snapshot(market);
  }
  snapshot({ ticker, yes, no }) {
    this.bookSeq += 1;
    const levels = (side) => [...side].map(([at, size]) => [dollars(at), count(size)]);
    const msg = { market_ticker: ticker, yes_dollars_fp: levels(yes), no_dollars_fp: levels(no) };
    const { bookSeq: seq } = this;
    this.frame(JSON.stringify({ type: 'orderbook_snapshot', sid: sids.orderbook_delta, seq, msg }));
  }
  change() {
    const market = this.markets[this.pick(0, this.markets.length - 1)];
    const isYes = this.draw() < 0.5;
    const side = isYes ? market.yes : market.no;
    const at = this.pick(20, 45);
    const before = side.get(at) ?? 0;
    // The touch stays, so that nobody is tempted to bet.
    const isLess = before > 1 && this.draw() < 0.5;
    const by = isLess ? -this.pick(1, at === 45 ? before - 1 : before) : this.pick(1, 60_000);
    side.set(at, before + by);
    this.bookSeq += 1;
    const time = `"ts":"${new Date(this.at).toISOString().slice(0, -1)}425Z","ts_ms":${this.at}`;
    this.frame(
      `{"type":"orderbook_delta","sid":${sids.orderbook_delta},"seq":${this.bookSeq},"msg":{"market_ticker":"${market.ticker}","market_id":"${marketId}","price_dollars":"${dollars(at)}","delta_fp":"${count(by)}","side":"${isYes ? 'yes' : 'no'}",${time}}}`,
    );
  }
  trade() {
    const { ticker } = this.markets[this.pick(0, this.markets.length - 1)];
    this.tradeSeq += 1;
    const id = `00000000-0000-5000-a000-${String(this.tradeSeq).padStart(12, '0')}`;
    const seconds = Math.floor(this.at / 1_000);
    this.frame(
      `{"type":"trade","sid":${sids.trade},"seq":${this.tradeSeq},"msg":{"trade_id":"${id}","market_ticker":"${ticker}","yes_price_dollars":"0.5500","no_price_dollars":"0.4500","count_fp":"${count(this.pick(1, 5_000))}","taker_side":"yes","taker_outcome_side":"yes","taker_book_side":"bid","ts":${seconds},"ts_ms":${this.at}}}`,
    );
  }
}

/** `perSecond`: book changes in a second of market time. Answers with the number of inputs. */
export async function busyRecording({
  folder,
  deltas,
  markets = 200,
  perSecond = 1_000,
  seed = 1,
}) {
  const config = readConfig({}, { bankroll: '10000', orderGroups: 'false', executionMode: 'live' });
  if (!config.ok) throw new Error(config.error[0].message);
  const clock = { realOriginMs: originMs, marketOriginMs: originMs, speed: 1 };
  const opened = Recorder.open(
    { folder, run: 1, engine: 'bench', settingsHash: '', clock, report: () => {} },
    { clock: systemClock },
  );
  if (!opened.ok) throw new Error(opened.error.detail);
  const recorder = opened.value;
  const draw = draws(seed);
  const listed = Array.from({ length: markets }, (_, index) => {
    const event = `KXBUSY-26SEP03-E${Math.floor(index / rungs)}`;
    const side = () =>
      new Map([
        [40, 50_000],
        [44, 80_000],
        [45, 90_000],
      ]);
    const rung = index % rungs;
    return { ticker: `${event}-T${rung}`, event, rung, yes: side(), no: side() };
  });
  const run = new BusyRun(listed, draw, recorder.tap);
  run.give('engine', {
    kind: 'opened',
    run: 1,
    mode: 'live',
    venue: 'kalshi',
    environment: 'loopback',
    account: 'main',
    hasKey: true,
    hasClaude: false,
    clock,
    settings: config.value.loaded.settings,
    recovered: null,
    cyclesMax: null,
    feed: 'live',
  });
  run.answerAll();
  run.give('feed', { kind: 'connected', connection: 1 });
  run.answerAll();
  const startMs = run.at;
  for (let change = 0; change < deltas; change += 1) {
    run.at = Math.max(run.at, startMs + Math.floor((change * 1_000) / perSecond));
    run.change();
    if (change % 30 === 7) run.trade();
    if (change % perSecond === 0) run.give('clock', { kind: 'tick' });
    if (run.waiting.length > 0) run.answerAll();
    // The recorder folds meanwhile.
    if (change % 1_000 === 0) await turn();
  }
  run.give('operator', { kind: 'stop', reason: 'the bench has enough' });
  const { decisionsHash, ledger, windows } = run.engine.totals();
  await recorder.close({ decisionsHash, ledgerHash: ledger.headHash });
  return { inputs: run.seq, windows };
}
