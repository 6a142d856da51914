import { performance } from 'node:perf_hooks';

export const median = (values) => {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** How large a bench is. `isBrief`: a hundredth of it, where only whether it still runs is asked. */
export const sizes = (isBrief) => (size) => (isBrief ? Math.ceil(size / 100) : size);

/** Milliseconds that `work` takes; awaits it. */
export async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Runs subject and floor in turn, so that a busy machine slows both, and takes the median of each.
 * @returns {Promise<{ subjectMs: number, floorMs: number }>}
 */
export async function sideBySide({ runs, warmups = 1, subject, floor }) {
  const subjects = [];
  const floors = [];
  for (let run = -warmups; run < runs; run += 1) {
    const floorMs = await timed(floor);
    const subjectMs = await timed(subject);
    if (run < 0) continue;
    floors.push(floorMs);
    subjects.push(subjectMs);
  }
  return { subjectMs: median(subjects), floorMs: median(floors) };
}

const columns = [44, 16, 16, 8];

export const row = (...cells) =>
  cells
    .map((cell, index) =>
      index === 0 ? String(cell).padEnd(columns[0]) : String(cell).padStart(columns[index] ?? 0),
    )
    .join('  ');

export const grouped = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
