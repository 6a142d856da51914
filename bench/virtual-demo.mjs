// The demo without sockets, threads, disk or waiting: the engine's own core and the simulator's own core in one thread, on
// one virtual clock. What takes time takes the time below, whatever it takes here, so the same seed gives the same decisions
// to the last bit, however busy the machine.

import { readConfig } from '../dist/config/read.js';
import { Engine } from '../dist/engine.js';
import { kalshiCodec } from '../dist/exchange/kalshi/codec.js';
import { limits } from '../dist/limits.js';
import { LogScheduler } from '../dist/log-scheduler.js';
import { startingBlend } from '../dist/valuation/blend.js';
import { learn } from '../dist/valuation/learn.js';
import { settledVerdicts, WordsKept } from '../dist/valuation/settled.js';
import { valueMarkets } from '../dist/valuation/value.js';
import { demoOriginMs, outcomesOf, VirtualVenue } from './virtual-venue.mjs';

export { demoOriginMs };

/**
 * The clock's speed as the engine knows it: its sweeps, and what takes time, are that many times further apart in market
 * time. Ten times fewer sweeps to compute, and still six times finer than the demo's usual speed.
 */
const speed = 10;
/** What live runs take, real ms: a request on its way there and back, a frame, a valuation, a commit. */
const delays = { thereMs: 25, backMs: 25, frameMs: 15, valueMs: 150, learnMs: 300, flushMs: 2 };
const pingEveryMs = 10_000;
const tickEveryMs = 1_000;
const printsEveryMs = 250;
const drainMs = 5_000;
const root = 'http://127.0.0.1:1';

/** The settings of `demo`, on a venue that is not there. */
function settingsOf(seed, flags) {
  const evidence = `${root}/evidence`;
  const read = readConfig(
    {},
    {
      kalshiApiBaseUrl: root,
      kalshiWsUrl: 'ws://127.0.0.1:1/trade-api/ws/v2',
      clock: JSON.stringify({ realOriginMs: demoOriginMs, marketOriginMs: demoOriginMs, speed }),
      noaaBaseUrl: `${evidence}/noaa`,
      coinbaseBaseUrl: `${evidence}/spot`,
      krakenBaseUrl: `${evidence}/spot`,
      blockchainBaseUrl: `${evidence}/onchain`,
      mempoolBaseUrl: `${evidence}/onchain`,
      cryptoSentimentApiUrl: `${evidence}/sentiment/fng/`,
      sportsInjuryApiUrl: `${evidence}/injuries/injuries`,
      seed: String(seed),
      exchangeBackend: 'paper_sim',
      executionMode: 'live',
      allowHeuristicInLive: 'true',
      enrichmentMarkets: '250',
      ...flags,
    },
  );
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join('; '));
  return read.value.loaded.settings;
}

/** What the ledger teaches by now, as the engine would read it from its disk. */
function learntFrom(records) {
  const outcomes = new Map();
  for (const { body } of records)
    if (body.kind === 'outcome') outcomes.set(body.ticker, body.yesValue);
  const words = new WordsKept(limits.learnSnapshotsMax);
  for (const { body, at } of records)
    if (body.kind === 'cycle')
      for (const { ticker, word } of settledVerdicts(body, at, (name) => outcomes.get(name)))
        words.add(ticker, word);
  return learn(words.snapshots(), startingBlend);
}

