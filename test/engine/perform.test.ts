// Goal: in paper mode nothing that writes ever reaches an exchange, whatever the core asks for.
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  clientOrderId,
  micros,
  orderId,
  price,
  quantity,
  shard,
  ticker,
} from '../../src/domain/units.js';
import { type Performers, perform } from '../../src/engine/perform.js';
import { planOf } from '../../src/exchange/kalshi/requests.js';
import type { EffectKind, EffectRequest, Outcome } from '../../src/messages/effect.js';

const market = ticker('A');
const order = {
  clientOrderId: clientOrderId('c'),
  ticker: market,
  shard: shard(0),
  side: 'bid' as const,
  yesPrice: price(100),
  count: quantity(100),
  reduceOnly: false,
};

/** One of every kind there is; a new kind has to be added here. */
const requests: { readonly [Kind in EffectKind]: readonly EffectRequest[] } = {
  scan: [{ kind: 'scan' }],
  metadata: [{ kind: 'metadata', events: [], series: [] }],
  send: [],
  book: [{ kind: 'book', ticker: market }],
  market: [{ kind: 'market', ticker: market }],
  evidence: [],
  value: [],
  infer: [],
  model: [],
  calibrate: [],
  flush: [],
  place: [{ kind: 'place', order }],
  cancel: [
    {
      kind: 'cancel',
      orderId: orderId('o'),
      clientOrderId: order.clientOrderId,
      ticker: market,
      shard: shard(0),
    },
  ],
  group: (['create', 'check', 'limit', 'trigger', 'reset'] as const).map((op) => ({
    kind: 'group',
    op,
    shard: shard(0),
    groupId: 'g',
    contracts: 1,
  })),
  transfer: [
    { kind: 'transfer', transferSeq: 1, from: shard(0), to: shard(2), amount: micros(1_000_000) },
  ],
  transfers: [
    { kind: 'transfers', transferSeq: 1, venueId: null },
    { kind: 'transfers', transferSeq: 1, venueId: 'x' },
  ],
  orders: [{ kind: 'orders', since: null, ticker: null }],
  fills: [{ kind: 'fills', since: null, orderId: null }],
  positions: [{ kind: 'positions' }],
  settlements: [{ kind: 'settlements', since: null, ticker: null }],
  balance: [{ kind: 'balance' }],
};

function sentFor(request: EffectRequest, isPaper: boolean): readonly EffectRequest[] {
  const sent: EffectRequest[] = [];
  const nothing: Outcome = { kind: 'end', parts: 0 };
  const other = () => of(nothing);
  const performers: Performers = {
    venue: {
      perform: (asked) => {
        sent.push(asked);
        return of({ outcome: nothing, last: true });
      },
      socket: of(),
      send: () => {},
      recall: () => {},
      close: () => Promise.resolve(),
    },
    paper: isPaper ? other : null,
    evidence: other,
    value: other,
    infer: other,
    model: other,
    flush: other,
    calibrate: other,
    recorded: () => ({ ok: true, value: null }),
  };
  perform({ id: 1, hash: '', request }, performers)?.parts$.subscribe();
  return sent;
}

/** The methods that a request takes at the exchange. */
function methodsOf(request: EffectRequest): readonly string[] {
  const plan = planOf(request);
  if (plan.kind === 'one') return [plan.request.method];
  if (plan.kind === 'pages') return [plan.page('').method];
  return plan.kind === 'list' ? plan.requests.map(({ method }) => method) : [];
}

describe('the paper wall', () => {
  it.each(Object.values(requests).flat())('%j', (request) => {
    for (const sent of sentFor(request, true))
      expect(methodsOf(sent).every((method) => method === 'GET')).toBe(true);
  });

  it('is what holds writes back: live, they are sent', () => {
    const writes = Object.values(requests)
      .flat()
      .filter((request) => methodsOf(request).some((method) => method !== 'GET'));
    expect(writes.length).toBeGreaterThanOrEqual(7);
    for (const request of writes) {
      expect(sentFor(request, false)).toEqual([request]);
      expect(sentFor(request, true)).toEqual([]);
    }
  });

  it.each(['group', 'transfer'] as const)(
    'answers a %s all the same, as not sent',
    async (kind) => {
      const [request] = requests[kind];
      if (request === undefined) throw new Error('none');
      const performers = {
        paper: () => of({ kind: 'end', parts: 0 } as const),
        recorded: () => ({ ok: true, value: null }),
      };
      const done = perform({ id: 1, hash: '', request }, performers as never);
      if (done === null) throw new Error('no reply');
      expect((await lastValueFrom(done.parts$)).outcome).toMatchObject({
        kind: 'failed',
        sent: false,
      });
    },
  );
});
