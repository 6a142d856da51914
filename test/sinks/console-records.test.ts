import { describe, expect, it } from 'vitest';
import { micros, orderId, price, quantity, shard, ticker } from '../../src/domain/units.js';
import { aListedMarket, aVerdict } from '../support/fixtures.js';
import {
  cycle,
  fill,
  id,
  intent,
  mark,
  name,
  order,
  records,
  scanned,
  start,
  told,
} from './console-steps.js';

describe('records for a person', () => {
  it('are a line each, or none where the block has said it', () => {
    const accepted = { kind: 'accepted', orderId: orderId('v'), remaining: quantity(0) } as const;
    const lines = told([
      records(
        intent,
        order({ kind: 'durable' }),
        order({ kind: 'sent' }),
        order({ ...accepted, filled: quantity(1_250) }),
        fill,
        { ...fill, count: quantity(100), keyless: false },
        order({ ...accepted, filled: quantity(0) }),
        order({ kind: 'rejected', why: 'insufficient_balance' }),
        order({ kind: 'withdrawn', why: 'book_stale' }),
        order({ kind: 'unknown', why: 'timeout: no answer' }),
        order({ kind: 'not_placed' }),
      ),
      records(
        {
          kind: 'refused',
          ticker: name,
          side: 'yes',
          limit: 4_000,
          count: 100,
          cycle: 1,
          code: 'cooldown',
        },
        {
          kind: 'settled',
          ticker: name,
          yesValue: price(0),
          revenue: micros(12_500_000),
          realized: micros(7_687_500),
        },
        { kind: 'latch', level: 'pause', cause: 'daily_loss', set: true, why: 'lost $501' },
        { kind: 'latch', level: 'pause', cause: 'daily_loss', set: false, why: 'by hand' },
        {
          kind: 'anomaly',
          code: 'order_mismatch',
          text: 'other content',
          ticker: name,
          clientOrderId: id,
          applied: false,
          detail: null,
        },
        { kind: 'adjusted', shard: shard(2), amount: micros(-5_000_000), why: 'withdrawal' },
        { kind: 'determined', ticker: name, yesValue: price(0) },
        { kind: 'stopped', reason: 'done' },
      ),
      {
        kind: 'intent_refused',
        at: start,
        cycle: 1,
        basis: null,
        ticker: name,
        code: 'event_mutex',
      },
      {
        kind: 'intent_refused',
        at: start,
        cycle: 1,
        basis: null,
        ticker: name,
        code: 'trades_per_cycle',
      },
      { kind: 'notice', at: start, notice: { level: 'info', code: 'quiet', text: 'x' } },
      {
        kind: 'notice',
        at: start,
        notice: { level: 'warn', code: 'link_gone', text: 'feed lost' },
      },
    ]);
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
         14:03:06 order    NO 12.5 KXHIGHNY-26SEP01-B84.5 up to 38.5¢, at most $5.01, edge 10.3¢ (between windows)
         14:03:10 fill     NO 12.5 KXHIGHNY-26SEP01-B84.5 at 38.25¢, fee $0.04 (keyless)
         14:03:11 fill     YES 1 KXHIGHNY-26SEP01-B84.5 at 61.75¢, fee $0.04
         14:03:12 canceled KXHIGHNY-26SEP01-B84.5: nothing left to take at the limit
         14:03:13 rejected KXHIGHNY-26SEP01-B84.5: insufficient balance
         14:03:14 not sent KXHIGHNY-26SEP01-B84.5: book stale
         14:03:15 unknown  KXHIGHNY-26SEP01-B84.5: timeout: no answer
         14:03:16 resolved KXHIGHNY-26SEP01-B84.5: it never reached the exchange
         14:03:06 refused  YES 1 KXHIGHNY-26SEP01-B84.5: cooldown
         14:03:07 settled  KXHIGHNY-26SEP01-B84.5 YES pays 0¢, received $12.50, realized +$7.69
         14:03:08 PAUSE    daily loss: lost $501
         14:03:09 RESUMED  daily loss: by hand
         14:03:10 ANOMALY  order mismatch: other content
         14:03:11 cash     withdrawal of $5.00 on shard 2
         14:03:06 refused  KXHIGHNY-26SEP01-B84.5: event mutex
         14:03:06 link gone: feed lost
      "
    `);
  });

  it('name an order of an earlier run by its id', () => {
    const [line] = told([records(order({ kind: 'not_placed' }))]);
    expect(line).toContain(`order ${id}: it never reached`);
  });

  it('say what a scan lacks once, until it is something else', () => {
    const problems = ['page 2: http 500'];
    const lines = told([
      scanned({ problems }),
      scanned({ problems }),
      scanned({ problems: [] }),
      scanned({ problems }),
    ]);
    expect(lines).toEqual(Array(2).fill('   scan incomplete: page 2: http 500'));
  });
});

describe('what others wrote', () => {
  it('reaches the terminal without anything that it obeys', () => {
    const evil = 'A\u001b[2J\u001b]0;x\u0007B\u202eC\u2028D\nE\u009b1mF';
    const bad = ticker(evil);
    const why = evil;
    const terms = { ...intent.terms, ticker: bad };
    const lines = told([
      scanned({
        markets: [aListedMarket(evil, { title: evil }), aListedMarket('X', { yesSubTitle: evil })],
        problems: [evil],
      }),
      cycle({
        marks: [mark(evil, { title: evil })],
        result: { cycle: 3, verdicts: [aVerdict(evil), aVerdict('X')], allocations: [] },
      }),
      records(
        { ...intent, terms },
        { ...fill, ticker: bad },
        order({ kind: 'withdrawn', why }),
        order({ kind: 'rejected', why }),
        order({ kind: 'unknown', why }),
        { kind: 'refused', ticker: bad, side: 'yes', limit: 1, count: 1, cycle: 1, code: 'x' },
        {
          kind: 'settled',
          ticker: bad,
          yesValue: price(0),
          revenue: micros(0),
          realized: micros(0),
        },
        { kind: 'latch', level: 'halt', cause: 'operator', set: true, why },
        {
          kind: 'anomaly',
          code: 'x',
          text: evil,
          ticker: bad,
          clientOrderId: null,
          applied: false,
          detail: null,
        },
      ),
      {
        kind: 'intent_refused',
        at: start,
        cycle: 1,
        basis: null,
        ticker: bad,
        code: 'event_mutex',
      },
      { kind: 'notice', at: start, notice: { level: 'alert', code: 'x', text: evil } },
    ]);
    expect(lines.length).toBeGreaterThan(18);
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});
