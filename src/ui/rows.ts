import type {
  DecisionRow,
  LogRow,
  MarketRow,
  OrderRow,
  PositionRow,
} from '../messages/dashboard.js';

export type DecisionFilter = {
  readonly verdict: 'all' | 'taken' | 'refused';
  /** A code of `reason`, or empty for all. */
  readonly reason: string;
  readonly model: string;
  /** Words that must all be in the title, ticker, reason or model. */
  readonly text: string;
};

export const everyDecision: DecisionFilter = { verdict: 'all', reason: '', model: '', text: '' };

export const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

/** Whether every word is somewhere in the texts. */
export function saysAll(words: readonly string[], texts: readonly (string | null)[]): boolean {
  if (words.length === 0) return true;
  const all = texts.join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}

/** Newest first; of one moment, orders before refusals, then by ticker. Never by the edge that is claimed. */
export function byTime(a: DecisionRow, b: DecisionRow): number {
  if (a.at !== b.at) return b.at - a.at;
  if (a.verdict !== b.verdict) return a.verdict === 'taken' ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Orders a table may be put in by hand. */
export type DecisionOrder = 'time' | 'title' | 'edge' | 'size';

const descending = (a: number | null, b: number | null): number =>
  (b ?? Number.NEGATIVE_INFINITY) === (a ?? Number.NEGATIVE_INFINITY)
    ? 0
    : (b ?? Number.NEGATIVE_INFINITY) > (a ?? Number.NEGATIVE_INFINITY)
      ? 1
      : -1;

const comparisons: Readonly<Record<DecisionOrder, (a: DecisionRow, b: DecisionRow) => number>> = {
  time: byTime,
  title: (a, b) => a.title.localeCompare(b.title) || byTime(a, b),
  edge: (a, b) => descending(a.edge, b.edge) || byTime(a, b),
  size: (a, b) => descending(a.size, b.size) || byTime(a, b),
};

export function decisionsFor(
  rows: readonly DecisionRow[],
  { verdict, reason, model, text }: DecisionFilter,
  order: DecisionOrder = 'time',
): readonly DecisionRow[] {
  const words = wordsOf(text);
  return rows
    .filter(
      (row) =>
        (verdict === 'all' || row.verdict === verdict) &&
        (reason === '' || row.reason === reason) &&
        (model === '' || row.model === model) &&
        saysAll(words, [row.title, row.ticker, row.reason, row.model]),
    )
    .sort(comparisons[order]);
}

/** Every value that occurs, most frequent first. */
export function choices(values: readonly (string | null)[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of values)
    if (value !== null && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([value]) => value);
}

/** A claim of more than the settings believe anything can be worth is a fault of ours until somebody has looked. */
export const isSuspect = ({ reason }: Pick<DecisionRow, 'reason'>): boolean =>
  reason === 'edge_implausible';

/** What closes next comes first; what is unknown last. */
export const byClose = (
  a: Pick<PositionRow, 'closesAt' | 'ticker'>,
  b: Pick<PositionRow, 'closesAt' | 'ticker'>,
): number =>
  (a.closesAt ?? Number.POSITIVE_INFINITY) - (b.closesAt ?? Number.POSITIVE_INFINITY) ||
  (a.ticker < b.ticker ? -1 : 1);

/** Unknown orders first, then open ones, then the newest. */
export const byUrgency = (a: OrderRow, b: OrderRow): number =>
  urgency(a) - urgency(b) || b.at - a.at || (a.clientOrderId < b.clientOrderId ? -1 : 1);

const urgency = ({ status, isOpen }: OrderRow): number =>
  status === 'unknown' ? 0 : isOpen ? 1 : 2;

export const marketsFor = (rows: readonly MarketRow[], text: string): readonly MarketRow[] => {
  const words = wordsOf(text);
  return rows.filter((row) => saysAll(words, [row.title, row.ticker, row.vertical]));
};

export type LogLevel = LogRow['level'];
const levels: Readonly<Record<LogLevel, number>> = { info: 0, warn: 1, alert: 2 };

/** Lines of a level and above, newest first. */
export const logFor = (
  rows: readonly LogRow[],
  least: LogLevel,
  text: string,
): readonly LogRow[] => {
  const words = wordsOf(text);
  return rows
    .filter(
      (row) =>
        levels[row.level] >= levels[least] && saysAll(words, [row.code, row.text, row.ticker]),
    )
    .sort((a, b) => b.n - a.n);
};

/** Whether outcomes add up: of those that exclude one another at most one happens. A tenth is left to spreads. */
export const outcomesAdd = (sum: number | null): boolean => sum === null || sum <= 1.1;
