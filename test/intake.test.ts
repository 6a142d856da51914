// Goal: one door orders everything; a log that came out of it, fed again, gives the same output.
import fc from 'fast-check';
import {
  bufferTime,
  debounceTime,
  filter,
  map,
  merge,
  Subject,
  scan,
  throttleTime,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { MarketClock } from '../src/clock.js';
import { epochMs } from '../src/domain/units.js';
import { Intake, ReplayIntake } from '../src/intake.js';
import { limits } from '../src/limits.js';
import { LogScheduler } from '../src/log-scheduler.js';
import type { Input, Payload, Source } from '../src/messages/input.js';
import { ManualClock } from './support/manual-clock.js';

const frame = (text: string): Payload => ({ kind: 'frame', connection: 0, text });
const tick: Payload = { kind: 'tick' };

function rig(options: {
  readonly speed?: number;
  readonly deliver?: (input: Input, scheduler: LogScheduler) => void;
}) {
  const clock = new ManualClock();
  const settings = {
    realOriginMs: clock.realNow(),
    marketOriginMs: 50_000,
    speed: options.speed ?? 1,
  };
  const scheduler = new LogScheduler();
  const log: Input[] = [];
  const order: string[] = [];
  const intake: Intake = new Intake({
    clock,
    marketClock: new MarketClock(clock, settings),
    scheduler,
    tap: (input) => {
      log.push(input);
      order.push(`tap ${input.seq}`);
    },
    deliver: (input) => {
      order.push(`deliver ${input.seq}`);
      options.deliver?.(input, scheduler);
    },
  });
  return { clock, scheduler, intake, log, order };
}

describe('intake', () => {
  it('stamps, records, runs due timers, then delivers', () => {
    const { clock, intake, log, order } = rig({
      deliver: ({ seq }, scheduler) => {
        if (seq === 1) scheduler.schedule(() => order.push(`timer@${scheduler.now()}`), 5);
      },
    });
    intake.accept('engine', frame('a'));
    clock.pass(5);
    intake.accept('feed', frame('b'));
    expect(log.map(({ seq, at, source }) => [seq, at, source])).toEqual([
      [1, 50_000, 'engine'],
      [2, 50_005, 'clock'],
      [3, 50_005, 'feed'],
    ]);
    expect(order).toEqual([
      'tap 1',
      'deliver 1',
      'tap 2',
      'timer@50005',
      'deliver 2',
      'tap 3',
      'deliver 3',
    ]);
  });

  it('queues what arrives during a delivery, in order', () => {
    const { intake, log } = rig({
      deliver: ({ payload }) => {
        if (payload.kind !== 'frame' || payload.text !== 'a') return;
        intake.accept('venue', frame('b'));
        intake.accept('venue', frame('c'));
      },
    });
    intake.accept('feed', frame('a'));
    intake.accept('feed', frame('d'));
    expect(log.map(({ payload }) => (payload.kind === 'frame' ? payload.text : ''))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
    expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('carries a long chain of inputs that cause inputs without keeping them', () => {
    let left = 200_000;
    const { intake } = rig({
      deliver: () => {
        left -= 1;
        if (left > 0) intake.accept('venue', tick);
      },
    });
    intake.accept('feed', tick);
    expect(intake.lastSeq).toBe(200_000);
  });

  it('stops the process rather than lose an input or its memory', () => {
    const { intake } = rig({
      deliver: () => {
        for (let count = 0; count <= limits.intakeQueueMax; count += 1) intake.accept('feed', tick);
      },
    });
    expect(() => intake.accept('feed', tick)).toThrow('wait at the intake');
    expect(intake.accept('feed', tick)).toBe(false);
  });

  it('shuts after stop, arms no more timers, and counts what comes late', () => {
    const { clock, intake, log } = rig({
      deliver: ({ payload }) => {
        if (payload.kind === 'stop') intake.accept('venue', frame('reply to nobody'));
      },
    });
    intake.accept('feed', tick);
    intake.accept('operator', { kind: 'stop', reason: 'test' });
    expect(intake.accept('feed', tick)).toBe(false);
    expect(intake.late).toBe(2);
    expect(log.length).toBe(2);
    expect(clock.waiting).toBe(0);
  });

  it('ticks when a timer is due, at the speed of the market clock', () => {
    const { clock, scheduler, intake, log } = rig({ speed: 60 });
    intake.accept('engine', tick);
    scheduler.schedule(() => {}, 30_000);
    clock.pass(499);
    intake.accept('feed', tick);
    expect(log.length).toBe(2);
    clock.pass(2);
    expect(log.length).toBe(3);
    expect(log[2]).toMatchObject({ source: 'clock', payload: { kind: 'tick' } });
    expect(log[2]?.at).toBeGreaterThanOrEqual(80_000);
  });

  it('ticks a second after the last input, and not while inputs come', () => {
    const { clock, intake, log } = rig({});
    intake.accept('engine', frame('a'));
    for (let step = 0; step < 30; step += 1) {
      clock.pass(100);
      intake.accept('feed', frame('b'));
    }
    expect(log.filter(({ source }) => source === 'clock').length).toBe(0);
    clock.pass(5_000);
    const ticks = log.filter(({ source }) => source === 'clock');
    expect(ticks.map(({ at }) => at)).toEqual([54_000, 55_000, 56_000, 57_000, 58_000]);
    expect(clock.waiting).toBe(1);
  });
});

/** Timers, buffers, races and zero delays over what was put in; whatever it says, it says in order. */
function toyEngine(scheduler: LogScheduler, ask: (text: string) => void) {
  const output: string[] = [];
  const inputs$ = new Subject<Input>();
  const texts$ = inputs$.pipe(
    map(({ payload }) => (payload.kind === 'frame' ? payload.text : null)),
    filter((text) => text !== null),
  );
  merge(
    texts$.pipe(
      bufferTime(700, null, Number.POSITIVE_INFINITY, scheduler),
      map((all) => `w:${all.join('')}`),
    ),
    texts$.pipe(
      throttleTime(130, scheduler, { leading: true, trailing: true }),
      map((text) => `t:${text}`),
    ),
    texts$.pipe(
      debounceTime(90, scheduler),
      map((text) => `d:${text}`),
    ),
    texts$.pipe(
      scan((count) => count + 1, 0),
      map((count) => `n:${count}`),
    ),
    timer(350, 350, scheduler).pipe(map((beat) => `b:${beat}`)),
  ).subscribe((line) => output.push(`${scheduler.now()} ${line}`));
  texts$.subscribe((text) => {
    if (text === 'x') scheduler.schedule(() => ask('r'), 0);
    if (text === 'y') ask('s');
  });
  return { output, take: (input: Input) => inputs$.next(input) };
}

describe('property: any interleaving of sources, replayed from its recording, gives the same output', () => {
  const sources: readonly Source[] = ['feed', 'venue', 'worker', 'operator'];
  const step = fc.record({
    waitMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 40 }),
      fc.double({ min: 0, max: 2_500, noNaN: true }),
    ),
    source: fc.constantFrom(...sources),
    text: fc.constantFrom('a', 'b', 'x', 'y'),
  });

  it('holds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 7, 60), (steps, speed) => {
        const clock = new ManualClock();
        const settings = { realOriginMs: clock.realNow(), marketOriginMs: 1_000, speed };
        const scheduler = new LogScheduler(epochMs(1_000));
        const log: Input[] = [];
        const live = toyEngine(scheduler, (text) => intake.accept('venue', frame(text)));
        const intake = new Intake({
          clock,
          marketClock: new MarketClock(clock, settings),
          scheduler,
          tap: (input) => log.push(structuredClone(input)),
          deliver: live.take,
        });
        intake.accept('engine', tick);
        for (const { waitMs, source, text } of steps) {
          clock.pass(waitMs);
          intake.accept(source, frame(text));
        }
        intake.accept('operator', { kind: 'stop', reason: 'end' });

        const again = new LogScheduler(epochMs(1_000));
        const replayed = toyEngine(again, () => {});
        const replay = new ReplayIntake({ scheduler: again, deliver: replayed.take });
        for (const input of log) replay.feed(input);

        expect(replayed.output).toEqual(live.output);
        expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
        expect(log.every(({ at }, index) => at >= (log[index - 1]?.at ?? 0))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
