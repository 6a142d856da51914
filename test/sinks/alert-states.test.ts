// Goal: people are told when something begins, again now and then while it lasts, and once when it is over; one that comes
// and goes is no flood, and a restart is no news.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import { keep, restored } from '../../src/sinks/alerts/kept.js';
import { type AlertStates, looked } from '../../src/sinks/alerts/states.js';

const start = Date.UTC(2026, 10, 27);
const second = 1_000;
const condition = { key: 'low_disk', rule: 'low_disk', detail: 'x' } as const;

/** What is told, with its second, when the condition holds in the seconds that `holds` names. */
function toldIn(
  seconds: number,
  holds: (at: number) => boolean,
  repeatMs = 0,
  from: AlertStates = { firing: new Map(), quiet: new Map() },
): readonly string[] {
  let states = from;
  const all: string[] = [];
  for (let at = 0; at < seconds; at += 1) {
    const found = holds(at) ? [condition] : [];
    const look = looked(states, found, start + at * second, repeatMs);
    states = look.states;
    all.push(...look.told.map(({ state }) => `${at} ${state}`));
  }
  return all;
}
const between = (from: number, to: number) => (at: number) => at >= from && at < to;

describe('an alert', () => {
  it('is told once, and as over when it has been gone for a while', () => {
    expect(toldIn(400, between(5, 100))).toEqual(['5 firing', '109 resolved']);
  });

  it('is not over because it is gone for a moment', () => {
    expect(toldIn(200, (at) => between(5, 100)(at) && at % 9 !== 0)).toEqual([
      '5 firing',
      '108 resolved',
    ]);
  });

  it('is told again while it lasts, never sooner than any alert may be', () => {
    expect(toldIn(1_300, () => true, 600 * second)).toEqual([
      '0 firing',
      '600 firing',
      '1200 firing',
    ]);
    expect(toldIn(700, () => true, 1)).toEqual(['0 firing', '300 firing', '600 firing']);
    expect(toldIn(7_200, () => true, 0)).toEqual(['0 firing']);
  });

  it('that comes and goes is told every few minutes, and as over only when it was told', () => {
    expect(toldIn(620, (at) => at % 40 < 10)).toEqual([
      '0 firing',
      '19 resolved',
      '320 firing',
      '339 resolved',
    ]);
    // Held back, and still there when it may be told.
    expect(toldIn(400, (at) => at < 10 || at >= 50)).toEqual([
      '0 firing',
      '19 resolved',
      '300 firing',
    ]);
  });

  it('two keys of one rule are two alerts', () => {
    const both = [condition, { ...condition, key: 'low_disk:2' }];
    const { told } = looked({ firing: new Map(), quiet: new Map() }, both, start, 0);
    expect(told.map(({ firing }) => firing.key)).toEqual(['low_disk', 'low_disk:2']);
  });

  it('a clock that is put back holds nothing up', () => {
    const first = looked({ firing: new Map(), quiet: new Map() }, [condition], start, 60 * second);
    const back = start - 3_600 * second;
    const still = looked(first.states, [condition], back, 60 * second);
    expect(still.told.map(({ state }) => state)).toEqual(['firing']);
    expect(looked(first.states, [], back, 0).told.map(({ state }) => state)).toEqual(['resolved']);
  });
});

describe('after a restart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  const path = join(folder, 'alerts.json');
  const { states } = looked({ firing: new Map(), quiet: new Map() }, [condition], start, 0);

  it('what still fires is not told again, and what is over is told after a minute', () => {
    expect(keep(path, states)).toBeNull();
    const kept = restored(path, start);
    expect(toldIn(300, () => true, 0, kept)).toEqual([]);
    expect(toldIn(300, (at) => at > 30, 0, kept)).toEqual([]);
    expect(toldIn(300, () => false, 0, kept)).toEqual([
      `${limits.alertRestoredMs / second} resolved`,
    ]);
  });

  it.each([
    ['nothing', null],
    ['no JSON', '{'],
    ['null', 'null'],
    ['something else', '{"firing":[null,3,{"key":1},{"key":"a","rule":"toString","detail":""}]}'],
    ['no times', '{"firing":[{"key":"a","rule":"low_disk","detail":"","sinceMs":"now"}]}'],
  ])('%s is nothing', (_, text) => {
    rmSync(path, { force: true });
    if (text !== null) writeFileSync(path, text);
    expect(restored(path, start).firing.size).toBe(0);
  });

  it('a disk that refuses says why', () => {
    expect(keep(join(path, 'below a file', 'x'), states)).toContain('below a file');
    rmSync(folder, { recursive: true });
  });
});
