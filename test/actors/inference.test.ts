import { describe, expect, it } from 'vitest';
import { decide } from '../../src/actors/executor/decide.js';
import { balanceOf } from '../../src/domain/postings.js';
import { inferenceCost, reserveIn } from '../../src/domain/treasury.js';
import { callId, type Micros, micros } from '../../src/domain/units.js';
import { bill, callOf, Rig, settings, tickerA } from '../support/executor-rig.js';

// Goal: nothing is asked that cannot be paid with every attempt, and everything that may have been charged is booked.
const model = settings.claudeModel;
const billed = 600;
const codes = (rig: Rig): readonly string[] => rig.last?.notes.map(({ code }) => code) ?? [];

describe('a question', () => {
  it('holds what all its attempts can cost, before it leaves', () => {
    const rig = new Rig().withClaude();
    const { records, effects } = rig.ask('c1');
    const [held] = records;
    expect(held?.body).toMatchObject({
      kind: 'inference_held',
      perAttempt: 10_000,
      amount: 30_000,
    });
    expect(effects).toEqual([{ kind: 'infer', call: callOf('c1'), holdSeq: held?.seq }]);
    expect(rig.account.holds.get(callId('c1'))).toMatchObject({ amount: 30_000 });
  });

  it('is billed by its usage, by the grant as long as there is no profit', () => {
    const rig = new Rig().withClaude();
    rig.ask('c1');
    rig.answer('c1');
    expect(rig.account.holds.size).toBe(0);
    expect(inferenceCost(rig.account.balances)).toBe(billed);
    expect(balanceOf(rig.account.balances, 'contributed')).toBe(-10_000_000_000 - billed);
    expect(rig.account.treasury).toMatchObject({ calls: 1, granted: billed, estimated: 0 });
  });

  it('costs nothing when it was refused whole, and its most for every attempt without a bill', () => {
    const table: readonly (readonly [Parameters<Rig['answer']>[1], number, number])[] = [
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
      // Whoever counted a lost attempt has counted that one.
      [{ bill: null, lost: 1 }, 10_000, 10_000],
      // A dated name of the same model, and one nobody has a price for: the question's own price counts.
      [{ bill: { ...bill, model: 'claude-haiku-5-5-20261007' } }, billed, 0],
      [{ bill: { ...bill, model: 'claude-else' } }, billed, 0],
    ];
    for (const [change, cost, estimated] of table) {
      const rig = new Rig().withClaude();
      rig.ask('c1');
      rig.answer('c1', change);
      expect(inferenceCost(rig.account.balances)).toBe(cost);
      expect(rig.account.treasury.estimated).toBe(estimated);
      expect(rig.account.holds.size).toBe(0);
    }
  });

  it('books a bill above what was held: it is what is owed', () => {
    const rig = new Rig().withClaude();
    rig.ask('c1', { maxCost: micros(10) });
    rig.answer('c1');
    expect(inferenceCost(rig.account.balances)).toBe(billed);
  });

  it('nobody asked moves nothing', () => {
    const rig = new Rig().withClaude();
    expect(rig.answer('c9').records).toEqual([]);
    expect(codes(rig)).toEqual(['inference_unknown']);
  });

  it('that was out when the last run ended is booked at its most', () => {
    const rig = new Rig().withClaude();
    rig.ask('c1');
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
    const rig = new Rig().withClaude();
    rig.ask('c1');
    rig.answer('c1');
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
    const wanted = callOf('another', { maxCost: maxCost as Micros, model: name });
    const { state } = decide(rig.state, { kind: 'inference_wanted', call: wanted }, rig.desk);
    return state.session?.inferenceRefusal;
  };

  it('refuses what reserve and grant do not cover with all attempts, and what the day no longer allows', () => {
    expect(refusal(new Rig().withClaude({ inferenceGrant: 30_000 }))).toBeNull();
    expect(refusal(new Rig().withClaude({ inferenceGrant: 29_999 }))).toBe('reserve_drained');
    expect(refusal(new Rig().withClaude({ inferenceDailyCap: 30_000 }))).toBeNull();
    expect(refusal(new Rig().withClaude({ inferenceDailyCap: 29_999 }))).toBe('daily_cap');
    expect(refusal(new Rig().withClaude({ inferenceGrant: Number.NaN }))).toBe('reserve_drained');
    expect(refusal(new Rig().withClaude({ inferenceDailyCap: Number.NaN }))).toBe('daily_cap');
    expect(refusal(new Rig().withClaude(), Number.NaN)).toBe('reserve_drained');
    expect(refusal(new Rig().withClaude(), 0)).toBe('reserve_drained');
  });

  it('counts what is held for others', () => {
    const rig = new Rig().withClaude({ inferenceGrant: 59_999 });
    rig.ask('c1');
    expect(refusal(rig)).toBe('reserve_drained');
    rig.answer('c1', { status: 529, bill: null });
    expect(refusal(rig)).toBeNull();
  });

  it('stops at a drained grant and a reached cap, says so once, and opens again with the next day', () => {
    const rig = new Rig().withClaude({ inferenceGrant: 1_000_000, inferenceDailyCap: 31_000 });
    for (const name of ['c1', 'c2', 'c3']) {
      rig.ask(name);
      if (rig.account.holds.has(callId(name))) rig.answer(name);
    }
    expect(refusal(rig)).toBe('daily_cap');
    expect(rig.effectsOf('infer')).toHaveLength(2);
    expect(codes(rig)).toEqual(['inference_daily_cap']);
    rig.ask('c4');
    expect(codes(rig)).toEqual([]);
    rig.send({ kind: 'sweep' }, 86_400_000);
    expect(refusal(rig)).toBeNull();
  });

  it('stays shut while trading is held back, and for a model that is unknown, unchecked, unusable or unpaid', () => {
    const paused = new Rig().withClaude();
    paused.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: 'x' } });
    expect(refusal(paused)).toBe('trading_held');
    const draining = new Rig().withClaude();
    draining.send({ kind: 'operator', command: { kind: 'drain' } });
    expect(refusal(draining)).toBe('trading_held');
    const unchecked = new Rig().open({ mode: 'paper', hasClaude: true });
    expect(unchecked.effectsOf('model')).toEqual([{ kind: 'model', model }]);
    expect(refusal(unchecked)).toBe('model_unchecked');
    unchecked.checkModel({ problem: 'retired' });
    expect(refusal(unchecked)).toBe('model_unusable');
    for (const status of [401, 402, 403]) {
      const rig = new Rig().withClaude();
      rig.ask('c1');
      rig.answer('c1', { status, bill: null });
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
    rig.checkModel({ problem: 'HTTP 529', isPassing: true });
    expect(refusal(rig)).toBe('model_unchecked');
    rig.send({ kind: 'sweep' }, 59_000);
    expect(rig.effectsOf('model')).toHaveLength(1);
    rig.send({ kind: 'sweep' }, 1_000);
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.effectsOf('model')).toHaveLength(2);
    rig.checkModel({ problem: 'HTTP 529', isPassing: true });
    // Twice as late as the first time.
    rig.send({ kind: 'sweep' }, 118_000);
    expect(rig.effectsOf('model')).toHaveLength(2);
    rig.send({ kind: 'sweep' }, 2_000);
    expect(rig.effectsOf('model')).toHaveLength(3);
    rig.checkModel();
    expect(refusal(rig)).toBeNull();
    rig.send({ kind: 'sweep' }, 3_600_000);
    expect(rig.effectsOf('model')).toHaveLength(3);
  });

  it('says so when the model is on its way out, and asks it', () => {
    const rig = new Rig().open({ mode: 'paper', hasClaude: true });
    const notice = `${model} is deprecated`;
    rig.checkModel({ notice });
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
    rig.settle(tickerA, value, 1_000);
  };

  it('above its highest so far is set aside in the step that made it, and pays first', () => {
    const rig = new Rig().withClaude({ inferenceProfitShare: 0.2 });
    settled(rig, 10_000);
    const net = 10_000_000 - 4_000_000 - 168_000;
    expect(rig.bodies('appropriated')).toEqual([
      { kind: 'appropriated', amount: Math.floor(net * 0.2), highWater: net },
    ]);
    expect(reserveIn(rig.account.balances)).toBe(Math.floor(net * 0.2));
    rig.ask('c1');
    rig.answer('c1');
    expect(rig.account.treasury.granted).toBe(0);
    expect(reserveIn(rig.account.balances)).toBe(Math.floor(net * 0.2) - billed);
    expect(balanceOf(rig.account.balances, 'inference_payable')).toBe(-billed);
  });

  it('of which nothing is set aside is past all the same: a later share is of what comes after', () => {
    const rig = new Rig().withClaude({ inferenceProfitShare: 0 });
    settled(rig, 10_000);
    expect(rig.bodies('appropriated')).toEqual([
      { kind: 'appropriated', amount: 0, highWater: 10_000_000 - 4_000_000 - 168_000 },
    ]);
  });

  it('is not set aside after a loss', () => {
    const rig = new Rig().withClaude();
    settled(rig, 0);
    expect(rig.bodies('appropriated')).toEqual([]);
  });
});
