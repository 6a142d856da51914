// Goal: whatever was decided in a run can be told afterwards, number by number as the ledger has it, and its sums add up.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, truncateSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyText } from '../../src/commands/why-text.js';
import { nano } from '../../src/domain/canonical.js';
import type { OrderTerms } from '../../src/domain/order.js';
import type { RecordBody, VerdictRow } from '../../src/domain/records.js';
import { priceMax } from '../../src/domain/units.js';
import type { ChainSum, DecisionChain } from '../../src/messages/decision-chain.js';
import { chainFile } from '../../src/sinks/chains/files.js';
import { plain } from '../../src/sinks/console/text.js';
import { ledgerPath } from '../../src/sinks/ledger/ledger.js';
import { virtualDemo } from '../../src/synthetic/demo.js';
import { type WhyProblem, Whys } from '../../src/why/whys.js';
import { KeptHome } from './kept.js';

const kept = new KeptHome(10);
const whys = new Whys(kept.home);
/** As the run left it, before anything is taken away. */
beforeAll(async () => {
  const flags = { scanMaxMarkets: '120', valuationMarkets: '120', enrichmentMarkets: '120' };
  virtualDemo({ seed: 9, cycles: 4, flags, onStep: kept.hear });
  await kept.written();
}, 60_000);
afterAll(async () => {
  await whys.close();
  rmSync(kept.home, { recursive: true, force: true });
});

type Body<Kind extends RecordBody['kind']> = Extract<RecordBody, { kind: Kind }>;
const bodies = <Kind extends RecordBody['kind']>(kind: Kind): readonly Body<Kind>[] =>
  kept.records.flatMap(({ body }) => (body.kind === kind ? [body as Body<Kind>] : []));
const told = async (id: string): Promise<DecisionChain> => {
  const chain = await whys.chain(id);
  if (!chain.ok) throw new Error(chain.error.text);
  return chain.value;
};
const refusal = async (id: string): Promise<WhyProblem['code'] | null> => {
  const chain = await whys.chain(id);
  return chain.ok ? null : chain.error.code;
};
const intents = (reason: (reason: OrderTerms['reason']) => boolean): readonly OrderTerms[] =>
  bodies('intent').flatMap(({ terms }) => (reason(terms.reason) ? [terms] : []));
const isBetween = (reason: OrderTerms['reason']): boolean => reason === 'between_windows';

const addsUp = (sum: ChainSum | null | undefined): void => {
  if (sum == null) return;
  const { priceMicros, feeMicros, slippageMicros, marginMicros, costMicros } = sum;
  expect(priceMicros + feeMicros + slippageMicros + marginMicros).toBe(costMicros);
  expect(sum.worthMicros - costMicros).toBe(sum.edgeMicros);
  expect(sum.worthMicros).toBe(Math.round(sum.fair * sum.count * 10_000));
  // What was decided by is not rounded; the sum is, thrice at most.
  expect(Math.abs((sum.edgePerContract * sum.count) / 100 - sum.edgeMicros / 1e6)).toBeLessThan(
    2e-6,
  );
};
const isAsKept = (chain: DecisionChain, row: VerdictRow): void => {
  const [, side, model, fair, sigma, mid2, cost, edge, confidence, kelly, fraction, reason] = row;
  const { verdict } = chain;
  const numbers = [verdict?.fair, verdict?.sigma, verdict?.cost, verdict?.edge];
  expect([verdict?.side, verdict?.model, verdict?.mid2, verdict?.reason]).toEqual([
    side,
    model,
    mid2,
    reason,
  ]);
  expect(numbers.map((each) => (each == null ? null : nano(each)))).toEqual([
    fair,
    sigma,
    cost,
    edge,
  ]);
  expect(nano(verdict?.fraction ?? 0)).toBe(fraction);
  if (kelly !== null) expect(nano(chain.size?.kelly ?? 0)).toBe(kelly);
  if (confidence !== null) expect(nano(chain.edge?.confidence ?? 0)).toBe(confidence);
  expect(chain.opinion?.fair?.fair ?? null).toBe(verdict?.fair ?? null);
};

