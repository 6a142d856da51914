import type { PriceRange, Quote } from '../domain/market.js';
import type { EpochMs, Price, Quantity, Ticker, TradeId } from '../domain/units.js';

/** Price and size; NO levels are at NO prices. */
export type Level = readonly [price: Price, size: Quantity];

/**
 * What a venue's market feed says, past its wire format. A feed never errors: losing something is a `gap` item, and a
 * gap makes the books it names unknown until their next snapshot. exchange → streams.
 */
export type MarketEvent =
  | {
      readonly kind: 'snapshot';
      readonly ticker: Ticker;
      readonly yes: readonly Level[];
      readonly no: readonly Level[];
      /** Null when the venue's snapshot carries no time of its own. Of one that was asked for: when. It is no older. */
      readonly exchangeAt: EpochMs | null;
      /** `listing`: one level a side, out of a market page; it never replaces a known book. */
      readonly from: 'feed' | 'book' | 'listing';
    }
  | {
      readonly kind: 'delta';
      readonly ticker: Ticker;
      readonly side: 'yes' | 'no';
      readonly price: Price;
      readonly change: Quantity;
      readonly exchangeAt: EpochMs | null;
    }
  | {
      readonly kind: 'trade';
      readonly ticker: Ticker;
      readonly tradeId: TradeId;
      readonly yesPrice: Price;
      readonly count: Quantity;
      readonly takerSide: 'yes' | 'no';
      readonly exchangeAt: EpochMs | null;
    }
  | {
      readonly kind: 'quote';
      readonly ticker: Ticker;
      readonly quote: Quote;
      readonly volume: Quantity;
      readonly openInterest: Quantity;
      readonly exchangeAt: EpochMs | null;
    }
  | {
      readonly kind: 'lifecycle';
      readonly ticker: Ticker;
      readonly change: LifecycleChange;
    }
  | {
      readonly kind: 'gap';
      readonly tickers: readonly Ticker[] | 'all';
      readonly reason: GapReason;
    }
  /** The connection showed life (any frame or ping). */
  | { readonly kind: 'alive' };

export type SnapshotEvent = MarketEvent & { readonly kind: 'snapshot' };

export type LifecycleChange =
  | { readonly kind: 'activated' }
  | { readonly kind: 'deactivated' }
  | { readonly kind: 'close_moved'; readonly closeAt: EpochMs }
  | { readonly kind: 'determined'; readonly settlementValue: Price | null }
  | { readonly kind: 'settled' }
  | { readonly kind: 'grid_changed'; readonly priceRanges: readonly PriceRange[] }
  /** A new market, or changed text: the next scan reads it. */
  | { readonly kind: 'metadata' };

export type GapReason =
  | 'disconnected'
  | 'seq_hole'
  | 'bad_frame'
  | 'subscription_lost'
  | 'negative_size'
  | 'crossed'
  | 'check_failed';
