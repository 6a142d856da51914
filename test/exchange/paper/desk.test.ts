import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { feesAt, fillFee } from '../../../src/domain/fees.js';
import type { ListedMarket } from '../../../src/domain/market.js';
import {
  clientOrderId,
  durationMs,
  epochMs,
  micros,
  type Price,
  price,
  type Quantity,
  quantity,
  shard,
  ticker,
} from '../../../src/domain/units.js';
import { decodePaper, type PaperAnswer } from '../../../src/exchange/paper/answer.js';
import { type PaperDeskOptions, paperDesk } from '../../../src/exchange/paper/desk.js';
import { paperModel } from '../../../src/exchange/paper/model.js';
import type { OrderRequest } from '../../../src/messages/effect.js';
import type { AskLevel, BookShot } from '../../../src/messages/window.js';
import { listed } from '../../valuation/sample.js';

const name = ticker('KXHIGHNY-26JUN15-B80');
const open = listed('KXHIGHNY-26JUN15-B80', { closeAt: epochMs(1e12) });
const fees = feesAt(open.fees, null, epochMs(0));
if (fees === null) throw new Error('expected fees');

const levelsOf = (levels: readonly (readonly [number, number])[]): AskLevel[] =>
  levels.map(([at, size]) => [price(at), quantity(size)]);
const shot = (over: Partial<BookShot> = {}): BookShot => ({
  yesAsks: levelsOf([
    [5_000, 10_000],
    [5_100, 20_000],
    [5_300, 40_000],
  ]),
  noAsks: levelsOf([
    [5_200, 10_000],
    [5_400, 10_000],
  ]),
  trust: 'fresh',
  ageMs: durationMs(10),
  ...over,
});

const order = (over: Partial<OrderRequest> & { id?: string } = {}): OrderRequest => ({
  clientOrderId: clientOrderId(over.id ?? 'AAAA'),
  ticker: name,
  shard: shard(2),
  side: 'bid',
  yesPrice: price(5_100),
  count: quantity(4_000),
  reduceOnly: false,
  ...over,
});

type World = {
  book?: () => BookShot;
  market?: ListedMarket | null;
  position?: number;
} & Partial<Omit<PaperDeskOptions, 'book' | 'market' | 'position'>>;

/** A desk on virtual time, and what it answers to each order, in turn. */
function desk({ book = () => shot(), market = open, position = 0, ...over }: World = {}) {
  const scheduler = new VirtualTimeScheduler();
  const perform = paperDesk({
    model: paperModel(1),
    scheduler,
    speed: 1,
    book,
    market: () => market,
    position: () => quantity(position),
    cashUnit: () => micros(100),
    keyless: () => false,
    ...over,
  });
  const place = (wanted: OrderRequest): PaperAnswer & { readonly atMs: number } => {
    let answer: PaperAnswer | null = null;
    const from = scheduler.now();
    perform({ kind: 'place', order: wanted }).subscribe((outcome) => {
      if (outcome.kind === 'paper')
        answer = decodePaper(JSON.parse(JSON.stringify(outcome.answer)));
    });
    expect(answer).toBeNull();
    scheduler.flush();
    if (answer === null) throw new Error('expected an answer');
    return { ...(answer as PaperAnswer), atMs: scheduler.now() - from };
  };
  return { place, perform, scheduler };
}

const filled = ({ answer }: PaperAnswer): number =>
  answer.kind === 'accepted' ? answer.filled : Number.NaN;

/** An id whose touch stands, and one whose touch is gone, for seed 1. */
const ids = Array.from({ length: 60 }, (_, i) => `ID${i}`);
const atTouch = (id: string): number => filled(desk().place(order({ id, yesPrice: price(5_000) })));
const lucky = ids.find((id) => atTouch(id) === 4_000) ?? '';
const unlucky = ids.find((id) => atTouch(id) === 0) ?? '';

