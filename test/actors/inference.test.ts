import { describe, expect, it } from 'vitest';
import { decide } from '../../src/actors/executor/decide.js';
import type { ExecutorSettings } from '../../src/actors/executor/messages.js';
import { balanceOf } from '../../src/domain/postings.js';
import { inferenceCost, reserveIn } from '../../src/domain/treasury.js';
import { callId, type Micros, micros, price } from '../../src/domain/units.js';
import type { InferenceBill, InferenceCall } from '../../src/messages/inference.js';
import { Rig, tickerA } from '../support/executor-rig.js';

// Goal: nothing is asked that cannot be paid with every attempt, and everything that may have been charged is booked.
const model = 'claude-haiku-5-5';
const call = (name: string, change: Partial<InferenceCall> = {}): InferenceCall => ({
  callId: callId(name),
  model,
  tickers: [tickerA],
  body: '{}',
  maxCost: micros(10_000),
  ...change,
});
/** 1,000 fresh tokens and 1,000 out at $0.10 and $0.50 a million. */
const bill: InferenceBill = {
  messageId: 'msg_1',
  model,
  usage: { input: 1_000, output: 1_000, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 },
};
const billed = 600;

const ready = (with_: Partial<ExecutorSettings> = {}): Rig => {
  const rig = new Rig().open({ mode: 'paper', hasClaude: true }, with_);
  rig.send({ kind: 'model_checked', model, problem: null, isPassing: false, notice: null });
  return rig;
};
const answer = (
  rig: Rig,
  name: string,
  change: { status?: number | null; bill?: InferenceBill | null; lost?: number } = {},
) =>
  rig.send({
    kind: 'inference_answered',
    callId: callId(name),
    status: 200,
    bill,
    lost: 0,
    code: 'http_200',
    ...change,
  });
const ask = (rig: Rig, name: string, change: Partial<InferenceCall> = {}) =>
  rig.send({ kind: 'inference_wanted', call: call(name, change) });
const codes = (rig: Rig): readonly string[] => rig.last?.notes.map(({ code }) => code) ?? [];

describe('a question', () => {
  it('holds what all its attempts can cost, before it leaves', () => {
    const rig = ready();
    const { records, effects } = ask(rig, 'c1');
    const [held] = records;
    expect(held?.body).toMatchObject({
      kind: 'inference_held',
      perAttempt: 10_000,
      amount: 30_000,
    });
    expect(effects).toEqual([{ kind: 'infer', call: call('c1'), holdSeq: held?.seq }]);
    expect(rig.account.holds.get(callId('c1'))).toMatchObject({ amount: 30_000 });
  });

  it('is billed by its usage, by the grant as long as there is no profit', () => {
    const rig = ready();
    ask(rig, 'c1');
    answer(rig, 'c1');
    expect(rig.account.holds.size).toBe(0);
    expect(inferenceCost(rig.account.balances)).toBe(billed);
    expect(balanceOf(rig.account.balances, 'contributed')).toBe(-10_000_000_000 - billed);
    expect(rig.account.treasury).toMatchObject({ calls: 1, granted: billed, estimated: 0 });
  });

  it('costs nothing when it was refused whole, and its most for every attempt without a bill', () => {
    const table: readonly (readonly [Parameters<typeof answer>[2], number, number])[] = [
      [{ status: 529, bill: null }, 0, 0],
      [{ status: 400, bill: null }, 0, 0],
      [{ status: null, bill: null }, 0, 0],
      [{ status: null, bill: null, lost: 1 }, 10_000, 10_000],
      [{ status: null, bill: null, lost: 3 }, 30_000, 30_000],
      [{ status: null, bill: null, lost: 9 }, 30_000, 30_000],
      // A second attempt was answered; nobody knows about the first.
      [{ lost: 1 }, 10_000 + billed, 10_000],
      // Answered, but the bill cannot be read.
      [{ bill: null }, 10_000, 10_000],
      // A dated name of the same model, and one nobody has a price for: the question's own price counts.
      [{ bill: { ...bill, model: 'claude-haiku-5-5-20261007' } }, billed, 0],
      [{ bill: { ...bill, model: 'claude-else' } }, billed, 0],
    ];
    for (const [change, cost, estimated] of table) {
      const rig = ready();
      ask(rig, 'c1');
      answer(rig, 'c1', change);
      expect(inferenceCost(rig.account.balances)).toBe(cost);
      expect(rig.account.treasury.estimated).toBe(estimated);
      expect(rig.account.holds.size).toBe(0);
    }
  });

  it('books a bill above what was held: it is what is owed', () => {
    const rig = ready();
    ask(rig, 'c1', { maxCost: micros(10) });
    answer(rig, 'c1');
    expect(inferenceCost(rig.account.balances)).toBe(billed);
  });

  it('nobody asked moves nothing', () => {
    const rig = ready();
    expect(answer(rig, 'c9').records).toEqual([]);
    expect(codes(rig)).toEqual(['inference_unknown']);
  });

  it('that was out when the last run ended is booked at its most', () => {
    const rig = ready();
    ask(rig, 'c1');
    rig.restart({ hasClaude: true });
    expect(rig.account.holds.size).toBe(0);
    expect(rig.account.treasury).toMatchObject({ estimated: 30_000, granted: 30_000 });
    rig.send({
      kind: 'operator',
      command: { kind: 'true_up', amount: micros(-29_400), why: 'invoice' },
    });
    expect(inferenceCost(rig.account.balances)).toBe(billed);
    expect(rig.account.treasury).toMatchObject({ estimated: 0, granted: billed });
  });
});

