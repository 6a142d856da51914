import type { Progress } from './sweep.js';

const barWidth = 30;

/** One line that says how far a sweep is. */
export function progressLine({ done, total, rung, rungs }: Progress): string {
  const filled = total === 0 ? barWidth : Math.floor((barWidth * done) / total);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}`;
  const where = rungs > 1 ? ` rung ${rung + 1} of ${rungs}` : '';
  return `[${bar}] ${done} of ${total} jobs${where}`;
}

/** Draws over itself on a terminal; elsewhere a line a tenth, so that a log stays short. */
export function progressTo(
  write: (text: string) => void,
  isTerminal: boolean,
): (progress: Progress) => void {
  let shown = '';
  return (progress) => {
    const { done, total, rung } = progress;
    if (isTerminal) return write(`\r${progressLine(progress)}${done === total ? '\n' : ''}`);
    const tenth = `${rung}:${total === 0 ? 10 : Math.floor((10 * done) / total)}`;
    if (tenth === shown) return;
    shown = tenth;
    write(`${progressLine(progress)}\n`);
  };
}
