import type { Account } from './account-state.js';
import { assert, assertNever } from './assert.js';
import { appropriationPostings, book, inferencePostings, type Posting } from './postings.js';
import type { RecordBody } from './records.js';
import { reserveIn, type Treasury } from './treasury.js';
import { type CallId, type EpochMs, type Micros, micros } from './units.js';

type TreasuryBody = Extract<
  RecordBody,
  { kind: 'appropriated' | `inference_${'held' | 'billed' | 'released' | 'trued_up'}` }
>;

/** Holds, bills and what pays for them. What the operator pays is a deposit of the day: as a loss it still counts. */
export function withTreasury(account: Account, body: TreasuryBody, at: EpochMs): Account {
  const { treasury, balances } = account;
  switch (body.kind) {
    case 'appropriated': {
      const { highWater, amount } = body;
      const appropriated = micros(treasury.appropriated + amount);
      return {
        ...account,
        balances: book(balances, appropriationPostings(amount)),
        treasury: { ...treasury, highWater, appropriated },
      };
    }
    case 'inference_held': {
      const { model, perAttempt, amount } = body;
      const hold = { model, at, perAttempt, amount };
      assert(!account.holds.has(body.callId), 'a question is held for once');
      return {
        ...account,
        holds: new Map(account.holds).set(body.callId, hold),
      };
    }
    case 'inference_billed': {
      const estimated = micros(treasury.estimated + body.estimated);
      const freed = release(account, body.callId);
      return spend(freed, micros(body.cost + body.estimated), {
        calls: treasury.calls + 1,
        estimated,
      });
    }
    case 'inference_released':
      return release(account, body.callId);
    case 'inference_trued_up':
      return spend(account, body.amount, { estimated: micros(0) });
    default:
      return assertNever(body);
  }
}

function release(account: Account, callId: CallId): Account {
  assert(account.holds.has(callId), `nothing is held for ${callId}`);
  const holds = new Map(account.holds);
  holds.delete(callId);
  return { ...account, holds };
}

function spend(account: Account, amount: Micros, change: Partial<Treasury>): Account {
  const { treasury, balances, day } = account;
  const { postings, fromGrant } = billPostings(account, amount);
  return {
    ...account,
    balances: book(balances, postings),
    treasury: {
      ...treasury,
      ...change,
      granted: micros(treasury.granted + fromGrant),
      spentToday: micros(treasury.spentToday + amount),
    },
    day: day === null ? null : { ...day, deposits: micros(day.deposits + fromGrant) },
  };
}

const billPostings = ({ balances, treasury }: Account, amount: Micros) =>
  inferencePostings(amount, reserveIn(balances), treasury.granted);

/** What such a record books, given the account before it. */
export function treasuryPostings(
  account: Account,
  body: Extract<TreasuryBody, { kind: 'appropriated' | `inference_${'billed' | 'trued_up'}` }>,
): readonly Posting[] {
  if (body.kind === 'appropriated') return appropriationPostings(body.amount);
  const amount = body.kind === 'inference_billed' ? body.cost + body.estimated : body.amount;
  return billPostings(account, micros(amount)).postings;
}
