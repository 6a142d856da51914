// Goal: a process that dies again and again, and may trade a little each time, ends halted until a person has looked.
import { describe, expect, it } from 'vitest';
import type { LatchCause } from '../../src/domain/records.js';
import { Rig } from '../support/executor-rig.js';

const three = { maxCrashes: 3 };
const isHalted = (rig: Rig): boolean => rig.account.latches.get('crash_loop')?.level === 'halt';

/** The process dies `afterMs` into its run, and the next one starts. */
function die(rig: Rig, afterMs = 1_000, change: { readonly maxCrashes?: number } = three): void {
  rig.now = (rig.now + afterMs) as typeof rig.now;
  rig.restart({}, change);
}

const end = (rig: Rig): void => void rig.send({ kind: 'stop', reason: 'interrupted' });
const resume = (rig: Rig, ...only: readonly LatchCause[]): void =>
  void rig.send({
    kind: 'operator',
    command: { kind: 'resume', why: 'mended', ...(only.length === 0 ? {} : { only }) },
  });

describe('runs that die', () => {
  it('twice in ten minutes are taken up again; after the third time the next one is halted, and so is every later one', () => {
    const rig = new Rig().paper(three);
    die(rig);
    die(rig);
    expect(rig.account.latches.size).toBe(0);
    rig.submit();
    die(rig);
    expect(isHalted(rig)).toBe(true);
    expect(rig.last?.notes[0]?.text).toContain('3 runs died');
    end(rig);
    die(rig, 3_600_000);
    expect(isHalted(rig)).toBe(true);
  });

  it('trip the order groups in the very step that halts', () => {
    const rig = new Rig().live({ ...three, groupContracts: 100 });
    for (const shard of [0, 2, 3])
      rig.send({
        kind: 'group_answered',
        op: 'create',
        shard: shard as never,
        contracts: 100,
        answer: { kind: 'created', groupId: `g${shard}` },
      });
    for (let time = 0; time < 3; time += 1) rig.restart({}, { ...three, groupContracts: 100 });
    expect(rig.last?.effects).toMatchObject(
      ['g0', 'g2', 'g3'].map((groupId) => ({ kind: 'group', op: 'trigger', groupId })),
    );
  });

  it('are not counted together over more than ten minutes', () => {
    const rig = new Rig().paper(three);
    for (let time = 0; time < 20; time += 1) die(rig, 300_001);
    expect(isHalted(rig)).toBe(false);
  });

  it('are not counted once one in between has ended by itself', () => {
    const rig = new Rig().paper(three);
    for (let time = 0; time < 20; time += 1) {
      die(rig);
      die(rig);
      end(rig);
      rig.restart({}, three);
    }
    expect(isHalted(rig)).toBe(false);
  });

  it('are forgiven by resume, but for the run that is going on', () => {
    const rig = new Rig().paper(three);
    for (let time = 0; time < 3; time += 1) die(rig);
    resume(rig);
    expect(isHalted(rig)).toBe(false);
    die(rig);
    die(rig);
    expect(isHalted(rig)).toBe(false);
    die(rig);
    expect(isHalted(rig)).toBe(true);
  });

  it('are not forgiven by a resume that was left for another latch, before this one was set', () => {
    const rig = new Rig().paper(three);
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: 'lunch' } });
    for (let time = 0; time < 3; time += 1) die(rig);
    resume(rig, 'operator');
    expect([...rig.account.latches.keys()]).toEqual(['crash_loop']);
    resume(rig, 'crash_loop');
    expect(rig.account.latches.size).toBe(0);
  });

  it('are any number where the setting says 0; the most that is counted is a hundred', () => {
    const rig = new Rig().paper({ maxCrashes: 0 });
    for (let time = 0; time < 150; time += 1) die(rig, 1_000, { maxCrashes: 0 });
    expect(rig.account.latches.size).toBe(0);
    expect(rig.account.starts).toHaveLength(101);
    die(rig, 1_000, { maxCrashes: 100 });
    expect(isHalted(rig)).toBe(true);
  });
});
