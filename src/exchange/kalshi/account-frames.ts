import { err, ok, type Result } from '../../domain/result.js';
import type { AccountEvent } from '../../messages/account-event.js';
import type { DecodeProblem } from '../venue.js';
import type { Wire } from './frames.js';
import { GroupFrameWire } from './groups.js';
import { FillWire, OrderWire, PositionWire } from './portfolio.js';
import { read } from './problem.js';

export type AccountFrameType = 'fill' | 'user_order' | 'market_position' | 'order_group_updates';

export const isAccountFrame = (type: string): type is AccountFrameType =>
  type === 'fill' ||
  type === 'user_order' ||
  type === 'market_position' ||
  type === 'order_group_updates';

/** A frame of a private channel. Null: another subaccount's. These frames carry no `seq`; REST finds what is lost. */
export function decodeAccountFrame(
  type: AccountFrameType,
  msg: Wire,
): Result<AccountEvent | null, DecodeProblem> {
  switch (type) {
    case 'fill': {
      const fill = read(FillWire, msg, type);
      if (!fill.ok) return err(fill.error);
      return ok(fill.value === null ? null : { kind: 'fill', fill: fill.value });
    }
    case 'user_order': {
      const order = read(OrderWire, msg, type);
      if (!order.ok) return err(order.error);
      return ok(order.value === null ? null : { kind: 'order', order: order.value });
    }
    case 'market_position': {
      const position = read(PositionWire, msg, type);
      if (!position.ok) return err(position.error);
      return ok(position.value === null ? null : { kind: 'position', position: position.value });
    }
    case 'order_group_updates': {
      const group = read(GroupFrameWire, msg, type);
      if (!group.ok) return err(group.error);
      const { order_group_id: groupId, event_type: event } = group.value;
      return ok({ kind: 'group', groupId, isTripped: event === 'triggered' });
    }
    default:
      return type satisfies never;
  }
}