describe('a true-up', () => {
  const trueUp = (rig: Rig, amount: number) =>
    rig.send({ kind: 'operator', command: { kind: 'true_up', amount: micros(amount), why: 'x' } });

  it('takes back no more than was ever billed, or it would be money to spend and hide a loss', () => {
    const rig = ready();
    ask(rig, 'c1');
    answer(rig, 'c1');
    trueUp(rig, 0 - billed - 1);
    expect(codes(rig)).toEqual(['true_up_refused']);
    expect(rig.bodies('inference_trued_up')).toEqual([]);
    trueUp(rig, 0 - billed);
    expect(inferenceCost(rig.account.balances)).toBe(0);
    expect(reserveIn(rig.account.balances)).toBe(0);
    expect(rig.account.treasury).toMatchObject({ granted: 0, spentToday: 0 });
  });
});

describe('the gate', () => {
  /** What would be said of another question now; `rig` is not asked. */
  const refusal = (rig: Rig, maxCost = 10_000, name = model) => {
    const wanted = call('another', { maxCost: maxCost as Micros, model: name });
    const { state } = decide(rig.state, { kind: 'inference_wanted', call: wanted }, rig.desk);
    return state.session?.inferenceRefusal;
  };

  it('refuses what reserve and grant do not cover with all attempts, and what the day no longer allows', () => {
    expect(refusal(ready({ inferenceGrant: 30_000 }))).toBeNull();
    expect(refusal(ready({ inferenceGrant: 29_999 }))).toBe('reserve_drained');
    expect(refusal(ready({ inferenceDailyCap: 30_000 }))).toBeNull();
    expect(refusal(ready({ inferenceDailyCap: 29_999 }))).toBe('daily_cap');
    expect(refusal(ready({ inferenceGrant: Number.NaN }))).toBe('reserve_drained');
    expect(refusal(ready({ inferenceDailyCap: Number.NaN }))).toBe('daily_cap');
    expect(refusal(ready(), Number.NaN)).toBe('reserve_drained');
    expect(refusal(ready(), 0)).toBe('reserve_drained');
  });

  it('counts what is held for others', () => {
    const rig = ready({ inferenceGrant: 59_999 });
    ask(rig, 'c1');
    expect(refusal(rig)).toBe('reserve_drained');
    answer(rig, 'c1', { status: 529, bill: null });
    expect(refusal(rig)).toBeNull();
  });

  it('stops at a drained grant and a reached cap, says so once, and opens again with the next day', () => {
    const rig = ready({ inferenceGrant: 1_000_000, inferenceDailyCap: 31_000 });
    for (const name of ['c1', 'c2', 'c3']) {
      ask(rig, name);
      if (rig.account.holds.has(callId(name))) answer(rig, name);
    }
    expect(refusal(rig)).toBe('daily_cap');
    expect(rig.effectsOf('infer')).toHaveLength(2);
    expect(codes(rig)).toEqual(['inference_daily_cap']);
    ask(rig, 'c4');
    expect(codes(rig)).toEqual([]);
    rig.send({ kind: 'sweep' }, 86_400_000);
    expect(refusal(rig)).toBeNull();
  });

  it('stays shut while trading is held back, and for a model that is unknown, unchecked, unusable or unpaid', () => {
    const paused = ready();
    paused.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: 'x' } });
    expect(refusal(paused)).toBe('trading_held');
    const draining = ready();
    draining.send({ kind: 'operator', command: { kind: 'drain' } });
    expect(refusal(draining)).toBe('trading_held');
    const unchecked = new Rig().open({ mode: 'paper', hasClaude: true });
    expect(unchecked.effectsOf('model')).toEqual([{ kind: 'model', model }]);
    expect(refusal(unchecked)).toBe('model_unchecked');
    unchecked.send({
      kind: 'model_checked',
      model,
      problem: 'retired',
      isPassing: false,
      notice: null,
    });
    expect(refusal(unchecked)).toBe('model_unusable');
    for (const status of [401, 402, 403]) {
      const rig = ready();
      ask(rig, 'c1');
      answer(rig, 'c1', { status, bill: null });
      expect(codes(rig)).toContain('inference_provider');
      expect(refusal(rig)).toBe('provider_refused');
    }
  });

  it('never looks up a model without a price, and looks up the one that the settings name next', () => {
    const named = { claudeModel: 'claude-3-5-sonnet-latest' };
    const rig = new Rig().open({ mode: 'paper', hasClaude: true }, named);
    expect(rig.effectsOf('model')).toEqual([]);
    expect(codes(rig)).toContain('inference_model');
    const { session } = rig.state;
    if (session === null) throw new Error('not open');
    rig.send({ kind: 'settings', settings: { ...session.settings, claudeModel: model } });
    expect(rig.effectsOf('model')).toEqual([{ kind: 'model', model }]);
  });

  it('looks the model up again when the API could not be asked, and refuses nothing for good', () => {
    const rig = new Rig().open({ mode: 'paper', hasClaude: true });
    rig.send({ kind: 'model_checked', model, problem: 'HTTP 529', isPassing: true, notice: null });
    expect(refusal(rig)).toBe('model_unchecked');
    rig.send({ kind: 'sweep' }, 59_000);
    expect(rig.effectsOf('model')).toHaveLength(1);
    rig.send({ kind: 'sweep' }, 1_000);
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.effectsOf('model')).toHaveLength(2);
    rig.send({ kind: 'model_checked', model, problem: null, isPassing: false, notice: null });
    expect(refusal(rig)).toBeNull();
    rig.send({ kind: 'sweep' }, 3_600_000);
    expect(rig.effectsOf('model')).toHaveLength(2);
  });

  it('says so when the model is on its way out, and asks it', () => {
    const rig = new Rig().open({ mode: 'paper', hasClaude: true });
    const notice = `${model} is deprecated`;
    rig.send({ kind: 'model_checked', model, problem: null, isPassing: false, notice });
    expect(rig.last?.notes).toMatchObject([{ level: 'warn', text: notice }]);
    expect(refusal(rig)).toBeNull();
  });

  it('asks for no model without a key', () => {
    expect(new Rig().open({ mode: 'paper', hasClaude: false }).effectsOf('model')).toEqual([]);
  });
});

