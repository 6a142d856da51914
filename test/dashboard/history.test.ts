// Goal: what was dropped on the way, and what was before, comes from the ledger, so that the page never lacks a record.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { History } from '../../src/dashboard/history.js';
import { Replica } from '../../src/dashboard/replica/replica.js';
import { openLedger } from '../../src/sinks/ledger/ledger.js';
import { traded } from '../support/traded-ledger.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'history-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('a hole in what is told is filled while an engine goes on writing', async () => {
  const { records } = traded();
  const whose = { mode: 'paper', environment: 'loopback', account: 'main' } as const;
  const opened = await openLedger({ home, ...whose });
  if (!opened.ok) throw new Error(opened.error.text);
  const ledger = opened.value;
  const replica = new Replica('live');
  const history = new History(home, replica, systemClock);
  // Before there is anything.
  await history.catchUp();
  expect(replica.seq).toBe(0);
  ledger.append(records.slice(0, 12));
  await ledger.flush(12);
  await history.catchUp();
  expect(replica.seq).toBe(12);
  // 13 to 15 are lost on the way, and on no disk yet when 16 comes.
  history.hear(records.slice(15, 18));
  await new Promise((done) => setTimeout(done, 50));
  expect(replica.seq).toBe(12);
  ledger.append(records.slice(12));
  await ledger.flush(records.length);
  await expect.poll(() => replica.seq).toBe(records.length);
  await ledger.close();
});

it('without a ledger, as in a replay, a hole stays one and costs nothing', () => {
  const { records } = traded();
  const replica = new Replica('replay');
  const history = new History(null, replica, systemClock);
  history.hear(records.slice(0, 3));
  for (let n = 0; n < 1_000; n += 1) history.hear(records.slice(10));
  expect(replica.seq).toBe(3);
});