/** Things to do, by time, and at one time in the order they were asked for. */
class Agenda {
  items = [];
  count = 0;
  add(atMs, act) {
    this.count += 1;
    let at = this.items.length;
    // Nearly everything new is due last.
    while (at > 0 && this.items[at - 1].atMs > atMs) at -= 1;
    this.items.splice(at, 0, { atMs, act });
  }
  dueMs() {
    return this.items[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }
}

function agrees(ours, theirs) {
  const cash = [...theirs.cash].every(
    ([shard, micros]) => (ours.balances.get(`cash:${shard}`) ?? 0) === micros,
  );
  const held = new Map([...theirs.positions].map(([ticker, { quantity }]) => [ticker, quantity]));
  const named = new Set([...held.keys(), ...ours.positions.keys()]);
  const positions = [...named].every(
    (ticker) => (ours.positions.get(ticker)?.quantity ?? 0) === (held.get(ticker) ?? 0),
  );
  return cash && positions;
}

/**
 * Runs `cycles` windows of one seed. Answers with the ledger's records, the totals, and whether the exchange holds the
 * same cash on every shard and the same positions.
 * `onStep` hears what the engine tells its sinks, `onInput` what it is told.
 */
export function virtualDemo({
  seed,
  cycles,
  agentLag = 1,
  flags = {},
  onStep = () => {},
  onInput = () => {},
}) {
  const settings = settingsOf(seed, flags);
  const scheduler = new LogScheduler();
  const engine = new Engine({ scheduler, codec: kalshiCodec });
  const agenda = new Agenda();
  const records = [];
  let nowMs = demoOriginMs;
  let seq = 0;
  let inputs = [];
  let isFeeding = false;

  const give = (source, payload) => {
    inputs.push({ source, payload });
    if (isFeeding) return;
    isFeeding = true;
    for (let next = 0; next < inputs.length; next += 1) {
      seq += 1;
      const input = { seq, at: nowMs, ...inputs[next] };
      onInput(input);
      scheduler.advanceTo(nowMs);
      const problem = engine.deliver(input);
      if (problem !== null) throw new Error(`input ${seq}: ${JSON.stringify(problem)}`);
    }
    inputs = [];
    isFeeding = false;
  };
  const later = (realMs, act) => agenda.add(nowMs + realMs * speed, act);
  const venue = new VirtualVenue(seed, agentLag, (text) =>
    later(delays.frameMs, () => give('feed', { kind: 'frame', connection: 1, text })),
  );

  const answered = (source, effect, outcomes) => {
    outcomes.forEach((outcome, part) => {
      const last = part === outcomes.length - 1;
      const reply = { effectId: effect.id, requestHash: effect.hash, part, last, outcome };
      give(source, { kind: 'reply', reply });
    });
  };
  const perform = (effect) => {
    const { request } = effect;
    const { thereMs, backMs } = delays;
    const remote = (source, outcomes) =>
      later(thereMs, () => {
        venue.nowMs = nowMs;
        const answers = outcomes();
        later(backMs, () => answered(source, effect, answers));
      });
    switch (request.kind) {
      case 'send':
        return later(delays.frameMs, () => {
          venue.nowMs = nowMs;
          venue.command(request.text);
        });
      case 'value': {
        const output = valueMarkets(request.job);
        return later(delays.valueMs, () =>
          answered('worker', effect, [{ kind: 'worker', output }]),
        );
      }
      case 'flush':
        return later(delays.flushMs, () =>
          answered('ledger', effect, [{ kind: 'flushed', recordSeq: request.recordSeq }]),
        );
      case 'calibrate': {
        const output = learntFrom(records.slice(0, request.throughSeq));
        return later(delays.learnMs, () =>
          answered('ledger', effect, [{ kind: 'calibration', output }]),
        );
      }
      case 'evidence':
        return remote('evidence', () => [venue.evidence(request.url)]);
      default:
        return remote('venue', () => outcomesOf(venue, request));
    }
  };
  engine.steps$.subscribe((told) => {
    if (told.kind === 'effect') perform(told.effect);
    else if (told.kind === 'records') records.push(...told.records);
    onStep(told);
  });

  const every = (ms, act) => {
    const again = () => {
      act();
      later(ms, again);
    };
    later(ms, again);
  };
  give('engine', {
    kind: 'opened',
    run: 1,
    mode: 'live',
    venue: 'paper_sim',
    environment: 'loopback',
    account: settings.account,
    hasKey: true,
    hasClaude: false,
    clock: { realOriginMs: demoOriginMs, marketOriginMs: demoOriginMs, speed },
    settings,
    recovered: null,
    once: false,
    feed: 'live',
  });
  later(delays.backMs, () => give('feed', { kind: 'connected', connection: 1 }));
  every(pingEveryMs, () => give('feed', { kind: 'alive', connection: 1 }));
  every(tickEveryMs, () => give('clock', { kind: 'tick' }));
  every(printsEveryMs, () => venue.print());

  let endMs = Number.POSITIVE_INFINITY;
  while (nowMs < endMs) {
    const engineMs = scheduler.earliestDue() ?? Number.POSITIVE_INFINITY;
    const venueMs = venue.dueMs();
    const agendaMs = agenda.dueMs();
    nowMs = Math.max(nowMs, Math.min(engineMs, venueMs, agendaMs));
    if (venueMs <= nowMs) venue.advance(nowMs);
    else if (agendaMs <= nowMs) agenda.items.shift().act();
    else give('clock', { kind: 'tick' });
    // As in a run: no more intents after the last window, and then what is under way may end.
    if (endMs === Number.POSITIVE_INFINITY && engine.cycles >= cycles) {
      give('operator', { kind: 'operator', command: { kind: 'drain' } });
      endMs = nowMs + drainMs * speed;
    }
  }
  const { account } = engine;
  return { records, totals: engine.totals(), agreesWithVenue: agrees(account, venue.account) };
}
