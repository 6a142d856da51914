import type { Step } from '../messages/step.js';
import { type Figures, FiguresReader } from './figures.js';
import { ScreeningSum } from './funnel.js';

/** The figures of a run that is under way, from the steps it tells: a page needs neither its ledger nor its cycle reports. */
export class StepFigures {
  private readonly reader: FiguresReader;
  private readonly screening = new ScreeningSum();

  constructor(zone: string) {
    this.reader = new FiguresReader(zone);
  }

  hear(step: Step): void {
    if (step.kind === 'records') for (const record of step.records) this.reader.add(record);
    else if (step.kind === 'cycle') this.screening.add(step.report);
  }

  /** Null: no records yet. */
  figures(): Figures | null {
    return this.reader.figures(this.screening.result());
  }
}
