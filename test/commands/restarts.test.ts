// Goal: a page that dies again and again is given up, and one that dies a few times a year is not.
import { expect, it } from 'vitest';
import { Restarts } from '../../src/commands/restarts.js';
import { limits } from '../../src/limits.js';

it('are a few in a row, each after twice the wait', () => {
  const restarts = new Restarts();
  const waits = Array.from({ length: limits.dashboardRestartsMax + 1 }, () => restarts.next(0));
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, null]);
  expect(restarts.next(limits.dashboardWellMs - 1)).toBeNull();
});

it('are any number of what was well for an hour in between', () => {
  const restarts = new Restarts();
  for (let death = 0; death < 50; death += 1)
    expect(restarts.next(limits.dashboardWellMs)).toBe(limits.dashboardRestartMs);
});
