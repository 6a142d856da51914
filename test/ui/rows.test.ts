// Goal: what is filtered out and what comes first. Never what claims most, always what needs a person.
import { describe, expect, it } from 'vitest';
import type { DecisionRow, LogRow, OrderRow } from '../../src/messages/dashboard.js';
import { nearness, share, tightestFirst } from '../../src/ui/limits-used.js';
import {
  byClose,
  byUrgency,
  choices,
  decisionsFor,
  everyDecision,
  isSuspect,
  logFor,
  outcomesAdd,
} from '../../src/ui/rows.js';
import { span, sparkPath } from '../../src/ui/spark.js';

const decision = (id: string, fields: Partial<DecisionRow> = {}): DecisionRow => ({
  id,
  at: 0,
  cycle: 1,
  ticker: id,
  title: `Will ${id}?`,
  vertical: 'weather',
  side: null,
  model: 'weather',
  fair: null,
  mid: null,
  edge: null,
  kelly: null,
  fraction: 0,
  size: null,
  clientOrderId: null,
  verdict: 'refused',
  reason: 'edge_too_small',
  ...fields,
});
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).join(' ');

describe('decisions', () => {
  const rows = [
    decision('a', { at: 1, edge: 0.9 }),
    decision('b', { at: 2, edge: 0.01, model: 'crypto' }),
    decision('c', {
      at: 2,
      verdict: 'taken',
      reason: 'filled',
      size: 5,
      title: 'Rain <b>here</b>',
    }),
    decision('d', { at: 2, edge: null, reason: 'edge_implausible' }),
  ];

  it('come newest first, orders before refusals, whatever edge they claim', () => {
    expect(ids(decisionsFor(rows, everyDecision))).toBe('c b d a');
  });
  const filters = [
    [{ verdict: 'taken' }, 'c'],
    [{ verdict: 'refused' }, 'b d a'],
    [{ model: 'crypto' }, 'b'],
    [{ reason: 'edge_implausible' }, 'd'],
    [{ text: 'RAIN <b>' }, 'c'],
    [{ text: 'will crypto' }, 'b'],
    [{ text: 'implausible' }, 'd'],
    [{ text: 'nowhere' }, ''],
  ] as const;
  for (const [filter, found] of filters)
    it(`${JSON.stringify(filter)} leaves ${found || 'none'}`, () => {
      expect(ids(decisionsFor(rows, { ...everyDecision, ...filter }))).toBe(found);
    });
  it('are put in another order by hand, what is unknown last', () => {
    expect(ids(decisionsFor(rows, everyDecision, 'edge'))).toBe('a b c d');
    expect(ids(decisionsFor(rows, everyDecision, 'size'))).toBe('c b d a');
  });
  it('that claim too much are suspect', () => {
    expect(rows.filter(isSuspect).map(({ id }) => id)).toEqual(['d']);
  });
  it('offer what occurs, most frequent first', () => {
    expect(choices(['x', 'y', null, 'y', ''])).toEqual(['y', 'x']);
  });
});

describe('orders', () => {
  const order = (clientOrderId: string, status: string, isOpen: boolean, at: number) =>
    ({ clientOrderId, status, isOpen, at }) as OrderRow;
  it('whose end is unknown come first, then open ones, then the newest', () => {
    const sorted = [
      order('old', 'filled', false, 1),
      order('new', 'filled', false, 3),
      order('open', 'resting', true, 2),
      order('lost', 'unknown', true, 0),
    ].sort(byUrgency);
    expect(sorted.map(({ clientOrderId }) => clientOrderId)).toEqual([
      'lost',
      'open',
      'new',
      'old',
    ]);
  });
});

describe('positions', () => {
  it('that close next come first, those that nobody knows of last', () => {
    const sorted = [
      { ticker: 'n', closesAt: null },
      { ticker: 'b', closesAt: 2 },
      { ticker: 'a', closesAt: 1 },
    ].sort(byClose);
    expect(sorted.map(({ ticker }) => ticker)).toEqual(['a', 'b', 'n']);
  });
});

describe('the log', () => {
  const line = (n: number, level: LogRow['level'], text: string): LogRow => ({
    n,
    at: 0,
    level,
    code: 'code',
    text,
    ticker: null,
    decisionId: null,
  });
  const rows = [line(1, 'info', 'one'), line(2, 'alert', 'two'), line(3, 'warn', 'three')];
  it('shows a level and what is worse, newest first', () => {
    const shown = (least: LogRow['level'], text = '') =>
      logFor(rows, least, text).map(({ n }) => n);
    expect(shown('info')).toEqual([3, 2, 1]);
    expect(shown('warn')).toEqual([3, 2]);
    expect(shown('alert')).toEqual([2]);
    expect(shown('info', 'ONE')).toEqual([1]);
  });
});

describe('limits', () => {
  const row = (code: string, used: number | null, most: number) =>
    ({ code, label: code, unit: 'count', used, most }) as const;
  it('come tightest first; a cap of nothing is used up; unknown comes last', () => {
    const rows = [row('a', 1, 10), row('unknown', null, 10), row('none', 0, 0), row('b', 9, 10)];
    expect(tightestFirst(rows).map(({ code }) => code)).toEqual(['none', 'b', 'a', 'unknown']);
  });
  it('are near from four fifths on, and full at the whole', () => {
    const used = [null, 0, 0.79, 0.8, 0.99, 1, 3].map((share) => row('a', share, 1));
    expect(used.map(nearness)).toEqual(['unknown', 'calm', 'calm', 'near', 'near', 'full', 'full']);
    expect(share({ used: -5, most: 10 })).toBe(0);
    expect(share({ used: 5, most: Number.NaN })).toBe(1);
  });
});

describe('limits of one window', () => {
  const rows = [
    { code: 'trades_per_cycle', label: '', unit: 'count', used: 5, most: 5 },
    { code: 'daily_loss', label: '', unit: 'micros', used: 9, most: 10 },
    { code: 'per_cycle_cap', label: '', unit: 'ratio', used: null, most: 1 },
  ] as const;
  it('stand below the others and are no alarm when used up', () => {
    const order = tightestFirst(rows);
    expect(order.map(({ code }) => code)).toEqual([
      'daily_loss',
      'trades_per_cycle',
      'per_cycle_cap',
    ]);
    expect(order.map(nearness)).toEqual(['near', 'calm', 'unknown']);
  });
});

describe('events', () => {
  it('are doubted when more than one of their outcomes would have to happen', () => {
    expect(outcomesAdd(1.09)).toBe(true);
    expect(outcomesAdd(1.2)).toBe(false);
    expect(outcomesAdd(Number.NaN)).toBe(false);
    expect(outcomesAdd(null)).toBe(true);
    expect(outcomesAdd(0.4)).toBe(true);
  });
});

describe('a sparkline', () => {
  it('breaks where nothing is known, and keeps still where nothing moves', () => {
    expect(sparkPath([0, 1, null, 0.5], 30, 10, [0, 1])).toBe('M0.0 10.0L10.0 0.0M30.0 5.0');
    expect(sparkPath([0.5], 30, 10, [0, 1])).toBe('M0.0 5.0');
    expect(span([null], 0.1)).toEqual([0, 1]);
    const [low, high] = span([0.5, 0.5], 0.1);
    expect([low, high].map((value) => value.toFixed(2))).toEqual(['0.45', '0.55']);
  });
});
