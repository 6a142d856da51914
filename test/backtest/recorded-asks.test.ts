// Goal: when orders left, and what was asked when, is read from the decisions, without reading all else.
import { mkdtempSync, rmSync } from 'node:fs';
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

it('finds orders and questions by effect', async () => {
  const folder = join(home, '1');
  const clock = { realOriginMs: 0, marketOriginMs: 0, speed: 1 };
  const opened = Recorder.open(
    { folder, run: 1, engine: 'test', settingsHash: '', clock, report: () => {} },
    { clock: systemClock },
  );
  if (!opened.ok) throw new Error(opened.error.detail);
  const decide = (at: number, line: object, of: string | null = null) =>
    opened.value.decided({ at: epochMs(at), cause: 1, line: JSON.stringify(line), of });
  const body = JSON.stringify({ text: `<untrusted nonce="${'a'.repeat(32)}">rain?` });
  opened.value.tap({ seq: 1, at: epochMs(1), source: 'clock', payload: { kind: 'tick' } });
  decide(1_000, { effect: 3, hash: 'a1', kind: 'scan' }, '{"kind":"scan"}');
  decide(2_000, { effect: 4, hash: 'b2', kind: 'place' }, '{"kind":"place"}');
  decide(3_000, { effect: 5, hash: 'b2', kind: 'infer' }, JSON.stringify({ call: { body } }));
  decide(3_500, { verdict: 'kind' });
  decide(4_000, { effect: 6, hash: 'b2', kind: 'place' }, '{"kind":"place"}');
  decide(5_000, { effect: 9, hash: 'a1', kind: 'scan' }, '{"kind":"scan"}');
  const closed = await opened.value.close({ decisionsHash: '', ledgerHash: '' });
  expect(closed.ok).toBe(true);
  const recording = await openRecording(folder);
  if (!recording.ok) throw new Error(recording.error.detail);
  const asks = await recordedAsks(recording.value);
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
