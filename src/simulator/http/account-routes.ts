/** Order groups, account limits, transfers between shards, and the exchange's own state. */
import type { Answer } from '../core/refusals.js';
import { refusals } from '../core/refusals.js';
import { SHARDS } from '../core/transfers.js';
import type { OrderGroup, Transfer } from '../core/types.js';
import {
  dollarsOfMicros,
  fixedPoint,
  isoTime,
  MICROS_PER_UNIT,
  parseQuantity,
  secondsOf,
} from '../core/units.js';
import { isObject, readFields } from '../wire/body.js';
import { isReply, readPaging, takePage } from '../wire/paging.js';
import { badRequest, jsonReply, nestedError, ok, type Reply } from '../wire/replies.js';
import { writeCost } from './order-routes.js';
import { type Call, type PrivateCall, param, type Route } from './route.js';

const TRANSFERS_PER_PAGE = { standard: 100, max: 500 } as const;
const GROUP_LIMIT_MAX = 1_000_000 * 100;

/** The contracts limit of a request, in 0.01 contracts. */
function readLimit(body: unknown): number | Reply {
  const fields = readFields(body, 'OrderGroupRequest');
  const whole = fields.whole('contracts_limit');
  const text = fields.text('contracts_limit_fp');
  const problem = fields.problem();
  if (problem !== null) return problem;
  const limit = text === null ? (whole ?? 0) * 100 : parseQuantity(text);
  if (limit === null || limit < 100 || limit > GROUP_LIMIT_MAX)
    return badRequest('contracts_limit out of range');
  return limit;
}

function createGroup(call: PrivateCall): Reply {
  const limit = readLimit(call.body);
  if (typeof limit !== 'number') return limit;
  const exchangeIndex =
    readFields(call.body, 'CreateOrderGroupRequest').whole('exchange_index') ?? 0;
  const answer = call.venue.send({
    kind: 'group_create',
    account: call.account,
    exchangeIndex,
    limit,
  });
  if (!answer.ok) return nestedError(answer.refusal);
  return jsonReply(201, {
    order_group_id: answer.value.id,
    subaccount: 0,
    exchange_index: exchangeIndex,
  });
}

const groupObject = (group: OrderGroup): Record<string, unknown> => ({
  contracts_limit_fp: fixedPoint(group.limit),
  exchange_index: group.exchangeIndex,
  is_auto_cancel_enabled: !group.triggered,
});

const listGroups = (call: PrivateCall): Reply =>
  ok({
    order_groups: [...call.account.groups.values()].map((group) => ({
      id: group.id,
      ...groupObject(group),
    })),
  });

function getGroup(call: PrivateCall): Reply {
  const group = call.account.groups.get(param(call, 'id'));
  if (group === undefined) return nestedError(refusals.groupNotFound);
  return ok({ ...groupObject(group), orders: [...group.orders.keys()] });
}

const empty = (answer: Answer<unknown>): Reply =>
  answer.ok ? ok({}) : nestedError(answer.refusal);

const groupAct =
  (kind: 'group_reset' | 'group_trigger' | 'group_delete') =>
  (call: PrivateCall): Reply =>
    empty(call.venue.send({ kind, account: call.account, id: param(call, 'id') }));

function limitGroup(call: PrivateCall): Reply {
  const limit = readLimit(call.body);
  if (typeof limit !== 'number') return limit;
  return empty(
    call.venue.send({ kind: 'group_limit', account: call.account, id: param(call, 'id'), limit }),
  );
}

function getLimits(call: PrivateCall): Reply {
  const { tier } = call.venue;
  return ok({
    grants: [],
    read: { bucket_capacity: tier.read.capacity, refill_rate: tier.read.refillRate },
    usage_tier: tier.name,
    write: { bucket_capacity: tier.write.capacity, refill_rate: tier.write.refillRate },
  });
}

/** The key that asks is the only one, and may do what trading takes. */
const listKeys = (call: PrivateCall): Reply =>
  ok({
    api_keys: [{ api_key_id: call.keyId, name: 'simulator', scopes: ['read', 'write::trade'] }],
  });

