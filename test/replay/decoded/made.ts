// Recordings for the tests of this folder: a run of the real engine, or any log, written by the real recorder.
import { join } from 'node:path';
import { limits } from '../../../src/limits.js';
import type { Input } from '../../../src/messages/input.js';
import type { Step } from '../../../src/messages/step.js';
import { engineTarget, recomputed, workerAnswer } from '../../../src/replay/engine-target.js';
import { openRecording, type Recording } from '../../../src/replay/recording-reader.js';
import { replayRecording } from '../../../src/replay/replay-recording.js';
import { Recorder } from '../../../src/sinks/recorder/recorder.js';
import { cheap, names, origin, ScriptedRun } from '../../engine/scripted-run.js';
import { ManualClock } from '../../support/manual-clock.js';

type Hashes = { readonly decisionsHash: string | null; readonly ledgerHash: string | null };

/** Null hashes: the run never closed. */
export async function recorded(
  folder: string,
  inputs: readonly Input[],
  hashes: Hashes | null,
): Promise<Recording> {
  const clock = new ManualClock();
  const opened = Recorder.open(
    {
      folder,
      run: 1,
      engine: 'test',
      settingsHash: '',
      clock: { realOriginMs: 0, marketOriginMs: origin, speed: 1 },
      report: () => {},
    },
    { clock },
  );
  if (!opened.ok) throw new Error(opened.error.code);
  for (const input of inputs) opened.value.tap(input);
  if (hashes === null) opened.value.flushTo(inputs.length);
  else await opened.value.close(hashes);
  return openedAt(folder);
}

export async function openedAt(folder: string): Promise<Recording> {
  const recording = await openRecording(folder);
  if (!recording.ok) throw new Error(recording.error.code);
  return recording.value;
}

/** Two windows, a bet, trades, holes, a second connection, frames that say nothing, an end. */
export function eventfulRun(): ScriptedRun {
  const run = new ScriptedRun().ready().tick(2_010).reply('value').reply('flush');
  run.reply('place');
  const stream = (from: number): void => {
    for (let step = 0; step < 300; step += 1) {
      const name = names[(from + step) % names.length] ?? '';
      const by = step % 2 === 0 ? '3.00' : '-3.00';
      run.delta(name, {
        side: step % 3 === 0 ? 'no' : 'yes',
        cents: 1 + (step % 4),
        by,
        tsMs: run.at - 20,
      });
      if (step % 50 === 7) run.frame(tradeOf(name, step, run.at));
    }
  };
  stream(0);
  run.frame({ type: 'ticker', sid: 7, seq: 1, msg: { market_ticker: cheap } });
  run.give('feed', { kind: 'frame', connection: 1, text: 'half a surrogate \ud800 and no frame' });
  run.delta(cheap, { cents: 10, by: '3.00', seq: 5_000 });
  run.tick(5_000);
  run.give('feed', { kind: 'disconnected', connection: 1, reason: 'cut' }, 10);
  run.connect().tick(30_000);
  // Long enough that a cache of this has more than one block.
  const problems = ['x'.repeat(limits.decodedBlockBytes)];
  run.give('config', { kind: 'settings_refused', problems });
  stream(5);
  run.tick(30_000);
  for (let left = 20; left > 0 && run.waiting.length > 0; left -= 1) {
    const [effect] = run.waiting;
    if (effect !== undefined) run.reply(effect.request.kind);
  }
  return run.give('engine', { kind: 'stop', reason: 'done' }, 1);
}

export const tradeOf = (name: string, seq: number, tsMs: number) => ({
  type: 'trade',
  sid: 6,
  seq,
  msg: {
    trade_id: `trade-${seq}`,
    market_ticker: name,
    yes_price_dollars: '0.4200',
    no_price_dollars: '0.5800',
    count_fp: '3.00',
    taker_side: 'yes',
    taker_outcome_side: 'yes',
    taker_book_side: 'bid',
    ts_ms: tsMs,
  },
});

export async function replayOf(recording: Recording, usesCache: boolean, untilMs?: number) {
  const steps: Step[] = [];
  const replayed = await replayRecording(recording, {
    untilMs: untilMs ?? null,
    usesCache,
    make: (opened, events) =>
      engineTarget(opened, events, (step) => void steps.push(structuredClone(step))),
    recompute: recomputed,
    answer: workerAnswer,
  });
  return { ...replayed, steps };
}

export const cacheOf = (folder: string): string => join(folder, 'recording.decoded');
