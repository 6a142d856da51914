import { z } from 'zod';
import type { Result } from '../../domain/result.js';
import { countField, positiveField, readJson, type SourceProblem } from '../known.js';

/** Facts about Bitcoin's chain by name. */
export type ChainFeatures = Readonly<Record<string, number>>;

/** A sum of fees below zero happens and means that the provider's books are wrong: nothing of it is used. */
const Stats = z
  .object({
    hash_rate: positiveField,
    difficulty: positiveField,
    n_tx: countField,
    minutes_between_blocks: positiveField,
    total_fees_btc: countField,
    estimated_transaction_volume_usd: countField,
  })
  .transform(
    (wire): ChainFeatures => ({
      chain_hash_rate: wire.hash_rate,
      chain_difficulty: wire.difficulty,
      chain_transactions: wire.n_tx,
      chain_block_minutes: wire.minutes_between_blocks,
      chain_fees_btc: wire.total_fees_btc / 1e8,
      chain_volume_usd: wire.estimated_transaction_volume_usd,
    }),
  );

/** blockchain.info's `/stats`. */
export const parseChainStats = (body: string): Result<ChainFeatures, SourceProblem> =>
  readJson(Stats, body, 'chain statistics');

/** Satoshi per virtual byte. */
const Fees = z
  .object({ fastestFee: countField, hourFee: countField, minimumFee: countField })
  .transform(
    (wire): ChainFeatures => ({
      mempool_fee_fastest: wire.fastestFee,
      mempool_fee_hour: wire.hourFee,
      mempool_fee_minimum: wire.minimumFee,
    }),
  );

/** mempool.space's `/api/v1/fees/recommended`. */
export const parseMempoolFees = (body: string): Result<ChainFeatures, SourceProblem> =>
  readJson(Fees, body, 'mempool fees');
