import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { inspectLedger } from '../../src/sinks/ledger/inspect.js';
import { openLedger } from '../../src/sinks/ledger/ledger.js';
import { compiled } from '../support/compiled.js';

const child = fileURLToPath(new URL('../support/ledger-child.mjs', import.meta.url));

/** Runs the child until it has reported `lines` flushes, kills it in the middle of the next, returns the last report. */
const killedAfter = (home: string, lines: number): Promise<string> =>
  new Promise((done, fail) => {
    const running = spawn(process.execPath, [child, compiled, home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    running.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').length > lines) running.kill('SIGKILL');
    });
    running.on('exit', (code, signal) => {
      if (signal === 'SIGKILL')
        done(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1) ?? '');
      else fail(new Error(`ended by itself: ${code} ${text}`));
    });
  });

it('loses nothing that was said to be durable, however often it is killed', async () => {
  const home = mkdtempSync(join(tmpdir(), 'ledger-'));
  let last = 0;
  for (const lines of [1, 2, 7, 30, 150]) {
    const [, seq, hash] = (await killedAfter(home, lines)).split(' ');
    const inspected = await inspectLedger(home);
    expect(inspected.problem).toBeNull();
    expect(inspected.isBalanced).toBe(true);
    expect(inspected.records).toBeGreaterThanOrEqual(Number(seq));
    if (inspected.records === Number(seq)) expect(inspected.headHash).toBe(hash);
    expect(Number(seq)).toBeGreaterThan(last);
    last = Number(seq);
  }
  const ledger = await openLedger({
    home,
    mode: 'paper',
    environment: 'loopback',
    account: 'main',
  });
  expect(ledger.ok && ledger.value.nextRun).toBe(6);
  if (ledger.ok) await ledger.value.close();
  rmSync(home, { recursive: true, force: true });
});

it('refuses a second process while the first one runs', async () => {
  const home = mkdtempSync(join(tmpdir(), 'ledger-'));
  const first = spawn(process.execPath, [child, compiled, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((ready) => first.stdout.once('data', ready));
  const second = await openLedger({
    home,
    mode: 'paper',
    environment: 'loopback',
    account: 'main',
  });
  expect(second.ok ? '' : second.error.code).toBe('in_use');
  expect(second.ok ? '' : second.error.text).toContain(`process ${first.pid}`);
  const gone = new Promise((done) => first.once('exit', done));
  first.kill('SIGKILL');
  await gone;
  const third = await openLedger({ home, mode: 'paper', environment: 'loopback', account: 'main' });
  expect(third.ok).toBe(true);
  if (third.ok) await third.value.close();
  rmSync(home, { recursive: true, force: true });
});
