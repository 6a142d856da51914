import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import type { Input } from '../../src/messages/input.js';
import type { Step } from '../../src/messages/step.js';
import { Recorder } from '../../src/sinks/recorder/recorder.js';
import { demoOriginMs, virtualDemo } from '../../src/synthetic/demo.js';

/** Writes inputs as the recording of a run that ended; its folder. */
export async function written(home: string, inputs: readonly Input[]): Promise<string> {
  const folder = join(home, '000001');
  const clock = { realOriginMs: demoOriginMs, marketOriginMs: demoOriginMs, speed: 10 };
  const opened = Recorder.open(
    { folder, run: 1, engine: 'test', settingsHash: '', clock, report: () => {} },
    { clock: systemClock },
  );
  if (!opened.ok) throw new Error(opened.error.detail);
  const recorder = opened.value;
  for (const input of inputs) {
    recorder.tap(input);
    if (input.seq % 500 === 0) recorder.flushTo(input.seq);
  }
  const closed = await recorder.close({ decisionsHash: '', ledgerHash: '' });
  if (!closed.ok) throw new Error(closed.error.detail);
  return folder;
}

/** A demo on virtual time: what it was told, and what it told its sinks. */
export function demo(seed: number, cycles: number) {
  const inputs: Input[] = [];
  const steps: Step[] = [];
  const { totals } = virtualDemo({
    seed,
    cycles,
    // Enough to trade on, and a fifth of the work.
    flags: { scanMaxMarkets: '150' },
    onInput: (input) => inputs.push(input),
    onStep: (step) => steps.push(step),
  });
  const last = inputs.at(-1);
  if (last === undefined) throw new Error('a demo without inputs');
  const { seq, at } = last;
  inputs.push({ seq: seq + 1, at, source: 'engine', payload: { kind: 'stop', reason: 'cycles' } });
  return { inputs, steps, totals };
}
