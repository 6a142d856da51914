// Goal: every market that was valued leaves its outcome in the ledger once, held or not, and what is awaited is bounded.
import { expect, it } from 'vitest';
import { applyRecord } from '../../src/domain/account.js';
import { decodeAccount, encodeAccount, sameAccount } from '../../src/domain/account-codec.js';
import { seal } from '../../src/domain/chain.js';
import {
  epochMs,
  micros,
  type Price,
  price,
  probability,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import type { Verdict } from '../../src/messages/valuation.js';
import { Rig, tickerA, tickerB } from '../support/executor-rig.js';
import { aVerdict } from '../support/fixtures.js';

const dayMs = 86_400_000;

const cycle = (rig: Rig, ...verdicts: readonly Verdict[]) =>
  rig.send({ kind: 'cycle', result: { cycle: 1, verdicts, allocations: [] } });
const determined = (rig: Rig, name: string, settlementValue: Price | null) =>
  rig.send({
    kind: 'lifecycle',
    ticker: ticker(name),
    change: { kind: 'determined', settlementValue },
  });

it('a market that was valued and is not held leaves its outcome, once', () => {
  const rig = new Rig().live();
  cycle(rig, aVerdict('V'), aVerdict('W', { fair: null, sigma: null }));
  expect([...rig.account.awaited]).toEqual([['V', rig.now]]);
  determined(rig, 'V', null);
  expect(rig.bodies('outcome')).toEqual([]);
  determined(rig, 'V', price(10_000));
  determined(rig, 'V', price(10_000));
  determined(rig, 'W', price(0));
  determined(rig, 'never seen', price(0));
  expect(rig.bodies('outcome')).toEqual([{ kind: 'outcome', ticker: 'V', yesValue: 10_000 }]);
  expect(rig.bodies('determined')).toEqual([]);
  expect(rig.account).toMatchObject({ outcomes: 1 });
  expect(rig.account.awaited.size).toBe(0);
});

it('a held one says both what it will pay and what came of it', () => {
  const rig = new Rig().live();
  cycle(rig, aVerdict(tickerA));
  rig.buy();
  determined(rig, tickerA, price(0));
  expect(rig.bodies('determined')).toHaveLength(1);
  expect(rig.bodies('outcome')).toEqual([{ kind: 'outcome', ticker: tickerA, yesValue: 0 }]);
});

it('without a feed a listing says it, and so does a settlement of what is held', () => {
  const rig = new Rig().live();
  cycle(rig, aVerdict('V'), aVerdict(tickerA));
  rig.buy();
  const market = { kind: 'market', ticker: ticker('V'), market: null, isFinal: true } as const;
  rig.send({ ...market, settlementValue: null });
  expect(rig.bodies('outcome')).toEqual([]);
  rig.send({ ...market, settlementValue: price(10_000) });
  rig.send({
    kind: 'settlements',
    since: null,
    ticker: tickerA,
    answer: {
      kind: 'complete',
      items: [
        {
          ticker: tickerA,
          shard: shard(0),
          revenue: micros(10_000_000),
          yesValue: price(10_000),
          settledAt: rig.now,
        },
      ],
    },
  });
  expect(rig.bodies('outcome').map((body) => [body.ticker, body.yesValue])).toEqual([
    ['V', 10_000],
    [tickerA, 10_000],
  ]);
});

it('a verdict that was under way when its market ended does not await it again, not even after a restart', () => {
  const rig = new Rig().paper();
  cycle(rig, aVerdict('V'));
  determined(rig, 'V', price(0));
  cycle(rig, aVerdict('V'));
  expect(rig.account.awaited.size).toBe(0);
  rig.restart();
  cycle(rig, aVerdict('V'));
  determined(rig, 'V', price(0));
  expect(rig.bodies('outcome')).toHaveLength(1);
  expect(rig.account.outcomes).toBe(1);
  rig.send({ kind: 'sweep' }, 3 * dayMs);
  expect(rig.account.over.size).toBe(0);
});

it('keeps the first time, survives a restart, and is given up when it is too old', () => {
  const rig = new Rig().paper();
  cycle(rig, aVerdict('V'));
  const since = rig.now;
  cycle(rig, aVerdict('V'), aVerdict('X'));
  expect(rig.account.awaited.get(ticker('V'))).toBe(since);
  rig.restart();
  expect(rig.account.awaited.size).toBe(2);
  rig.send({ kind: 'sweep' }, 44 * dayMs);
  expect(rig.account.awaited.size).toBe(2);
  rig.send({ kind: 'sweep' }, 2 * dayMs);
  expect(rig.account.awaited.size).toBe(0);
});

it('never holds more than twenty thousand; a recovered account gives up the same ones', () => {
  const rig = new Rig().paper();
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => aVerdict(`M${(i * 7_919) % count}-${from}`));
  cycle(rig, ...rows(1, 12_000));
  cycle(rig, ...rows(2, 7_999));
  expect(rig.account.awaited.size).toBe(19_999);
  const before = rig.account;
  const recovered = decodeAccount(JSON.parse(JSON.stringify(encodeAccount(before))));
  if (!recovered.ok) throw new Error(recovered.error.text);
  const { records } = cycle(rig, aVerdict('new'), aVerdict('newer'));
  expect(rig.account.awaited.size).toBe(15_000);
  expect(rig.account.awaited.has(ticker('new'))).toBe(true);
  expect([...rig.account.awaited.keys()].filter((name) => name.endsWith('-2'))).toHaveLength(7_999);
  let again = recovered.value;
  for (const record of records) again = applyRecord(again, record);
  expect(sameAccount(again, rig.account)).toBe(true);
});

it('a verdict’s row holds what learning needs: word, ages capped, volume, vertical; and why no specialist spoke', () => {
  const rig = new Rig().paper();
  const word = { model: 'weather', p: probability(0.123456789), evidenceAgeMs: 90_000.4 } as const;
  const all = { word, quoteAgeMs: 3e9, volume24h: quantity(123_400), vertical: 'weather' };
  cycle(rig, aVerdict('V', all as Partial<Verdict>), aVerdict(tickerB, { noSignal: 'too_late' }));
  const [body] = rig.bodies('cycle');
  expect(body?.verdicts[0]?.slice(13)).toEqual([
    'weather',
    123_456_789,
    90_000,
    86_400_000,
    123_400,
    'weather',
    null,
  ]);
  const silent = [null, null, null, 0, 0, 'other', 'too_late'];
  expect(body?.verdicts[1]?.slice(13)).toEqual(silent);
});

it('a calibration is noted and moves nothing', () => {
  const rig = new Rig().paper();
  const { account } = rig;
  const body = {
    kind: 'calibrated',
    throughSeq: 3,
    snapshots: 9,
    events: 2,
    tableHash: 'ab',
  } as const;
  rig.send(body);
  expect(rig.bodies('calibrated')).toEqual([body]);
  expect({ ...rig.account, head: account.head, lastAt: account.lastAt }).toEqual(account);
  const stamp = { at: epochMs(rig.now + 1), run: 1, inputSeq: 99 };
  const more = seal(rig.account.head, stamp, {
    kind: 'outcome',
    ticker: tickerB,
    yesValue: price(0),
  });
  expect(applyRecord(rig.account, more).outcomes).toBe(1);
});
