import {
  clientOrderId,
  epochMs,
  micros,
  orderId,
  price,
  priceMax,
  quantity,
  shard,
  ticker,
  tradeId,
} from '../../domain/units.js';
import type { Fill } from '../../messages/account-event.js';
import type { PlaceAnswer } from '../../messages/desk.js';

/** Why an order, or the rest of it, was canceled. An order that filled whole has none. */
export type PaperCancel =
  | 'book_unknown'
  | 'book_stale'
  | 'no_depth'
  | 'past_limit'
  | 'reduce_only'
  /** Depth that was displayed was gone when the order arrived. */
  | 'slipped';

/** What the paper venue says to an order: the answer and all its fills at once. Plain, so that it can be recorded. */
export type PaperAnswer = {
  readonly answer: PlaceAnswer;
  readonly fills: readonly Fill[];
  readonly canceled: PaperCancel | null;
  /** Filled against a book that was fetched, not streamed: worth less as evidence. */
  readonly keyless: boolean;
};

const odd = (detail: string): PaperAnswer => ({
  answer: { kind: 'unknown', detail },
  fills: [],
  canceled: null,
  keyless: false,
});

/** Reads a recorded answer back. What is not one is an unknown outcome, never a fill. */
export function decodePaper(raw: unknown): PaperAnswer {
  if (!isRecord(raw) || !isRecord(raw['answer']) || !Array.isArray(raw['fills']))
    return odd('not an answer of the paper venue');
  const answer = answerOf(raw['answer']);
  if (answer === null) return odd('an answer of the paper venue of an unknown shape');
  const fills: Fill[] = [];
  for (const each of raw['fills'] as readonly unknown[]) {
    const fill = isRecord(each) ? fillOf(each) : null;
    if (fill === null) return odd('a fill of the paper venue of an unknown shape');
    fills.push(fill);
  }
  const canceled = typeof raw['canceled'] === 'string' ? (raw['canceled'] as PaperCancel) : null;
  return { answer, fills, canceled, keyless: raw['keyless'] === true };
}

type Raw = { readonly [key: string]: unknown };
const isRecord = (raw: unknown): raw is Raw =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);
const isCount = (raw: unknown): raw is number => Number.isSafeInteger(raw) && (raw as number) >= 0;
const isPrice = (raw: unknown): raw is number => isCount(raw) && raw > 0 && raw < priceMax;

function answerOf(raw: Raw): PlaceAnswer | null {
  const { kind, orderId: id, filled, remaining, averageYesPrice, averageFee, code, detail } = raw;
  if (kind === 'rejected')
    return typeof code === 'string' && typeof detail === 'string' ? { kind, code, detail } : null;
  if (kind !== 'accepted' || typeof id !== 'string') return null;
  if (!isCount(filled) || !isCount(remaining)) return null;
  if (!(averageYesPrice === null || isPrice(averageYesPrice))) return null;
  if (!(averageFee === null || isCount(averageFee))) return null;
  return {
    kind,
    orderId: orderId(id),
    filled: quantity(filled),
    remaining: quantity(remaining),
    averageYesPrice: averageYesPrice === null ? null : price(averageYesPrice),
    averageFee: averageFee === null ? null : micros(averageFee),
  };
}

function fillOf(raw: Raw): Fill | null {
  const { tradeId: trade, orderId: order, clientOrderId: client, ticker: name } = raw;
  const { count, yesPrice, fee, executedAt, shard: part } = raw;
  if (typeof trade !== 'string' || typeof order !== 'string') return null;
  if (typeof client !== 'string' || typeof name !== 'string') return null;
  if (!(Number.isSafeInteger(count) && count !== 0)) return null;
  if (!isPrice(yesPrice) || !isCount(fee) || !isCount(executedAt) || !isCount(part)) return null;
  return {
    tradeId: tradeId(trade),
    orderId: orderId(order),
    clientOrderId: clientOrderId(client),
    ticker: ticker(name),
    shard: shard(part),
    count: quantity(count as number),
    yesPrice: price(yesPrice),
    fee: micros(fee),
    isTaker: true,
    executedAt: epochMs(executedAt),
  };
}
