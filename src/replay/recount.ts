import type { Decision } from '../messages/decision.js';
import type { Input } from '../messages/input.js';
import { kindOf, marketOf, titleOf } from './decision-difference.js';
import { hasReached, type Place } from './range.js';
import type { DecisionKind } from './target.js';

/** What lay between two places of a recording. */
export type Recounted = {
  readonly inputs: number;
  readonly seqFirst: number | null;
  readonly seqLast: number | null;
  readonly decisions: Readonly<Record<DecisionKind, number>>;
};

/** Counts what comes from a place on, and prints each decision of it where that is wanted. */
export class Recount {
  private readonly from: Place | null;
  private readonly print: ((line: string) => void) | null;
  private inputs = 0;
  private seqFirst: number | null = null;
  private seqLast: number | null = null;
  private readonly decisions = { verdict: 0, intent: 0, record: 0, effect: 0 };

  constructor(from: Place | null, print: ((line: string) => void) | null) {
    this.from = from;
    this.print = print;
  }

  /** Whether an input belongs to it. */
  input(input: Input): boolean {
    if (this.seqFirst === null && !hasReached(this.from, input)) return false;
    this.inputs += 1;
    this.seqFirst ??= input.seq;
    this.seqLast = input.seq;
    return true;
  }

  decided(decision: Decision): void {
    if (this.seqFirst === null) return;
    this.decisions[kindOf(decision)] += 1;
    this.print?.(decisionText(decision));
  }

  get result(): Recounted {
    const { inputs, seqFirst, seqLast, decisions } = this;
    return { inputs, seqFirst, seqLast, decisions };
  }
}

export function recountedText({ inputs, seqFirst, seqLast, decisions }: Recounted): string {
  if (seqFirst === null) return 'nothing';
  const made = Object.entries(decisions).map(([kind, count]) => `${count} ${kind}s`);
  return `inputs ${seqFirst} to ${seqLast} (${inputs}): ${made.join(', ')}`;
}

/** One decision on one line: what caused it, when, what it is, and its own words. */
function decisionText(decision: Decision): string {
  const { at, cause, line, of } = decision;
  const about = marketOf(decision);
  const when = new Date(at).toISOString();
  return `#${cause} ${when} ${titleOf(decision)}${about === null ? '' : ` ${about}`} ${of ?? line}`;
}
