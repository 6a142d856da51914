import { z } from 'zod';
import { err, ok, type Result } from '../../domain/result.js';
import { ticker, tradeId } from '../../domain/units.js';
import type { LifecycleChange, MarketEvent, SnapshotEvent } from '../../messages/market-event.js';
import type { DecodeProblem } from '../venue.js';
import { levelsOf } from './books.js';
import {
  bookPriceField,
  idField,
  isId,
  priceField,
  secondsField,
  signedSizeField,
  sizeField,
  timeMsField,
} from './fields.js';
import { quoteOf, rangesOf } from './markets.js';
import {
  asEpochMs,
  asPrice,
  asQuantity,
  bookPriceOf,
  isTimeMs,
  priceOf,
  secondsOf,
  signedSizeOf,
  sizeOf,
  timeOf,
} from './numbers.js';
import { explain, problem } from './problem.js';

/** `msg` of a frame whose text is JSON; fields are checked by hand, zod only says what was wrong. */
export type Wire = Readonly<Record<string, unknown>>;

/** `ts_ms`, else the older `ts` (RFC 3339 or seconds), else null; undefined: present and malformed. */
function exchangeTime(msg: Wire): number | null | undefined {
  const { ts_ms: ms, ts } = msg;
  if (ms !== undefined && ms !== null) return isTimeMs(ms) ? ms : undefined;
  if (ts === undefined || ts === null) return null;
  const value = typeof ts === 'string' ? timeOf(ts) : secondsOf(ts);
  return Number.isNaN(value) ? undefined : value;
}

const at = (ms: number | null) => (ms === null ? null : asEpochMs(ms));
const sideField = z.enum(['yes', 'no']);
const timeFields = {
  ts_ms: timeMsField.nullish(),
  ts: z
    .union([z.string(), z.number()])
    .nullish()
    .refine(
      (raw) =>
        raw === undefined ||
        raw === null ||
        !Number.isNaN(typeof raw === 'string' ? timeOf(raw) : secondsOf(raw)),
      { error: 'not a time' },
    ),
};

const DeltaWire = z.object({
  market_ticker: idField,
  price_dollars: bookPriceField,
  delta_fp: signedSizeField,
  side: sideField,
  ...timeFields,
});

export type Delta = MarketEvent & { readonly kind: 'delta' };
export type Trade = MarketEvent & { readonly kind: 'trade' };

export function decodeDelta(msg: Wire): Result<Delta, DecodeProblem> {
  const price = bookPriceOf(msg['price_dollars']);
  const change = signedSizeOf(msg['delta_fp']);
  const { market_ticker: name, side } = msg;
  const exchangeAt = exchangeTime(msg);
  if (!isId(name) || Number.isNaN(price) || Number.isNaN(change) || exchangeAt === undefined)
    return err(explain(DeltaWire, msg, 'orderbook_delta'));
  if (side !== 'yes' && side !== 'no') return err(explain(DeltaWire, msg, 'orderbook_delta'));
  return ok({
    kind: 'delta',
    ticker: ticker(name),
    side,
    price: asPrice(price),
    change: asQuantity(change),
    exchangeAt: at(exchangeAt),
  });
}

/** The exchange leaves out a side without offers. One that came under another name would look empty, too. */
function renamedSide(msg: Wire, side: 'yes' | 'no'): DecodeProblem | null {
  if ((msg[`${side}_dollars_fp`] ?? null) !== null) return null;
  const other = Object.keys(msg).find((key) => key.startsWith(side) && Array.isArray(msg[key]));
  return other === undefined
    ? null
    : problem('unknown_shape', `orderbook_snapshot.${other}`, `no ${side}_dollars_fp`);
}

/** A snapshot has no time of its own; the time the network layer sent it stands in, where there is one. */
export function decodeSnapshot(
  msg: Wire,
  sendingMs: unknown,
): Result<SnapshotEvent, DecodeProblem> {
  const name = msg['market_ticker'];
  if (!isId(name))
    return err(explain(z.object({ market_ticker: idField }), msg, 'orderbook_snapshot'));
  const yes = levelsOf(msg['yes_dollars_fp'], 'orderbook_snapshot.yes_dollars_fp');
  if (!yes.ok) return yes;
  const no = levelsOf(msg['no_dollars_fp'], 'orderbook_snapshot.no_dollars_fp');
  if (!no.ok) return no;
  const renamed = renamedSide(msg, 'yes') ?? renamedSide(msg, 'no');
  if (renamed !== null) return err(renamed);
  return ok({
    kind: 'snapshot',
    ticker: ticker(name),
    yes: yes.value,
    no: no.value,
    exchangeAt: isTimeMs(sendingMs) ? asEpochMs(sendingMs) : null,
    from: 'feed',
  });
}

