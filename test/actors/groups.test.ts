// Goal: every order is under a fuse of the exchange's own, a kill blows it, and one that blew by itself stops everything.
import { describe, expect, it } from 'vitest';
import { haltLevel } from '../../src/actors/executor/views.js';
import { micros, price, quantity, shard } from '../../src/domain/units.js';
import type { GroupAnswer, GroupOp } from '../../src/messages/desk.js';
import { bookAt, intentFor, Rig, settings, tickerA, tickerB } from '../support/executor-rig.js';

const groupContracts = 5_000;
const cash = [[0, 10_000_000_000]] as const;

/** As the engine does it: the answer to the last request of its kind. */
const told = (rig: Rig, op: GroupOp, answer: GroupAnswer) => {
  const contracts = rig.effectsOf('group').findLast((asked) => asked.op === op)?.contracts ?? 0;
  return rig.send({ kind: 'group_answered', op, shard: shard(0), contracts, answer });
};
const opsOf = (rig: Rig): readonly string[] =>
  rig.effectsOf('group').map(({ op, groupId }) => `${op} ${groupId ?? 'new'}`);

/** Live, reconciled, one shard; `answered`: its group is there. */
function live(answered = true, change: Partial<typeof settings> = {}): Rig {
  const rig = new Rig().open({}, { groupContracts, ...change });
  rig.send({ kind: 'link', link: 'up' });
  rig.answerRound({ cash });
  if (answered) told(rig, 'create', { kind: 'created', groupId: 'g1' });
  return rig;
}
const refusedFor = (rig: Rig): string | undefined =>
  rig.send({ kind: 'intent', intent: intentFor() }).notes[0]?.code;

describe('a group', () => {
  it('is made once the account is read, goes into the ledger, and every order names it', () => {
    const early = new Rig().open({}, { groupContracts });
    early.send({ kind: 'link', link: 'up' });
    const items = [{ shard: shard(0), cash: micros(cash[0][1]) }];
    early.send({ kind: 'balance', answer: { kind: 'complete', items } });
    expect(opsOf(early)).toEqual([]);
    const rig = live(false);
    expect(rig.effectsOf('group')).toEqual([
      { kind: 'group', op: 'create', shard: 0, groupId: null, contracts: 5_000 },
    ]);
    expect(refusedFor(rig)).toBe('no_group');
    told(rig, 'create', { kind: 'created', groupId: 'g1' });
    expect(rig.bodies('group')).toEqual([{ kind: 'group', shard: 0, groupId: 'g1' }]);
    rig.submit();
    expect(rig.effectsOf('place')[0]?.order.groupId).toBe('g1');
  });

  it('that cannot be made is asked for again, told, and nothing is sent meanwhile', () => {
    const rig = live(false);
    const { notes } = told(rig, 'create', { kind: 'failed', code: 'http_503', detail: '' });
    expect(notes).toMatchObject([{ level: 'alert', code: 'group_failed' }]);
    rig.send({ kind: 'sweep' }, 1_000);
    expect(opsOf(rig)).toHaveLength(1);
    rig.send({ kind: 'sweep' }, 1_000);
    expect(opsOf(rig)).toHaveLength(2);
    expect(refusedFor(rig)).toBe('no_group');
  });

  it('withdraws what is written down when it is gone before the order leaves, and is made anew', () => {
    const rig = live();
    const { records } = rig.send({ kind: 'intent', intent: intentFor() });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash });
    expect(opsOf(rig).at(-1)).toBe('check g1');
    rig.send({ kind: 'durable', recordSeq: records[0]?.seq ?? 0 });
    expect(rig.effectsOf('place')).toEqual([]);
    told(rig, 'check', { kind: 'gone' });
    expect(opsOf(rig).at(-1)).toBe('create new');
    expect(rig.account.groups.size).toBe(0);
  });

  it('that is gone keeps what a 429 had sent back: under another group it would be another order of the same id', () => {
    const rig = live(true, { reentryCooldownMs: 0 });
    const id = rig.submit();
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'rate_limited' } });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash });
    told(rig, 'check', { kind: 'gone' });
    told(rig, 'create', { kind: 'created', groupId: 'g2' });
    rig.send({ kind: 'sweep' }, 2_000);
    expect(rig.effectsOf('place')).toHaveLength(1);
    expect(rig.account.orders.get(id)).toMatchObject({ status: 'canceled', why: 'no_group' });
    rig.submit();
    expect(rig.effectsOf('place')[1]?.order.groupId).toBe('g2');
  });

  it('that cannot be made is asked for with growing pauses', () => {
    const rig = live(false);
    const pauses: number[] = [];
    for (let second = 0, last = 0; second < 40; second += 1) {
      const before = opsOf(rig).length;
      rig.send({ kind: 'sweep' }, 1_000);
      if (second === 0) told(rig, 'create', { kind: 'failed', code: 'http_503', detail: '' });
      if (opsOf(rig).length === before) continue;
      pauses.push(second - last);
      last = second;
      told(rig, 'create', { kind: 'failed', code: 'http_503', detail: '' });
    }
    expect(pauses).toEqual([2, 4, 8, 16]);
  });

  it('is neither made nor needed in paper, or when the settings go without', () => {
    const paper = new Rig().paper({ groupContracts });
    paper.submit();
    expect(opsOf(paper)).toEqual([]);
    const off = live(false, { groupContracts: null });
    off.submit();
    expect([opsOf(off), off.effectsOf('place')[0]?.order.groupId]).toEqual([[], undefined]);
  });

  it('is looked at again after a restart, its limit brought to what the caps give', () => {
    const rig = live();
    rig.restart({}, { groupContracts: 2_000 });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash });
    expect(opsOf(rig).at(-1)).toBe('check g1');
    told(rig, 'check', { kind: 'state', isTripped: false, contracts: 5_000 });
    expect(rig.effectsOf('group').at(-1)).toMatchObject({ op: 'limit', contracts: 2_000 });
    told(rig, 'limit', { kind: 'done' });
    rig.send({ kind: 'sweep' }, 60_000);
    expect(opsOf(rig).at(-1)).toBe('limit g1');
    rig.submit();
    expect(rig.effectsOf('place').at(-1)?.order.groupId).toBe('g1');
  });

  it('follows a cap that is tightened while it runs', () => {
    const rig = live();
    rig.send({ kind: 'settings', settings: { ...settings, groupContracts: 100 } });
    expect(rig.effectsOf('group').at(-1)).toMatchObject({ op: 'limit', contracts: 100 });
  });

  it.each(['create', 'limit'] as const)(
    'has the limit that a %s asked for, not what the cap has become meanwhile',
    (op) => {
      const rig = live(op === 'limit');
      const cap = (contracts: number) =>
        rig.send({ kind: 'settings', settings: { ...settings, groupContracts: contracts } });
      if (op === 'limit') cap(300);
      cap(100);
      told(rig, op, op === 'limit' ? { kind: 'done' } : { kind: 'created', groupId: 'g1' });
      expect(rig.effectsOf('group').at(-1)).toMatchObject({ op: 'limit', contracts: 100 });
    },
  );
});

