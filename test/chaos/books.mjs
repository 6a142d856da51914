/**
 * What a ledger's records add up to, read here without any of the engine's code. Integers: prices in $0.0001, counts in
 * 0.01, money in $0.000001.
 */

const one = 10_000n;
const big = (value) => BigInt(value);

/** What a market's fills have cost: every contract at its price, and a dollar back for each pair of YES and NO. */
export function cashOfFills(fills) {
  let cash = 0n;
  const bought = { yes: 0n, no: 0n };
  for (const { count, price, fee } of fills) {
    const size = count < 0n ? -count : count;
    if (count > 0n) bought.yes += size;
    else bought.no += size;
    cash -= size * (count > 0n ? price : one - price) + fee;
  }
  const pairs = bought.yes < bought.no ? bought.yes : bought.no;
  return cash + pairs * one;
}

/** `wrong` collects what may not be there twice, or at all. */
export function readBooks(lines) {
  const books = {
    wrong: [],
    opening: new Map(),
    intents: new Map(),
    ends: new Map(),
    orderIds: new Map(),
    fills: new Map(),
    settled: new Map(),
    latches: new Map(),
    latchTimes: [],
    lastRun: 0,
  };
  const decisions = new Set();
  for (const { run, inputSeq, at, body } of lines) {
    switch (body.kind) {
      case 'opened':
        books.lastRun = body.run;
        break;
      case 'opening':
        books.opening.set(body.shard, (books.opening.get(body.shard) ?? 0n) + big(body.amount));
        break;
      case 'intent': {
        const { clientOrderId: id, ticker, reduceOnly } = body.terms;
        const decision = `run ${run}, input ${inputSeq}, ${ticker}`;
        if (books.intents.has(id)) books.wrong.push(`ledger: ${id} was intended twice`);
        if (decisions.has(decision))
          books.wrong.push(`ledger: two orders for one decision: ${decision}`);
        decisions.add(decision);
        books.intents.set(id, { ticker, reduceOnly });
        books.ends.set(id, 'intent');
        break;
      }
      case 'order':
        if (typeof body.event.orderId === 'string')
          books.orderIds.set(body.clientOrderId, body.event.orderId);
        books.ends.set(body.clientOrderId, body.event.kind);
        if (
          body.event.kind === 'sent' &&
          books.latches.size > 0 &&
          !books.intents.get(body.clientOrderId)?.reduceOnly
        )
          books.wrong.push(
            `ledger: ${body.clientOrderId} was sent while ${[...books.latches.keys()].join()} held`,
          );
        break;
      case 'fill':
        if (books.fills.has(body.tradeId))
          books.wrong.push(`ledger: fill ${body.tradeId} is booked twice`);
        books.orderIds.set(body.clientOrderId, body.orderId);
        books.ends.set(body.clientOrderId, 'fill');
        books.fills.set(body.tradeId, {
          orderId: body.orderId,
          ticker: body.ticker,
          shard: body.shard,
          count: big(body.count),
          price: big(body.yesPrice),
          fee: big(body.fee),
        });
        break;
      case 'settled':
        if (books.settled.has(body.ticker))
          books.wrong.push(`ledger: ${body.ticker} settled twice`);
        books.settled.set(body.ticker, big(body.revenue));
        break;
      case 'latch':
        if (body.set) books.latches.set(body.cause, body.why);
        else books.latches.delete(body.cause);
        books.latchTimes.push({ at, cause: body.cause, set: body.set });
        break;
      case 'adjusted':
        books.wrong.push(`ledger: cash on shard ${body.shard} was adjusted by ${body.amount}`);
        break;
      case 'anomaly':
        books.wrong.push(`ledger: anomaly ${body.code}: ${body.text}`);
        break;
    }
  }
  return books;
}

const unfinished = new Set(['intent', 'durable', 'sent', 'unknown']);

/** Orders whose end the ledger does not know. */
export const openOrders = (books) =>
  [...books.ends].filter(([, kind]) => unfinished.has(kind)).map(([id]) => id);
