import type { ExecutorMessage } from '../actors/executor/messages.js';
import type { Account } from '../domain/account.js';
import { plainHash } from '../domain/chain.js';
import { limits } from '../limits.js';
import type { Outcome } from '../messages/effect.js';
import type { Notice } from '../messages/step.js';
import type { BlendTable } from '../messages/valuation.js';
import { startingBlend } from '../valuation/blend.js';
import type { LearntPart } from '../valuation/learn.js';
import { learntOf } from '../valuation/learnt-table.js';
import { eventsMin } from '../valuation/stacking.js';
import type { EffectDesk } from './effect-desk.js';

export type LearnerPorts = {
  readonly account: () => Account | null;
  readonly effects: EffectDesk;
  readonly tell: (message: ExecutorMessage) => void;
  readonly notice: (level: Notice['level'], code: string, text: string) => void;
};

/**
 * The weights in force. Asks for learnt ones when the run begins, once a market day, whenever outcomes have doubled and
 * whenever `limits.learnOutcomesMin` are new, but not while there are too few to move anything: the first handful of a
 * new ledger must not use up its day. The ledger notes which table came of it. Without an answer, or with an odd one, the
 * last good table stays.
 */
export class Learner {
  private readonly ports: LearnerPorts;
  private current: BlendTable = startingBlend;
  private isAsking = false;
  /** Outcomes and day when it was last asked. */
  private asked: { readonly outcomes: number; readonly day: string | null } = {
    outcomes: 0,
    day: null,
  };

  constructor(ports: LearnerPorts) {
    this.ports = ports;
  }

  get blend(): BlendTable {
    return this.current;
  }

  /** Asks, if there is enough that is new. */
  look(): void {
    const account = this.ports.account();
    if (account === null || this.isAsking) return;
    const { outcomes, head } = account;
    const day = account.day?.key ?? null;
    const fresh = outcomes - this.asked.outcomes;
    // An event has an outcome at least.
    if (fresh === 0 || outcomes < eventsMin) return;
    const enough = Math.min(this.asked.outcomes, limits.learnOutcomesMin);
    if (day === this.asked.day && fresh < enough) return;
    this.asked = { outcomes, day };
    this.isAsking = true;
    this.ports.effects.issue({ kind: 'calibrate', throughSeq: head.seq }, ([outcome]) => {
      this.isAsking = false;
      this.take(head.seq, outcome);
    });
  }

  private take(throughSeq: number, outcome: Outcome | undefined): void {
    const { notice, tell } = this.ports;
    if (outcome?.kind !== 'calibration') {
      const why = outcome?.kind === 'failed' ? `${outcome.code}: ${outcome.detail}` : 'no answer';
      notice('warn', 'not_calibrated', `the weights stay as they are: ${why}`);
      return;
    }
    const learnt = learntOf(outcome.output);
    if (learnt === null) {
      notice('warn', 'calibration_refused', 'what was learnt is no table of weights; they stay');
      return;
    }
    const { table, parts } = learnt;
    this.current = table;
    const sum = (of: 'snapshots' | 'events'): number =>
      parts.reduce((all, part) => all + part[of], 0);
    const [snapshots, events] = [sum('snapshots'), sum('events')];
    tell({ kind: 'calibrated', throughSeq, snapshots, events, tableHash: plainHash(table) });
    notice('info', 'calibrated', textOf(snapshots, parts));
  }
}

const textOf = (snapshots: number, parts: readonly LearntPart[]): string =>
  parts.length === 0
    ? 'no model has a word on a settled market yet: starting weights'
    : `weights by ${snapshots} settled snapshots: ${parts.map(partText).join('; ')}`;

const reasons = { too_few_events: 'too few', no_gain: 'no gain' } as const;

function partText({ model, vertical, events, kept, terms }: LearntPart): string {
  const { weight, weightSigma } = terms;
  const why = kept === null ? '' : `, ${reasons[kept]}: as at the start`;
  return `${model}/${vertical} ${weight.toFixed(3)} ± ${weightSigma.toFixed(3)} (${events} events${why})`;
}
