// Goal: every page that reads has the whole state, however slowly; one that does not costs a bounded amount and is cut.
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { EventHub } from '../../src/dashboard/sse.js';
import { limits } from '../../src/limits.js';
import type { DashboardState } from '../../src/messages/dashboard.js';
import { emptyState } from '../../src/messages/dashboard-patch.js';
import { ManualClock } from '../support/manual-clock.js';

/** A page's line: takes what is written until it is full. */
class Line extends EventEmitter {
  readonly got: string[] = [];
  isFull = false;
  isCut = false;

  write(text: string): boolean {
    this.got.push(text);
    return !this.isFull;
  }

  destroy(): void {
    this.isCut = true;
    this.emit('close');
  }

  get kinds(): readonly string[] {
    return this.got
      .join('')
      .split('\n')
      .filter((line) => /^(event|:)/.test(line));
  }
}

const patch = { sections: { equity: [] } };
let clock: ManualClock;
let hub: EventHub;
let states: number;
const state = (): DashboardState => {
  states += 1;
  return emptyState;
};
const join = (): Line => {
  const line = new Line();
  hub.add(line as unknown as ServerResponse);
  return line;
};

beforeEach(() => {
  clock = new ManualClock();
  states = 0;
  hub = new EventHub(state, clock);
});

describe('the events', () => {
  it('begin with the state, and go on with what changes', () => {
    const line = join();
    hub.patch(patch);
    expect(line.kinds).toEqual(['event: snapshot', 'event: patch']);
    expect(line.got[1]).toBe(`event: patch\ndata: ${JSON.stringify(patch)}\n\n`);
  });

  it('are put together once for everybody', () => {
    for (let n = 0; n < limits.dashboardClientsMax; n += 1) join();
    expect([states, hub.isFull]).toEqual([1, true]);
  });

  it('that wait a little come as they were', () => {
    const line = join();
    line.isFull = true;
    hub.patch(patch);
    hub.patch(patch);
    hub.patch(patch);
    line.isFull = false;
    line.emit('drain');
    expect(line.kinds).toEqual(['event: snapshot', ...Array(3).fill('event: patch')]);
  });

  it('that wait too long are a new snapshot', () => {
    const line = join();
    line.isFull = true;
    for (let n = 0; n < 10_000; n += 1) hub.patch(patch);
    expect(line.got).toHaveLength(2);
    line.isFull = false;
    line.emit('drain');
    expect(line.kinds).toEqual(['event: snapshot', 'event: patch', 'event: snapshot']);
    hub.patch(patch);
    expect(line.kinds.at(-1)).toBe('event: patch');
  });

  it('keep the line alive, and cut one that does not read', () => {
    const [reads, blocked] = [join(), join()];
    blocked.isFull = true;
    hub.patch(patch);
    clock.pass(3 * limits.dashboardHeartbeatMs);
    expect(reads.kinds.filter((kind) => kind === ': alive')).toHaveLength(3);
    expect([reads.isCut, blocked.isCut, hub.clients]).toEqual([false, true, 1]);
    expect(limits.dashboardBlockedMsMax).toBeLessThan(3 * limits.dashboardHeartbeatMs);
  });

  it('of another state begin anew for everybody', () => {
    const line = join();
    hub.renew();
    expect(line.kinds).toEqual(['event: snapshot', 'event: snapshot']);
  });
});
