// Goal: cash is asked to move once, its place is known or unknown and never guessed, and no cent of it is lost on the way.
import { describe, expect, it } from 'vitest';
import { haltLevel, isQuiet, sizing } from '../../src/actors/executor/views.js';
import { cashTotal } from '../../src/domain/postings.js';
import { freeCash } from '../../src/domain/risk.js';
import { lastTransfer, openTransfer } from '../../src/domain/transfer.js';
import { epochMs, micros, quantity, shard } from '../../src/domain/units.js';
import type { TransferAnswer, VenueTransfer } from '../../src/messages/desk.js';
import { intentFor, Rig, settings, start } from '../support/executor-rig.js';

const dollar = 1_000_000;
const shardTargets = [
  { shard: shard(0), percent: 60 },
  { shard: shard(2), percent: 40 },
];
const all = [[0, 100 * dollar]] as const;
/** What the exchange has once the transfer is over. */
const moved = [
  [0, 60 * dollar],
  [2, 40 * dollar],
] as const;

/** Live, read whole, all cash on shard 0 and the targets at 60 and 40; `isWanted`: the first sweep has asked. */
function live(isWanted = true, change: Partial<typeof settings> = {}): Rig {
  const rig = new Rig().open({}, { shardTargets, ...change });
  rig.send({ kind: 'link', link: 'up' });
  rig.answerRound({ cash: all });
  if (isWanted) rig.send({ kind: 'sweep' }, 1_000);
  return rig;
}
const open = (rig: Rig) => openTransfer(rig.account.transfers);
const seqOf = (rig: Rig): number => open(rig)?.seq ?? 0;
const cash = (rig: Rig) =>
  Object.fromEntries(
    [...rig.account.balances]
      .filter(([name]) => name.startsWith('cash:') || name === 'in_transit')
      .map(([name, amount]) => [name, amount / dollar]),
  );
const durable = (rig: Rig) => rig.send({ kind: 'durable', recordSeq: seqOf(rig) });
const told = (rig: Rig, answer: TransferAnswer) =>
  rig.send({ kind: 'transfer_answered', transferSeq: seqOf(rig), answer });
const entry = (change: Partial<VenueTransfer> = {}): VenueTransfer => ({
  venueId: 'x1',
  from: shard(0),
  to: shard(2),
  amount: micros(40 * dollar),
  status: 'complete',
  createdAt: epochMs(start + 1_000),
  ...change,
});
const listed = (rig: Rig, ...items: VenueTransfer[]) =>
  rig.send({ kind: 'transfers', transferSeq: seqOf(rig), answer: { kind: 'complete', items } });
const asks = (rig: Rig) => rig.effectsOf('transfers').map(({ venueId }) => venueId);
const codes = (rig: Rig) => rig.last?.notes.map(({ code }) => code) ?? [];
/** Sent, and taken by the exchange under the name x1. */
function accepted(): Rig {
  const rig = live();
  durable(rig);
  told(rig, { kind: 'accepted', venueId: 'x1' });
  return rig;
}
/** Sent, and never answered. */
function doubtful(): Rig {
  const rig = live();
  durable(rig);
  told(rig, { kind: 'unknown', detail: 'timeout' });
  return rig;
}
/** A second passes; a whole reading, if one is asked for, finds this cash, and the list these transfers. */
function second(rig: Rig, there: Parameters<Rig['answerRound']>[0], ...items: VenueTransfer[]) {
  const { effects } = rig.send({ kind: 'sweep' }, 1_000);
  if (effects.some(({ kind }) => kind === 'balance')) rig.answerRound(there);
  if (effects.some(({ kind }) => kind === 'transfers')) listed(rig, ...items);
}

