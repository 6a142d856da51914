import { z } from 'zod';
import {
  clientOrderId,
  micros,
  orderId,
  price,
  quantity,
  shard,
  ticker,
  tradeId,
} from '../../domain/units.js';
import type {
  Fill,
  VenueOrder,
  VenuePosition,
  VenueSettlement,
} from '../../messages/account-event.js';
import type { ShardCash } from '../../messages/desk.js';
import {
  enumField,
  idField,
  microsField,
  priceField,
  secondsField,
  shardField,
  signedSizeField,
  sizeField,
  timeField,
  timeMsField,
} from './fields.js';

/**
 * The account's own rows, as REST lists them and as the private channels send them: the field names are the same, so
 * there is one schema each. A row of another subaccount is `null`: it is not this account's money.
 */
const directionFields = {
  book_side: z.enum(['bid', 'ask']).nullish(),
  outcome_side: z.enum(['yes', 'no']).nullish(),
  side: z.string().nullish(),
  action: z.string().nullish(),
};
type Direction = {
  readonly book_side?: 'bid' | 'ask' | null | undefined;
  readonly outcome_side?: 'yes' | 'no' | null | undefined;
  readonly side?: string | null | undefined;
  readonly action?: string | null | undefined;
};

/** `book_side` and `outcome_side` are the same bit; `side` and `action` are older and may be gone. */
function sideOf(wire: Direction): 'bid' | 'ask' | null {
  if (wire.book_side !== undefined && wire.book_side !== null) return wire.book_side;
  if (wire.outcome_side === 'yes') return 'bid';
  if (wire.outcome_side === 'no') return 'ask';
  if (wire.action !== 'buy' && wire.action !== 'sell') return null;
  if (wire.side !== 'yes' && wire.side !== 'no') return null;
  return (wire.side === 'yes') === (wire.action === 'buy') ? 'bid' : 'ask';
}

const accountFields = {
  subaccount: z.number().nullish(),
  subaccount_number: z.number().nullish(),
  exchange_index: shardField,
};
const isOurs = (wire: {
  readonly subaccount?: number | null | undefined;
  readonly subaccount_number?: number | null | undefined;
}): boolean => (wire.subaccount ?? wire.subaccount_number ?? 0) === 0;

const ownId = z
  .string()
  .max(200)
  .nullish()
  .transform((raw) =>
    raw === undefined || raw === null || raw === '' ? null : clientOrderId(raw),
  );

export const OrderWire = z
  .object({
    ...directionFields,
    ...accountFields,
    order_id: idField,
    client_order_id: ownId,
    ticker: idField,
    status: enumField(['resting', 'canceled', 'executed']),
    yes_price_dollars: priceField,
    initial_count_fp: sizeField,
    fill_count_fp: sizeField,
    remaining_count_fp: sizeField,
    taker_fees_dollars: microsField.nullish(),
    maker_fees_dollars: microsField.nullish(),
  })
  .transform((wire, context): VenueOrder | null => {
    const side = sideOf(wire);
    if (side === null) {
      context.issues.push({ code: 'custom', message: 'no side', input: wire, path: ['book_side'] });
      return z.NEVER;
    }
    if (!isOurs(wire)) return null;
    const { taker_fees_dollars: taker, maker_fees_dollars: maker } = wire;
    const isFeeKnown = typeof taker === 'number' || typeof maker === 'number';
    return {
      orderId: orderId(wire.order_id),
      clientOrderId: wire.client_order_id,
      ticker: ticker(wire.ticker),
      shard: shard(wire.exchange_index),
      status: wire.status,
      side,
      yesPrice: wire.yes_price_dollars,
      initialCount: wire.initial_count_fp,
      filledCount: wire.fill_count_fp,
      remainingCount: wire.remaining_count_fp,
      fees: isFeeKnown ? micros((taker ?? 0) + (maker ?? 0)) : null,
    };
  });

