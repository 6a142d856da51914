import { priceMax } from '../domain/units.js';
import { limits } from '../limits.js';
import type { FeedRefusal } from '../messages/dashboard-feed.js';
import type { Step } from '../messages/step.js';
import type { BookShot } from '../messages/window.js';
import { Turns } from './turns.js';

type Decided = Extract<Step, { kind: 'intent' | 'intent_refused' }>;

/** Candidates that became no order, with the numbers they were refused on. Of those that wait the oldest go first. */
export class ToldRefusals {
  private readonly turns = new Turns();
  private waiting: FeedRefusal[] = [];

  /** The refusal that the step is; null: it is none, or the ledger says so itself. */
  hear(step: Decided): FeedRefusal | null {
    const { basis } = step;
    const { cycle, ticker } = step.kind === 'intent' ? step.intent : step;
    const n = basis?.kind === 'repriced' ? this.turns.next(cycle, ticker) : null;
    const code = step.kind === 'intent' ? step.refusal : step.code;
    const isLedgers = step.kind === 'intent' && n === null;
    if (code === null || isLedgers) return null;
    const intent = step.kind === 'intent' ? step.intent : null;
    const refusal: FeedRefusal = {
      at: step.at,
      cycle,
      ticker,
      n,
      code,
      side: intent?.side ?? null,
      fair: intent?.fair ?? (basis?.kind === 'repriced' ? basis.fair : null),
      // Without an intent only its chain knows.
      edge: intent?.edge ?? null,
      mid: basis?.kind === 'repriced' ? midOf(basis.question.selected.book) : null,
    };
    this.waiting.push(refusal);
    if (this.waiting.length > limits.feedRefusalsMax) this.waiting.shift();
    return refusal;
  }

  take(): readonly FeedRefusal[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }
}

/** The middle of YES, dollars; null: one side is not offered. */
function midOf({ yesAsks: [yes], noAsks: [no] }: BookShot): number | null {
  if (yes === undefined || no === undefined) return null;
  return (yes[0] + priceMax - no[0]) / 2 / priceMax;
}

/** What a line of the log says of it. */
export const refusalText = ({ n, code }: FeedRefusal): string =>
  `no bet${n === null ? '' : ' between windows'}: ${code.replaceAll('_', ' ')}`;
