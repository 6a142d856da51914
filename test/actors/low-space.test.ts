// Goal: with a full disk nothing new is sent, what was sent is still booked, and it ends by itself.
import { expect, it } from 'vitest';
import { haltLevel } from '../../src/actors/executor/views.js';
import { intentFor, Rig } from '../support/executor-rig.js';

const low = (rig: Rig, isLow: boolean) =>
  rig.send({ kind: 'space', isLow, freeBytes: isLow ? 10 : 10_000_000_000 });

it('refuses what is wanted, in words and in the ledger, until there is room', () => {
  const rig = new Rig().paper();
  const told = low(rig, true).notes.map(({ level, code }) => [level, code]);
  expect(told).toEqual([['alert', 'low_space']]);
  expect(low(rig, true).notes).toEqual([]);
  expect(haltLevel(rig.state)).toBe('halt');
  const refused = rig.send({ kind: 'intent', intent: intentFor() });
  expect(refused.effects).toEqual([]);
  expect(refused.records.map(({ body }) => body)).toMatchObject([
    { kind: 'refused', code: 'low_space' },
  ]);
  expect(low(rig, false).notes.map(({ code }) => code)).toEqual(['space_again']);
  expect(haltLevel(rig.state)).toBeNull();
  rig.submit();
  expect(rig.effectsOf('place')).toHaveLength(1);
});

it('takes back what was written down and not sent', () => {
  const rig = new Rig().paper();
  const { records } = rig.send({ kind: 'intent', intent: intentFor() });
  low(rig, true);
  rig.send({ kind: 'durable', recordSeq: records.at(-1)?.seq ?? 0 });
  expect(rig.effectsOf('place')).toEqual([]);
  expect([...rig.account.orders.values()]).toMatchObject([
    { status: 'canceled', why: 'low_space' },
  ]);
});

it('books what becomes of an order that was sent', () => {
  const rig = new Rig().paper();
  const before = rig.account.positions.size;
  const id = rig.submit();
  low(rig, true);
  rig.send({
    kind: 'placed',
    clientOrderId: id,
    answer: { kind: 'rejected', code: 'insufficient_balance', detail: '' },
  });
  expect([rig.statusOf(id), rig.account.positions.size]).toEqual(['rejected', before]);
});

it('asks Claude nothing meanwhile', () => {
  const rig = new Rig().withClaude();
  low(rig, true);
  expect(rig.ask('q').effects.filter(({ kind }) => kind === 'infer')).toEqual([]);
  low(rig, false);
  expect(rig.ask('q').records).not.toEqual([]);
});
