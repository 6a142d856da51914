import { assertNever } from './assert.js';
import { type EpochMs, type Micros, micros, type Shard } from './units.js';

/**
 * `intended`: written down. `sent`: on its way there. `unknown`: it may or may not have been taken. `accepted`: the exchange
 * has it and moves the money in its own time. `completed` and `failed` are its ends.
 */
export type TransferStatus = 'intended' | 'sent' | 'unknown' | 'accepted' | 'completed' | 'failed';

/** Cash on its way from one shard to another, counted on neither until the transfer has ended. */
export type Transfer = {
  /** Of the record that began it: its name. */
  readonly seq: number;
  readonly from: Shard;
  readonly to: Shard;
  readonly amount: Micros;
  readonly status: TransferStatus;
  /** The exchange's name for it; null: not known. */
  readonly venueId: string | null;
  readonly intendedAt: EpochMs;
  readonly changedAt: EpochMs;
};

export type TransferEvent =
  | { readonly kind: 'sent' }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'accepted'; readonly venueId: string }
  | { readonly kind: 'completed' }
  | { readonly kind: 'failed'; readonly why: string };

/** The next state. The executor knows which event may follow which. */
export function applyTransferEvent(
  transfer: Transfer,
  event: TransferEvent,
  at: EpochMs,
): Transfer {
  const next = { ...transfer, status: event.kind, changedAt: at };
  switch (event.kind) {
    case 'accepted':
      return { ...next, venueId: event.venueId };
    case 'sent':
    case 'unknown':
    case 'completed':
    case 'failed':
      return next;
    default:
      return assertNever(event);
  }
}

export const isEnded = ({ status }: Transfer): boolean =>
  status === 'completed' || status === 'failed';

/** The one that has not ended: there is at most one. */
export function openTransfer(transfers: ReadonlyMap<string, Transfer>): Transfer | null {
  for (const transfer of transfers.values()) if (!isEnded(transfer)) return transfer;
  return null;
}

/** The newest that has ended. */
export function lastTransfer(transfers: ReadonlyMap<string, Transfer>): Transfer | null {
  let last: Transfer | null = null;
  for (const transfer of transfers.values())
    if (isEnded(transfer) && (last === null || transfer.seq > last.seq)) last = transfer;
  return last;
}

export type ShardTarget = { readonly shard: Shard; readonly percent: number };

/** `minMicros`: less is left alone. `shortShare`: a shard is filled up once it lacks so much of its target, 0..1. */
export type TransferBounds = { readonly minMicros: number; readonly shortShare: number };

/** The exchange moves cash in units of $0.0001. */
const unitMicros = 100;

export type Move = { readonly from: Shard; readonly to: Shard; readonly amount: Micros };

/**
 * The one transfer that brings free cash nearest to the targets, which are shares of all free cash; null when no shard is
 * short enough. It fills up the shard that lacks most, out of the one with most to spare, and takes neither past its
 * target: so no two follow each other back and forth.
 */
export function transferWanted(
  free: ReadonlyMap<Shard, number>,
  targets: readonly ShardTarget[],
  { minMicros, shortShare }: TransferBounds,
): Move | null {
  let total = 0;
  for (const amount of free.values()) total += Math.max(0, amount);
  const percents = new Map(targets.map(({ shard, percent }) => [shard, percent]));
  const shards = [...new Set([...free.keys(), ...percents.keys()])].sort((a, b) => a - b);
  let from: { readonly shard: Shard; readonly spare: number } | null = null;
  let to: { readonly shard: Shard; readonly lack: number } | null = null;
  for (const shard of shards) {
    const target = Math.floor((total * (percents.get(shard) ?? 0)) / 100);
    const lack = target - Math.max(0, free.get(shard) ?? 0);
    // Written so that NaN moves nothing.
    if (lack > 0 && lack >= target * shortShare && lack > (to?.lack ?? 0)) to = { shard, lack };
    if (0 - lack > (from?.spare ?? 0)) from = { shard, spare: 0 - lack };
  }
  if (from === null || to === null) return null;
  const amount = Math.floor(Math.min(from.spare, to.lack) / unitMicros) * unitMicros;
  if (!(amount >= minMicros && amount > 0)) return null;
  return { from: from.shard, to: to.shard, amount: micros(amount) };
}