describe('profit', () => {
  /** Buys 10 YES at 40 cents and has the market settle at `value`. */
  const settled = (rig: Rig, value: number) => {
    rig.buy({}, {});
    rig.send(
      {
        kind: 'market',
        ticker: tickerA,
        market: null,
        settlementValue: price(value),
        isFinal: true,
      },
      1_000,
    );
  };

  it('above its highest so far is set aside in the step that made it, and pays first', () => {
    const rig = ready({ inferenceProfitShare: 0.2 });
    settled(rig, 10_000);
    const net = 10_000_000 - 4_000_000 - 168_000;
    expect(rig.bodies('appropriated')).toEqual([
      { kind: 'appropriated', amount: Math.floor(net * 0.2), highWater: net },
    ]);
    expect(reserveIn(rig.account.balances)).toBe(Math.floor(net * 0.2));
    ask(rig, 'c1');
    answer(rig, 'c1');
    expect(rig.account.treasury.granted).toBe(0);
    expect(reserveIn(rig.account.balances)).toBe(Math.floor(net * 0.2) - billed);
    expect(balanceOf(rig.account.balances, 'inference_payable')).toBe(-billed);
  });

  it('is not set aside after a loss', () => {
    const rig = ready();
    settled(rig, 0);
    expect(rig.bodies('appropriated')).toEqual([]);
  });
});
