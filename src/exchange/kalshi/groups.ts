import { z } from 'zod';
import { contract } from '../../domain/units.js';
import type { GroupAnswer, GroupOp } from '../../messages/desk.js';
import type { Outcome } from '../../messages/effect.js';
import { errorLine, venueError } from './errors.js';
import { enumField, idField, sizeField } from './fields.js';
import { readBody } from './problem.js';

const CreatedWire = z.object({ order_group_id: idField });
/** A tripped group no longer cancels by itself: there is nothing left to cancel until it is reset. */
const StateWire = z.object({
  is_auto_cancel_enabled: z.boolean(),
  contracts_limit_fp: sizeField.nullish(),
});

/** One frame of the channel that tells what becomes of order groups. */
export const GroupFrameWire = z.object({
  order_group_id: idField,
  event_type: enumField(['created', 'triggered', 'reset', 'deleted', 'limit_updated']),
});

/** What came of a request about an order group. */
export function groupAnswer(op: GroupOp, outcome: Outcome): GroupAnswer {
  if (outcome.kind === 'failed')
    return { kind: 'failed', code: outcome.code, detail: outcome.detail };
  if (outcome.kind !== 'http') return { kind: 'failed', code: 'odd_outcome', detail: outcome.kind };
  const { status, body } = outcome;
  if (status === 404 && op !== 'create') return { kind: 'gone' };
  if (status !== 200 && status !== 201) {
    const error = venueError(status, body);
    return { kind: 'failed', code: error.code, detail: errorLine(error) };
  }
  switch (op) {
    case 'create': {
      const created = readBody(CreatedWire, body, 'order_group');
      if (created.ok) return { kind: 'created', groupId: created.value.order_group_id };
      return odd(created.error);
    }
    case 'check': {
      const state = readBody(StateWire, body, 'order_group');
      if (!state.ok) return odd(state.error);
      const { is_auto_cancel_enabled: isArmed, contracts_limit_fp: limit } = state.value;
      const contracts = limit == null ? null : limit / contract;
      return { kind: 'state', isTripped: !isArmed, contracts };
    }
    default:
      return { kind: 'done' };
  }
}

const odd = ({ where, text }: { readonly where: string; readonly text: string }): GroupAnswer => ({
  kind: 'failed',
  code: 'odd_answer',
  detail: `${where}: ${text}`,
});
