import type { Result } from '../../domain/result.js';
import { type EpochMs, epochMs } from '../../domain/units.js';
import type { Outcome } from '../../messages/effect.js';
import type { CryptoAsset } from '../../valuation/crypto-terms.js';
import {
  entryAfter,
  isDue,
  type SourceEntry,
  type SourceProblem,
  type SourceRequest,
} from '../known.js';
import { type ChainFeatures, parseChainStats, parseMempoolFees } from '../onchain/parse.js';
import { parseSentiment, type Sentiment } from '../sentiment/parse.js';
import {
  type Candle,
  parseCoinbaseCandles,
  parseCoinbaseTicker,
  parseKrakenTicker,
  type SpotQuote,
} from './parse.js';
import { type Print, printsWith } from './window.js';

/** Where each service is asked: origins without a slash at the end; the sentiment address is complete. */
export type CryptoAddresses = {
  readonly coinbase: string;
  readonly kraken: string;
  readonly blockchain: string;
  readonly mempool: string;
  readonly sentiment: string;
};

/** What each kind of answer holds. */
type Values = {
  readonly coinbase_ticker: SpotQuote;
  readonly kraken_ticker: SpotQuote;
  readonly coinbase_candles: readonly Candle[];
  readonly sentiment: Sentiment;
  readonly chain_stats: ChainFeatures;
  readonly mempool_fees: ChainFeatures;
};
type Kind = keyof Values;

/** One question about a coin or about all of them. */
export type CryptoRequest = SourceRequest<Kind> & { readonly asset: CryptoAsset | null };

/** Everything known of coins: what each service last said, by kind and coin, and what the recent prices were. */
export type CryptoKnown = {
  /** The last print of the index that settles, where the exchange passes it on. */
  readonly indices: ReadonlyMap<CryptoAsset, Print>;
  readonly entries: ReadonlyMap<string, SourceEntry<Values[Kind]>>;
  readonly prints: ReadonlyMap<CryptoAsset, readonly Print[]>;
};

export const nothingKnown: CryptoKnown = {
  indices: new Map(),
  entries: new Map(),
  prints: new Map(),
};

/** How long answers stand, market time: prices move at once, volatility by the minute, the features hardly at all. */
const ttl: Readonly<Record<Kind, number>> = {
  coinbase_ticker: 5_000,
  kraken_ticker: 5_000,
  coinbase_candles: 60_000,
  sentiment: 3_600_000,
  chain_stats: 600_000,
  mempool_fees: 600_000,
};

const krakenCoins: Readonly<Partial<Record<CryptoAsset, string>>> = { BTC: 'XBT', DOGE: 'XDG' };

/** What to ask now about coins that markets are listed on, each question once. */
export function cryptoRequests(
  assets: Iterable<CryptoAsset>,
  known: CryptoKnown,
  at: EpochMs,
  addresses: CryptoAddresses,
): readonly CryptoRequest[] {
  const asked: CryptoRequest[] = [];
  const ask = (
    kind: Kind,
    source: CryptoRequest['source'],
    asset: CryptoAsset | null,
    url: string,
  ): void => {
    if (isDue(known.entries.get(keyOf(kind, asset)), ttl[kind], at))
      asked.push({ kind, source, url, ttlMs: ttl[kind], asset });
  };
  for (const asset of new Set(assets)) {
    const product = `${addresses.coinbase}/products/${asset}-USD`;
    ask('coinbase_ticker', 'spot', asset, `${product}/ticker`);
    const pair = `${krakenCoins[asset] ?? asset}USD`;
    ask('kraken_ticker', 'spot', asset, `${addresses.kraken}/0/public/Ticker?pair=${pair}`);
    ask('coinbase_candles', 'spot', asset, `${product}/candles?granularity=60`);
    ask('sentiment', 'sentiment', null, addresses.sentiment);
    // The chain that the two providers know is Bitcoin's.
    if (asset !== 'BTC') continue;
    ask('chain_stats', 'onchain', null, `${addresses.blockchain}/stats`);
    ask('mempool_fees', 'onchain', null, `${addresses.mempool}/api/v1/fees/recommended`);
  }
  return asked.filter(({ url }, i) => asked.findIndex((one) => one.url === url) === i);
}

const parsers: { readonly [K in Kind]: (body: string) => Result<Values[K], SourceProblem> } = {
  coinbase_ticker: parseCoinbaseTicker,
  kraken_ticker: parseKrakenTicker,
  coinbase_candles: parseCoinbaseCandles,
  sentiment: parseSentiment,
  chain_stats: parseChainStats,
  mempool_fees: parseMempoolFees,
};

