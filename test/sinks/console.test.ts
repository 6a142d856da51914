import { describe, expect, it } from 'vitest';
import { micros, quantity } from '../../src/domain/units.js';
import { widthOf } from '../../src/sinks/console/text.js';
import { aListedMarket, anAllocation, aVerdict } from '../support/fixtures.js';
import { cycle, mark, scanned, told } from './console-steps.js';

const cheap = 'KXBTCD-26SEP0107-T100249.99';
const verdicts = [
  aVerdict('KXHIGHNY-26SEP01-B84.5', {
    side: 'no',
    fair: 0.3 as never,
    cost: 0.612,
    edge: 0.0211,
    reason: 'below_threshold',
  }),
  aVerdict(cheap, {
    fair: 0.4493 as never,
    cost: 0.2251,
    edge: 0.2242,
    edgePerDay: 3.98,
    taken: true,
    reason: 'taken',
  }),
  aVerdict('KXHIGHNY-26SEP01-B86.5', { edge: -0.02 }),
  aVerdict('KXMLBGAME-26SEP01NYY', { edge: 0.41, cost: 0.1, reason: 'edge_implausible' }),
  aVerdict('KXNONE', { side: null, fair: null, cost: null, edge: null, reason: 'no_signal' }),
];
const allocations = [anAllocation(cheap, { worstCost: micros(46_000_000) })];

describe('a cycle for a person', () => {
  it('says what was looked at, what is held, and what was taken or refused and why', () => {
    const lines = told([
      scanned({
        markets: [
          aListedMarket(cheap, { title: 'Bitcoin price on Sep 1', yesSubTitle: '' }),
          aListedMarket('KXHIGHNY-26SEP01-B84.5', { yesSubTitle: '84° to 85°' }),
        ],
      }),
      cycle({
        dropped: { no_quote: 812, low_volume: 2_333, wide_spread: 120, multivariate: 12 },
        marks: [
          mark('KXHIGHNY-26SEP01-B84.5'),
          mark(cheap, {
            title: 'Bitcoin price on Sep 1 at 3am',
            position: quantity(-1_250),
            cost: micros(6_250_000),
            midValue: micros(6_200_000),
          }),
          mark('KXGONE', { title: '', midValue: null, exitValue: null }),
        ],
        result: { cycle: 3, verdicts, allocations },
      }),
    ]);
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "

      ── cycle 3 · 13:53:06 → 14:03:06 ─────────────────────────────────────────────────────────────────────────────
         markets     4812 listed · 1000 kept · 240 valued · 1 taken
         left out    low volume 2333 · no quote 812 · wide spread 120 · multivariate 12
         money       bankroll $10,000.00 · cash $9,411.23
         position marks: open_positions=3 marked_positions=2 total_unrealized=+$8.95
           KXHIGHNY-26SEP01-B84.5       84° to 85°    YES 200  entry 21.0¢    mark 25.5¢  +$9.00
           KXBTCD-26SEP0107-T100249.99  Bitcoin pri…  NO 12.5  entry 50.0¢    mark 49.6¢  -$0.05
           KXGONE                                     YES 200  entry 21.0¢  mark unknown
         market                                     side   fair   cost   edge  /day  verdict
         KXBTCD-26SEP0107-T100249.99  Bitcoin pri…  YES   44.9¢  22.5¢  22.4¢  398%  taken, $46.00
         KXMLBGAME-26SEP01NYY                       YES   60.0¢  10.0¢  41.0¢   10%  edge implausible
         KXHIGHNY-26SEP01-B84.5       84° to 85°    NO    70.0¢  61.2¢   2.1¢   10%  edge 2.1¢ below 8.0¢
      "
    `);
  });

  it('shows what Claude has cost and what profit has set aside, once there is either', () => {
    const purse = (calls: number, reserve: number) => ({
      calls,
      cost: micros(123_456),
      costToday: micros(3_400),
      reserve: micros(reserve),
    });
    const line = (inference: ReturnType<typeof purse>) =>
      told([cycle({ inference })]).find((text) => text.includes('Claude'));
    expect(line(purse(12, 1_500_000))).toBe(
      '   Claude      12 questions, $0.1235, of it $0.0034 today · set aside from profit $1.5000',
    );
    expect(line(purse(0, 1_500_000))).toContain('$1.5000');
    expect(line(purse(0, 0))).toBeUndefined();
  });

  it('says so when nothing is worth a row', () => {
    const lines = told([cycle()]);
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "

      ── cycle 3 · 13:53:06 → 14:03:06 ─────────────────────────────────────────────────────────────────────────────
         markets     4812 listed · 1000 kept · 240 valued · 0 taken
         money       bankroll $10,000.00 · cash $9,411.23
         no candidate: no market is mispriced on either side
      "
    `);
  });

  it('shows the taken first, then the nearest, and how many more there are', () => {
    const many = Array.from({ length: 20 }, (_, at) =>
      aVerdict(`M${at}`, { edge: 0.01 * (at + 1) }),
    );
    const last = aVerdict('TAKEN', { edge: 0.001, taken: true, reason: 'forced_test' });
    const lines = told([cycle({ result: { cycle: 3, verdicts: [...many, last], allocations } })]);
    const rows = lines.slice(lines.findIndex((line) => line.includes('verdict')) + 1);
    expect(rows).toHaveLength(13);
    expect(rows[0]).toContain('TAKEN');
    expect(rows[1]).toContain('M19');
    expect(rows.at(-1)).toBe('   … and 9 more with an edge');
  });

  it('sums up what is unrealized over the marked positions only', () => {
    const marks = Array.from({ length: 10 }, (_, at) => mark(`P${at}`));
    const lines = told([cycle({ marks: [...marks, mark('Q', { midValue: null })] })]);
    expect(lines).toContain(
      '   position marks: open_positions=11 marked_positions=10 total_unrealized=+$90.00',
    );
    expect(lines).toContain('     … and 3 more');
  });

  it('fits into 110 columns, whatever the numbers', () => {
    const long = 'KXVERYLONGSERIESNAME-26SEP0107-T100249.9999999';
    const dropped = Object.fromEntries(
      [
        'multivariate',
        'provisional',
        'not_active',
        'malformed',
        'over_scan_max',
        'no_book',
        'low_volume',
        'wide_spread',
        'no_quote',
        'fees_unknown',
        'over_valuation_max',
      ].map((reason, at) => [reason, 10_000 + at]),
    );
    const lines = told([
      scanned({ markets: [aListedMarket(long, { title: 'x'.repeat(300) })] }),
      cycle({
        dropped,
        marks: [mark(long, { title: 'y'.repeat(300), position: quantity(-113_000) })],
        result: {
          cycle: 3,
          verdicts: [
            aVerdict(long, {
              side: 'no',
              edge: 0.999,
              edgePerDay: 1e9,
              reason: 'below_min_fraction',
            }),
          ],
          allocations: [anAllocation(long, { worstCost: micros(1_234_560_000) })],
        },
      }),
    ]);
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(110);
  });
});
