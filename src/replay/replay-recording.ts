import { ReplayIntake } from '../intake.js';
import type { Effect } from '../messages/effect.js';
import type { Input } from '../messages/input.js';
import {
  type Recording,
  type RecordingEnd,
  type RecordingProblem,
  readRecording,
} from './recording-reader.js';
import type { BookLevels, Divergence, MakeTarget, ReplayTarget, ReplayTotals } from './target.js';

export type RecordingReplay = {
  readonly inputs: number;
  readonly end: RecordingEnd;
  /** Null when there was no first input to open an engine with. */
  readonly totals: ReplayTotals | null;
  readonly books: Readonly<Record<string, BookLevels>>;
  readonly diverged: Divergence | null;
};

export type RecordingReplayOptions = {
  /** Inclusive, market time; null replays all. */
  readonly untilMs: number | null;
  readonly make: MakeTarget;
  /** Recomputes what a worker answered, as comparable text; null for what only the recording can tell. */
  readonly recompute: (effect: Effect) => string | null;
  /** The recorded answer in the same form. */
  readonly answer: (input: Input) => string | null;
};

/**
 * Feeds a recording to a fresh engine and stops at the first thing that differs: a reply nobody asked for, an answer to
 * another request, a recomputed worker result, and at the end the two hashes that the run closed with.
 */
export async function replayRecording(
  recording: Recording,
  options: RecordingReplayOptions,
): Promise<RecordingReplay> {
  const { untilMs, make, recompute, answer } = options;
  let target: ReplayTarget | null = null;
  let intake: ReplayIntake | null = null;
  let diverged: Divergence | null = null;
  let notOpened: RecordingProblem | null = null;
  let inputs = 0;
  let seq = 0;
  const asked = new Map<number, Effect>();
  const differ = (what: string, recorded: string | null, recomputed: string | null): void => {
    diverged ??= { seq, what, recorded, recomputed };
  };
  const events = {
    effect: (effect: Effect) => {
      if (effect.request.kind === 'value') asked.set(effect.id, effect);
    },
    misfit: differ,
  };

  const end = await readRecording(recording, (input) => {
    if (untilMs !== null && input.at > untilMs) return false;
    ({ seq } = input);
    if (intake === null) {
      if (input.payload.kind !== 'opened') {
        notOpened = unopened(
          recording,
          input.seq,
          `input ${input.seq} comes first, and opens no run`,
        );
        return false;
      }
      target = make(input.payload, events);
      intake = new ReplayIntake(target);
    }
    if (input.payload.kind === 'reply' && input.payload.reply.last) {
      const effect = asked.get(input.payload.reply.effectId);
      asked.delete(input.payload.reply.effectId);
      const recorded = answer(input);
      const recomputed = effect === undefined || recorded === null ? null : recompute(effect);
      if (recomputed !== null && recomputed !== recorded)
        differ('worker result', recorded, recomputed);
    }
    intake.feed(input);
    inputs += 1;
    return diverged === null;
  });

  // Assigned in callbacks, which the compiler does not follow.
  const engine = target as ReplayTarget | null;
  const totals = engine === null ? null : engine.totals();
  if (engine === null && end.problem === null)
    notOpened ??= unopened(recording, 0, 'there is no input in it');
  const isWhole = diverged === null && end.problem === null && untilMs === null;
  if (isWhole && totals !== null) {
    const closed = recording.manifest?.closed ?? null;
    for (const what of ['decisionsHash', 'ledgerHash'] as const) {
      const recorded = closed?.[what] ?? null;
      if (recorded !== null && recorded !== totals[what]) differ(what, recorded, totals[what]);
    }
  }
  return {
    inputs,
    end: notOpened === null ? end : { ...end, problem: notOpened },
    totals,
    books: engine === null ? {} : engine.books(),
    diverged,
  };
}

const unopened = (recording: Recording, seq: number, detail: string): RecordingProblem => ({
  code: 'not_a_recording',
  path: recording.path,
  line: 1,
  seq,
  detail,
  fix: 'name the folder of a whole run',
});
