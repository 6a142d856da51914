import { basename, resolve } from 'node:path';
import type { BacktestHooks } from '../backtest/backtest.js';
import type { FillEstimate } from '../backtest/job.js';
import { assert } from '../domain/assert.js';
import { StepFigures } from '../report/step-figures.js';
import type { TearsheetSource } from '../report/tearsheet.js';
import { type Estimated, estimateRows, onPage, tapeLines } from './backtest-text.js';

/** A page folds spaces into one. */
const indent = '\u2003';

export type PageJob = {
  readonly recording: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly seed: number;
};

/** The estimate that a page is of: the realistic one, or the most careful of those that run without it. */
export const shownOf = (fills: readonly FillEstimate[]): FillEstimate =>
  fills.find((each) => each === 'realistic') ?? fills[0] ?? 'realistic';

/** Hears a backtest of several estimates and makes the page of one of them, with all beside each other. */
export class BacktestPage {
  readonly shown: FillEstimate;
  private readings: StepFigures | null = null;
  private damage: string | null = null;

  constructor(fills: readonly FillEstimate[]) {
    this.shown = shownOf(fills);
  }

  readonly hooks: Required<BacktestHooks> = {
    onBegin: ({ dayZone }, fills) => {
      if (fills === this.shown) this.readings = new StepFigures(dayZone);
    },
    onStep: (step, fills) => {
      if (fills === this.shown) this.readings?.hear(step);
    },
    onProblem: ({ code, detail }) => {
      this.damage = `The recording could be read in part only: ${detail} (${code}).`;
    },
  };

  /** After the run. */
  source(
    { recording, settings, seed }: PageJob,
    { totals }: Estimated,
  ): Omit<TearsheetSource, 'library'> {
    const figures = this.readings?.figures() ?? null;
    const tape = totals[this.shown]?.tape;
    assert(figures !== null && tape !== undefined, 'a run has opened its ledger');
    const names = Object.keys(totals);
    const laid = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    return {
      title: `Backtest of ${basename(resolve(recording))}, ${this.shown} fills`,
      figures,
      notes: [
        `Fills are estimates: a model made them, no exchange did. All figures but those of the next table are of the ${this.shown} estimate.`,
        ...(this.damage === null ? [] : [this.damage]),
        `Seed ${seed}; settings as recorded${laid.length === 0 ? '' : `, with ${laid.join(', ')}`}. ${sentences(tapeLines(tape))}`,
      ],
      tables: [
        {
          title: 'Fill estimates',
          lead: 'One recording, and the ways in which orders may have filled. With open positions: at what their books would pay at the end; the curve below marks them once a window.',
          head: ['', ...names],
          rows: estimateRows({ totals }, onPage).map(([name = '', ...cells]) => [
            name.replaceAll('  ', indent),
            ...cells,
          ]),
        },
      ],
    };
  }
}

const sentences = (lines: readonly string[]): string =>
  lines.map((line) => `${line.charAt(0).toUpperCase()}${line.slice(1)}.`).join(' ');