describe('every decision of a run', () => {
  it('is told as the ledger has it, and its sums add up', async () => {
    let looked = 0;
    for (const { cycle, verdicts } of bodies('cycle'))
      for (const [place, row] of verdicts.entries()) {
        // Refusals are many and alike.
        if (row[10] === 0 && place % 12 !== 0) continue;
        const chain = await told(`1.${cycle}.${row[0]}`);
        isAsKept(chain, row);
        expect(chain.missing).toEqual([]);
        for (const sum of [chain.edge?.yes, chain.edge?.no, chain.verdict?.bet?.sum]) addsUp(sum);
        const sizing = chain.size?.sizing;
        for (const cap of sizing?.caps ?? [])
          expect(cap.after).toBe(Math.max(0, Math.min(cap.before, cap.leaves)));
        if (row[10] === 0)
          expect(chain.outcome).toEqual({ kind: 'refused', by: 'valuation', code: row[11] });
        looked += 1;
      }
    expect(looked).toBeGreaterThan(30);
  });

  it('that was ordered is told with its second look, its life and its fills', async () => {
    const ordered = intents((reason) => !isBetween(reason));
    expect(ordered.length).toBeGreaterThan(1);
    let filled = 0;
    for (const terms of ordered) {
      const chain = await told(terms.clientOrderId);
      expect(chain).toMatchObject({ id: `1.${terms.cycle}.${terms.ticker}`, kind: 'window' });
      const { look } = chain.verdict ?? {};
      expect(look).toMatchObject({ refusal: null, limit: terms.limit, count: terms.count });
      addsUp(look?.sum);
      expect(nano(look?.sum?.edgePerContract ?? 0)).toBe(terms.edge);
      const { order } = chain;
      expect(order).toMatchObject({
        limit: terms.limit,
        count: terms.count,
        worstCostMicros: terms.worstCost,
      });
      const fills = bodies('fill').filter((fill) => fill.clientOrderId === terms.clientOrderId);
      expect(order?.fills.map((fill) => [fill.tradeId, fill.count, fill.feeMicros])).toEqual(
        fills.map((fill) => [fill.tradeId, Math.abs(fill.count), fill.fee]),
      );
      for (const fill of order?.fills ?? []) {
        expect(fill.costMicros).toBe(fill.price * fill.count);
        expect(fill.price).toBeLessThanOrEqual(terms.limit);
      }
      expect(order?.events.map(({ kind }) => kind).slice(0, 3)).toEqual([
        'intended',
        'durable',
        'sent',
      ]);
      if (chain.outcome.code === 'filled') filled += 1;
    }
    expect(filled).toBeGreaterThan(0);
  });

  it('between windows is told on the opinion it was made on, and the one before', async () => {
    const between = intents(isBetween);
    expect(between.length).toBeGreaterThan(1);
    for (const terms of between) {
      const id = `1.${terms.cycle}.${terms.ticker}.1`;
      const chain = await told(id);
      expect(await told(terms.clientOrderId)).toEqual(chain);
      expect(chain).toMatchObject({ id, kind: 'between_windows', missing: [] });
      expect(chain.verdict).toMatchObject({
        taken: true,
        reason: 'between_windows',
        bet: { limit: terms.limit },
      });
      expect(nano(chain.verdict?.fair ?? 0)).toBe(terms.fair);
      expect(nano(chain.verdict?.edge ?? 0)).toBe(terms.edge);
      expect(chain.opinion?.before).not.toBeNull();
      addsUp(chain.verdict?.bet?.sum);
      // The window itself refused this market, for its price.
      const window = await told(`1.${terms.cycle}.${terms.ticker}`);
      expect(window.outcome).toMatchObject({ kind: 'refused', by: 'valuation' });
    }
  });

  it('of a market that settled is told with what it brought and its score', async () => {
    const [settled] = bodies('settled');
    if (settled === undefined) throw new Error('nothing settled');
    const ofIt = bodies('intent').filter(({ terms }) => terms.ticker === settled.ticker);
    const chains = await Promise.all(ofIt.map(({ terms }) => told(terms.clientOrderId)));
    const brought = chains.reduce((sum, chain) => sum + (chain.settlement?.profitMicros ?? 0), 0);
    const fees = chains.reduce((sum, chain) => sum + (chain.order?.feeMicros ?? 0), 0);
    // The ledger realizes without fees, which it books apart.
    expect(brought + fees).toBe(settled.realized);
    for (const { settlement, score, verdict } of chains) {
      expect(settlement).toMatchObject({
        yesValue: settled.yesValue,
        realizedMicros: settled.realized,
      });
      const came = settled.yesValue / priceMax;
      expect(score?.ours).toBe(((verdict?.fair ?? 0) - came) ** 2);
      expect(score?.market).toBe(((verdict?.mid2 ?? 0) / 2 / priceMax - came) ** 2);
    }
  });
});

