import { canonical } from '../domain/canonical.js';
import { sha256 } from '../domain/chain.js';
import type { EpochMs } from '../domain/units.js';
import { verdictLine } from '../engine/decisions.js';
import type { Step } from '../messages/step.js';
import type { Verdict } from '../messages/valuation.js';

/** What a person wants to know of one verdict; `digest` stands for all its numbers. */
export type Sketch = {
  readonly at: EpochMs;
  readonly side: 'yes' | 'no' | null;
  readonly reason: string;
  readonly edge: number | null;
  /** Of the bankroll; 0 when refused. */
  readonly fraction: number;
  readonly digest: string;
};

/** One market of one cycle that came out otherwise; null: it was not valued there. */
export type Change = {
  readonly cycle: number;
  readonly ticker: string;
  readonly before: Sketch | null;
  readonly after: Sketch | null;
};

export type Changes = {
  /** Markets valued, cycle by cycle, by either. */
  readonly verdicts: number;
  /** Of these, with any number that is another. */
  readonly different: number;
  /** Of these, with another side, or another share of the bankroll: what would have been bet otherwise. */
  readonly decided: readonly Change[];
};

export const digestOf = (line: string): string => sha256(line).slice(0, 16);

const lineOf = (cycle: number, verdict: Verdict): string =>
  canonical({ verdict: verdictLine(verdict), cycle });

/** The verdicts of one run, small enough to keep those of weeks. */
export class VerdictSketches {
  private readonly rows = new Map<string, Sketch>();

  readonly hear = (step: Step): void => {
    if (step.kind !== 'cycle') return;
    const { cycle, verdicts } = step.report.result;
    for (const verdict of verdicts) {
      const { side, reason, edge, fraction, ticker } = verdict;
      const digest = digestOf(lineOf(cycle, verdict));
      this.rows.set(`${cycle} ${ticker}`, { at: step.at, side, reason, edge, fraction, digest });
    }
  };

  digest(cycle: number, ticker: string): string | null {
    return this.rows.get(`${cycle} ${ticker}`)?.digest ?? null;
  }

  /** How another run over the same recording differs. */
  changesTo(other: VerdictSketches): Changes {
    const keys = new Set([...this.rows.keys(), ...other.rows.keys()]);
    const decided: Change[] = [];
    let different = 0;
    for (const key of keys) {
      const [before, after] = [this.rows.get(key) ?? null, other.rows.get(key) ?? null];
      if (before?.digest === after?.digest) continue;
      different += 1;
      if (betOf(before) === betOf(after)) continue;
      const [cycle = '', ticker = ''] = key.split(' ');
      decided.push({ cycle: Number(cycle), ticker, before, after });
    }
    decided.sort(
      (left, right) => left.cycle - right.cycle || (left.ticker < right.ticker ? -1 : 1),
    );
    return { verdicts: keys.size, different, decided };
  }
}

/** What it put at risk, and on what; nothing when it was refused or not valued. */
const betOf = (sketch: Sketch | null): string =>
  sketch === null || sketch.fraction === 0 ? '' : `${sketch.side} ${sketch.fraction}`;
