import { limits } from '../limits.js';

/** How often a process that dies is started again: a few times in a row, and anew once it has been well for long. */
export class Restarts {
  private inRow = 0;

  /** How long to wait before the next start, ms; null: it is given up. `wellMs`: how long it did its work before it died. */
  next(wellMs: number): number | null {
    if (wellMs >= limits.dashboardWellMs) this.inRow = 0;
    if (this.inRow >= limits.dashboardRestartsMax) return null;
    const waitMs = limits.dashboardRestartMs * 2 ** this.inRow;
    this.inRow += 1;
    return waitMs;
  }
}