describe('a transfer', () => {
  it('is written down, durable, sent once, and in the books at every step', () => {
    const rig = live();
    expect(rig.bodies('transfer')).toEqual([
      { kind: 'transfer', from: 0, to: 2, amount: 40 * dollar },
    ]);
    expect(rig.effectsOf('flush')).toEqual([{ kind: 'flush', recordSeq: seqOf(rig) }]);
    expect(rig.effectsOf('transfer')).toEqual([]);
    // On its way it counts for what bets are sized by, and for no order.
    expect(cash(rig)).toEqual({ 'cash:0': 60, in_transit: 40 });
    expect(freeCash(rig.account, shard(0))).toBe(60 * dollar);
    expect([cashTotal(rig.account.balances), sizing(rig.state)]).toEqual([
      100 * dollar,
      100 * dollar,
    ]);
    const name = seqOf(rig);
    rig.send({ kind: 'durable', recordSeq: name - 1 });
    expect(rig.effectsOf('transfer')).toEqual([]);
    durable(rig);
    durable(rig);
    expect(rig.effectsOf('transfer')).toEqual([
      { kind: 'transfer', transferSeq: name, from: 0, to: 2, amount: 40 * dollar },
    ]);
    expect(isQuiet(rig.state)).toBe(false);
    told(rig, { kind: 'accepted', venueId: 'x1' });
    expect(isQuiet(rig.state)).toBe(true);
    rig.send({ kind: 'sweep' }, 1_000);
    expect(asks(rig)).toEqual(['x1']);
    listed(rig, entry({ status: 'pending' }));
    expect(cash(rig)).toEqual({ 'cash:0': 60, in_transit: 40 });
    rig.send({ kind: 'sweep' }, 4_000);
    expect(asks(rig)).toEqual(['x1', 'x1']);
    listed(rig, entry());
    expect(codes(rig)).toEqual(['transferred']);
    expect(cash(rig)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
    expect([open(rig), lastTransfer(rig.account.transfers)?.venueId]).toEqual([null, 'x1']);
    // The account is read again: the shard may need a group, and the books are compared.
    expect(rig.send({ kind: 'sweep' }, 1_000).effects.map(({ kind }) => kind)).toContain('balance');
  });

  it('ends in the same step in paper mode, where nothing is sent', () => {
    const rig = new Rig().paper({ shardTargets, shardAllocation: [{ shard: 0, percent: 100 }] });
    const { effects, records } = rig.send({ kind: 'sweep' }, 1_000);
    expect(records.map(({ body }) => body.kind)).toEqual(['transfer', 'transfer_step']);
    expect(effects).toEqual([]);
    expect(cash(rig)).toEqual({ 'cash:0': 6_000, 'cash:2': 4_000, in_transit: 0 });
  });

  it('is not wanted without targets, and not again while what there is comes near them', () => {
    const off = live(true, { shardTargets: [] });
    expect(off.bodies('transfer')).toEqual([]);
    const rig = accepted();
    listed(rig, entry());
    for (let minute = 0; minute < 10; minute += 1) {
      rig.send({ kind: 'sweep' }, 60_000);
      if (rig.state.session?.round !== null) rig.answerRound();
    }
    expect(rig.bodies('transfer')).toHaveLength(1);
  });

  it('waits its time after the one before it', () => {
    const rig = accepted();
    listed(rig, entry());
    rig.send({ kind: 'sweep' }, 1_000);
    rig.answerRound();
    // Somebody takes the money from shard 2: it is filled up again, but not at once.
    for (let at = 0; at < 58; at += 1) {
      rig.send({ kind: 'sweep' }, 1_000);
      if (at === 1)
        rig.send({
          kind: 'settings',
          settings: { ...settings, shardTargets: [{ shard: shard(0), percent: 100 }] },
        });
    }
    expect(rig.bodies('transfer')).toHaveLength(1);
    rig.send({ kind: 'sweep' }, 2_000);
    expect(rig.bodies('transfer').at(1)).toMatchObject({ from: 2, to: 0 });
  });
});

describe('no transfer begins', () => {
  it.each([
    [
      'while paused',
      (rig: Rig) =>
        rig.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: '' } }),
    ],
    ['while draining', (rig: Rig) => rig.send({ kind: 'operator', command: { kind: 'drain' } })],
    [
      'on a disk that is nearly full',
      (rig: Rig) => rig.send({ kind: 'space', isLow: true, freeBytes: 10 }),
    ],
    ['on a dead disk', (rig: Rig) => rig.send({ kind: 'disk_failed', detail: '' })],
    ['without the private feed', (rig: Rig) => rig.send({ kind: 'link', link: 'gone' })],
    ['before the account is read', (rig: Rig) => rig.send({ kind: 'link', link: 'up' })],
    ['while an order is on its way', (rig: Rig) => rig.submit()],
    [
      'with an order in doubt',
      (rig: Rig) => {
        const id = rig.submit();
        rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'unknown', detail: '' } });
      },
    ],
  ])('%s', (_, act) => {
    const rig = live(false);
    act(rig);
    rig.send({ kind: 'sweep' }, 1_000);
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.bodies('transfer')).toEqual([]);
    const free = live(false);
    free.send({ kind: 'sweep' }, 1_000);
    free.send({ kind: 'sweep' }, 1_000);
    expect(free.bodies('transfer')).toHaveLength(1);
  });

  it('while the cash there is not what the books say', () => {
    const rig = live(false);
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash: [[0, 99 * dollar]] });
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.bodies('transfer')).toEqual([]);
  });

  it('while a reading is under way', () => {
    const rig = live(false, { shardTargets: [] });
    rig.send({ kind: 'sweep' }, settings.readingEveryMs);
    expect(rig.state.session?.round).not.toBeNull();
    rig.send({ kind: 'settings', settings: { ...settings, shardTargets } });
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.bodies('transfer')).toEqual([]);
    rig.answerRound();
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.bodies('transfer')).toHaveLength(1);
  });

  it('out of a shard that the exchange does not list', () => {
    const rig = live(false);
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash: [[3, 0]] });
    rig.send({ kind: 'sweep' }, 1_000);
    expect(rig.bodies('transfer')).toEqual([]);
  });

  it.each([
    [
      'a kill',
      (rig: Rig) =>
        rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } }),
      'paused',
    ],
    ['a lost feed', (rig: Rig) => rig.send({ kind: 'link', link: 'gone' }), 'not_ready'],
    [
      'an order on its way',
      (rig: Rig) => rig.send({ kind: 'intent', intent: intentFor({ count: quantity(100) }) }),
      'in_flight',
    ],
  ])('to leave after %s that came while it was being written', (_, act, why) => {
    const rig = live();
    act(rig);
    durable(rig);
    expect(rig.effectsOf('transfer')).toEqual([]);
    expect(rig.bodies('transfer_step')).toEqual([
      { kind: 'transfer_step', event: { kind: 'failed', why } },
    ]);
    expect(cash(rig)).toEqual({ 'cash:0': 100, in_transit: 0 });
  });
});

