/** The exchange's own books and the wire's log against the ledger. Shares no code with the engine. */
import { cashOfFills, openOrders } from './books.mjs';

const groupBy = (items, keyOf) => {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};

const fillOf = ({ orderId, ticker, shard, count, price, fee }) => ({
  orderId,
  ticker,
  shard,
  count: BigInt(count),
  price: BigInt(price),
  fee: BigInt(fee),
});
const fillText = ({ orderId, ticker, shard, count, price, fee }) =>
  [orderId, ticker, shard, count, price, fee].join(' ');

/** Cash per shard from an opening, fills and settlements. */
function cashOf(opening, fills, settlements) {
  const cash = new Map(opening);
  const move = (shard, amount) => cash.set(shard, (cash.get(shard) ?? 0n) + amount);
  for (const ofMarket of groupBy(fills, ({ ticker }) => ticker).values())
    move(ofMarket[0].shard, cashOfFills(ofMarket));
  for (const { shard, revenue } of settlements) move(shard, revenue);
  return cash;
}

/**
 * Everything in which the ledger differs from what the exchange's books were at `truth`, a line each. What the ledger has
 * come to know since is left out, unless `isNow`: then nothing more may be there.
 */
export function differences(truth, books, { isNow = false } = {}) {
  const wrong = [...books.wrong];
  const differ = (what, ledger, exchange) => {
    if (ledger !== exchange) wrong.push(`${what}: ledger ${ledger}, exchange ${exchange}`);
  };

  const placed = new Map();
  for (const { id, clientOrderId, group } of truth.orders) {
    if (group === null && !books.intents.get(clientOrderId)?.reduceOnly)
      wrong.push(`order ${clientOrderId}: outside the exchange's own fuse`);
    if (placed.has(clientOrderId)) wrong.push(`exchange: ${clientOrderId} was placed twice`);
    placed.set(clientOrderId, id);
    if (!books.intents.has(clientOrderId)) wrong.push(`order ${clientOrderId}: never written down`);
    else differ(`order ${clientOrderId}`, books.orderIds.get(clientOrderId), id);
  }
  if (isNow)
    for (const [id, orderId] of books.orderIds) differ(`order ${id}`, orderId, placed.get(id));

  const counted = [];
  for (const raw of truth.fills) {
    const fill = fillOf(raw);
    const booked = books.fills.get(raw.id);
    if (booked === undefined) wrong.push(`fill ${raw.id}: lost`);
    else differ(`fill ${raw.id}`, fillText(booked), fillText(fill));
    if (booked !== undefined) counted.push(booked);
  }
  if (new Set(truth.fills.map(({ id }) => id)).size !== truth.fills.length)
    wrong.push('exchange: a trade id twice');
  if (isNow && books.fills.size !== truth.fills.length)
    wrong.push(`fills: ledger ${books.fills.size}, exchange ${truth.fills.length}`);

  const inDoubt = new Set(openOrders(books).map((id) => books.intents.get(id)?.ticker));
  const paid = [];
  for (const { ticker, shard, count, revenue } of truth.settlements) {
    const settled = books.settled.get(ticker);
    // What was sold again before has nothing to settle.
    if (settled === undefined && BigInt(count) === 0n && BigInt(revenue) === 0n) continue;
    // While an order there is in doubt its payout waits: more fills may come.
    const waits = settled === undefined && inDoubt.has(ticker);
    if (!waits) differ(`settlement of ${ticker}`, settled, BigInt(revenue));
    paid.push({ shard, revenue: waits ? BigInt(revenue) : (settled ?? 0n) });
  }
  if (isNow)
    for (const ticker of books.settled.keys())
      if (!truth.settlements.some((one) => one.ticker === ticker))
        wrong.push(`settlement of ${ticker}: only in the ledger`);

  const cash = cashOf(books.opening, counted, paid);
  for (const { shard, micros } of truth.cash)
    differ(`cash on shard ${shard}`, cash.get(shard) ?? 0n, BigInt(micros));

  const settledTickers = new Set(truth.settlements.map(({ ticker }) => ticker));
  const held = groupBy(counted, ({ ticker }) => ticker);
  for (const { ticker, count } of truth.positions) {
    const sum = (held.get(ticker) ?? []).reduce((total, fill) => total + fill.count, 0n);
    differ(`position ${ticker}`, settledTickers.has(ticker) ? 0n : sum, BigInt(count));
  }
  return wrong;
}

/** One client order id is one body, written down before it left; sent again only after a 429, and twice at most. */
export function wireFaults(posts, books) {
  const wrong = [];
  const ofTicker = new Map();
  for (const [id, sent] of groupBy(posts, ({ body }) => JSON.parse(body).client_order_id)) {
    if (new Set(sent.map(({ body }) => body)).size > 1) wrong.push(`wire: ${id} with two bodies`);
    if (sent.length > 3) wrong.push(`wire: ${id} was sent ${sent.length} times`);
    if (sent.slice(0, -1).some(({ status }) => status !== 429))
      wrong.push(`wire: ${id} was sent again after ${sent.map(({ status }) => status).join()}`);
    if (!books.intents.has(id)) wrong.push(`wire: ${id} was sent and never written down`);
    ofTicker.set(id, JSON.parse(sent[0].body).ticker);
  }
  for (const [id, ticker] of ofTicker) {
    const intent = books.intents.get(id);
    if (intent !== undefined && intent.ticker !== ticker)
      wrong.push(`wire: ${id} is for ${ticker}, intended for ${intent.ticker}`);
  }
  return wrong;
}

/** Most at stake since the exchange began, by its own books, in micros. */
export function overCap(truth, { exposure, market }) {
  const wrong = [];
  if (!(BigInt(truth.exposureMax) <= exposure))
    wrong.push(`exposure on the exchange reached ${truth.exposureMax}, the cap is ${exposure}`);
  if (!(BigInt(truth.marketExposureMax) <= market))
    wrong.push(`exposure in one market reached ${truth.marketExposureMax}, the cap is ${market}`);
  return wrong;
}
