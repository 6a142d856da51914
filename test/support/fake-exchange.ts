import {
  type ClientOrderId,
  type EpochMs,
  epochMs,
  micros,
  orderId,
  price,
  quantity,
  shard,
  type Ticker,
  tradeId,
} from '../../src/domain/units.js';
import type { Fill, VenueOrder, VenueSettlement } from '../../src/messages/account-event.js';
import type { OrderRequest } from '../../src/messages/effect.js';

/** The truth of a small exchange, written as naively as it can be: what the ledger has to agree with in the end. */
export class FakeExchange {
  cash = 10_000_000_000;
  readonly orders: VenueOrder[] = [];
  readonly fills: Fill[] = [];
  readonly settlements: VenueSettlement[] = [];
  /** + YES, − NO. */
  readonly positions = new Map<Ticker, number>();
  readonly bodies = new Map<ClientOrderId, string>();

  /** Takes an order once; fills `parts` of it, each 1 contract or more. Returns it, or null for a known id. */
  place(order: OrderRequest, parts: readonly number[], now: EpochMs): VenueOrder | null {
    if (this.bodies.has(order.clientOrderId)) return null;
    this.bodies.set(order.clientOrderId, JSON.stringify(order));
    const held = this.positions.get(order.ticker) ?? 0;
    const sign = order.side === 'bid' ? 1 : -1;
    const closable = Math.max(0, -sign * held);
    const count = order.reduceOnly ? Math.min(order.count, closable) : order.count;
    const id = orderId(`x${this.orders.length}`);
    let filled = 0;
    for (const part of parts) {
      const size = Math.min(part, count - filled);
      if (size <= 0) break;
      filled += size;
      this.fill(order, id, sign * size, now);
    }
    const report: VenueOrder = {
      orderId: id,
      clientOrderId: order.clientOrderId,
      ticker: order.ticker,
      shard: order.shard,
      status: filled === order.count ? 'executed' : 'canceled',
      side: order.side,
      yesPrice: order.yesPrice,
      initialCount: quantity(count),
      filledCount: quantity(filled),
      remainingCount: quantity(0),
      fees: null,
    };
    this.orders.push(report);
    return report;
  }

  settle(ticker: Ticker, yesValue: number, now: EpochMs): void {
    const held = this.positions.get(ticker) ?? 0;
    this.positions.delete(ticker);
    if (held === 0) return;
    const revenue = held > 0 ? held * yesValue : -held * (10_000 - yesValue);
    this.cash += revenue;
    const settled = {
      revenue: micros(revenue),
      yesValue: price(yesValue),
      settledAt: epochMs(now),
    };
    this.settlements.push({ ticker, shard: shard(0), ...settled });
  }

  private fill(order: OrderRequest, id: Fill['orderId'], count: number, now: EpochMs): void {
    const { ticker } = order;
    const held = this.positions.get(ticker) ?? 0;
    const bought = count > 0 ? order.yesPrice : 10_000 - order.yesPrice;
    const closing = held * count < 0 ? Math.min(Math.abs(held), Math.abs(count)) : 0;
    const fee = 170 * Math.abs(count);
    this.cash += closing * (10_000 - bought) - (Math.abs(count) - closing) * bought - fee;
    this.positions.set(ticker, held + count);
    if (held + count === 0) this.positions.delete(ticker);
    this.fills.push({
      tradeId: tradeId(`trade-${this.fills.length}`),
      orderId: id,
      clientOrderId: order.clientOrderId,
      ticker,
      shard: order.shard,
      count: quantity(count),
      yesPrice: order.yesPrice,
      fee: micros(fee),
      isTaker: true,
      executedAt: epochMs(now),
    });
  }
}
