/**
 * The judge: what the exchange lists of an account against what the ledger's records say, recomputed here from both
 * without any of the engine's code. Amounts are integers: prices in $0.0001, counts in 0.01, money in $0.000001.
 */
import type { LedgerLine } from './support.js';
import type { Row, Venue } from './venue.js';

/** "12.34" with `digits` decimals as an integer. */
function fixed(text: unknown, digits: number): number {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(text)) ?? [];
  if (whole === '' || fraction.length > digits) throw new Error(`not a decimal: ${String(text)}`);
  const value = Number(whole + fraction.padEnd(digits, '0'));
  return sign === '-' ? -value : value;
}

export type VenueBooks = {
  readonly orders: readonly Row[];
  readonly fills: readonly Row[];
  readonly positions: readonly Row[];
  readonly cash: readonly Row[];
};

export async function venueBooks(venue: Venue): Promise<VenueBooks> {
  return {
    orders: await venue.list('/portfolio/orders', 'orders'),
    fills: await venue.list('/portfolio/fills', 'fills'),
    positions: await venue.list('/portfolio/positions', 'market_positions'),
    cash: await venue.list('/portfolio/balance', 'balance_breakdown'),
  };
}

type Told = {
  readonly intents: Map<string, LedgerLine>;
  /** Exchange id by our id: orders the ledger says are there. */
  readonly placed: Map<string, string>;
  readonly fills: Map<string, LedgerLine['body']>;
  readonly cash: Map<number, number>;
  readonly positions: Map<string, number>;
};

/** Buying one side closes the other first, at the rest of a dollar; what is left opens. */
function cashOfFill(held: number, count: number, yesPrice: number): number {
  const closing = held * count < 0 ? Math.min(Math.abs(held), Math.abs(count)) : 0;
  const opening = Math.abs(count) - closing;
  const price = count > 0 ? yesPrice : 10_000 - yesPrice;
  return closing * (10_000 - price) - opening * price;
}

/** What the records add up to. Says of each thing that may not be there twice, or at all, that it is. */
export function told(lines: readonly LedgerLine[], wrong: string[]): Told {
  const all: Told = {
    intents: new Map(),
    placed: new Map(),
    fills: new Map(),
    cash: new Map(),
    positions: new Map(),
  };
  const shardOf = new Map<string, number>();
  const decisions = new Set<string>();
  let transfer: LedgerLine['body'] = { kind: 'none' };
  const move = (shard: number, amount: number): void => {
    all.cash.set(shard, (all.cash.get(shard) ?? 0) + amount);
  };
  for (const line of lines) {
    const { body } = line;
    switch (body.kind) {
      case 'opening':
        move(Number(body['shard']), Number(body['amount']));
        break;
      case 'intent': {
        const terms = body['terms'] as Record<string, unknown>;
        const id = String(terms['clientOrderId']);
        const decision = `${line.run} ${line.inputSeq} ${String(terms['ticker'])}`;
        if (all.intents.has(id)) wrong.push(`ledger: ${id} was intended twice`);
        if (decisions.has(decision)) wrong.push(`ledger: two orders for decision ${decision}`);
        decisions.add(decision);
        all.intents.set(id, line);
        break;
      }
      case 'order': {
        const event = body['event'] as Record<string, unknown>;
        if (typeof event['orderId'] === 'string')
          all.placed.set(String(body['clientOrderId']), event['orderId']);
        break;
      }
      case 'fill': {
        const id = String(body['tradeId']);
        // An order that is known by its fills first is named by them.
        all.placed.set(String(body['clientOrderId']), String(body['orderId']));
        if (all.fills.has(id)) wrong.push(`ledger: fill ${id} is booked twice`);
        all.fills.set(id, body);
        const ticker = String(body['ticker']);
        const count = Number(body['count']);
        const held = all.positions.get(ticker) ?? 0;
        const shard = Number(body['shard']);
        shardOf.set(ticker, shard);
        move(shard, cashOfFill(held, count, Number(body['yesPrice'])) - Number(body['fee']));
        all.positions.set(ticker, held + count);
        break;
      }
      case 'settled': {
        const ticker = String(body['ticker']);
        move(shardOf.get(ticker) ?? 0, Number(body['revenue']));
        all.positions.delete(ticker);
        break;
      }
      case 'transfer':
        transfer = body;
        move(Number(body['from']), 0 - Number(body['amount']));
        break;
      case 'transfer_step': {
        const { kind } = body['event'] as { kind: string };
        if (kind === 'completed') move(Number(transfer['to']), Number(transfer['amount']));
        if (kind === 'failed') move(Number(transfer['from']), Number(transfer['amount']));
        break;
      }
      case 'adjusted':
        wrong.push(`ledger: cash was adjusted by ${String(body['amount'])}`);
        break;
      case 'anomaly':
        wrong.push(`ledger: anomaly ${String(body['code'])}: ${String(body['text'])}`);
        break;
    }
  }
  return all;
}

