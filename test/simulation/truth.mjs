// What a record says has happened, against the exchange's own books: fills (I9) and payouts (I1).

import { fail } from './violation.mjs';

/** The order of that id on the exchange, or null. */
export function orderOf(account, clientOrderId) {
  for (const order of account.orders.values())
    if (order.clientOrderId === clientOrderId) return order;
  return null;
}

export function checkFill(account, { tradeId, ticker, count, yesPrice, fee }) {
  const there = account.fills.find(({ id }) => id === tradeId);
  if (there === undefined) fail('I9', `trade ${tradeId} never happened`);
  const signed = there.side === 'bid' ? there.quantity : 0 - there.quantity;
  const isSame =
    there.order.market.spec.ticker === ticker &&
    signed === count &&
    there.price === yesPrice &&
    there.fee === fee;
  if (!isSame) fail('I9', `trade ${tradeId} is booked as it was not`);
}

export function checkPayout(exchange, body) {
  const market = exchange.state.markets.get(body.ticker);
  if (market?.settledMs == null) fail('I1', `${body.ticker} is booked as paid and was not`);
  const paid = exchange.account.settlements.find((one) => one.market.spec.ticker === body.ticker);
  if (paid?.revenue !== body.revenue)
    fail('I1', `${body.ticker} paid ${paid?.revenue}, and ${body.revenue} is booked`);
}
