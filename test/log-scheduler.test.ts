// Goal: log time runs RxJS timers in order, only when the log moves, and keeps nothing behind.
import { bufferTime, interval, merge, Subject, take, throttleTime, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../src/domain/units.js';
import { limits } from '../src/limits.js';
import { LogScheduler } from '../src/log-scheduler.js';

const at = epochMs;

describe('log scheduler', () => {
  it('runs due timers in order of time, then of scheduling, at the time they were due', () => {
    const scheduler = new LogScheduler(at(1_000));
    const heard: string[] = [];
    const say = (name: string, delay: number) =>
      scheduler.schedule(() => heard.push(`${name}@${scheduler.now()}`), delay);
    say('c', 30);
    say('a', 10);
    say('b', 10);
    say('never', 31);
    expect(scheduler.earliestDue()).toBe(1_010);
    scheduler.advanceTo(at(1_030));
    expect(heard).toEqual(['a@1010', 'b@1010', 'c@1030']);
    expect(scheduler.now()).toBe(1_030);
    expect(scheduler.earliestDue()).toBe(1_031);
  });

  it('runs what a timer schedules for the same stretch, in its place', () => {
    const scheduler = new LogScheduler();
    const heard: string[] = [];
    scheduler.schedule(() => {
      heard.push(`outer@${scheduler.now()}`);
      scheduler.schedule(() => heard.push(`now@${scheduler.now()}`));
      scheduler.schedule(() => heard.push(`later@${scheduler.now()}`), 5);
    }, 10);
    scheduler.schedule(() => heard.push(`twelve@${scheduler.now()}`), 12);
    scheduler.advanceTo(at(20));
    expect(heard).toEqual(['outer@10', 'now@10', 'twelve@12', 'later@15']);
  });

  it('never goes back, and no timer moves it', () => {
    const scheduler = new LogScheduler(at(100));
    expect(() => scheduler.advanceTo(at(99))).toThrow('never goes back');
    scheduler.schedule(() => scheduler.advanceTo(at(300)), 1);
    expect(() => scheduler.advanceTo(at(200))).toThrow('may not advance');
  });

  it('stops a loop of zero delays, and lets a long jump run', () => {
    const jump = new LogScheduler();
    let ticks = 0;
    interval(1, jump).subscribe(() => (ticks += 1));
    jump.advanceTo(at(3 * limits.timersAtOneInstantMax));
    expect(ticks).toBe(3 * limits.timersAtOneInstantMax);

    const loop = new LogScheduler();
    loop.schedule(function again() {
      this.schedule(undefined, 0);
    });
    expect(() => loop.advanceTo(at(1))).toThrow('re-arm without delay');
  });

  it('carries the operators the engine uses', () => {
    const scheduler = new LogScheduler();
    const source$ = new Subject<string>();
    const heard: string[] = [];
    merge(
      source$.pipe(bufferTime(10, null, Number.POSITIVE_INFINITY, scheduler)),
      source$.pipe(throttleTime(15, scheduler)),
      timer(4, 8, scheduler),
    ).subscribe((value) => heard.push(`${scheduler.now()}:${JSON.stringify(value)}`));
    for (const now of [3, 9, 17, 21]) {
      scheduler.advanceTo(at(now));
      source$.next(`s${now}`);
    }
    expect(heard).toEqual([
      '3:"s3"',
      '4:0',
      '10:["s3","s9"]',
      '12:1',
      '20:["s17"]',
      '20:2',
      '21:"s21"',
    ]);
  });

  it('tells a late timer how far the log is, besides when it was due', () => {
    const scheduler = new LogScheduler(at(100));
    const heard: string[] = [];
    timer(5, 5, scheduler)
      .pipe(take(3))
      .subscribe(() => heard.push(`${scheduler.now()} of ${scheduler.reached()}`));
    scheduler.advanceTo(at(103));
    expect(scheduler.reached()).toBe(103);
    scheduler.advanceTo(at(112));
    scheduler.advanceTo(at(115));
    expect(heard).toEqual(['105 of 112', '110 of 112', '115 of 115']);
  });

  it('forgets canceled timers and reuses an interval action', () => {
    const scheduler = new LogScheduler();
    const subscriptions = Array.from({ length: 500 }, (_, index) =>
      timer((index * 37) % 101, scheduler).subscribe(),
    );
    subscriptions.forEach((subscription, index) => {
      if (index % 5 !== 0) subscription.unsubscribe();
    });
    expect(scheduler.pending).toBe(100);
    let last = 0;
    const orderly = interval(1, scheduler).subscribe(() => {
      expect(scheduler.now()).toBeGreaterThanOrEqual(last);
      last = scheduler.now();
    });
    scheduler.advanceTo(at(200));
    expect(scheduler.pending).toBe(1);
    orderly.unsubscribe();
    expect(scheduler.pending).toBe(0);
  });
});
