import type { Account } from './account-state.js';
import { assert } from './assert.js';
import { arrivalPostings, book, departurePostings, type Posting } from './postings.js';
import type { RecordBody } from './records.js';
import {
  applyTransferEvent,
  lastTransfer,
  openTransfer,
  type Transfer,
  type TransferEvent,
} from './transfer.js';
import type { EpochMs } from './units.js';

type Begun = Extract<RecordBody, { kind: 'transfer' }>;
type Stepped = Extract<RecordBody, { kind: 'transfer_step' }>;

/** Cash leaves its shard; of those that ended only the newest is remembered. */
export function beginTransfer(account: Account, body: Begun, seq: number, at: EpochMs): Account {
  const { from, to, amount } = body;
  assert(openTransfer(account.transfers) === null, 'one transfer at a time');
  assert(from !== to && amount > 0, `no transfer of ${amount} from ${from} to ${to}`);
  const last = lastTransfer(account.transfers);
  const transfer: Transfer = {
    seq,
    from,
    to,
    amount,
    status: 'intended',
    venueId: null,
    intendedAt: at,
    changedAt: at,
  };
  const kept = last === null ? [transfer] : [last, transfer];
  return {
    ...account,
    balances: book(account.balances, departurePostings(from, amount)),
    transfers: new Map(kept.map((each) => [String(each.seq), each])),
  };
}

export function stepTransfer(account: Account, event: TransferEvent, at: EpochMs): Account {
  const open = openTransfer(account.transfers);
  assert(open !== null, `no transfer to be ${event.kind}`);
  const next = applyTransferEvent(open, event, at);
  return {
    ...account,
    balances: book(account.balances, stepPostings(open, event)),
    transfers: new Map(account.transfers).set(String(open.seq), next),
  };
}

function stepPostings({ from, to, amount }: Transfer, event: TransferEvent): readonly Posting[] {
  if (event.kind === 'completed') return arrivalPostings(to, amount);
  return event.kind === 'failed' ? arrivalPostings(from, amount) : [];
}

/** What such a record books, given the account before it. */
export function transferPostings(account: Account, body: Begun | Stepped): readonly Posting[] {
  if (body.kind === 'transfer') return departurePostings(body.from, body.amount);
  const open = openTransfer(account.transfers);
  return open === null ? [] : stepPostings(open, body.event);
}
