// What is at stake on the exchange's side, as if everything on its way and resting were filled, against the caps (I4).

import { fail } from './violation.mjs';
import { isForeign } from './world.mjs';

const dollar = 10_000;
/** Cost of a part of a position is rounded here and there; a market closes in few parts. */
const roundingMicros = 100;

/** Contracts of the other side that the exchange knows to be held. */
function closable(account, { ticker, side }) {
  const held = account.positions.get(ticker)?.quantity ?? 0;
  return side === 'bid' ? Math.max(0, 0 - held) : Math.max(0, held);
}

/** By the exchange's own position: the order closes no more than is held, or nothing trades there any more. */
export const reduces = (account, order) =>
  order.count <= closable(account, order) || account.positions.get(order.ticker)?.settled === true;

function costToOpen(account, order) {
  const own = order.side === 'bid' ? order.yesPrice : dollar - order.yesPrice;
  return Math.max(0, order.count - closable(account, order)) * own;
}

/** `posts`: requests that were sent; those still on their way count. */
export function checkCaps(account, posts, caps, order) {
  let total = 0;
  const byMarket = new Map();
  const add = (ticker, cost) => {
    total += cost;
    byMarket.set(ticker, (byMarket.get(ticker) ?? 0) + cost);
  };
  for (const [ticker, { cost }] of account.positions) if (!isForeign(ticker)) add(ticker, cost);
  for (const { status, side, price, remaining, market } of account.orders.values()) {
    const { ticker } = market.spec;
    if (status === 'resting' && !isForeign(ticker))
      add(ticker, costToOpen(account, { ticker, side, yesPrice: price, count: remaining }));
  }
  for (const post of posts) if (post.onWire > 0) add(post.ticker, costToOpen(account, post.order));
  const own = costToOpen(account, order);
  add(order.ticker, own);
  const inMarket = byMarket.get(order.ticker);
  // Written so that NaN fails.
  if (!(total <= caps.openExposure + roundingMicros))
    fail('I4', `${total} micros at stake, cap ${caps.openExposure}`);
  if (!(inMarket <= caps.notionalPerMarket + roundingMicros))
    fail('I4', `${inMarket} micros in ${order.ticker}, cap ${caps.notionalPerMarket}`);
  if (!(own <= caps.perTrade + roundingMicros))
    fail('I4', `an order of ${own} micros, cap ${caps.perTrade}`);
}
