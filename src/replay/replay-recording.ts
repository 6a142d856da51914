import { assert } from '../domain/assert.js';
import { ok, type Result } from '../domain/result.js';
import { ReplayIntake } from '../intake.js';
import type { Decision } from '../messages/decision.js';
import type { Effect } from '../messages/effect.js';
import type { Input } from '../messages/input.js';
import { causeOf, DecisionCheck } from './decision-check.js';
import { type InputHearer, readInputs } from './decoded/read-inputs.js';
import {
  type Recording,
  type RecordingEnd,
  type RecordingProblem,
  readRecording,
} from './recording-reader.js';
import type { BookLevels, Divergence, MakeTarget, ReplayTarget, ReplayTotals } from './target.js';

/** Why a recorded run cannot be opened by this build: its settings, as `config` would say it. */
export type Unopenable = { readonly settings: readonly string[] };

export type RecordingReplay = {
  readonly inputs: number;
  /** Its decoded cache was read. */
  readonly isDecoded: boolean;
  readonly end: RecordingEnd;
  /** Null when there was no first input to open an engine with. */
  readonly totals: ReplayTotals | null;
  readonly books: Readonly<Record<string, BookLevels>>;
  readonly diverged: Divergence | null;
  readonly unopenable: Unopenable | null;
  /** Of the recorded decisions, when they were compared. */
  readonly decisions: DecisionsCompared | null;
};

export type DecisionsCompared = {
  readonly same: number;
  /** Made again with nothing recorded to compare them with. */
  readonly unrecorded: number;
  readonly problem: RecordingProblem | null;
};

export type RecordingReplayOptions = {
  /** Inclusive, market time; null replays all. */
  readonly untilMs: number | null;
  /** Inclusive. */
  readonly untilSeq?: number | null;
  /** Compare every decision with the recorded one. */
  readonly verify?: boolean;
  /** Its decoded cache is read where one fits; then `before` hears of no frames and holds nothing back. */
  readonly usesCache?: boolean;
  readonly make: MakeTarget;
  /** Recorded settings as this build takes them: those of the opening, and each that came later. */
  readonly admit?: (settings: unknown) => Result<unknown, Unopenable>;
  /** Recomputes what a worker answered, as comparable text; null for what only the recording can tell. */
  readonly recompute: (effect: Effect) => string | null;
  /** The recorded answer in the same form. */
  readonly answer: (input: Input) => string | null;
  /** Told of each input before it is fed; a promise holds it back. */
  readonly before?: (input: Input) => Promise<void> | null;
  /** Looked at before each input: true ends it there. */
  readonly isOver?: () => boolean;
  /** Told of each decision, and of the input that led to it. */
  readonly decided?: (decision: Decision, input: Input | null) => void;
};

/**
 * Feeds a recording to a fresh engine and stops at the first thing that differs: a reply nobody asked for, an answer to
 * another request, a recomputed worker result, a decision, and at the end the two hashes that the run closed with.
 */
export async function replayRecording(
  recording: Recording,
  options: RecordingReplayOptions,
): Promise<RecordingReplay> {
  const check = options.verify === true ? new DecisionCheck(recording) : null;
  const replay = new Replay(recording, options, check);
  // What is verified is the recording itself.
  const usesCache = options.usesCache === true && check === null;
  const { isDecoded, ...end } = usesCache
    ? await readInputs(recording, { onInput: replay.takeNow, onFrame: replay.takeDecoded })
    : { ...(await readRecording(recording, replay.take, replay.compare)), isDecoded: false };
  await replay.compare();
  await check?.close();
  return { ...replay.result(end), isDecoded };
}

class Replay {
  private readonly recording: Recording;
  private readonly options: RecordingReplayOptions;
  private readonly check: DecisionCheck | null;
  private target: ReplayTarget | null = null;
  private intake: ReplayIntake | null = null;
  private diverged: Divergence | null = null;
  private notOpened: RecordingProblem | null = null;
  private unopenable: Unopenable | null = null;
  private input: Input | null = null;
  private inputs = 0;
  private readonly asked = new Map<number, Effect>();

  constructor(recording: Recording, options: RecordingReplayOptions, check: DecisionCheck | null) {
    this.recording = recording;
    this.options = options;
    this.check = check;
  }

  readonly take = (input: Input): boolean | Promise<boolean> => {
    if (!this.isWanted(input.seq, input.at)) return false;
    const wait = this.options.before?.(input) ?? null;
    const feed = (): boolean => this.options.isOver?.() !== true && this.feed(input);
    return wait === null ? feed() : wait.then(feed);
  };

  readonly takeNow = (input: Input): boolean => {
    if (!this.isWanted(input.seq, input.at)) return false;
    void this.options.before?.(input);
    return this.feed(input);
  };