describe('a transfer that is refused', () => {
  it('is in the books as never made, and asked for again with growing pauses', () => {
    const rig = live();
    const waits: number[] = [];
    let since = rig.now;
    for (let at = 0; at < 400 && waits.length < 3; at += 1) {
      if (open(rig) !== null) {
        waits.push(Math.round((rig.now - since) / 1_000));
        since = rig.now;
        durable(rig);
        told(rig, { kind: 'refused', code: 'insufficient_balance', detail: 'no' });
        expect(codes(rig)).toEqual(['transfer_failed']);
        expect(cash(rig)).toEqual({ 'cash:0': 100, in_transit: 0 });
      }
      second(rig, {});
    }
    expect(waits.map((wait) => Math.round(wait / 10) * 10)).toEqual([0, 60, 120]);
  });
});

describe('a transfer in doubt', () => {
  it('is looked for in the list, and found by what it moves', () => {
    const rig = doubtful();
    expect(codes(rig)).toEqual(['transfer_unknown']);
    rig.send({ kind: 'sweep' }, 1_000);
    expect(asks(rig)).toEqual([null]);
    listed(
      rig,
      entry({ venueId: 'old', createdAt: epochMs(start - 40_000) }),
      entry({ venueId: 'other', amount: micros(dollar) }),
      entry({ venueId: 'from', from: shard(3) }),
      entry({ venueId: 'to', to: shard(3) }),
      entry({ status: 'pending' }),
    );
    expect(open(rig)).toMatchObject({ status: 'accepted', venueId: 'x1' });
    rig.send({ kind: 'sweep' }, 2_000);
    expect(asks(rig)).toEqual([null, 'x1']);
    listed(rig, entry());
    expect(cash(rig)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
    expect(rig.effectsOf('transfer')).toHaveLength(1);
  });

  it('is never taken for the one before it', () => {
    const rig = accepted();
    listed(rig, entry());
    // All of it goes back by hand, and is seen as a withdrawal and a deposit.
    const back = {
      cash: [
        [0, 100 * dollar],
        [2, 0],
      ] as const,
    };
    for (let at = 0; at < 200 && rig.bodies('adjusted').length < 2; at += 1) second(rig, back);
    expect(rig.bodies('adjusted')).toHaveLength(2);
    for (let at = 0; at < 200 && open(rig) === null; at += 1) second(rig, back);
    durable(rig);
    told(rig, { kind: 'unknown', detail: '' });
    rig.send({ kind: 'sweep' }, 1_000);
    listed(rig, entry({ createdAt: rig.now }));
    expect(open(rig)?.status).toBe('unknown');
  });

  it('is over as never made once the list lacks it, after the quarantine, and its cash is still there', () => {
    const rig = doubtful();
    const doubtedAt = rig.now;
    for (let at = 0; at < 150 && open(rig) !== null; at += 1) second(rig, { cash: all });
    expect(rig.now - doubtedAt).toBeGreaterThanOrEqual(60_000);
    expect(rig.now - doubtedAt).toBeLessThan(140_000);
    expect(codes(rig)).toEqual(['transfer_failed']);
    expect(cash(rig)).toEqual({ 'cash:0': 100, in_transit: 0 });
    expect(rig.bodies('adjusted')).toEqual([]);
  });

  it('is over as made when its cash has arrived, whatever the list says', () => {
    const rig = doubtful();
    for (let at = 0; at < 150 && open(rig) !== null; at += 1) second(rig, { cash: moved });
    expect(codes(rig)).toEqual(['transferred']);
    expect(cash(rig)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
    expect(rig.bodies('adjusted')).toEqual([]);
  });

  it('stays in doubt, loudly, while its cash is on neither shard', () => {
    const rig = doubtful();
    const gone = { cash: [[0, 60 * dollar]] as const };
    let alerts = 0;
    for (let at = 0; at < 900; at += 1) {
      second(rig, gone);
      alerts += codes(rig).filter((code) => code === 'transfer_unresolved').length;
    }
    expect([open(rig)?.status, alerts, cash(rig)]).toEqual([
      'unknown',
      1,
      { 'cash:0': 60, in_transit: 40 },
    ]);
    expect(rig.effectsOf('transfer')).toHaveLength(1);
    for (let at = 0; at < 150 && open(rig) !== null; at += 1) second(rig, { cash: moved });
    expect(cash(rig)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
  });

  it('learns nothing from a reading that failed, and asks again', () => {
    const rig = doubtful();
    const answer = { kind: 'failed', code: 'timeout', detail: '' } as const;
    for (let at = 0; at < 150; at += 1) {
      const { effects } = rig.send({ kind: 'sweep' }, 1_000);
      if (effects.some(({ kind }) => kind === 'balance')) rig.answerRound({ cash: all });
      if (effects.some(({ kind }) => kind === 'transfers')) {
        rig.send({ kind: 'transfers', transferSeq: seqOf(rig), answer });
        expect(codes(rig)).toEqual(['transfer_reading_failed']);
      }
    }
    expect(open(rig)?.status).toBe('unknown');
    expect(asks(rig).length).toBeGreaterThan(10);
  });

  it('is believed gone only on a balance that was read after the quarantine', () => {
    const rig = doubtful();
    for (let at = 0; at < 150; at += 1) {
      const { effects } = rig.send({ kind: 'sweep' }, 1_000);
      // The cash was seen once, early; after that no whole reading comes about.
      if (effects.some(({ kind }) => kind === 'balance')) {
        if (at < 50) rig.answerRound({ cash: all });
        else rig.send({ kind: 'balance', answer: { kind: 'failed', code: 'timeout', detail: '' } });
      }
      if (effects.some(({ kind }) => kind === 'transfers')) listed(rig);
    }
    expect(rig.state.session?.cashGaps.get(shard(0))?.amount).toBe(40 * dollar);
    expect(open(rig)?.status).toBe('unknown');
  });

  it('is believed gone only on lists that were asked for after the quarantine, and on two', () => {
    const rig = doubtful();
    const waitFor = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        const { effects } = rig.send({ kind: 'sweep' }, 1_000);
        if (effects.some(({ kind }) => kind === 'balance')) rig.answerRound({ cash: all });
      }
    };
    waitFor(1_000);
    listed(rig);
    // The second is asked for early and comes late.
    waitFor(140_000);
    expect(asks(rig)).toHaveLength(2);
    listed(rig);
    expect(open(rig)?.status).toBe('unknown');
    rig.send({ kind: 'sweep' }, 8_000);
    listed(rig);
    expect(open(rig)).toBeNull();
    const once = doubtful();
    once.send({ kind: 'sweep' }, 70_000);
    once.answerRound({ cash: all });
    once.send({
      kind: 'transfers',
      transferSeq: seqOf(once),
      answer: { kind: 'failed', code: 'timeout', detail: '' },
    });
    once.send({ kind: 'sweep' }, 70_000);
    once.answerRound({ cash: all });
    listed(once);
    expect(open(once)?.status).toBe('unknown');
  });

  it('is not asked about while the private feed is gone', () => {
    const rig = doubtful();
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'sweep' }, 10_000);
    expect(asks(rig)).toEqual([]);
  });
});

