// Goal: port, paper record, compiled modules and the way to go on are told as they are, and a hint is never more than one.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isPortTaken, portCheck } from '../../../src/commands/doctor/dashboard-port.js';
import { nativeCheck } from '../../../src/commands/doctor/native.js';
import { nextSteps, type Way } from '../../../src/commands/doctor/next-steps.js';
import { type PaperRecord, paperCheck } from '../../../src/commands/doctor/paper-record.js';
import { Scorer } from '../../../src/valuation/calibration.js';
import { rowOf, told } from './helpers.js';

describe('the port of the dashboard', () => {
  const port = async (port: number, taken: boolean, running: boolean): Promise<string> => {
    const check = portCheck({
      port,
      isTaken: () => Promise.resolve(taken),
      isRunning: () => Promise.resolve(running),
    });
    return told(await rowOf([check], 'dashboard_port'));
  };

  it('is free, ours, or somebody else’s', async () => {
    expect(await port(8787, false, false)).toBe('pass 0: 8787 is free');
    expect(await port(8787, true, true)).toMatch(/^pass 0: .*while an engine runs here/);
    expect(await port(8787, true, false)).toMatch(/^warn 0: .*another program; set BOT_UI_PORT/);
    expect(await port(0, true, false)).toMatch(/^pass 0: any/);
  });

  it('is asked for without being taken', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port: taken } = server.address() as AddressInfo;
    expect(await isPortTaken(taken)).toBe(true);
    await new Promise((done) => server.close(done));
    expect(await isPortTaken(taken)).toBe(false);
  });
});

it('names what is compiled and does not load', async () => {
  const load = (name: string) =>
    name === 'lmdb' ? Promise.reject(new Error('no binary\nat …')) : Promise.resolve();
  expect(told(await rowOf([nativeCheck(load)], 'native_modules'))).toBe(
    'fail 1: lmdb cannot be loaded (no binary); run npm ci on this machine',
  );
});

describe('the paper record', () => {
  const record = (events: number, fair: number, realized: number): PaperRecord => {
    const forecasts = new Scorer();
    for (let event = 0; event < events; event += 1)
      forecasts.add({
        ticker: `S-${event}-T`,
        vertical: 'weather',
        p: fair,
        mid: 0.6,
        outcome: 1,
      } as Parameters<Scorer['add']>[0]);
    const orders = {
      submitted: 43,
      filled: 40,
      partial: 1,
      canceled: 2,
      rejected: 0,
      unknown: 0,
      open: 0,
    };
    const totals = {
      cycles: 812,
      orders,
      realizedPnlMicros: realized,
      days: [{ day: '2026-11-01' }],
    };
    return { totals: totals as unknown as PaperRecord['totals'], forecasts: forecasts.report() };
  };
  const look = async (paper: PaperRecord | string | null, isLive: boolean): Promise<string> =>
    told(
      await rowOf([paperCheck({ isLive, paper: () => Promise.resolve(paper) })], 'paper_record'),
    );

  it.each<readonly [PaperRecord | string | null, boolean, RegExp]>([
    [null, false, /^not_checked 0: none yet/],
    [null, true, /^warn 0: none yet; run on paper/],
    ['the ledger is damaged', true, /^fail 1: the ledger is damaged/],
    [
      record(120, 0.8, 12_300_000),
      true,
      /^pass 0: 812 windows; 43 orders since 2026-11-01; \+\$12\.30 realized net of fees; 120 forecasts of 120 settled events; Brier 0\.0400, the market's 0\.1600: no reason against/,
    ],
    [record(99, 0.8, 1_000_000), false, /^not_checked 0: .*fewer than 100 events say little; stay/],
    [record(99, 0.8, 1_000_000), true, /^warn 0: .*fewer than 100 events/],
    [record(120, 0.5, 1_000_000), false, /^warn 0: .*: the market forecast better; stay on paper/],
    [record(120, 0.6, 1_000_000), true, /^warn 0: .*the market forecast better/],
    [record(120, 0.8, -1), true, /^warn 0: .*nothing was earned/],
  ])('%#', async (paper, isLive, says) => {
    expect(await look(paper, isLive)).toMatch(says);
  });
});

describe('what to do next', () => {
  const way: Way = {
    failed: [],
    mode: 'paper',
    environment: 'demo',
    hasDemo: false,
    hasPaper: false,
    hasKey: false,
    isPaperGood: false,
  };
  const states = (change: Partial<Way>): string =>
    nextSteps({ ...way, ...change })
      .map(
        ({ state, what }) => `${{ done: '✓', next: '→', later: '·' }[state]}${what.split(' ')[0]}`,
      )
      .join(' ');

  it('is the first thing that was not done, in order', () => {
    expect(states({})).toBe('→Watch ·Trade ·Get ·Trade ·Send ·Real');
    expect(states({ hasDemo: true })).toBe('✓Watch →Trade ·Get ·Trade ·Send ·Real');
    expect(states({ hasPaper: true })).toBe('→Watch ✓Trade ·Get ·Trade ·Send ·Real');
    const all = { hasDemo: true, hasPaper: true, hasKey: true };
    expect(states(all)).toBe('✓Watch ✓Trade ✓Get →Trade ·Send ·Real');
    const good = { ...all, isPaperGood: true };
    expect(states(good)).toBe('✓Watch ✓Trade ✓Get ✓Trade →Send ·Real');
    expect(states({ ...good, mode: 'live' })).toBe('✓Watch ✓Trade ✓Get ✓Trade ✓Send →Real');
    expect(states({ ...good, mode: 'live', environment: 'loopback' })).toMatch(/→Send ·Real$/);
    expect(states({ ...good, mode: 'live', environment: 'production' })).toMatch(/✓Send ✓Real$/);
  });

  it('mends first what even a demo needs, and the rest after it', () => {
    expect(states({ failed: ['native_modules'] })).toMatch(/^→Mend ·Watch/);
    expect(states({ failed: ['exchange_reachable'] })).toMatch(/^→Watch ·Mend ·Trade/);
    expect(states({ failed: ['exchange_reachable'], hasDemo: true })).toMatch(/^✓Watch →Mend/);
  });
});
