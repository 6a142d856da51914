import { err, ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import type { CryptoEvidence, Feature, NoSignal } from '../../messages/evidence.js';
import type { CryptoAsset } from '../../valuation/crypto-terms.js';
import { noSignalOf } from '../known.js';
import { answerOf, type CryptoKnown, problemOf, spotOf } from './crypto-known.js';
import { realisedVolatility } from './volatility.js';
import { settlementWindow } from './window.js';

/** Prices that differ by more are not of one coin. */
const spreadMax = 0.01;
/** A price older than this is no evidence, market time. */
const spotAgeMsMax = 300_000;
const dayMs = 86_400_000;

/** What is known of a coin for a market that closes at `closeAt`; features never decide whether there is evidence. */
export function cryptoEvidence(
  asset: CryptoAsset,
  closeAt: EpochMs,
  known: CryptoKnown,
  at: EpochMs,
): Result<CryptoEvidence, NoSignal> {
  const spot = spotOf(known, asset);
  const candles = answerOf(known, 'coinbase_candles', asset);
  if (spot === null) return err(troubleOf(known, asset, ['coinbase_ticker', 'kraken_ticker']));
  if (candles === null) return err(troubleOf(known, asset, ['coinbase_candles']));
  if (at - spot.at > spotAgeMsMax) return err('source_stale');
  if (!(spot.spread <= spreadMax)) return err('bad_answer');
  const volatility = realisedVolatility(candles.value, candles.receivedAt);
  if (typeof volatility === 'string') return err(volatility);
  if (at - candles.receivedAt > spotAgeMsMax) return err('source_stale');
  return ok({
    kind: 'crypto',
    asset,
    spot: spot.price,
    spotAt: spot.at,
    volatility,
    volatilityAt: candles.receivedAt,
    window: settlementWindow(known.prints.get(asset) ?? [], closeAt),
    features: featuresOf(asset, known, at),
  });
}

/** Recorded, and weigh nothing: sentiment of at most two days ago, the chain of at most one hour ago. */
function featuresOf(
  asset: CryptoAsset,
  known: CryptoKnown,
  at: EpochMs,
): CryptoEvidence['features'] {
  const features: Record<string, Feature> = {};
  const sentiment = answerOf(known, 'sentiment', null);
  if (sentiment !== null && at - sentiment.value.at <= 2 * dayMs)
    features['fear_greed'] = { value: sentiment.value.index, at: sentiment.value.at };
  if (asset !== 'BTC') return features;
  for (const kind of ['chain_stats', 'mempool_fees'] as const) {
    const chain = answerOf(known, kind, null);
    if (chain === null || !(at - chain.receivedAt <= dayMs / 24)) continue;
    for (const [name, value] of Object.entries(chain.value))
      features[name] = { value, at: chain.receivedAt };
  }
  return features;
}

/** What the failures of these amount to, if anything was heard at all. */
function troubleOf(
  known: CryptoKnown,
  asset: CryptoAsset,
  kinds: Parameters<typeof problemOf>[1][],
): NoSignal {
  for (const kind of kinds) {
    const found = problemOf(known, kind, asset);
    if (found !== null) return noSignalOf(found);
  }
  return 'not_asked';
}
