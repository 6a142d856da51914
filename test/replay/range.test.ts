// Goal: a place in a recording is named by number or time, and a replay can be held to any pace.
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { Decision } from '../../src/messages/decision.js';
import type { Input } from '../../src/messages/input.js';
import { Pace } from '../../src/replay/pace.js';
import { hasReached, isReversed, type Place, parsePlace } from '../../src/replay/range.js';
import { Recount } from '../../src/replay/recount.js';
import { ManualClock } from '../support/manual-clock.js';

const noon = Date.UTC(2026, 10, 22, 12);

describe('a place', () => {
  it.each([
    ['#17', { kind: 'seq', seq: 17 }],
    [String(noon), { kind: 'ms', ms: noon }],
    ['2026-11-22T12:00', { kind: 'ms', ms: noon }],
    ['2026-11-22T12:00:00.250Z', { kind: 'ms', ms: noon + 250 }],
    ['2026-11-22T13:00:00+01:00', { kind: 'ms', ms: noon }],
  ])('%s', (text, place) => expect(parsePlace(text)).toEqual({ ok: true, value: place }));

  it.each(['', '#', '#-1', '17.5', 'noon', '2026-11-22', '2026-13-40T12:00', '#1x'])(
    'is not %j',
    (text) => expect(parsePlace(text).ok).toBe(false),
  );

  it('after another one leaves nothing between them', () => {
    const ms = (value: number): Place => ({ kind: 'ms', ms: value });
    const seq = (value: number): Place => ({ kind: 'seq', seq: value });
    expect([isReversed(ms(2), ms(1)), isReversed(seq(2), seq(1))]).toEqual([true, true]);
    expect([isReversed(ms(1), ms(1)), isReversed(seq(1), seq(2))]).toEqual([false, false]);
    // Where an input lies in time only the recording knows.
    expect(isReversed(ms(noon), seq(1))).toBe(false);
  });

  it('is reached from there on', () => {
    const seq: Place = { kind: 'seq', seq: 5 };
    const ms: Place = { kind: 'ms', ms: noon };
    const at = (place: Place | null, number: number, time: number): boolean =>
      hasReached(place, { seq: number, at: time });
    expect([at(seq, 4, noon), at(seq, 5, 0), at(seq, 6, 0)]).toEqual([false, true, true]);
    expect([at(ms, 9, noon - 1), at(ms, 1, noon)]).toEqual([false, true]);
    expect(at(null, 1, 0)).toBe(true);
  });
});

describe('what lies between', () => {
  it('is counted and printed from the place on, and not before', () => {
    const printed: string[] = [];
    const recount = new Recount({ kind: 'seq', seq: 2 }, (line) => printed.push(line));
    for (const seq of [1, 2, 3]) {
      const at = epochMs(noon + seq);
      const input: Input = { seq, at, source: 'clock', payload: { kind: 'tick' } };
      expect(recount.input(input)).toBe(seq >= 2);
      const line = `{"intent":{"ticker":"KX-${seq}"}}`;
      recount.decided({ at, cause: seq, line, of: null } satisfies Decision);
    }
    expect(recount.result).toEqual({
      inputs: 2,
      seqFirst: 2,
      seqLast: 3,
      decisions: { verdict: 0, intent: 2, record: 0, effect: 0 },
    });
    expect(printed[0]).toBe('#2 2026-11-22T12:00:00.002Z intent KX-2 {"intent":{"ticker":"KX-2"}}');
  });
});

describe('pace', () => {
  it('holds each input to its own time, at any speed, and catches up without waiting', async () => {
    const clock = new ManualClock();
    // The run's clock ran twenty times as fast as the wall's; it is played twice as fast as it was.
    const pace = new Pace(clock, 2, 20);
    expect(pace.until(noon)).toBeNull();
    const waited = pace.until(noon + 40_000);
    let isDue = false;
    void waited?.then(() => {
      isDue = true;
    });
    clock.pass(999);
    await Promise.resolve();
    expect(isDue).toBe(false);
    clock.pass(1);
    await Promise.resolve();
    expect(isDue).toBe(true);
    clock.pass(5_000);
    expect(pace.until(noon + 80_000)).toBeNull();
  });
});