const TradeWire = z
  .object({
    trade_id: idField,
    market_ticker: idField,
    yes_price_dollars: priceField,
    count_fp: sizeField,
    taker_outcome_side: sideField.nullish(),
    taker_side: sideField.nullish(),
    ...timeFields,
  })
  .refine((wire) => (wire.taker_outcome_side ?? wire.taker_side ?? null) !== null, {
    path: ['taker_outcome_side'],
  });

export function decodeTrade(msg: Wire): Result<Trade, DecodeProblem> {
  const yesPrice = priceOf(msg['yes_price_dollars']);
  const count = sizeOf(msg['count_fp']);
  const { trade_id: id, market_ticker: name } = msg;
  const takerSide = msg['taker_outcome_side'] ?? msg['taker_side'];
  const exchangeAt = exchangeTime(msg);
  if (!isId(id) || !isId(name) || Number.isNaN(yesPrice) || Number.isNaN(count))
    return err(explain(TradeWire, msg, 'trade'));
  if ((takerSide !== 'yes' && takerSide !== 'no') || exchangeAt === undefined)
    return err(explain(TradeWire, msg, 'trade'));
  return ok({
    kind: 'trade',
    ticker: ticker(name),
    tradeId: tradeId(id),
    yesPrice: asPrice(yesPrice),
    count: asQuantity(count),
    takerSide,
    exchangeAt: at(exchangeAt),
  });
}

const QuoteWire = z.object({
  market_ticker: idField,
  yes_bid_dollars: priceField,
  yes_ask_dollars: priceField,
  yes_bid_size_fp: sizeField,
  yes_ask_size_fp: sizeField,
  volume_fp: sizeField,
  open_interest_fp: sizeField,
  ...timeFields,
});

export function decodeQuote(msg: Wire): Result<MarketEvent & { kind: 'quote' }, DecodeProblem> {
  const quote = quoteOf(msg);
  const volume = sizeOf(msg['volume_fp']);
  const openInterest = sizeOf(msg['open_interest_fp']);
  const exchangeAt = exchangeTime(msg);
  const name = msg['market_ticker'];
  if (quote === null || !isId(name) || !(volume >= 0 && openInterest >= 0))
    return err(explain(QuoteWire, msg, 'ticker'));
  if (exchangeAt === undefined) return err(explain(QuoteWire, msg, 'ticker'));
  return ok({
    kind: 'quote',
    ticker: ticker(name),
    quote,
    volume: asQuantity(volume),
    openInterest: asQuantity(openInterest),
    exchangeAt: at(exchangeAt),
  });
}

const LifecycleWire = z.object({
  event_type: z.string(),
  market_ticker: idField,
  close_ts: secondsField.optional(),
  settlement_value: priceField.nullish(),
  price_ranges: z
    .unknown()
    .refine((raw) => raw === undefined || rangesOf(raw) !== null, { error: 'not a price grid' }),
});

/** Null value: an event type this build does not know, or one that changes nothing here. */
export function decodeLifecycle(
  msg: Wire,
): Result<(MarketEvent & { kind: 'lifecycle' }) | null, DecodeProblem> {
  const name = msg['market_ticker'];
  const type = msg['event_type'];
  const refused = () => err(explain(LifecycleWire, msg, 'market_lifecycle_v2'));
  if (!isId(name) || typeof type !== 'string') return refused();
  const change = changeOf(type, msg);
  if (change === undefined) return refused();
  return ok(change === null ? null : { kind: 'lifecycle', ticker: ticker(name), change });
}

function changeOf(type: string, msg: Wire): LifecycleChange | null | undefined {
  switch (type) {
    case 'created':
    case 'metadata_updated':
      return { kind: 'metadata' };
    case 'activated':
      return { kind: 'activated' };
    case 'deactivated':
      return { kind: msg['is_deactivated'] === false ? 'activated' : 'deactivated' };
    case 'close_date_updated': {
      const closeAt = secondsOf(msg['close_ts']);
      return Number.isNaN(closeAt)
        ? undefined
        : { kind: 'close_moved', closeAt: asEpochMs(closeAt) };
    }
    case 'determined': {
      const value = settlementValueOf(msg);
      return Number.isNaN(value)
        ? undefined
        : { kind: 'determined', settlementValue: value === null ? null : asPrice(value) };
    }
    case 'settled':
      return { kind: 'settled' };
    case 'price_level_structure_updated': {
      const priceRanges = rangesOf(msg['price_ranges']);
      return priceRanges === null ? undefined : { kind: 'grid_changed', priceRanges };
    }
    default:
      return null;
  }
}

function settlementValueOf(msg: Wire): number | null {
  const { settlement_value: value, result } = msg;
  if (value !== undefined && value !== null && value !== '') return priceOf(value);
  return result === 'yes' ? 10_000 : result === 'no' ? 0 : null;
}