const leastGapMs = 570_000;

/** Everything in which the two differ, a line each, and everything that is there twice. */
export function differences(theirs: VenueBooks, lines: readonly LedgerLine[]): readonly string[] {
  const wrong: string[] = [];
  const ours = told(lines, wrong);
  const compare = (what: string, ledger: unknown, venue: unknown): void => {
    if (ledger !== venue)
      wrong.push(`${what}: ledger ${String(ledger)}, exchange ${String(venue)}`);
  };

  const listed = new Map<string, string>();
  const bought = new Map<string, number[]>();
  for (const order of theirs.orders) {
    const id = String(order['client_order_id']);
    if (listed.has(id)) wrong.push(`exchange: ${id} was placed twice`);
    listed.set(id, String(order['order_id']));
    if (!ours.intents.has(id)) wrong.push(`order ${id}: never written down`);
    const ticker = String(order['ticker']);
    const times = [...(bought.get(ticker) ?? []), Date.parse(String(order['created_time']))];
    bought.set(ticker, times);
  }
  for (const id of new Set([...listed.keys(), ...ours.placed.keys()]))
    compare(`order ${id}`, ours.placed.get(id), listed.get(id));
  for (const [ticker, times] of bought) {
    times.sort((a, b) => a - b);
    for (const [n, at] of times.entries())
      if (n > 0 && at - (times[n - 1] ?? 0) < leastGapMs)
        wrong.push(
          `${ticker}: two orders ${at - (times[n - 1] ?? 0)} ms apart, inside the cooldown`,
        );
  }

  const fills = new Map(theirs.fills.map((fill) => [String(fill['trade_id']), fill]));
  for (const id of new Set([...fills.keys(), ...ours.fills.keys()])) {
    const [fill, body] = [fills.get(id), ours.fills.get(id)];
    const sign = fill?.['book_side'] === 'bid' ? 1 : -1;
    compare(
      `fill ${id}`,
      body &&
        [body['orderId'], body['count'], body['yesPrice'], body['fee'], body['shard']].join(' '),
      fill &&
        [
          fill['order_id'],
          sign * fixed(fill['count_fp'], 2),
          fixed(fill['yes_price_dollars'], 4),
          fixed(fill['fee_cost'], 6),
          fill['exchange_index'],
        ].join(' '),
    );
  }

  const positions = new Map(
    theirs.positions.map((row) => [String(row['ticker']), fixed(row['position_fp'], 2)]),
  );
  for (const ticker of new Set([...positions.keys(), ...ours.positions.keys()]))
    compare(`position ${ticker}`, ours.positions.get(ticker) ?? 0, positions.get(ticker) ?? 0);
  for (const row of theirs.cash) {
    const shard = Number(row['exchange_index']);
    compare(`cash on shard ${shard}`, ours.cash.get(shard) ?? 0, fixed(row['balance'], 6));
  }
  return wrong;
}
