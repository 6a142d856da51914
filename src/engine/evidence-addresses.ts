import { environmentOf } from '../config/addresses.js';
import type { Settings } from '../config/schema.js';
import type { CryptoAddresses } from '../sources/spot/crypto-known.js';

/** Where the sources are; null: not asked. Origins have no slash at the end, whole addresses are as configured. */
export type EvidenceAddresses = {
  readonly noaa: string | null;
  readonly nbm: string | null;
  readonly injuries: string | null;
  readonly crypto:
    | (Omit<CryptoAddresses, 'sentiment'> & { readonly sentiment: string | null })
    | null;
};

/**
 * The configured addresses. On a simulator only those on loopback: the weather, the prices and the injured of the real
 * world say nothing about its markets.
 */
export function evidenceAddresses(settings: Settings): EvidenceAddresses {
  const isSimulated = environmentOf(settings) === 'loopback';
  const usable = (url: string | null): string | null =>
    url !== null && (!isSimulated || isLoopback(url)) ? url : null;
  const origin = (url: string | null): string | null => usable(url)?.replace(/\/+$/, '') ?? null;
  const coinbase = origin(settings.coinbaseBaseUrl);
  const kraken = origin(settings.krakenBaseUrl);
  const blockchain = origin(settings.blockchainBaseUrl);
  const mempool = origin(settings.mempoolBaseUrl);
  const isWhole = coinbase !== null && kraken !== null && blockchain !== null && mempool !== null;
  const sentiment = usable(settings.cryptoSentimentApiUrl);
  return {
    noaa: origin(settings.noaaBaseUrl),
    nbm: origin(settings.nbmBaseUrl),
    injuries: usable(settings.sportsInjuryApiUrl),
    crypto: isWhole ? { coinbase, kraken, blockchain, mempool, sentiment } : null,
  };
}

const isLoopback = (url: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
