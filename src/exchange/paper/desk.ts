import { map, type Observable, of, type SchedulerLike, timer } from 'rxjs';
import { feesAt, fillFee } from '../../domain/fees.js';
import { isOnGrid } from '../../domain/grid.js';
import type { ListedMarket } from '../../domain/market.js';
import {
  complement,
  contract,
  type EpochMs,
  epochMs,
  type Micros,
  micros,
  orderId,
  type Price,
  price,
  type Quantity,
  quantity,
  type Ticker,
  tradeId,
} from '../../domain/units.js';
import { depthWithin } from '../../domain/walk.js';
import type { Fill } from '../../messages/account-event.js';
import type { EffectRequest, OrderRequest, Outcome } from '../../messages/effect.js';
import type { BookShot } from '../../messages/window.js';
import type { PaperAnswer, PaperCancel } from './answer.js';
import { TakenDepth } from './depth.js';
import type { FillModel } from './model.js';

export type PaperDeskOptions = {
  readonly model: FillModel;
  /** The log's: time moves only when the log does. */
  readonly scheduler: SchedulerLike;
  /** Market ms per real ms; latency is a real duration. */
  readonly speed: number;
  /** The displayed book as it stands when asked. */
  readonly book: (ticker: Ticker) => BookShot;
  readonly market: (ticker: Ticker) => ListedMarket | null;
  /** What is held, + YES − NO: for `reduceOnly`. */
  readonly position: (ticker: Ticker) => Quantity;
  /** What cash rounds to, now. */
  readonly cashUnit: () => Micros;
  /** Books come from fetches, not from a feed: fills are marked, and a listing's one level will do. */
  readonly keyless: () => boolean;
};

/**
 * An exchange that sends nothing anywhere. An immediate-or-cancel order arrives after a latency, meets the book as it is
 * displayed then, less what others and we ourselves have taken of it, fills level by level within its limit with exact
 * fees, and the rest is canceled. It never fills what is not displayed, nor worse than the limit.
 */
export function paperDesk(
  options: PaperDeskOptions,
): (request: EffectRequest) => Observable<Outcome> {
  const taken = new TakenDepth();
  return (request) => {
    switch (request.kind) {
      case 'place':
        return placed(options, taken, request.order);
      case 'cancel':
        // Nothing ever rests here.
        return of<Outcome>({ kind: 'paper', answer: { kind: 'gone' } });
      default:
        return of<Outcome>({
          kind: 'failed',
          code: 'no_key',
          sent: false,
          detail: `the paper venue has no ${request.kind}`,
        });
    }
  };
}

function placed(
  options: PaperDeskOptions,
  taken: TakenDepth,
  order: OrderRequest,
): Observable<Outcome> {
  const { scheduler, model, speed } = options;
  const sentAt = epochMs(Math.floor(scheduler.now()));
  const underWayMs = Math.round(model.latencyMs(order, sentAt) * speed);
  return timer(underWayMs, scheduler).pipe(
    map((): Outcome => ({ kind: 'paper', answer: execute(options, taken, order, sentAt) })),
  );
}

function execute(
  options: PaperDeskOptions,
  taken: TakenDepth,
  order: OrderRequest,
  sentAt: EpochMs,
): PaperAnswer {
  const now = epochMs(Math.floor(options.scheduler.now()));
  const market = options.market(order.ticker);
  const side = order.side === 'bid' ? 'yes' : 'no';
  if (market === null) return rejected('market_unknown', `no market ${order.ticker}`);
  if (market.status !== 'active' || !(now < market.closeAt))
    return rejected('market_closed', `${order.ticker} is not open`);
  const fees = feesAt(market.fees, market.feeWaiverUntil, now);
  if (fees === null) return rejected('fees_unknown', `no fee schedule for ${order.ticker}`);
  if (!isOnGrid(market.priceRanges, 'yes', order.yesPrice))
    return rejected('invalid_price', `${order.yesPrice} is not on the grid of ${order.ticker}`);
  if (!(Number.isSafeInteger(order.count) && order.count > 0))
    return rejected('invalid_count', `${order.count}`);

  const keyless = options.keyless();
  const held = options.position(order.ticker);
  const closable = Math.max(0, side === 'yes' ? 0 - held : held);
  const wanted = order.reduceOnly ? Math.min(order.count, closable) : order.count;
  if (!(wanted > 0)) return accepted(order, [], 'reduce_only', keyless);

  const shot = options.book(order.ticker);
  if (shot.trust === 'unknown') return accepted(order, [], 'book_unknown', keyless);
  if (shot.trust !== 'fresh' && !(keyless && shot.trust === 'listing'))
    return accepted(order, [], 'book_stale', keyless);

  const displayed = side === 'yes' ? shot.yesAsks : shot.noAsks;
  const ours = taken.left(order.ticker, side, displayed);
  const there = options.model.there(ours, order, sentAt);
  const limit = side === 'yes' ? order.yesPrice : complement(order.yesPrice);
  const fills: Fill[] = [];
  let left: number = wanted;
  for (const [i, [at, size]] of there.entries()) {
    if (!(at <= limit && left > 0)) break;
    const count = quantity(Math.min(size, left));
    const level = displayed[i];
    if (!(count > 0) || level === undefined) continue;
    fills.push({
      tradeId: tradeId(`paper-${order.clientOrderId}-${fills.length + 1}`),
      orderId: paperOrderId(order),
      clientOrderId: order.clientOrderId,
      ticker: order.ticker,
      shard: order.shard,
      count: quantity(side === 'yes' ? count : 0 - count),
      yesPrice: side === 'yes' ? at : complement(at),
      // A fill that closes has the same fee: a payout of $1 is a whole number of cash units, so rounding agrees.
      fee: fillFee(fees, 'taker', 'buy', at, count, options.cashUnit()),
      isTaker: true,
      executedAt: now,
    });
    taken.take(order.ticker, side, level, count);
    left -= count;
  }
  const short = wanted < order.count ? 'reduce_only' : null;
  return accepted(order, fills, left > 0 ? whyNot(ours, limit, wanted) : short, keyless);
}

/** Why an order did not fill whole, as far as the book that was displayed explains it. */
function whyNot(ours: BookShot['yesAsks'], limit: Price, wanted: number): PaperCancel {
  const [best] = ours;
  if (best !== undefined && best[0] > limit) return 'past_limit';
  return depthWithin(ours, limit) >= wanted ? 'slipped' : 'no_depth';
}

const paperOrderId = ({ clientOrderId }: OrderRequest): Fill['orderId'] =>
  orderId(`paper-${clientOrderId}`);

const rejected = (code: string, detail: string): PaperAnswer => ({
  answer: { kind: 'rejected', code, detail },
  fills: [],
  canceled: null,
  keyless: false,
});

function accepted(
  order: OrderRequest,
  fills: readonly Fill[],
  canceled: PaperCancel | null,
  keyless: boolean,
): PaperAnswer {
  let filled = 0;
  let notional = 0;
  let fees = 0;
  for (const { count, yesPrice, fee } of fills) {
    filled += Math.abs(count);
    notional += Math.abs(count) * yesPrice;
    fees += fee;
  }
  return {
    answer: {
      kind: 'accepted',
      orderId: paperOrderId(order),
      filled: quantity(filled),
      remaining: quantity(0),
      averageYesPrice: filled === 0 ? null : price(Math.round(notional / filled)),
      // Per contract, as the exchange reports it.
      averageFee: filled === 0 ? null : micros(Math.round((fees * contract) / filled)),
    },
    fills,
    canceled,
    keyless,
  };
}