/** What is known after an answer that arrived at `at`, market time. Never throws, whatever the body. */
export function cryptoKnownAfter(
  known: CryptoKnown,
  { kind, asset }: CryptoRequest,
  outcome: Outcome,
  at: EpochMs,
): CryptoKnown {
  const key = keyOf(kind, asset);
  const entry = entryAfter<Values[Kind]>(known.entries.get(key), key, outcome, at, parsers[kind]);
  const after = { ...known, entries: new Map(known.entries).set(key, entry) };
  if (asset === null || !kind.endsWith('_ticker') || entry.failed !== null) return after;
  return withPrint(after, asset);
}

/** The index's name → the coin it prices. */
const coinsByIndex: ReadonlyMap<string, CryptoAsset> = new Map([
  ['BRTI', 'BTC'],
  ['ETHUSD_RTI', 'ETH'],
  ['SOLUSD_RTI', 'SOL'],
  ['XRPUSD_RTI', 'XRP'],
  ['DOGEUSD_RTI', 'DOGE'],
]);

/** Clocks differ, market time. */
const aheadMsMax = 60_000;

/**
 * What is known after a print of an index that came at `now`, dated by whoever computes it. An unknown index, an older
 * print and one from the future are nothing.
 */
export function cryptoKnownWithIndex(
  known: CryptoKnown,
  index: string,
  price: number,
  at: EpochMs,
  now: EpochMs,
): CryptoKnown {
  const asset = coinsByIndex.get(index);
  // One dated ahead would keep out everything after it.
  if (asset === undefined || !(at <= now + aheadMsMax)) return known;
  if (!(at > (known.indices.get(asset)?.at ?? 0))) return known;
  return withPrint({ ...known, indices: new Map(known.indices).set(asset, { at, price }) }, asset);
}

function withPrint(known: CryptoKnown, asset: CryptoAsset): CryptoKnown {
  const spot = spotOf(known, asset);
  if (spot === null) return known;
  const prints = printsWith(known.prints.get(asset) ?? [], spot);
  return { ...known, prints: new Map(known.prints).set(asset, prints) };
}

/** The last good answer of a kind. */
export function answerOf<K extends Kind>(
  known: CryptoKnown,
  kind: K,
  asset: CryptoAsset | null,
): { readonly value: Values[K]; readonly receivedAt: EpochMs } | null {
  const good = known.entries.get(keyOf(kind, asset))?.good;
  // The parser of the kind made it.
  return (good ?? null) as { readonly value: Values[K]; readonly receivedAt: EpochMs } | null;
}

/** Why the last answer of a kind was of no use; null: it was, or there was none. */
export const problemOf = (
  known: CryptoKnown,
  kind: Kind,
  asset: CryptoAsset | null,
): SourceProblem | null => known.entries.get(keyOf(kind, asset))?.failed?.problem ?? null;

/** Quotes further apart than this are not of one moment. */
const apartMsMax = 15_000;

/**
 * The index itself where it is as new as the venues' prices, which then only say how far it is from them; else the median
 * of the venues' prices of one moment, dated by the oldest of them. Null without any.
 */
export function spotOf(
  known: CryptoKnown,
  asset: CryptoAsset,
): (Print & { readonly spread: number }) | null {
  const quotes = (['coinbase_ticker', 'kraken_ticker'] as const).flatMap((kind) => {
    const quote = answerOf(known, kind, asset);
    return quote === null ? [] : [{ mid: quote.value.mid, at: quote.receivedAt }];
  });
  const index = known.indices.get(asset) ?? null;
  const newest = Math.max(index?.at ?? 0, ...quotes.map(({ at }) => at));
  const together = quotes.filter(({ at }) => newest - at <= apartMsMax);
  const isIndexed = index !== null && newest - index.at <= apartMsMax;
  const mids = [...together.map(({ mid }) => mid), ...(isIndexed ? [index.price] : [])].sort(
    (a, b) => a - b,
  );
  const low = mids[(mids.length - 1) >> 1];
  const high = mids[mids.length >> 1];
  if (low === undefined || high === undefined) return null;
  return {
    at: isIndexed ? index.at : epochMs(Math.min(...together.map(({ at }) => at))),
    price: isIndexed ? index.price : (low + high) / 2,
    spread: ((mids.at(-1) ?? high) - (mids[0] ?? low)) / low,
  };
}

const keyOf = (kind: Kind, asset: CryptoAsset | null): string =>
  asset === null ? kind : `${kind} ${asset}`;
