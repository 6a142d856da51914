// Goal: when orders left, and what was asked when, is read from the decisions, without reading all else.
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newestAsk, questionKey, recordedAsks } from '../../src/backtest/recorded-asks.js';
import { systemClock } from '../../src/clock.js';
import { epochMs } from '../../src/domain/units.js';
import { openRecording } from '../../src/replay/recording-reader.js';
import { Recorder } from '../../src/sinks/recorder/recorder.js';

const home = mkdtempSync(join(tmpdir(), 'asks-'));
afterAll(() => rmSync(home, { recursive: true }));

type Decide = (at: number, line: object, of?: string | null) => void;

/** A recording with these decisions. */
async function recorded(name: string, decisions: (decide: Decide) => void): Promise<string> {
  const folder = join(home, name);
  const clock = { realOriginMs: 0, marketOriginMs: 0, speed: 1 };
  const opened = Recorder.open(
    { folder, run: 1, engine: 'test', settingsHash: '', clock, report: () => {} },
    { clock: systemClock },
  );
  if (!opened.ok) throw new Error(opened.error.detail);
  const decide: Decide = (at, line, of = null) =>
    opened.value.decided({ at: epochMs(at), cause: 1, line: JSON.stringify(line), of });
  opened.value.tap({ seq: 1, at: epochMs(1), source: 'clock', payload: { kind: 'tick' } });
  decisions(decide);
  const closed = await opened.value.close({ decisionsHash: '', ledgerHash: '' });
  expect(closed.ok).toBe(true);
  return folder;
}

const asksOf = async (folder: string, toMs: number | null = null) => {
  const recording = await openRecording(folder);
  if (!recording.ok) throw new Error(recording.error.detail);
  return await recordedAsks(recording.value, toMs);
};

it('finds orders and questions by effect', async () => {
  const body = JSON.stringify({ text: `<untrusted nonce="${'a'.repeat(32)}">rain?` });
  const folder = await recorded('1', (decide) => {
    decide(1_000, { effect: 3, hash: 'a1', kind: 'scan' }, '{"kind":"scan"}');
    decide(2_000, { effect: 4, hash: 'b2', kind: 'place' }, '{"kind":"place"}');
    decide(3_000, { effect: 5, hash: 'b2', kind: 'infer' }, JSON.stringify({ call: { body } }));
    decide(3_500, { verdict: 'kind' });
    decide(4_000, { effect: 6, hash: 'b2', kind: 'place' }, '{"kind":"place"}');
    decide(5_000, { effect: 9, hash: 'a1', kind: 'scan' }, '{"kind":"scan"}');
  });
  const { asks, problem } = await asksOf(folder);
  expect(problem).toBeNull();
  expect([...asks.orders]).toEqual([
    [4, 2_000],
    [6, 4_000],
  ]);
  expect([...asks.questions]).toEqual([[5, questionKey(body)]]);
  expect([...asks.asked]).toEqual([
    ['a1', { kind: 'scan', at: [1_000, 5_000], effects: [3, 9] }],
    ['b2', { kind: 'infer', at: [3_000], effects: [5] }],
  ]);
  const scans = asks.asked.get('a1');
  const newest = (now: number) => scans && newestAsk(scans, now);
  expect([999, 1_000, 4_999, 5_000, 9_000].map(newest)).toEqual([null, 3, 3, 9, 9]);
});

it('says when they are not all there, or another run’s, and looks no further than it has to', async () => {
  const scan = (decide: Decide, at: number, effect: number) =>
    decide(at, { effect, hash: 'a1', kind: 'scan' }, '{"kind":"scan"}');
  const folder = await recorded('whole', (decide) => {
    scan(decide, 1_000, 1);
    scan(decide, 2_000, 2);
  });
  const early = await asksOf(folder, 1_500);
  expect([early.problem, early.asks.asked.get('a1')?.effects]).toEqual([null, [1]]);
  const other = await recorded('other', (decide) => {
    scan(decide, 1_000, 1);
    scan(decide, 2_000, 3);
  });
  const [name = ''] = readdirSync(folder).filter((file) => file.startsWith('decisions-'));
  copyFileSync(join(other, name), join(folder, name));
  expect((await asksOf(folder)).problem).toMatchObject({ code: 'line_changed', seq: 2 });
  rmSync(join(folder, name));
  expect((await asksOf(folder)).problem).toMatchObject({ code: 'lines_missing', seq: 1 });
});
