import type { EpochMs } from '../domain/units.js';
import type { Decision } from '../messages/decision.js';
import type { Input } from '../messages/input.js';
import type { StreamEnd } from '../sinks/recorder/format.js';
import { ChainReader, type RecordingProblem } from './chain-reader.js';
import { differenceOf, titleOf } from './decision-difference.js';
import { type Recording, streamShort } from './recording-reader.js';
import type { Divergence } from './target.js';

export type RecordedDecision = Decision & { readonly seq: number };

type Made = { readonly decision: Decision; readonly input: Input | null };

/** What came in, in words. */
export function causeOf({ seq, source, payload }: Input): string {
  if (payload.kind !== 'reply') return `input ${seq}, ${payload.kind} of ${source}`;
  const { effectId, outcome } = payload.reply;
  const what = outcome.kind === 'http' ? `http ${outcome.status} ${outcome.path}` : outcome.kind;
  return `input ${seq}, reply of ${source} to effect ${effectId} (${what})`;
}

/**
 * Compares what a replay decides with what the run wrote down, decision by decision and cause by cause. A crash leaves the
 * last decisions unwritten: more than was recorded is then not a difference.
 */
export class DecisionCheck {
  /** Compared and found the same. */
  same = 0;
  /** Made, with nothing recorded to compare with: beyond what a crash left. */
  unrecorded = 0;
  private readonly chain: ChainReader<RecordedDecision>;
  private readonly closed: StreamEnd | null;
  private readonly path: string;
  private made: Made[] = [];
  private ahead: RecordedDecision | null = null;
  private isOver = false;
  private short: RecordingProblem | null = null;

  constructor(recording: Recording) {
    this.path = recording.path;
    this.closed = recording.manifest?.closed?.decisions ?? null;
    this.chain = new ChainReader(recording.decisionFiles, {
      noun: 'decision',
      parse: parseDecision,
      startsAnywhere: false,
    });
  }

  heard(decision: Decision, input: Input | null): void {
    this.made.push({ decision, input });
  }

  /** Why the recorded decisions could not be read on; those before it were compared. */
  get problem(): RecordingProblem | null {
    return this.chain.problem ?? this.short;
  }

  /** Compares what inputs up to `seq` led to; the first difference, if there is one. */
  async upTo(seq: number): Promise<Divergence | null> {
    const { made } = this;
    let next = 0;
    let divergence: Divergence | null = null;
    while (divergence === null) {
      const recorded = await this.peek();
      const one = made[next] ?? null;
      if (recorded === null) {
        if (one !== null) divergence = this.beyond(one, made.length - next);
        next = made.length;
        break;
      }
      if (one === null && recorded.cause > seq) break;
      if (one === null || recorded.cause < one.decision.cause)
        divergence = differing(recorded, null, null);
      else if (one.decision.cause < recorded.cause)
        divergence = differing(null, one.decision, one.input);
      else if (one.decision.line !== recorded.line || one.decision.of !== recorded.of)
        divergence = differing(recorded, one.decision, one.input);
      else {
        this.same += 1;
        this.ahead = null;
        next += 1;
      }
    }
    this.made = made.slice(next);
    return divergence;
  }

  close(): Promise<void> {
    return this.chain.close();
  }

  /** What was made and not recorded: left out by a crash, lost since, or made by this replay alone. */
  private beyond({ decision, input }: Made, count: number): Divergence | null {
    const { closed, chain, path } = this;
    const isAll = closed?.isWhole === true && chain.seqLast >= closed.seqLast;
    if (isAll && chain.problem === null) return differing(null, decision, input);
    this.unrecorded += count;
    this.short = streamShort('decision', path, chain.seqLast, closed);
    return null;
  }

  private async peek(): Promise<RecordedDecision | null> {
    if (this.ahead !== null || this.isOver) return this.ahead;
    if (this.chain.next() || (await this.chain.fill())) this.ahead = this.chain.line;
    else this.isOver = true;
    return this.ahead;
  }
}

function differing(
  recorded: RecordedDecision | null,
  recomputed: Decision | null,
  input: Input | null,
): Divergence {
  const one = recorded ?? recomputed;
  const decision = differenceOf(recorded, recomputed);
  return {
    seq: one?.cause ?? 0,
    what: one === null ? decision.kind : titleOf(one),
    recorded: recorded?.line ?? null,
    recomputed: recomputed?.line ?? null,
    ...(input === null ? {} : { cause: causeOf(input) }),
    decision,
  };
}

/** Null when the text is no decision's line. */
export function parseDecision(text: string): RecordedDecision | null {
  try {
    const { seq, at, payload } = JSON.parse(text) as {
      seq?: unknown;
      at?: unknown;
      payload?: Partial<Decision> & { kind?: unknown };
    };
    if (typeof seq !== 'number' || !Number.isSafeInteger(at) || payload?.kind !== 'decision')
      return null;
    const { cause, line, of } = payload;
    if (!Number.isSafeInteger(cause) || typeof line !== 'string') return null;
    return { seq, at: at as EpochMs, cause: cause as number, line, of: of ?? null };
  } catch {
    return null;
  }
}
