import { z } from 'zod';
import { shard } from '../../domain/units.js';
import type { Answer, TransferAnswer, VenueTransfer } from '../../messages/desk.js';
import type { Outcome } from '../../messages/effect.js';
import { isDefiniteRefusal, pagedAnswer } from './answers.js';
import { errorLine, venueError } from './errors.js';
import { enumField, idField, microsField, secondsField, shardField } from './fields.js';
import { readBody } from './problem.js';

const AcceptedWire = z.object({ transfer_id: idField });

/** What came of asking for a transfer. Only a well-formed 200 or 201 is one; any doubt is `unknown`. */
export function transferAnswer(outcome: Outcome): TransferAnswer {
  if (outcome.kind === 'failed') {
    const { code, detail, sent } = outcome;
    return sent
      ? { kind: 'unknown', detail: `${code}: ${detail}` }
      : { kind: 'refused', code, detail };
  }
  if (outcome.kind !== 'http') return { kind: 'unknown', detail: `odd outcome ${outcome.kind}` };
  const { status, body } = outcome;
  if (status === 200 || status === 201) {
    const accepted = readBody(AcceptedWire, body, 'transfer');
    if (accepted.ok) return { kind: 'accepted', venueId: accepted.value.transfer_id };
    const { code, where, text } = accepted.error;
    return { kind: 'unknown', detail: `${code} ${where}: ${text}` };
  }
  const error = venueError(status, body);
  if (status === 429 || isDefiniteRefusal(status, error))
    return { kind: 'refused', code: error.code, detail: errorLine(error) };
  return { kind: 'unknown', detail: errorLine(error) };
}

/** The part of the exchange that event contracts are traded on; what goes to and from the others is not ours. */
const instance = 'event_contract';

/** `amount` is in dollars here, though it is asked for in units of $0.0001. */
const TransferWire = z
  .object({
    transfer_id: idField,
    source: z.string(),
    destination: z.string(),
    source_exchange_shard: shardField,
    destination_exchange_shard: shardField,
    amount: microsField,
    status: enumField(['pending', 'complete']),
    created_ts: secondsField,
  })
  .transform((wire): VenueTransfer | null =>
    wire.source !== instance || wire.destination !== instance
      ? null
      : {
          venueId: wire.transfer_id,
          from: shard(wire.source_exchange_shard),
          to: shard(wire.destination_exchange_shard),
          amount: wire.amount,
          status: wire.status,
          createdAt: wire.created_ts,
        },
  );

/** Every transfer of the account; the last page may leave its cursor out. */
export const transferList = (parts: readonly Outcome[]): Answer<VenueTransfer> =>
  pagedAnswer(parts, 'transfers', TransferWire, '');

const OneWire = z.object({ transfer: TransferWire });

/** One transfer by its name; 404 is a whole answer: it is not there. */
export function transferOne(parts: readonly Outcome[]): Answer<VenueTransfer> {
  const [first] = parts;
  if (first === undefined) return { kind: 'failed', code: 'parts_missing', detail: 'no part' };
  if (first.kind === 'failed') return { kind: 'failed', code: first.code, detail: first.detail };
  if (first.kind !== 'http') return { kind: 'failed', code: 'odd_outcome', detail: first.kind };
  const { status, body } = first;
  if (status === 404) return { kind: 'complete', items: [] };
  if (status !== 200) {
    const error = venueError(status, body);
    return { kind: 'failed', code: error.code, detail: errorLine(error) };
  }
  const one = readBody(OneWire, body, 'transfer');
  if (one.ok) {
    const { transfer } = one.value;
    return { kind: 'complete', items: transfer === null ? [] : [transfer] };
  }
  const { code, where, text } = one.error;
  return { kind: 'failed', code, detail: `${where}: ${text}` };
}
