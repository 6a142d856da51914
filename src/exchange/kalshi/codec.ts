import type { VenueCodec } from '../venue.js';
import { canceledAnswer, pagedAnswer, placedAnswer, singleAnswer } from './answers.js';
import { decodeBook } from './books.js';
import { groupAnswer } from './groups.js';
import { decodeListing, decodeMarketBody } from './markets.js';
import { decodeEvents, decodeSeries } from './metadata.js';
import { BalanceWire, FillWire, OrderWire, PositionWire, SettlementWire } from './portfolio.js';
import { KalshiFeed } from './session.js';
import { transferAnswer, transferList, transferOne } from './transfers.js';

/** Kalshi's wire format and protocol, pure: no I/O, no clock. */
export const kalshiCodec: VenueCodec = {
  listing: decodeListing,
  events: decodeEvents,
  series: decodeSeries,
  market: decodeMarketBody,
  book: decodeBook,
  placed: placedAnswer,
  canceled: canceledAnswer,
  group: groupAnswer,
  orders: (parts) => pagedAnswer(parts, 'orders', OrderWire),
  fills: (parts) => pagedAnswer(parts, 'fills', FillWire),
  positions: (parts) => pagedAnswer(parts, 'market_positions', PositionWire),
  settlements: (parts) => pagedAnswer(parts, 'settlements', SettlementWire),
  balance: (parts) => singleAnswer(parts, 'balance', BalanceWire),
  transferred: transferAnswer,
  transfers: (parts, isOne) => (isOne ? transferOne(parts) : transferList(parts)),
  feed: (options) => new KalshiFeed(options),
};