export const FillWire = z
  .object({
    ...directionFields,
    ...accountFields,
    trade_id: idField.nullish(),
    fill_id: idField.nullish(),
    order_id: idField,
    client_order_id: ownId,
    ticker: idField.nullish(),
    market_ticker: idField.nullish(),
    count_fp: sizeField,
    yes_price_dollars: priceField,
    fee_cost: microsField,
    is_taker: z.boolean(),
    ts_ms: timeMsField.nullish(),
    created_time: timeField.nullish(),
    ts: secondsField.nullish(),
  })
  .transform((wire, context): Fill | null => {
    const missing = (field: string): never => {
      context.issues.push({ code: 'custom', message: 'missing', input: wire, path: [field] });
      return z.NEVER;
    };
    const side = sideOf(wire);
    const id = wire.trade_id ?? wire.fill_id;
    const market = wire.ticker ?? wire.market_ticker;
    const executedAt = wire.ts_ms ?? wire.created_time ?? wire.ts;
    if (side === null) return missing('book_side');
    if (id === undefined || id === null) return missing('trade_id');
    if (market === undefined || market === null) return missing('ticker');
    if (executedAt === undefined || executedAt === null) return missing('ts_ms');
    if (!isOurs(wire)) return null;
    return {
      tradeId: tradeId(id),
      orderId: orderId(wire.order_id),
      clientOrderId: wire.client_order_id,
      ticker: ticker(market),
      shard: shard(wire.exchange_index),
      count: quantity(side === 'bid' ? wire.count_fp : 0 - wire.count_fp),
      yesPrice: wire.yes_price_dollars,
      fee: wire.fee_cost,
      isTaker: wire.is_taker,
      executedAt,
    };
  });

/** A `market_position` frame names no shard: it reads as 0, and the market's own shard is the truth. */
export const PositionWire = z
  .object({
    ...accountFields,
    ticker: idField.nullish(),
    market_ticker: idField.nullish(),
    position_fp: signedSizeField,
    fees_paid_dollars: microsField,
    market_exposure_dollars: microsField.nullish(),
  })
  .transform((wire, context): VenuePosition | null => {
    const market = wire.ticker ?? wire.market_ticker;
    if (market === undefined || market === null) {
      context.issues.push({ code: 'custom', message: 'missing', input: wire, path: ['ticker'] });
      return z.NEVER;
    }
    if (!isOurs(wire)) return null;
    return {
      ticker: ticker(market),
      shard: shard(wire.exchange_index),
      position: wire.position_fp,
      fees: wire.fees_paid_dollars,
      stake: wire.market_exposure_dollars ?? null,
    };
  });

/** Whole cents as integers: what settlements and `balance` still use. */
const centsField = z
  .number()
  .refine((value) => Number.isSafeInteger(value) && Math.abs(value) <= 1e11, {
    error: 'not whole cents',
  });

export const SettlementWire = z
  .object({
    ...accountFields,
    ticker: idField,
    market_result: z.string().nullish(),
    revenue: centsField.refine((value) => value >= 0, { error: 'a payout is not negative' }),
    value: centsField
      .refine((value) => value >= 0 && value <= 100, { error: 'not a payout of one contract' })
      .nullish(),
    settled_time: timeField,
  })
  .transform((wire): VenueSettlement | null => {
    if (!isOurs(wire)) return null;
    const cents = wire.value ?? resultCents.get(wire.market_result ?? '');
    return {
      ticker: ticker(wire.ticker),
      shard: shard(wire.exchange_index),
      revenue: micros(wire.revenue * 10_000),
      yesValue: cents === undefined ? null : price(cents * 100),
      settledAt: wire.settled_time,
    };
  });
const resultCents: ReadonlyMap<string, number> = new Map([
  ['yes', 100],
  ['no', 0],
]);

/** Cash by shard; a body without the breakdown is all of shard 0. */
export const BalanceWire = z
  .object({
    balance: centsField.nullish(),
    balance_dollars: microsField.nullish(),
    balance_breakdown: z
      .array(z.object({ exchange_index: shardField, balance: microsField }))
      .nullish(),
  })
  .transform((wire, context): readonly ShardCash[] => {
    const { balance_breakdown: rows, balance_dollars: dollars, balance: cents } = wire;
    if (rows !== undefined && rows !== null && rows.length > 0)
      return rows.map((row) => ({ shard: shard(row.exchange_index), cash: row.balance }));
    if (typeof dollars === 'number') return [{ shard: shard(0), cash: dollars }];
    if (typeof cents === 'number') return [{ shard: shard(0), cash: micros(cents * 10_000) }];
    context.issues.push({
      code: 'custom',
      message: 'no balance',
      input: wire,
      path: ['balance_breakdown'],
    });
    return z.NEVER;
  });
