// Which faults met orders in which states, over all seeds.

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

  text() {
    const head = `${'fault'.padEnd(16)}${orderStates.map((state) => state.padStart(10)).join('')}`;
    const rows = faultNames.map(
      (fault) =>
        `${fault.padEnd(16)}${orderStates.map((state) => String(this.count(fault, state)).padStart(10)).join('')}`,
    );
    return [head, ...rows].join('\n');
  }
}
