import type { LedgerRecord } from '../../src/domain/records.js';
import { price, ticker } from '../../src/domain/units.js';
import { Rig, tickerA, tickerB } from './executor-rig.js';
import { aVerdict } from './fixtures.js';

/** How a ledger is written: one commit a group, closed and opened again between two runs. */
export type Runs = readonly (readonly (readonly LedgerRecord[])[])[];

/** Paper trading of a few runs: orders and fills, settlements, and verdicts too long for one page. */
export function tradedRuns(runs: number, ordersPerRun: number, account = 'main'): Runs {
  const rig = new Rig();
  const withoutCooldown = { reentryCooldownMs: 0, maxOrdersPerMinute: 10_000 };
  const verdicts = Array.from({ length: 15 }, (_, market) => aVerdict(`M-${market}`));
  const traded: LedgerRecord[][][] = [];
  let taken = 0;
  const group = (): LedgerRecord[] => {
    const group = rig.records.slice(taken);
    taken = rig.records.length;
    return group;
  };
  for (let run = 1; run <= runs; run += 1) {
    if (run === 1) rig.open({ mode: 'paper', account }, withoutCooldown);
    else rig.restart({ account }, withoutCooldown);
    const groups = [group()];
    for (let order = 1; order <= ordersPerRun; order += 1) {
      rig.buy({ ticker: order % 2 === 0 ? tickerA : tickerB });
      groups.push(group());
      if (order % 3 !== 0) continue;
      const cycle = (run - 1) * ordersPerRun + order;
      const some = verdicts.slice(0, 1 + (cycle % verdicts.length));
      rig.send({ kind: 'cycle', result: { cycle, verdicts: some, allocations: [] } });
      groups.push(group());
    }
    rig.send({
      kind: 'lifecycle',
      ticker: ticker(`M-${run}`),
      change: { kind: 'determined', settlementValue: price(10_000) },
    });
    groups.push(group());
    traded.push(groups.filter(({ length }) => length > 0));
  }
  return traded;
}