describe('orders stay below the fuse by themselves', () => {
  it('an order is cut to the room that 20 s leave, and refused without any', () => {
    const rig = live(true, { groupContracts: 15, reentryCooldownMs: 0 });
    rig.buy();
    rig.buy({ count: quantity(1_000) });
    const counts = rig.effectsOf('place').map(({ order }) => order.count);
    expect(counts).toEqual([1_000, 500]);
    expect(refusedFor(rig)).toBe('group_room');
    rig.now = (rig.now + 20_000) as never;
    rig.submit();
    expect(rig.effectsOf('place')).toHaveLength(3);
  });

  it('an order that waits for its answer keeps its room, as a 429 sends it again', () => {
    const rig = live(true, { groupContracts: 15, reentryCooldownMs: 0 });
    const first = rig.submit();
    rig.send({ kind: 'sweep' }, 20_000);
    rig.submit({ ticker: tickerB });
    rig.send({ kind: 'placed', clientOrderId: first, answer: { kind: 'rate_limited' } });
    rig.send({ kind: 'sweep' }, 2_000);
    const counts = rig.effectsOf('place').map(({ order }) => order.count);
    expect(counts).toEqual([1_000, 500, 1_000]);
  });

  it('a raised cap counts once the exchange has it', () => {
    const rig = live(true, { groupContracts: 5, reentryCooldownMs: 0 });
    const raised = { ...settings, groupContracts: 50, reentryCooldownMs: 0 };
    rig.send({ kind: 'settings', settings: raised });
    rig.buy();
    expect(refusedFor(rig)).toBe('group_room');
    told(rig, 'limit', { kind: 'done' });
    rig.buy();
    expect(rig.effectsOf('place').map(({ order }) => order.count)).toEqual([500, 1_000]);
  });

  it('a limit that cannot be told counts as none until it is set', () => {
    const rig = live();
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound({ cash });
    told(rig, 'check', { kind: 'state', isTripped: false, contracts: null });
    expect(refusedFor(rig)).toBe('group_room');
    told(rig, 'limit', { kind: 'done' });
    rig.submit();
    expect(rig.effectsOf('place')).toHaveLength(1);
  });
});

