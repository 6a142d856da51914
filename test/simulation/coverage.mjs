// Which faults met orders in which states, over all seeds. An order is met by a fault that hits while it is in the state, be it the
// fault's own or another one. No pair is impossible: several orders are under way at once, and those that ended stay known.

import { faultNames } from './faults.mjs';

export const orderStates = [
  'intended',
  'durable',
  'sent',
  'resting',
  'filled',
  'partial',
  'canceled',
  'rejected',
  'unknown',
  'settled',
];

export class Coverage {
  #cells = new Map();

  add(cells) {
    for (const [cell, count] of cells) this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + count);
  }

  count(fault, state) {
    return this.#cells.get(`${fault}/${state}`) ?? 0;
  }

  /** Pairs that never met. */
  empty() {
    return faultNames.flatMap((fault) =>
      orderStates
        .filter((state) => this.count(fault, state) === 0)
        .map((state) => `${fault}/${state}`),
    );
  }

  /** How often the fault met anything. */
  ofFault(fault) {
    return orderStates.reduce((sum, state) => sum + this.count(fault, state), 0);
  }

  ofState(state) {
    return faultNames.reduce((sum, fault) => sum + this.count(fault, state), 0);
  }

  text() {
    const head = `${'fault'.padEnd(18)}${orderStates.map((state) => state.padStart(10)).join('')}`;
    const rows = faultNames.map(
      (fault) =>
        `${fault.padEnd(18)}${orderStates.map((state) => String(this.count(fault, state)).padStart(10)).join('')}`,
    );
    return [head, ...rows].join('\n');
  }
}

/** From so many seeds on every fault has to have met some order, and every state some fault … */
const anySeedsMin = 1_000;
/** … and from so many on every fault every state. */
const pairSeedsMin = 50_000;

/** What a run of so many seeds should have reached and has not, in words. A fault that never hits proves nothing. */
export function coverageProblems(coverage, seeds) {
  const problems = [];
  if (seeds >= anySeedsMin) {
    for (const fault of faultNames)
      if (coverage.ofFault(fault) === 0) problems.push(`fault ${fault} never met an order`);
    for (const state of orderStates)
      if (coverage.ofState(state) === 0) problems.push(`no order was ${state} at any fault`);
  }
  if (seeds >= pairSeedsMin)
    for (const cell of coverage.empty()) problems.push(`${cell} never met`);
  return problems;
}
