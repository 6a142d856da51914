// Goal: a person sees at a glance whether it runs, what holds it back and how that is lifted, what it has and what it risks.
import { describe, expect, it } from 'vitest';
import type { State, StateReading } from '../../src/commands/state-reading.js';
import { age, statusText } from '../../src/commands/status-text.js';
import { plain } from '../../src/sinks/console/text.js';
import { stateOf } from '../../src/sinks/state.js';
import { loaded } from '../config/helpers.js';
import { Rig } from '../support/executor-rig.js';

function traded(): Rig {
  const rig = new Rig().paper();
  rig.buy();
  return rig;
}
const read = (rig: Rig): State => JSON.parse(JSON.stringify(stateOf(rig.account))) as State;
const text = (state: State, change: Partial<StateReading> = {}): string => {
  const reading = { state, ageMs: 3_100, engine: { pid: 42 }, waiting: [], ...change };
  return statusText(reading, loaded().settings, 'node dist/main.js resume', plain).join('\n');
};

describe('status', () => {
  it('is the account of an engine that trades', () => {
    const rig = traded();
    rig.submit({ ticker: 'KXBTC-27JAN1500-T100' as never });
    expect(`\n${text(read(rig))}\n`).toMatchInlineSnapshot(`
      "
      EventTradingBot · paper mode · loopback exchange · account main
      running as process 42 · run 1 · state written 3 s ago (2027-01-15 08:00:00 UTC by the market's clock)

      trading     on
      cash        $9,995.83
      at risk     $8.20 of at most $15,000.00
      equity      $9,999.83 at exit prices last seen
      today       -$0.17 on 2027-01-15; trading stops at a loss of $500.00
      in all      -$0.17 realized net of $0.17 in fees
      orders      1 filled · 0 partial · 0 canceled · 0 rejected · 0 unknown · 1 open
      Claude      never asked

      positions   1
         market                    held  entry     exit  unrealized
         KXHIGHNY-27JAN15-B40.5  YES 10  40.0¢  unknown           –

      open orders 1
         KXBTC-27JAN1500-T100  YES 10  up to 40¢  sent
      "
    `);
  });

  it('says what holds trading back and how it is lifted', () => {
    const rig = traded();
    rig.send({
      kind: 'operator',
      command: { kind: 'kill', level: 'halt', why: 'a\u001b[31m test' },
    });
    const said = text(read(rig));
    expect(said).toMatch(
      /^trading {5}HALT since \d\d:\d\d:\d\d: operator, a test \(nothing is sent\)\n {12}.*: node dist\/main\.js resume$/m,
    );
    expect(said).not.toContain('\u001b');
  });

  it('says that nobody runs, and what waits for the next to start', () => {
    const said = text(read(traded()), { engine: null, waiting: ['pause'], ageMs: 7_300_000 });
    expect(said).toMatch(/^no engine runs · state written 2 h ago/m);
    expect(said).toMatch(
      /^trading {5}nothing holds it back\n {12}pause waits for an engine to take it$/m,
    );
  });

  it('tells what is not ours, an order whose fate is unknown, and a mark that is', () => {
    const state = read(traded());
    const [position] = state.positions;
    const order = {
      ticker: 'A',
      side: 'no',
      count: 1_250,
      limit: 4_700,
      status: 'unknown',
      filled: 50,
    };
    const said = text({
      ...state,
      positions: [{ ...position, quantity: -1_000, mark: null } as never],
      openOrders: [order as never],
      external: { orders: 2, fills: 0, positions: 1 },
    });
    expect(said).toMatch(/NO 10 {2}40\.0¢ {2}unknown {11}–/);
    expect(said).toMatch(/NO 12\.5 {2}up to 47¢ {2}UNKNOWN: its market waits.* {2}0\.5 filled/);
    expect(said).toMatch(/^not ours {4}2 orders, 1 positions$/m);
  });

  it('shows the first of many', () => {
    const state = read(traded());
    const [position] = state.positions;
    const many = Array.from({ length: 25 }, () => position as NonNullable<typeof position>);
    expect(text({ ...state, positions: many })).toMatch(/… and 5 more; --json has all/);
  });

  it('tells ages as people do', () => {
    expect([0, 119_999, 120_000, 7_200_000, 172_800_000].map(age)).toEqual([
      '0 s',
      '119 s',
      '2 min',
      '2 h',
      '2 d',
    ]);
  });
});