describe('a kill', () => {
  it.each(['cancel', 'halt'] as const)('of level %s trips it in the same step', (level) => {
    const rig = live();
    const { effects } = rig.send({ kind: 'operator', command: { kind: 'kill', level, why: '' } });
    expect(effects).toMatchObject([{ kind: 'group', op: 'trigger', groupId: 'g1' }]);
    told(rig, 'trigger', { kind: 'done' });
    // The frame that tells of our own trip latches nothing more.
    rig.send({ kind: 'account', event: { kind: 'group', groupId: 'g1', isTripped: true } });
    expect([...rig.account.latches.keys()]).toEqual(['operator']);
    rig.send({ kind: 'sweep' }, 60_000);
    expect(opsOf(rig)).toEqual(['create new', 'trigger g1']);
  });

  it('of level pause leaves it armed', () => {
    const rig = live();
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: '' } });
    expect(opsOf(rig)).toEqual(['create new']);
  });

  it('does not wait for another request that is out, and is tried again until it is done', () => {
    const rig = live();
    rig.send({ kind: 'settings', settings: { ...settings, groupContracts: 100 } });
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } });
    expect(opsOf(rig).at(-1)).toBe('trigger g1');
    told(rig, 'limit', { kind: 'done' });
    told(rig, 'trigger', { kind: 'failed', code: 'timeout', detail: '' });
    rig.send({ kind: 'sweep' }, 2_500);
    expect(opsOf(rig).filter((op) => op === 'trigger g1')).toHaveLength(2);
  });

  it('does not wait out what another request that failed has to', () => {
    const rig = live();
    rig.send({ kind: 'settings', settings: { ...settings, groupContracts: 100 } });
    told(rig, 'limit', { kind: 'failed', code: 'timeout', detail: '' });
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } });
    expect(opsOf(rig).at(-1)).toBe('trigger g1');
  });

  it('whose answer was lost sets no second latch when the exchange tells that it worked', () => {
    const rig = live();
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } });
    told(rig, 'trigger', { kind: 'failed', code: 'timeout', detail: '' });
    rig.send({ kind: 'account', event: { kind: 'group', groupId: 'g1', isTripped: true } });
    expect([...rig.account.latches.keys()]).toEqual(['operator']);
    rig.send({ kind: 'sweep' }, 60_000);
    expect(opsOf(rig).filter((op) => op === 'trigger g1')).toHaveLength(1);
  });

  it('before the group is there trips it as soon as it is', () => {
    const rig = live(false);
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } });
    told(rig, 'create', { kind: 'created', groupId: 'g1' });
    expect(opsOf(rig).at(-1)).toBe('trigger g1');
  });

  it('stays through a restart: the group is tripped again and no second latch is set', () => {
    const rig = live();
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } });
    rig.restart({}, { groupContracts });
    rig.send({ kind: 'link', link: 'up' });
    expect(opsOf(rig).at(-1)).toBe('trigger g1');
    told(rig, 'trigger', { kind: 'done' });
    expect([...rig.account.latches.keys()]).toEqual(['operator']);
  });

  it('resuming resets it, and only then orders leave', () => {
    const rig = live();
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } });
    told(rig, 'trigger', { kind: 'done' });
    rig.send({ kind: 'operator', command: { kind: 'resume', why: '' } });
    expect(opsOf(rig).at(-1)).toBe('reset g1');
    expect(refusedFor(rig)).toBe('no_group');
    told(rig, 'reset', { kind: 'done' });
    rig.submit();
    expect(rig.effectsOf('place')).toHaveLength(1);
  });

  it('resumed while its trip is still out sends nothing before that is known and undone', () => {
    const rig = live();
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } });
    rig.send({ kind: 'operator', command: { kind: 'resume', why: '' } });
    expect(refusedFor(rig)).toBe('no_group');
    told(rig, 'trigger', { kind: 'done' });
    expect(opsOf(rig).at(-1)).toBe('reset g1');
    told(rig, 'reset', { kind: 'done' });
    rig.submit();
    expect(rig.effectsOf('place')).toHaveLength(1);
  });

  it.each([
    [
      'when it is looked up',
      (rig: Rig) =>
        told(rig, 'check', { kind: 'state', isTripped: true, contracts: groupContracts }),
    ],
    [
      'by a frame',
      (rig: Rig) =>
        rig.send({ kind: 'account', event: { kind: 'group', groupId: 'g1', isTripped: true } }),
    ],
  ] as const)(
    'whose trip had no answer is known again after resume, %s, and no stranger is suspected',
    (_, tell) => {
      const rig = live();
      rig.send({ kind: 'operator', command: { kind: 'kill', level: 'halt', why: '' } });
      told(rig, 'trigger', { kind: 'failed', code: 'timeout', detail: '' });
      rig.send({ kind: 'operator', command: { kind: 'resume', why: '' } });
      expect(opsOf(rig).at(-1)).toBe('check g1');
      expect(refusedFor(rig)).toBe('no_group');
      tell(rig);
      told(rig, 'check', { kind: 'state', isTripped: true, contracts: groupContracts });
      expect(haltLevel(rig.state)).toBeNull();
      expect(opsOf(rig).at(-1)).toBe('reset g1');
      told(rig, 'reset', { kind: 'done' });
      rig.submit();
      expect(rig.effectsOf('place')).toHaveLength(1);
      // From now on a trip is somebody else's.
      rig.send({ kind: 'account', event: { kind: 'group', groupId: 'g1', isTripped: true } });
      expect(haltLevel(rig.state)).toBe('halt');
    },
  );

  it.each([
    ['cancel', 'tripped'],
    ['pause', 'armed'],
  ] as const)('of level %s lets a position be reduced, outside the %s group', (level, fuse) => {
    const rig = live(true, { reentryCooldownMs: 0 });
    rig.buy();
    rig.send({ kind: 'operator', command: { kind: 'kill', level, why: '' } });
    if (fuse === 'tripped') told(rig, 'trigger', { kind: 'done' });
    rig.books.set(tickerA, bookAt(6_100, 3_000));
    rig.submit({
      side: 'no',
      limit: price(3_000),
      worstCost: micros(3_200_000),
      fair: 0.5 as never,
    });
    expect(rig.effectsOf('place').at(-1)?.order).toMatchObject({ reduceOnly: true });
    expect(rig.effectsOf('place').at(-1)?.order).not.toHaveProperty('groupId');
  });
});

