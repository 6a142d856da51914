/** Order writes: the V2 endpoints, and the legacy ones that only say they are gone. */
import type { Answer, Refusal } from '../core/refusals.js';
import { isObject } from '../wire/body.js';
import {
  amendedObject,
  canceledObject,
  createdObject,
  decreasedObject,
  type Read,
  readAmend,
  readBatchCancel,
  readCancel,
  readCreate,
  readDecrease,
} from '../wire/order-requests.js';
import { badRequest, jsonReply, nestedError, ok, type Reply } from '../wire/replies.js';
import { type Call, type Cost, type PrivateCall, param, type Route } from './route.js';

const SHARD_BUCKETS = ['write', 'write:1', 'write:2', 'write:3'] as const;

/** A write that names its shard bills that shard; one that is routed by ticker bills them all. */
export function writeCost(tokens: number, exchangeIndex: unknown): Cost {
  const index =
    typeof exchangeIndex === 'string' && /^\d+$/.test(exchangeIndex)
      ? Number(exchangeIndex)
      : exchangeIndex;
  if (typeof index === 'number' && index >= 1) return { tokens, buckets: [`write:${index}`] };
  if (index === 0) return { tokens, buckets: ['write'] };
  return { tokens, buckets: SHARD_BUCKETS };
}

const bodyCost =
  (tokens: number) =>
  (call: Call): Cost =>
    writeCost(tokens, isObject(call.body) ? call.body['exchange_index'] : undefined);

const batchOf = (call: Call): readonly unknown[] | null => {
  const orders = isObject(call.body) ? call.body['orders'] : undefined;
  return Array.isArray(orders) ? orders : null;
};
const batchCost =
  (each: number) =>
  (call: Call): Cost => ({
    tokens: each * Math.max(1, batchOf(call)?.length ?? 1),
    buckets: ['write'],
  });

function reply<T, R>(
  read: Read<T>,
  send: (ask: T) => Answer<R>,
  write: (value: R) => Reply,
): Reply {
  if (!read.ok) return read.reply;
  const answer = send(read.value);
  return answer.ok ? write(answer.value) : nestedError(answer.refusal);
}

const create = (call: PrivateCall): Reply =>
  reply(
    readCreate(call.body),
    (ask) => call.venue.send({ kind: 'create', account: call.account, ask }),
    (order) => jsonReply(201, createdObject(order)),
  );

const cancel = (call: PrivateCall): Reply =>
  reply(
    readCancel(param(call, 'order_id'), call.query),
    (ask) => call.venue.send({ kind: 'cancel', account: call.account, ask }),
    (canceled) => ok(canceledObject(canceled)),
  );

const amend = (call: PrivateCall): Reply =>
  reply(
    readAmend(param(call, 'order_id'), call.body),
    (ask) => call.venue.send({ kind: 'amend', account: call.account, ask }),
    (amended) => ok(amendedObject(amended)),
  );

const decrease = (call: PrivateCall): Reply =>
  reply(
    readDecrease(param(call, 'order_id'), call.body),
    (ask) => call.venue.send({ kind: 'decrease', account: call.account, ask }),
    (order) => ok(decreasedObject(order)),
  );

function cancelEverything(call: PrivateCall): Reply {
  const answer = call.venue.send({ kind: 'cancel_all', account: call.account });
  return answer.ok ? { status: 204, body: null } : nestedError(answer.refusal);
}

const itemError = ({ code, message, details }: Refusal): Record<string, unknown> => ({
  error: { code, message, ...(details === undefined ? {} : { details }) },
});

/** One entry per input, in order; an item's failure is the item's alone. */
function batch<T, R>(
  call: PrivateCall,
  status: number,
  read: (item: unknown) => Read<T>,
  send: (ask: T) => Answer<R>,
  write: (value: R) => Record<string, unknown>,
): Reply {
  const items = batchOf(call);
  if (items === null) return badRequest('json: field orders is required');
  const orders = items.map((item) => {
    const ask = read(item);
    if (!ask.ok) {
      const shape = JSON.parse(ask.reply.body ?? '{}') as { error?: unknown };
      return { error: shape.error ?? shape };
    }
    const answer = send(ask.value);
    return answer.ok ? write(answer.value) : itemError(answer.refusal);
  });
  return jsonReply(status, { orders });
}

const batchCreate = (call: PrivateCall): Reply =>
  batch(
    call,
    201,
    readCreate,
    (ask) => call.venue.send({ kind: 'create', account: call.account, ask }),
    createdObject,
  );

const batchCancel = (call: PrivateCall): Reply =>
  batch(
    call,
    200,
    readBatchCancel,
    (ask) => call.venue.send({ kind: 'cancel', account: call.account, ask }),
    canceledObject,
  );

const gone = (): Reply =>
  nestedError({
    status: 410,
    code: 'deprecated_v1_order_endpoint',
    message:
      'Please switch to the V2 endpoints: https://docs.kalshi.com/getting_started/order_endpoints_v2',
  });

const legacy: readonly Route[] = (
  [
    ['POST', 'portfolio/orders'],
    ['POST', 'portfolio/orders/batched'],
    ['DELETE', 'portfolio/orders/batched'],
    ['DELETE', 'portfolio/orders/:order_id'],
    ['POST', 'portfolio/orders/:order_id/amend'],
    ['POST', 'portfolio/orders/:order_id/decrease'],
  ] as const
).map(([method, path]) => ({ method, path, access: 'private', handle: gone }));

export const orderRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'portfolio/events/orders',
    access: 'private',
    cost: bodyCost(10),
    handle: create,
  },
  {
    method: 'DELETE',
    path: 'portfolio/events/orders',
    access: 'private',
    cost: () => ({ tokens: 2, buckets: ['write'] }),
    handle: cancelEverything,
  },
  {
    method: 'POST',
    path: 'portfolio/events/orders/batched',
    access: 'private',
    cost: batchCost(10),
    handle: batchCreate,
  },
  {
    method: 'DELETE',
    path: 'portfolio/events/orders/batched',
    access: 'private',
    cost: batchCost(2),
    handle: batchCancel,
  },
  {
    method: 'DELETE',
    path: 'portfolio/events/orders/:order_id',
    access: 'private',
    cost: (call) => writeCost(2, call.query.get('exchange_index') ?? undefined),
    handle: cancel,
  },
  {
    method: 'POST',
    path: 'portfolio/events/orders/:order_id/amend',
    access: 'private',
    cost: bodyCost(10),
    handle: amend,
  },
  {
    method: 'POST',
    path: 'portfolio/events/orders/:order_id/decrease',
    access: 'private',
    cost: bodyCost(10),
    handle: decrease,
  },
  ...legacy,
];
