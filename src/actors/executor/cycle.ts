import { nano } from '../../domain/canonical.js';
import type { VerdictRow } from '../../domain/records.js';
import type { Price, Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { ValuationResult, Verdict } from '../../messages/valuation.js';
import type { Turn } from './turn.js';
import { updateMarks } from './watch.js';

/** Writes a window's verdicts down, and the marks that changed, so that a restart knows what positions were worth. */
export function onCycle(turn: Turn, { cycle, verdicts, allocations }: ValuationResult): void {
  updateMarks(turn);
  const marks: (readonly [Ticker, Price])[] = [];
  for (const [ticker, { price }] of turn.session.marks)
    if (price !== null && turn.account.positions.get(ticker)?.mark !== price)
      marks.push([ticker, price]);
  turn.record({
    kind: 'cycle',
    cycle,
    taken: allocations.length,
    verdicts: verdicts.map(rowOf),
    marks: marks.sort(([a], [b]) => (a < b ? -1 : 1)),
  });
}

const nanoOrNull = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : nano(value);

/** Beyond a day nothing is told apart. */
const ageOrNull = (ms: number | null): number | null =>
  ms === null || !(ms >= 0) ? null : Math.min(Math.round(ms), limits.verdictAgeMsMax);

const rowOf = (verdict: Verdict): VerdictRow => [
  verdict.ticker,
  verdict.side,
  verdict.model,
  nanoOrNull(verdict.fair),
  nanoOrNull(verdict.sigma),
  verdict.mid2,
  nanoOrNull(verdict.cost),
  nanoOrNull(verdict.edge),
  nanoOrNull(verdict.confidence),
  nanoOrNull(verdict.kelly),
  nanoOrNull(verdict.fraction) ?? 0,
  verdict.reason,
  nanoOrNull(verdict.threshold),
  verdict.word?.model ?? null,
  nanoOrNull(verdict.word?.p ?? null),
  ageOrNull(verdict.word?.evidenceAgeMs ?? null),
  ageOrNull(verdict.quoteAgeMs),
  verdict.volume24h,
  verdict.vertical,
  verdict.noSignal,
];