it('an exit goes outside the group, as it can only reduce', () => {
  const rig = live(true, { reentryCooldownMs: 0, groupContracts: 10, exitEdge: 0.02 });
  rig.buy();
  rig.books.set(tickerA, bookAt(6_100, 3_000));
  const terms = { limit: price(3_000), worstCost: micros(3_200_000), fair: 0.5 as never };
  rig.submit({ ...terms, side: 'no', reason: 'exit' });
  expect(rig.effectsOf('place').at(-1)?.order).toMatchObject({ reduceOnly: true, count: 1_000 });
  expect(rig.effectsOf('place').at(-1)?.order).not.toHaveProperty('groupId');
});

describe('a fuse that blew by itself', () => {
  const isHalted = (rig: Rig): void => {
    expect(haltLevel(rig.state)).toBe('halt');
    expect(rig.account.latches.get('order_group')?.why).toContain('shard 0');
    expect(opsOf(rig).filter((op) => op.startsWith('trigger'))).toEqual([]);
  };

  it('halts when the exchange tells', () => {
    const rig = live();
    rig.send({ kind: 'account', event: { kind: 'group', groupId: 'other', isTripped: true } });
    expect(haltLevel(rig.state)).toBeNull();
    rig.send({ kind: 'account', event: { kind: 'group', groupId: 'g1', isTripped: true } });
    isHalted(rig);
    rig.send({ kind: 'operator', command: { kind: 'resume', why: '' } });
    expect(opsOf(rig).at(-1)).toBe('reset g1');
  });

  it('halts also while a pause holds, which trips none', () => {
    const rig = live();
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: '' } });
    rig.send({ kind: 'account', event: { kind: 'group', groupId: 'g1', isTripped: true } });
    expect(rig.account.latches.get('order_group')?.level).toBe('halt');
  });

  it('halts when an order is refused for it', () => {
    const rig = live();
    const id = rig.submit();
    const code = 'exceeded_order_group_risk_limit';
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'rejected', code, detail: '' } });
    expect(rig.statusOf(id)).toBe('rejected');
    isHalted(rig);
  });

  it('halts when it is found so at a new link, though it blew unseen', () => {
    const rig = live();
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'link', link: 'up' });
    told(rig, 'check', { kind: 'state', isTripped: true, contracts: 5_000 });
    isHalted(rig);
  });

  it('is still reset when it was heard of while it was being looked at', () => {
    const rig = live();
    rig.send({ kind: 'link', link: 'up' });
    rig.send({ kind: 'sweep' });
    expect(opsOf(rig).at(-1)).toBe('check g1');
    rig.send({ kind: 'account', event: { kind: 'group', groupId: 'g1', isTripped: true } });
    told(rig, 'check', { kind: 'state', isTripped: true, contracts: 5_000 });
    isHalted(rig);
    rig.send({ kind: 'operator', command: { kind: 'resume', why: '' } });
    expect(opsOf(rig).at(-1)).toBe('reset g1');
  });

  it('a group the exchange does not know is looked up and made anew', () => {
    const rig = live();
    const id = rig.submit();
    const code = 'order_group_not_found';
    rig.send({ kind: 'placed', clientOrderId: id, answer: { kind: 'rejected', code, detail: '' } });
    rig.send({ kind: 'sweep' });
    expect(opsOf(rig).at(-1)).toBe('check g1');
    told(rig, 'check', { kind: 'gone' });
    expect(opsOf(rig).at(-1)).toBe('create new');
  });
});