describe('a transfer that the exchange has', () => {
  it('is told when it takes long, and waited for however long', () => {
    const rig = accepted();
    let told_ = 0;
    for (let at = 0; at < 2_000; at += 1) {
      second(rig, { cash: [[0, 60 * dollar]] }, entry({ status: 'pending' }));
      told_ += codes(rig).includes('transfer_slow') ? 1 : 0;
    }
    expect([open(rig)?.status, told_]).toEqual(['accepted', 1]);
    second(rig, {}, entry());
    for (let at = 0; at < 10 && open(rig) !== null; at += 1) second(rig, {}, entry());
    expect(cash(rig)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
  });

  it('and then no longer, is over as never made once its cash is back', () => {
    const rig = accepted();
    for (let at = 0; at < 120; at += 1)
      second(rig, { cash: [[0, 60 * dollar]] }, entry({ status: 'pending' }));
    for (let at = 0; at < 120 && open(rig) !== null; at += 1) second(rig, { cash: all });
    expect(cash(rig)).toEqual({ 'cash:0': 100, in_transit: 0 });
    expect(rig.bodies('adjusted')).toEqual([]);
  });

  it('in a way that we do not know, is left open longer, and settled by the money alone', () => {
    const strange = entry({ status: 'unknown' });
    const rig = accepted();
    for (let at = 0; at < 500; at += 1) second(rig, { cash: all }, strange);
    expect(open(rig)?.status).toBe('accepted');
    for (let at = 0; at < 300 && open(rig) !== null; at += 1) second(rig, { cash: all }, strange);
    expect(cash(rig)).toEqual({ 'cash:0': 100, in_transit: 0 });
    const there = accepted();
    for (let at = 0; at < 800 && open(there) !== null; at += 1)
      second(there, { cash: moved }, strange);
    expect(cash(there)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
  });

  it.each([{ amount: micros(41 * dollar) }, { from: shard(1) }, { to: shard(3) }])(
    'as another one halts: %j',
    (change) => {
      const rig = accepted();
      rig.send({ kind: 'sweep' }, 1_000);
      listed(rig, entry(change));
      expect([haltLevel(rig.state), open(rig)?.status]).toEqual(['halt', 'accepted']);
      expect(codes(rig)).toContain('transfer_mismatch');
    },
  );

  it('is no deposit and no withdrawal, on whichever shard its cash is read meanwhile', () => {
    const rig = accepted();
    const places = [all, [[0, 60 * dollar]], moved] as const;
    for (let at = 0; at < 600; at += 1)
      second(rig, { cash: places[Math.floor(at / 200)] ?? all }, entry({ status: 'pending' }));
    expect(rig.bodies('adjusted')).toEqual([]);
    for (let at = 0; at < 10 && open(rig) !== null; at += 1) second(rig, { cash: moved }, entry());
    for (let at = 0; at < 200; at += 1) second(rig, { cash: moved });
    expect(rig.bodies('adjusted')).toEqual([]);
    expect(cash(rig)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
  });

  it('does not hide a deposit that comes meanwhile', () => {
    const rig = accepted();
    const more = [
      [0, 60 * dollar],
      [2, 45 * dollar],
    ] as const;
    for (let at = 0; at < 100; at += 1) second(rig, { cash: more }, entry({ status: 'pending' }));
    expect(rig.bodies('adjusted')).toEqual([]);
    for (let at = 0; at < 300; at += 1) second(rig, { cash: more }, entry());
    expect(rig.bodies('adjusted')).toEqual([
      { kind: 'adjusted', shard: 2, amount: 5 * dollar, why: 'deposit' },
    ]);
  });

  it('holds up no order on the cash that stays, and lends none of what goes', () => {
    const rig = accepted();
    const loose = { ...settings, shardTargets, maxFractionPerTrade: 1 };
    rig.send({ kind: 'settings', settings: loose });
    const wanted = (contracts: number) =>
      rig.send({ kind: 'intent', intent: intentFor({ count: quantity(100 * contracts) }) });
    // 42 cents each, fees included.
    expect(wanted(143).notes[0]?.code).toBe('shard_cash');
    expect(wanted(142).records.map(({ body }) => body.kind)).toEqual(['intent']);
  });
});

describe('after a restart', () => {
  it.each(['intended', 'sent'] as const)(
    'one that was %s is in doubt: it may have left',
    (status) => {
      const rig = live();
      if (status === 'sent') durable(rig);
      rig.restart({}, { shardTargets });
      expect(open(rig)?.status).toBe('unknown');
      rig.send({ kind: 'link', link: 'up' });
      rig.answerRound({ cash: moved });
      second(rig, { cash: moved }, entry());
      expect(cash(rig)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
      expect(rig.effectsOf('transfer')).toHaveLength(status === 'sent' ? 1 : 0);
    },
  );

  it('one that the exchange has is asked for by its name', () => {
    const rig = accepted();
    rig.restart({}, { shardTargets: [] });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash: moved });
    rig.send({ kind: 'sweep' }, 1_000);
    expect(asks(rig)).toEqual(['x1']);
    listed(rig, entry());
    expect(cash(rig)).toEqual({ 'cash:0': 60, 'cash:2': 40, in_transit: 0 });
  });

  it('an answer that nobody waits for is kept, and moves nothing', () => {
    const rig = accepted();
    const before = cash(rig);
    told(rig, { kind: 'refused', code: 'x', detail: '' });
    expect(codes(rig)).toEqual(['answer_without_transfer']);
    expect(cash(rig)).toEqual(before);
  });
});
