// Goal: a spec that cannot mean what it says is refused with the place and what to do.
import { describe, expect, it } from 'vitest';
import { readSpec } from '../../src/sweep/spec.js';

const good = { recordings: ['r'], vary: { minEdgePct: [0.05] } };
const said = (text: string): string => {
  const read = readSpec('s.jsonc', text);
  return read.ok ? 'read' : read.error.join('\n');
};

describe('a spec', () => {
  it('may have comments and trailing commas, and has its defaults', () => {
    const read = readSpec(
      's.jsonc',
      '{ // why\n"recordings": ["r"], "vary": {"bankroll": [5,]}, }',
    );
    expect(read.ok && read.value).toMatchObject({
      search: { kind: 'grid' },
      fills: ['pessimistic'],
      objective: { fills: 'pessimistic', pnl: 'marked', drawdownPenalty: 0.5 },
      walkForward: null,
      seed: 1,
    });
  });

  const rows: readonly (readonly [written: unknown, said: string])[] = [
    [
      { ...good, vary: { minEdgPct: [1] } },
      'unknown setting "minEdgPct"; did you mean minEdgePct?',
    ],
    [{ ...good, vary: { minEdgePct: ['x'] } }, 's.jsonc: vary.minEdgePct: "x" must be a decimal'],
    [{ ...good, vary: { minEdgePct: ['0.05', '0.050'] } }, 'minEdgePct: a value is there twice'],
    [{ ...good, vary: {} }, 'vary: names no setting'],
    [{ ...good, fixed: { BOT_MIN_EDGE_PCT: 0.1 } }, 'minEdgePct is set twice'],
    [{ ...good, vary: { minEdgePct: { from: 0, to: 1, scale: 'log' } } }, 'starts above 0'],
    [{ ...good, vary: { minEdgePct: { from: 0.2, to: 0.1 } } }, 'from must be below to'],
    [{ ...good, vary: { minEdgePct: { from: 0.1, to: 0.2 } } }, 'a range needs a random search'],
    [{ ...good, recordings: [] }, 's.jsonc: recordings: '],
    [{ ...good, recordings: ['r', 'r'] }, 'recordings: one is there twice'],
    [{ ...good, objective: { fills: 'optimistic' } }, 'optimistic is not among fills'],
    [{ ...good, walkForward: { testShare: 1 } }, 'walkForward.testShare'],
    [{ ...good, wolkForward: {} }, 'wolkForward'],
    [{ ...good, search: { kind: 'random' } }, 'search.n'],
  ];
  for (const [written, expected] of rows)
    it(`is refused: ${expected}`, () => {
      expect(said(JSON.stringify(written))).toContain(expected);
    });

  it('is refused with its line when it is no JSON, and with the name when one is there twice', () => {
    expect(said('{\n  "recordings": ["r"\n}')).toContain('s.jsonc:3: not JSON');
    expect(said('{"vary": {"bankroll": [1], "bankroll": [2]}, "recordings": ["r"]}')).toBe(
      's.jsonc: "bankroll" is there twice',
    );
  });
});
