import { hash } from 'node:crypto';
import { Observable, type Subscriber } from 'rxjs';
import type { Effect, EffectKind, EffectRequest, Outcome, Reply } from '../messages/effect.js';

type Pending = {
  readonly effect: Effect;
  readonly parts: Outcome[];
  /** Called with every part, in order. */
  readonly part: (outcome: Outcome) => void;
  /** Called once, with all parts, when the reply is whole. */
  readonly whole: (parts: readonly Outcome[]) => void;
};

/** A reply that answers nothing we asked, or something else than we asked. On replay this is a divergence. */
export type ReplyProblem = {
  readonly code: 'unasked' | 'other_request' | 'part_out_of_order';
  readonly effectId: number;
  readonly recordedHash: string;
  readonly askedHash: string | null;
};

const ignore = (): void => {};

/** 16 hex digits of SHA-256 over the request's JSON: what a reply must carry to be taken as its answer. */
export const requestHash = (request: EffectRequest): string =>
  hash('sha256', JSON.stringify(request)).slice(0, 16);

/**
 * Numbers what the core asks of the outside, in the order it asks, and hands replies to whoever asked. The number and
 * the hash are functions of the inputs so far, so that a replay asks for the same.
 */
export class EffectDesk {
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private readonly emit: (effect: Effect) => void;

  constructor(emit: (effect: Effect) => void) {
    this.emit = emit;
  }

  /** Asks, and calls `whole` with every part once the reply is complete. A `send` has no reply. */
  issue(request: EffectRequest, whole: (parts: readonly Outcome[]) => void = ignore): void {
    this.open(request, ignore, whole);
  }

  /** Asks on subscription; emits the parts, then completes. Never errors: a failure is a part. */
  readonly ask = (request: EffectRequest): Observable<Outcome> =>
    new Observable((subscriber: Subscriber<Outcome>) => {
      const id = this.open(
        request,
        (outcome) => subscriber.next(outcome),
        () => subscriber.complete(),
      );
      // Whoever leaves still gets its reply recorded; it is only not delivered.
      return () => {
        const waiting = this.pending.get(id);
        if (waiting !== undefined)
          this.pending.set(id, { ...waiting, part: ignore, whole: ignore });
      };
    });

  /** Delivers one reply. The problem, if it is not the answer to anything asked. */
  settle(reply: Reply): ReplyProblem | null {
    const waiting = this.pending.get(reply.effectId);
    const problem = (code: ReplyProblem['code']): ReplyProblem => ({
      code,
      effectId: reply.effectId,
      recordedHash: reply.requestHash,
      askedHash: waiting?.effect.hash ?? null,
    });
    if (waiting === undefined) return problem('unasked');
    if (waiting.effect.hash !== reply.requestHash) return problem('other_request');
    if (waiting.parts.length !== reply.part) return problem('part_out_of_order');
    waiting.parts.push(reply.outcome);
    waiting.part(reply.outcome);
    if (reply.last) {
      const { whole } = this.pending.get(reply.effectId) ?? waiting;
      this.pending.delete(reply.effectId);
      whole(waiting.parts);
    }
    return null;
  }

  /** Whether anything of these kinds is still unanswered. */
  awaits(kinds: ReadonlySet<EffectKind>): boolean {
    for (const { effect } of this.pending.values()) if (kinds.has(effect.request.kind)) return true;
    return false;
  }

  private open(
    request: EffectRequest,
    part: (outcome: Outcome) => void,
    whole: (parts: readonly Outcome[]) => void,
  ): number {
    const effect: Effect = { id: this.nextId, hash: requestHash(request), request };
    this.nextId += 1;
    // `send` is fire and forget: what comes of it is seen on the feed.
    if (request.kind !== 'send') this.pending.set(effect.id, { effect, parts: [], part, whole });
    this.emit(effect);
    return effect.id;
  }
}
