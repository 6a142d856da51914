// Goal: a disk that fills up is known within a minute, and so is that it has room again; not knowing counts as full.
import { expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import { type Space, watchSpace } from '../../src/runtime/space-watch.js';
import { ManualClock } from '../support/manual-clock.js';

const enough = limits.ledgerFreeBytesMin;

function watched() {
  const clock = new ManualClock(5_000);
  const disk = { free: enough as number | null };
  const told: Space[] = [];
  const stop = watchSpace({
    clock,
    freeBytes: () => Promise.resolve(disk.free),
    tell: (space) => told.push(space),
  });
  const minute = async (): Promise<void> => {
    clock.pass(limits.freeSpaceWatchMs);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { clock, disk, told, stop, minute };
}

it('is told once when it is low and once when there is room again', async () => {
  const { disk, told, minute } = watched();
  await minute();
  expect(told).toEqual([]);
  disk.free = enough - 1;
  await minute();
  await minute();
  expect(told).toEqual([{ isLow: true, freeBytes: enough - 1 }]);
  disk.free = enough;
  await minute();
  expect(told.slice(1)).toEqual([{ isLow: false, freeBytes: enough }]);
});

it('unknown, or no number, is low', async () => {
  for (const free of [null, Number.NaN]) {
    const { disk, told, minute } = watched();
    disk.free = free;
    await minute();
    expect(told).toEqual([{ isLow: true, freeBytes: free }]);
  }
});

it('stops, also while it is looking', async () => {
  const { clock, disk, told, stop } = watched();
  disk.free = 0;
  clock.pass(limits.freeSpaceWatchMs);
  stop();
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  expect([told, clock.waiting]).toEqual([[], 0]);
});
