// Goal: a live account is read again while it is connected, and every settlement that was paid is booked once.
import { describe, expect, it } from 'vitest';
import { haltLevel } from '../../src/actors/executor/views.js';
import { balanceOf } from '../../src/domain/postings.js';
import { micros, type Price, quantity, shard } from '../../src/domain/units.js';
import type { VenueSettlement } from '../../src/messages/account-event.js';
import { fillOf, Rig, settings, tickerA, tickerB } from '../support/executor-rig.js';

const { readingEveryMs, readingQuietMs, unknownQuarantineMs } = settings;
const readings = (rig: Rig): number => rig.effectsOf('balance').length;
const sweep = (rig: Rig, afterMs: number): Rig => {
  rig.send({ kind: 'sweep' }, afterMs);
  return rig;
};

describe('between reconnects', () => {
  it('an account at rest is read every two hours, and a deposit there is booked', () => {
    const rig = new Rig().live();
    expect(readings(sweep(rig, readingEveryMs - 100))).toBe(1);
    expect(readings(sweep(rig, 200))).toBe(2);
    // One at a time.
    expect(readings(sweep(rig, readingEveryMs))).toBe(2);
    const more = rig.ledgerCash().map(([at, cash]) => [at, cash + 1_000_000] as const);
    rig.answerRound({ cash: more });
    for (let tries = 0; tries < 40 && rig.bodies('adjusted').length === 0; tries += 1)
      if (readings(rig) < readings(sweep(rig, 5_000))) rig.answerRound({ cash: more });
    expect(rig.bodies('adjusted')).toHaveLength(3);
    expect(haltLevel(rig.state)).toBeNull();
  });

  it('once more after trading has been quiet for five minutes, and then not again', () => {
    const rig = new Rig().live();
    rig.buy();
    expect(readings(sweep(rig, readingQuietMs - 100))).toBe(1);
    expect(readings(sweep(rig, 200))).toBe(2);
    rig.answerRound();
    expect(readings(sweep(rig, 2 * readingQuietMs))).toBe(2);
    // The next reading begins where this one was.
    expect(rig.account.reconciledAt).toBeGreaterThan(rig.account.genesis.at + readingQuietMs);
  });

  it('a reading that fails is tried again and stops no trading', () => {
    const rig = new Rig().live();
    sweep(rig, readingEveryMs);
    rig.send({ kind: 'balance', answer: { kind: 'failed', code: 'timeout', detail: '' } });
    rig.submit();
    expect(rig.effectsOf('place')).toHaveLength(1);
    for (const kind of ['positions', 'balance'] as const)
      rig.send({ kind, answer: { kind: 'failed', code: 'timeout', detail: '' } } as never);
    expect(readings(sweep(rig, 10_000))).toBe(3);
  });

  const other = 'KXOTHER-27JAN15-T1' as typeof tickerA;
  const paid = (rig: Rig, ticker = other): Rig => {
    rig.send({ kind: 'lifecycle', ticker, change: { kind: 'settled' } });
    return rig;
  };
  const withOthers = (rig: Rig): Rig => {
    const fill = fillOf({ orderId: 'x', clientOrderId: null }, { ticker: other });
    rig.send({ kind: 'account', event: { kind: 'fill', fill } });
    return rig;
  };

  it('once more when others were paid, as soon as lists must show it, and what they were paid is booked', () => {
    const rig = withOthers(new Rig().live());
    expect(readings(sweep(paid(rig), unknownQuarantineMs - 100))).toBe(1);
    expect(readings(sweep(rig, 200))).toBe(2);
    const more = rig.ledgerCash().map(([at, cash]) => [at, cash + 1_000_000] as const);
    rig.answerRound({ cash: more });
    for (let at = 0; at < 20 && rig.bodies('adjusted').length === 0; at += 1)
      if (readings(rig) < readings(sweep(rig, 5_000))) rig.answerRound({ cash: more });
    expect(rig.bodies('adjusted').length).toBeGreaterThan(0);
    // It pays once.
    const read = readings(rig);
    expect(readings(sweep(paid(rig), readingQuietMs))).toBe(read);
  });

  it('also if they only hold something, and again after a reading that began too early', () => {
    const rig = new Rig().live();
    sweep(rig, readingEveryMs);
    rig.answerRound({ positions: [[other, 500]] });
    sweep(rig, readingQuietMs);
    while (rig.state.session?.round !== null || rig.state.session.nextRound !== null) {
      if (rig.state.session?.round !== null) rig.answerRound({ positions: [[other, 500]] });
      sweep(rig, 10_000);
    }
    const read = readings(paid(rig));
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound();
    expect(readings(sweep(rig, unknownQuarantineMs + 100))).toBe(read + 2);
  });

  it('not for a market in which nobody was', () => {
    const rig = withOthers(new Rig().live());
    expect(readings(sweep(paid(rig, tickerB), readingQuietMs))).toBe(1);
  });

  it('once more after the first reading of a link on an account that others trade on', () => {
    const rig = withOthers(new Rig().live());
    rig.send({ kind: 'link', link: 'gone' });
    rig.send({ kind: 'link', link: 'up' });
    rig.answerRound();
    expect(readings(sweep(rig, unknownQuarantineMs - 100))).toBe(2);
    expect(readings(sweep(rig, 200))).toBe(3);
  });

  it('never in paper, nor without a link', () => {
    const paper = new Rig().paper();
    expect(readings(sweep(paper, 2 * readingEveryMs))).toBe(0);
    const live = new Rig().live();
    live.send({ kind: 'link', link: 'gone' });
    expect(readings(sweep(live, 2 * readingEveryMs))).toBe(1);
  });
});

describe('a settlement at no value', () => {
  const paid = (revenue: number): VenueSettlement => ({
    ticker: tickerA,
    shard: shard(0),
    revenue: micros(revenue),
    yesValue: null,
    settledAt: 0 as never,
  });
  const settled = (revenue: number, count: number) => {
    const rig = new Rig().live();
    rig.buy({ count: quantity(count) });
    const cash = balanceOf(rig.account.balances, 'cash:0');
    const answer = { kind: 'complete' as const, items: [paid(revenue)] };
    rig.send({ kind: 'settlements', since: null, ticker: tickerA, answer });
    rig.send({ kind: 'settlements', since: null, ticker: tickerA, answer });
    const [body, ...more] = rig.bodies('settled');
    expect([more, rig.account.positions.size]).toEqual([[], 0]);
    return { value: body?.yesValue, gained: balanceOf(rig.account.balances, 'cash:0') - cash, rig };
  };

  it.each([
    ['divides', 3_000_000, 300, 10_000 as Price, 3_000_000],
    ['does not divide: booked whole, at the nearest value', 1_000_000, 300, 3_333, 1_000_000],
    ['is off by more than a cent for a large count', 666_623_333, 200_001, 3_333, 666_623_333],
    ['is more than contracts can pay: what ours are due', 4_500_000, 300, 10_000, 3_000_000],
    ['is nothing', 0, 300, 0, 0],
  ])('that %s', (_, revenue, count, value, gained) => {
    const cheap = settled(revenue, count);
    expect([cheap.value, cheap.gained]).toEqual([value, gained]);
  });
});