describe('a decision is found', () => {
  it('by its market: the latest', async () => {
    const { terms } = bodies('intent').at(-1) as Body<'intent'>;
    const last = kept.records.findLast(
      ({ body }) =>
        (body.kind === 'cycle' && body.verdicts.some(([name]) => name === terms.ticker)) ||
        (body.kind === 'intent' && body.terms.ticker === terms.ticker),
    );
    const chain = await told(terms.ticker);
    const { body } = last as { body: Body<'cycle'> | Body<'intent'> };
    expect(chain.cycle).toBe(body.kind === 'cycle' ? body.cycle : body.terms.cycle);
    expect(chain.ticker).toBe(terms.ticker);
  });

  it('by being the last order', async () => {
    const { terms } = bodies('intent').at(-1) as Body<'intent'>;
    const last = await whys.last('ordered');
    expect(last.ok && last.value.order?.clientOrderId).toBe(terms.clientOrderId);
    expect(await whys.last('refused')).toMatchObject({ ok: false });
  });

  it('or is said not to be, with what to do', async () => {
    const [some] = bodies('cycle').flatMap(({ verdicts }) => verdicts)[0] as VerdictRow;
    expect(await refusal('two words')).toBe('bad_decision_id');
    expect(await refusal('')).toBe('bad_decision_id');
    for (const id of [
      'KXNOSUCH-1',
      `1.99.${some}`,
      `2.1.${some}`,
      `1.1.${some}.7`,
      '1.1.KXNOSUCH-1',
      'a'.repeat(26),
    ])
      expect(await refusal(id), id).toBe('decision_unknown');
    const nowhere = new Whys('/nonexistent');
    expect(await nowhere.chain('KXNOSUCH-1')).toMatchObject({
      error: { code: 'ledger_unreadable' },
    });
    await nowhere.close();
  });
});

describe('for a person', () => {
  it('it is calm text, and what strangers wrote moves no cursor', async () => {
    const { terms } = bodies('intent')[0] as Body<'intent'>;
    const chain = await told(terms.clientOrderId);
    const evil = 'x\u001b[2J\u009b31m\u202e\r\nfake line';
    const market = chain.market === null ? null : { ...chain.market, title: evil, rules: evil };
    const claude = {
      p: 0.5,
      sigma: 0.1,
      samples: 1,
      refusal: null,
      ageMs: 1,
      calls: [
        {
          callId: 'c',
          model: evil,
          at: 0,
          tickers: [],
          request: evil,
          answer: evil,
          failure: null,
          maxCostMicros: 1,
          costMicros: null,
          estimatedMicros: null,
          inputTokens: null,
          outputTokens: null,
        },
      ],
    };
    const lines = whyText({ ...chain, market, claude }, plain);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const label of ['market', 'book', 'opinion', 'edge', 'size', 'verdict', 'order'])
      expect(lines.some((line) => line.startsWith(label))).toBe(true);
  });
});

// Last: these change what was kept.
describe('what has come since the last question', () => {
  it('counts: a market that was settled in another process meanwhile', async () => {
    const settled = new Set(bodies('settled').map(({ ticker }) => ticker));
    const came = new Set(bodies('outcome').map(({ ticker }) => ticker));
    const open = bodies('intent').find(
      ({ terms }) => !settled.has(terms.ticker) && !came.has(terms.ticker),
    );
    const id = open?.terms.clientOrderId ?? '';
    expect((await told(id)).settlement).toBeNull();
    const seq = kept.records.length + 1;
    const body = { kind: 'outcome', ticker: open?.terms.ticker, yesValue: priceMax };
    const text = JSON.stringify({ at: 1, body, run: 1, seq });
    const script = `
      import { openStore } from ${JSON.stringify(resolve('dist/sinks/ledger/store.js'))};
      const store = openStore(${JSON.stringify(ledgerPath(kept.home))}, false);
      await store.root.transaction(() => store.records.putSync(${seq}, ${JSON.stringify(text)}));
      await store.root.close();`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(await told(id)).toMatchObject({
      settlement: { yesValue: priceMax },
      score: { outcome: 1 },
    });
  });
});

describe('what is not there any more', () => {
  it('is named, and the ledger still says what it knows', async () => {
    const { terms } = bodies('intent')[0] as Body<'intent'>;
    const whole = await told(terms.clientOrderId);
    const path = chainFile(kept.home, 1, terms.cycle);
    const size = readFileSync(path).length;
    // Cut off while it was written: what came before is read.
    truncateSync(path, size - 1);
    expect((await told(terms.clientOrderId)).market).not.toBeNull();
    rmSync(path);
    const chain = await told(terms.clientOrderId);
    expect(chain.missing).toMatchObject([{ part: 'chain' }]);
    expect(chain.missing[0]?.why).toContain(`${basename(path)} is not there`);
    expect(chain.missing[0]?.why).not.toContain(kept.home);
    expect(chain).toMatchObject({ market: null, book: null, edge: null, size: null });
    for (const part of ['id', 'outcome', 'order', 'settlement'] as const)
      expect(chain[part]).toEqual(whole[part]);
    // The ledger's own digits.
    expect(chain.verdict?.fair).toBeCloseTo(whole.verdict?.fair ?? 2, 8);
    expect(chain.score?.ours).toBeCloseTo(whole.score?.ours ?? 2, 8);
    expect(whyText(chain, plain).some((line) => line.startsWith('missing'))).toBe(true);
  });
});
