// Goal: why a market was not bought is said in words with the numbers that decided, and fits into its column.
import { from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { marketPage } from '../../src/config/addresses.js';
import type { Step } from '../../src/messages/step.js';
import type { Verdict } from '../../src/messages/valuation.js';
import { type ReasonRules, reasonText } from '../../src/sinks/console/reasons.js';
import { plain, widthOf } from '../../src/sinks/console/text.js';
import { warnings } from '../../src/sinks/console/warnings.js';
import { aVerdict } from '../support/fixtures.js';
import { cycle, mark, start, told } from './console-steps.js';

const rules: ReasonRules = {
  minEdge: 0.02,
  maxEdge: 0.25,
  closesTooSoonMs: 300_000,
  maxDaysToClose: 30,
  maxTradesPerCycle: 5,
  minFractionPerTrade: 0.0025,
  maxTotalFractionPerCycle: 0.2,
  maxFractionPerEvent: 0.06,
  maxFractionPerUnderlyingDay: 0.125,
  maxGrossFraction: 0.8,
  reentryCooldownMs: 600_000,
};
const verdict = (reason: Verdict['reason'], changes: Partial<Verdict> = {}): Verdict =>
  aVerdict('A', {
    reason,
    edge: 0.051,
    threshold: 0.08,
    quoteAgeMs: 12_400 as Verdict['quoteAgeMs'],
    ...changes,
  });

describe('a reason', () => {
  it.each<readonly [Verdict['reason'], string, string]>([
    ['below_threshold', 'edge 5.1¢ below 8.0¢', 'edge 5.1¢ below 8.0¢'],
    ['below_min_edge', 'edge 5.1¢ below 2.0¢', 'below min edge'],
    ['edge_implausible', 'implausible: over 25.0¢', 'edge implausible'],
    ['book_stale', 'book 12 s old', 'book 12 s old'],
    ['closes_too_soon', 'closes within 5 min', 'closes too soon'],
    ['too_far', 'over 30 days to close', 'too far'],
    ['cooldown', 'bought within 10 min', 'cooldown'],
    ['trades_per_cycle', 'not among the best 5', 'trades per cycle'],
    ['below_min_fraction', 'bet below 0.25%', 'below min fraction'],
    ['per_cycle_cap', '20% a window is spent', 'per cycle cap'],
    ['per_event_cap', '6% on one event', 'per event cap'],
    ['per_underlying_cap', '12.5% on this day', 'per underlying cap'],
    ['gross_cap', '80% at risk in all', 'gross cap'],
    ['event_mutex', 'another outcome taken', 'another outcome taken'],
    ['in_flight', 'an order is under way', 'an order is under way'],
    ['frozen', 'an order is unresolved', 'an order is unresolved'],
    ['no_depth', 'no depth', 'no depth'],
    ['holding', 'holding', 'holding'],
  ])('%s', (reason, withRules, without) => {
    expect(reasonText(verdict(reason), rules)).toBe(withRules);
    expect(reasonText(verdict(reason), null)).toBe(without);
    expect(widthOf(withRules)).toBeLessThanOrEqual(26);
  });

  it('names what was missing where nobody had a word', () => {
    const said = reasonText(verdict('no_signal', { noSignal: 'no_model' as never }), rules);
    expect(said).toBe('no model');
    expect(reasonText(verdict('no_signal', { noSignal: null }), rules)).toBe('no signal');
    expect(reasonText(verdict('below_threshold', { threshold: null }), rules)).toBe(
      'below threshold',
    );
  });

  it('stands in the window’s block', () => {
    const result = { cycle: 3, verdicts: [verdict('cooldown')], allocations: [] };
    const lines = told([cycle({ result })], plain, { rules: () => rules });
    expect(lines.at(-1)).toMatch(/bought within 10 min$/);
  });
});

describe('the page of a market', () => {
  it('is the exchange’s own, of its series, and only where there is one', () => {
    expect(marketPage('production', 'KXHIGHNY-26SEP01-B84.5')).toBe(
      'https://kalshi.com/markets/kxhighny',
    );
    expect(marketPage('demo', 'KXBTC')).toBe('https://demo.kalshi.co/markets/kxbtc');
    expect(marketPage('loopback', 'KXBTC-1')).toBeNull();
    expect(marketPage('production', '../evil?x=-1')).toBeNull();
  });

  it('stands below the marks, once for each series', () => {
    const names = ['KXHIGHNY-1-A', 'KXHIGHNY-1-B', 'KXBTC-1-A'];
    const lines = told([cycle({ marks: names.map((name) => mark(name)) })], plain, {
      lookUp: (ticker) => marketPage('production', ticker),
    });
    expect(lines).toContain(
      '     look up  https://kalshi.com/markets/kxhighny  https://kalshi.com/markets/kxbtc',
    );
    const none = told([cycle({ marks: [mark('KXBTC-1-A')] })]);
    expect(none.join()).not.toContain('look up');
  });
});

it('warnings alone are what a quiet run tells', () => {
  const lines: string[] = [];
  const notice = (level: 'info' | 'warn' | 'alert', text: string): Step => ({
    kind: 'notice',
    at: start,
    notice: { level, code: 'code', text },
  });
  const steps = [
    cycle(),
    notice('info', 'calm'),
    notice('warn', 'a\u001b[31m gap'),
    notice('alert', 'trouble'),
    notice('alert', 'trouble'),
    notice('alert', 'trouble'),
    notice('warn', 'else'),
    notice('warn', 'else'),
  ];
  warnings(from(steps), (line) => lines.push(line)).subscribe();
  expect(lines).toEqual([
    'warning: a gap (code)',
    'warning: trouble (code)',
    'warning: trouble (code) × 2 more',
    'warning: else (code)',
    'warning: else (code) × 1 more',
  ]);
});