  /** An input that came in as a frame and was decoded before; lent. */
  readonly takeDecoded: InputHearer['onFrame'] = (seq, at, connection, frame, bytes) => {
    const { intake, target } = this;
    if (!this.isWanted(seq, at)) return false;
    assert(intake !== null && target !== null, 'a cache begins with opened');
    intake.move(at);
    target.decoded(seq, connection, frame, bytes);
    this.inputs += 1;
    return this.diverged === null;
  };

  /** Whether what was decided so far is what was recorded. Of two differences the earlier one is kept. */
  readonly compare = async (): Promise<boolean> => {
    const upTo = this.diverged?.seq ?? this.input?.seq ?? 0;
    const found = (await this.check?.upTo(upTo)) ?? null;
    if (found !== null && (this.diverged === null || found.seq < this.diverged.seq))
      this.diverged = found;
    return this.diverged === null;
  };

  result(end: RecordingEnd): Omit<RecordingReplay, 'isDecoded'> {
    const { recording, target, check, unopenable, inputs } = this;
    const totals = target?.totals() ?? null;
    if (target === null && end.problem === null && unopenable === null)
      this.notOpened ??= unopened(recording, 0, 'there is no input in it');
    const { untilMs, untilSeq = null } = this.options;
    const isCut = this.options.isOver?.() === true;
    const isWhole = end.problem === null && untilMs === null && untilSeq === null && !isCut;
    if (isWhole && totals !== null) this.compareEnds(totals);
    return {
      inputs,
      end: this.notOpened === null ? end : { ...end, problem: this.notOpened },
      totals,
      books: target?.books() ?? {},
      diverged: this.diverged,
      unopenable,
      decisions:
        check === null
          ? null
          : { same: check.same, unrecorded: check.unrecorded, problem: check.problem },
    };
  }

  private isWanted(seq: number, at: number): boolean {
    const { untilMs, untilSeq = null } = this.options;
    return (untilMs === null || at <= untilMs) && (untilSeq === null || seq <= untilSeq);
  }

  private feed(recorded: Input): boolean {
    const input = this.admitted(recorded);
    if (input === null) return false;
    this.input = input;
    const intake = this.intake ?? this.open(input);
    if (intake === null) return false;
    this.compareWorker(input);
    intake.feed(input);
    this.inputs += 1;
    return this.diverged === null;
  }

  /** The input, its settings as this build takes them; null when it cannot. */
  private admitted(input: Input): Input | null {
    const { payload } = input;
    if (payload.kind !== 'opened' && payload.kind !== 'settings') return input;
    const admitted = this.options.admit?.(payload.settings) ?? ok(payload.settings);
    if (admitted.ok) return { ...input, payload: { ...payload, settings: admitted.value } };
    this.unopenable = admitted.error;
    return null;
  }

  private open(input: Input): ReplayIntake | null {
    const { recording, options } = this;
    const { seq, payload } = input;
    if (payload.kind !== 'opened') {
      this.notOpened = unopened(recording, seq, `input ${seq} comes first, and opens no run`);
      return null;
    }
    const hears = this.check !== null || options.decided !== undefined;
    this.target = options.make(payload, {
      effect: (effect) => {
        if (effect.request.kind === 'value') this.asked.set(effect.id, effect);
      },
      decided: hears ? (decision) => this.decided(decision) : undefined,
      misfit: (what, recorded, recomputed) => this.differ(what, recorded, recomputed),
    });
    this.intake = new ReplayIntake(this.target);
    return this.intake;
  }

  private decided(decision: Decision): void {
    this.check?.heard(decision, this.input);
    this.options.decided?.(decision, this.input);
  }

  private compareWorker(input: Input): void {
    const { recompute, answer } = this.options;
    if (input.payload.kind !== 'reply' || !input.payload.reply.last) return;
    const effect = this.asked.get(input.payload.reply.effectId);
    this.asked.delete(input.payload.reply.effectId);
    const recorded = answer(input);
    const recomputed = effect === undefined || recorded === null ? null : recompute(effect);
    if (recomputed !== null && recomputed !== recorded)
      this.differ('worker result', recorded, recomputed);
  }

  private compareEnds(totals: ReplayTotals): void {
    const closed = this.recording.manifest?.closed ?? null;
    for (const what of ['decisionsHash', 'ledgerHash'] as const) {
      const recorded = closed?.[what] ?? null;
      if (recorded !== null && recorded !== totals[what]) this.differ(what, recorded, totals[what]);
    }
  }

  private differ(what: string, recorded: string | null, recomputed: string | null): void {
    if (this.input === null) return;
    const { seq } = this.input;
    this.diverged ??= { seq, what, recorded, recomputed, cause: causeOf(this.input) };
  }
}

const unopened = (recording: Recording, seq: number, detail: string): RecordingProblem => ({
  code: 'not_a_recording',
  path: recording.path,
  line: 1,
  seq,
  detail,
  fix: 'name the folder of a whole run',
});