const COSTS = [
  { method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders', cost: 2 },
  { method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders/:order_id', cost: 2 },
  { method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders/batched', cost: 2 },
  { method: 'GET', path: '/trade-api/v2/portfolio/orders/:order_id', cost: 2 },
];

function makeTransfer(call: PrivateCall): Reply {
  const fields = readFields(call.body, 'IntraExchangeInstanceTransferRequest');
  const amount = fields.whole('amount');
  const from = fields.whole('source_exchange_shard') ?? 0;
  const to = fields.whole('destination_exchange_shard') ?? 0;
  const problem = fields.problem();
  if (problem !== null) return problem;
  if (amount === null) return badRequest('amount is required');
  const answer = call.venue.send({
    kind: 'transfer',
    account: call.account,
    from,
    to,
    micros: amount * MICROS_PER_UNIT,
  });
  return answer.ok ? ok({ transfer_id: answer.value.id }) : nestedError(answer.refusal);
}

/** As queries see it, which may lag; null: not yet, or no longer. */
function transferObject(call: PrivateCall, transfer: Transfer): Record<string, unknown> | null {
  const asOfMs = call.venue.view.asOfMs();
  const isEnded = transfer.endedMs !== null && transfer.endedMs <= asOfMs;
  if (transfer.atMs > asOfMs || (isEnded && transfer.isUndone)) return null;
  return {
    transfer_id: transfer.id,
    source: 'event_contract',
    destination: 'event_contract',
    source_exchange_shard: transfer.from,
    destination_exchange_shard: transfer.to,
    amount: dollarsOfMicros(transfer.micros),
    status: isEnded ? 'complete' : 'pending',
    created_ts: secondsOf(transfer.atMs),
  };
}

function getTransfer(call: PrivateCall): Reply {
  const transfer = call.account.transfers.get(param(call, 'id'));
  const shown = transfer === undefined ? null : transferObject(call, transfer);
  return shown === null ? nestedError(refusals.notFound) : ok({ transfer: shown });
}

/** Newest first. The last page has no cursor. */
function listTransfers(call: PrivateCall): Reply {
  const paging = readPaging(call.query, 'GetIntraExchangeInstanceTransfers', TRANSFERS_PER_PAGE);
  if (isReply(paging)) return paging;
  const rows = [...call.account.transfers.values()].map((transfer, n) => ({ transfer, n }));
  const page = takePage(
    rows,
    paging,
    (row) => row.n,
    ({ transfer }) => transferObject(call, transfer) !== null,
  );
  return ok({
    transfers: page.items.map(({ transfer }) => transferObject(call, transfer)),
    ...(page.cursor === '' ? {} : { cursor: page.cursor }),
  });
}

function setAllocation(call: PrivateCall): Reply {
  const list = isObject(call.body) ? call.body['allocations'] : undefined;
  if (!Array.isArray(list)) return badRequest('allocations is required');
  const allocation: { exchangeIndex: number; percent: number }[] = [];
  for (const item of list as readonly unknown[]) {
    const fields = readFields(item, 'TargetBalanceAllocation');
    const exchangeIndex = fields.whole('exchange_index');
    const percent = fields.whole('percent');
    if (exchangeIndex === null || percent === null)
      return fields.problem() ?? badRequest('allocations is invalid');
    allocation.push({ exchangeIndex, percent });
  }
  return empty(call.venue.send({ kind: 'allocate', account: call.account, allocation }));
}

const exchangeStatus = (call: Call): Reply => {
  const { exchangeActive, tradingActive } = call.venue.state;
  const flags = {
    exchange_active: exchangeActive,
    trading_active: exchangeActive && tradingActive,
    intra_exchange_transfers_active: exchangeActive,
  };
  return ok({
    ...flags,
    exchange_estimated_resume_time: null,
    exchange_index_statuses: SHARDS.map((shard) => ({
      exchange_index: shard.index,
      description: shard.description,
      ...flags,
    })),
  });
};

const DAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
const schedule = (): Reply =>
  ok({
    schedule: {
      standard_hours: [
        {
          start_time: '2020-01-01T00:00:00Z',
          end_time: '2099-01-01T00:00:00Z',
          ...Object.fromEntries(
            DAYS.map((day) => [day, [{ open_time: '00:00', close_time: '24:00' }]]),
          ),
        },
      ],
      maintenance_windows: [],
    },
  });

const groups = 'portfolio/order_groups';
export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: 'exchange/status', access: 'public', handle: exchangeStatus },
  { method: 'GET', path: 'exchange/schedule', access: 'public', handle: schedule },
  {
    method: 'GET',
    path: 'exchange/user_data_timestamp',
    access: 'public',
    handle: (call) => ok({ as_of_time: isoTime(call.venue.view.asOfMs()) }),
  },
  { method: 'GET', path: 'api_keys', access: 'private', handle: listKeys },
  { method: 'GET', path: 'account/limits', access: 'private', handle: getLimits },
  {
    method: 'GET',
    path: 'account/endpoint_costs',
    access: 'private',
    handle: () => ok({ default_cost: 10, endpoint_costs: COSTS }),
  },
  {
    method: 'POST',
    path: `${groups}/create`,
    access: 'private',
    cost: (call) => writeCost(10, isObject(call.body) ? (call.body['exchange_index'] ?? 0) : 0),
    handle: createGroup,
  },
  { method: 'GET', path: groups, access: 'private', handle: listGroups },
  { method: 'GET', path: `${groups}/:id`, access: 'private', handle: getGroup },
  {
    method: 'PUT',
    path: `${groups}/:id/reset`,
    access: 'private',
    handle: groupAct('group_reset'),
  },
  {
    method: 'PUT',
    path: `${groups}/:id/trigger`,
    access: 'private',
    handle: groupAct('group_trigger'),
  },
  { method: 'PUT', path: `${groups}/:id/limit`, access: 'private', handle: limitGroup },
  { method: 'DELETE', path: `${groups}/:id`, access: 'private', handle: groupAct('group_delete') },
  {
    method: 'POST',
    path: 'portfolio/intra_exchange_instance_transfer',
    access: 'private',
    handle: makeTransfer,
  },
  {
    method: 'GET',
    path: 'portfolio/intra_exchange_instance_transfers/:id',
    access: 'private',
    handle: getTransfer,
  },
  {
    method: 'GET',
    path: 'portfolio/intra_exchange_instance_transfers',
    access: 'private',
    handle: listTransfers,
  },
  {
    method: 'POST',
    path: 'portfolio/target_balance_allocation',
    access: 'private',
    handle: setAllocation,
  },
];
