import { feesAt, fillFee } from '../domain/fees.js';
import type { ListedMarket } from '../domain/market.js';
import {
  complement,
  type EpochMs,
  type Micros,
  orderId,
  type Price,
  quantity,
  type Ticker,
  tradeId,
} from '../domain/units.js';
import type { FeedOutput } from '../exchange/venue.js';
import { limits } from '../limits.js';
import type { Fill } from '../messages/account-event.js';
import type { PlaceAnswer } from '../messages/desk.js';
import type { OrderRequest } from '../messages/effect.js';
import type { FillEstimate } from './job.js';
import { QueuePosition } from './queue.js';
import type { TapeFeed } from './tape-feed.js';

export type RestingPorts = {
  readonly estimate: FillEstimate;
  readonly speed: number;
  readonly feed: TapeFeed;
  readonly market: (ticker: Ticker) => ListedMarket | null;
  readonly cashUnit: () => Micros;
  readonly now: () => EpochMs;
  readonly filled: (fill: Fill) => void;
};

type Resting = {
  readonly order: OrderRequest;
  readonly side: 'yes' | 'no';
  readonly price: Price;
  readonly queue: QueuePosition;
  fills: number;
};

/** Orders that wait in the book, post-only and until a moment: what the recorded feed would have filled of them. */
export class RestingOrders {
  private readonly ports: RestingPorts;
  private readonly open = new Map<string, Resting>();

  constructor(ports: RestingPorts) {
    this.ports = ports;
  }

  /** Enters the book as it is displayed now. */
  place(order: OrderRequest): PlaceAnswer {
    const { feed, estimate, speed } = this.ports;
    const side = order.side === 'bid' ? 'yes' : 'no';
    const price = side === 'yes' ? order.yesPrice : complement(order.yesPrice);
    const book = feed.book(order.ticker);
    if (book === null) return refused('book_unknown', `the book of ${order.ticker} is not known`);
    const ask = book.bestAsk(side);
    if (ask !== null && price >= ask) return refused('invalid_order', 'post only cross');
    const queue = new QueuePosition(
      estimate,
      price,
      order.count,
      book.sizeAt(side, price),
      limits.backtestSameTradeMs * speed,
    );
    this.open.set(order.clientOrderId, { order, side, price, queue, fills: 0 });
    return {
      kind: 'accepted',
      orderId: idOf(order),
      filled: quantity(0),
      remaining: order.count,
      averageYesPrice: null,
      averageFee: null,
    };
  }

  /** Takes it out. What was still open; null: it had ended. */
  cancel(clientOrderId: string): number | null {
    const resting = this.live(clientOrderId);
    this.open.delete(clientOrderId);
    return resting?.queue.left ?? null;
  }

  /** What the recorded feed says, once its books have taken it. */
  hear(output: FeedOutput): void {
    if (this.open.size === 0 || (output.kind !== 'trade' && output.kind !== 'delta')) return;
    for (const resting of this.open.values()) {
      const { order, side, price, queue } = resting;
      if (order.ticker !== output.ticker || this.live(order.clientOrderId) === null) continue;
      if (output.kind === 'trade') {
        if (output.takerSide === side) continue;
        const at = side === 'yes' ? output.yesPrice : complement(output.yesPrice);
        this.fill(resting, queue.onTrade(at, output.count, this.ports.now()));
      } else if (output.side === side && output.price === price && output.change < 0) {
        const by = 0 - output.change;
        const left = this.ports.feed.book(order.ticker)?.sizeAt(side, price) ?? 0;
        queue.onShrink(by, left + by, this.ports.now());
      }
    }
  }

  private live(clientOrderId: string): Resting | null {
    const resting = this.open.get(clientOrderId);
    if (resting === undefined) return null;
    const { restUntil } = resting.order;
    if (restUntil === undefined || this.ports.now() < restUntil) return resting;
    this.open.delete(clientOrderId);
    return null;
  }

  private fill(resting: Resting, count: number): void {
    if (!(count > 0)) return;
    const { order, side, price, queue } = resting;
    const { market, cashUnit, now, filled } = this.ports;
    const listed = market(order.ticker);
    const fees = listed === null ? null : feesAt(listed.fees, listed.feeWaiverUntil, now());
    if (fees === null) return;
    resting.fills += 1;
    if (queue.left === 0) this.open.delete(order.clientOrderId);
    filled({
      tradeId: tradeId(`rested-${order.clientOrderId}-${resting.fills}`),
      orderId: idOf(order),
      clientOrderId: order.clientOrderId,
      ticker: order.ticker,
      shard: order.shard,
      count: quantity(side === 'yes' ? count : 0 - count),
      yesPrice: order.yesPrice,
      fee: fillFee(fees, 'maker', 'buy', price, quantity(count), cashUnit()),
      isTaker: false,
      executedAt: now(),
    });
  }
}

const idOf = ({ clientOrderId }: OrderRequest): Fill['orderId'] =>
  orderId(`rested-${clientOrderId}`);

const refused = (code: string, detail: string): PlaceAnswer => ({
  kind: 'rejected',
  code,
  detail,
});
