// Goal: when orders left and what Claude was asked is read from the decisions, without reading all else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { questionKey, recordedAsks } from '../../src/backtest/recorded-asks.js';
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
  decide(1_000, { effect: 3, hash: 'x', kind: 'scan' }, '{"kind":"scan"}');
  decide(2_000, { effect: 4, hash: 'x', kind: 'place' }, '{"kind":"place"}');
  decide(3_000, { effect: 5, hash: 'x', kind: 'infer' }, JSON.stringify({ call: { body } }));
  decide(3_500, { verdict: 'kind' });
  decide(4_000, { effect: 6, hash: 'x', kind: 'place' }, '{"kind":"place"}');
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
});