describe('the paper venue', () => {
  it('answers after a latency of its own, between the limits, times the speed', () => {
    const waits = ids.map((id) => desk().place(order({ id })).atMs);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...waits)).toBeLessThanOrEqual(450);
    expect(new Set(waits).size).toBeGreaterThan(40);
    const [first = 0] = waits;
    const fast = desk({ speed: 60 }).place(order({ id: 'ID0' })).atMs;
    expect(Math.abs(fast - first * 60)).toBeLessThanOrEqual(60);
  });

  it('meets the book as it is on arrival, not as it was when sent', () => {
    let book = shot();
    const { perform, scheduler } = desk({ book: () => book });
    const answers: PaperAnswer[] = [];
    perform({ kind: 'place', order: order({ id: lucky }) }).subscribe((outcome) => {
      if (outcome.kind === 'paper') answers.push(decodePaper(outcome.answer));
    });
    book = shot({ yesAsks: levelsOf([[5_200, 50_000]]) });
    scheduler.flush();
    expect(answers).toMatchObject([{ fills: [], canceled: 'past_limit' }]);
  });

  it('fills level by level with exact fees, and cancels the rest', () => {
    const answer = desk().place(order({ id: lucky, count: quantity(90_000) }));
    expect(answer.canceled).not.toBeNull();
    expect(answer.fills.map(({ yesPrice }) => yesPrice)).toEqual([5_000, 5_100]);
    for (const { yesPrice, count, fee, shard: part, clientOrderId: id } of answer.fills) {
      expect(fee).toBe(fillFee(fees, 'taker', 'buy', yesPrice, count, micros(100)));
      expect([part, id]).toEqual([2, lucky]);
    }
    expect(answer.answer).toMatchObject({ kind: 'accepted', remaining: 0 });
  });

  it('buys NO at complements, as negative counts', () => {
    const { fills } = desk().place(
      order({ id: lucky, side: 'ask', yesPrice: price(4_600), count: quantity(1_000) }),
    );
    for (const { yesPrice, count } of fills) {
      expect([4_800, 4_600]).toContain(yesPrice);
      expect(count).toBeLessThan(0);
    }
    expect(fills.length).toBeGreaterThan(0);
  });

  it('does not always fill: 55 to 75 % of small orders at the touch, by id', () => {
    let whole = 0;
    for (let i = 0; i < 400; i += 1)
      if (
        filled(
          desk().place(order({ id: `N${i}`, yesPrice: price(5_000), count: quantity(300) })),
        ) === 300
      )
        whole += 1;
    expect(whole / 400).toBeGreaterThan(0.55);
    expect(whole / 400).toBeLessThan(0.75);
    expect(desk().place(order({ id: unlucky, yesPrice: price(5_000) })).canceled).toBe('slipped');
  });

  it('does not take the same displayed depth twice, until the level changes', () => {
    let size = 10_000;
    const book = () => shot({ yesAsks: levelsOf([[5_000, size]]) });
    const { place } = desk({ book });
    let taken = 0;
    for (const id of ids) taken += filled(place(order({ id, count: quantity(8_000) })));
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(10_000);
    const before = taken;
    size = 10_100;
    for (const id of ids) taken += filled(place(order({ id: `B${id}`, count: quantity(8_000) })));
    expect(taken - before).toBeGreaterThan(9_000);
    expect(taken - before).toBeLessThanOrEqual(10_100);
  });

  it('reduces only what is held', () => {
    const reduce = order({ id: lucky, reduceOnly: true, count: quantity(4_000) });
    expect(desk({ position: 500 }).place(reduce)).toMatchObject({
      fills: [],
      canceled: 'reduce_only',
    });
    const part = desk({ position: -500 }).place(reduce);
    expect(filled(part)).toBe(500);
    expect(part.canceled).toBe('reduce_only');
  });

  it('charges a fill that closes what a sale would be charged', () => {
    const off = (unit: number) =>
      desk({
        position: -10_000,
        cashUnit: () => micros(unit),
        book: () => shot({ yesAsks: levelsOf([[5_000, 1_000_000]]) }),
      }).place(order({ id: lucky, count: quantity(150) })).fills[0]?.fee;
    expect(off(100)).toBe(fillFee(fees, 'taker', 'sell', price(5_000), quantity(150), micros(100)));
    expect(off(10_000)).toBe(
      fillFee(fees, 'taker', 'sell', price(5_000), quantity(150), micros(10_000)),
    );
  });

  it.each<[string, World, Partial<OrderRequest>, object]>([
    ['unknown book', { book: () => shot({ trust: 'unknown' }) }, {}, { canceled: 'book_unknown' }],
    ['stale book', { book: () => shot({ trust: 'stale' }) }, {}, { canceled: 'book_stale' }],
    [
      'listing with a feed',
      { book: () => shot({ trust: 'listing' }) },
      {},
      { canceled: 'book_stale' },
    ],
    ['empty book', { book: () => shot({ yesAsks: [] }) }, {}, { canceled: 'no_depth' }],
    ['past the limit', {}, { yesPrice: price(4_900) }, { canceled: 'past_limit' }],
    [
      'unknown market',
      { market: null },
      {},
      { answer: { kind: 'rejected', code: 'market_unknown' } },
    ],
    [
      'closed market',
      { market: { ...open, status: 'closed' } },
      {},
      { answer: { kind: 'rejected', code: 'market_closed' } },
    ],
    [
      'market past its close',
      { market: { ...open, closeAt: epochMs(10) } },
      {},
      { answer: { kind: 'rejected', code: 'market_closed' } },
    ],
    [
      'no fees',
      { market: { ...open, fees: null } },
      {},
      { answer: { kind: 'rejected', code: 'fees_unknown' } },
    ],
    [
      'off grid',
      {},
      { yesPrice: price(5_150) },
      { answer: { kind: 'rejected', code: 'invalid_price' } },
    ],
    [
      'no count',
      {},
      { count: quantity(0) },
      { answer: { kind: 'rejected', code: 'invalid_count' } },
    ],
    [
      'NaN count',
      {},
      { count: Number.NaN as Quantity },
      { answer: { kind: 'rejected', code: 'invalid_count' } },
    ],
    [
      'NaN price',
      {},
      { yesPrice: Number.NaN as Price },
      { answer: { kind: 'rejected', code: 'invalid_price' } },
    ],
  ])('%s: nothing is bought', (_, world, over, expected) => {
    const answer = desk(world).place(order({ id: lucky, ...over }));
    expect(answer).toMatchObject(expected);
    expect(answer.fills).toEqual([]);
  });

  it('takes a listing without a feed, and marks it', () => {
    const answer = desk({ keyless: () => true, book: () => shot({ trust: 'listing' }) }).place(
      order({ id: lucky }),
    );
    expect(answer.keyless).toBe(true);
    expect(filled(answer)).toBe(4_000);
  });

  it('has nothing to cancel, and nothing else to say', () => {
    const heard: unknown[] = [];
    const { perform } = desk();
    perform({
      kind: 'cancel',
      orderId: 'x' as never,
      clientOrderId: clientOrderId('x'),
      ticker: name,
      shard: shard(0),
    }).subscribe((outcome) => heard.push(outcome));
    perform({ kind: 'balance' }).subscribe((outcome) => heard.push(outcome));
    expect(heard).toMatchObject([
      { kind: 'paper', answer: { kind: 'gone' } },
      { kind: 'failed', sent: false },
    ]);
  });

  const worlds = fc.record({
    seed: fc.nat(),
    levels: fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 9_000 })),
      {
        selector: ([at]) => at,
        maxLength: 8,
      },
    ),
    side: fc.constantFrom('bid' as const, 'ask' as const),
    limit: fc.integer({ min: 1, max: 99 }),
    counts: fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 6 }),
  });
  it('never fills beyond the displayed depth nor past the limit, and the same seed does the same', () => {
    fc.assert(
      fc.property(worlds, ({ seed, levels, side, limit, counts }) => {
        const asks = levelsOf(
          [...levels].sort((a, b) => a[0] - b[0]).map(([p, s]) => [p * 100, s]),
        );
        const book = () => shot(side === 'bid' ? { yesAsks: asks } : { noAsks: asks });
        const run = () => {
          const { place } = desk({ model: paperModel(seed), book });
          return counts.map((count, i) =>
            place(
              order({
                id: `O${i}`,
                side,
                count: quantity(count),
                yesPrice: price(side === 'bid' ? limit * 100 : 10_000 - limit * 100),
              }),
            ),
          );
        };
        const answers = run();
        expect(run()).toEqual(answers);
        const used = new Map<number, number>();
        for (const [i, answer] of answers.entries()) {
          let total = 0;
          for (const { yesPrice, count } of answer.fills) {
            const paid = side === 'bid' ? yesPrice : 10_000 - yesPrice;
            expect(paid).toBeLessThanOrEqual(limit * 100);
            expect(Math.sign(count)).toBe(side === 'bid' ? 1 : -1);
            used.set(paid, (used.get(paid) ?? 0) + Math.abs(count));
            total += Math.abs(count);
          }
          expect(total).toBe(filled(answer));
          expect(total).toBeLessThanOrEqual(counts[i] ?? 0);
        }
        for (const [paid, count] of used)
          expect(count).toBeLessThanOrEqual(asks.find(([at]) => at === paid)?.[1] ?? 0);
      }),
    );
  });
});

describe('a recorded answer', () => {
  it('comes back as it was', () => {
    const { atMs: _, ...answer } = desk().place(order({ id: lucky }));
    expect(decodePaper(JSON.parse(JSON.stringify(answer)))).toEqual(answer);
  });

  it.each([
    null,
    'text',
    [],
    {},
    { answer: { kind: 'accepted' }, fills: [] },
    { answer: { kind: 'accepted', orderId: 'x', filled: -1, remaining: 0 }, fills: [] },
    { answer: { kind: 'rejected', code: 1, detail: '' }, fills: [] },
    { answer: { kind: 'rejected', code: 'a', detail: '' }, fills: [{}] },
  ])('is an unknown outcome when it is not one (%#)', (raw) => {
    expect(decodePaper(raw)).toMatchObject({ answer: { kind: 'unknown' }, fills: [] });
  });
});
