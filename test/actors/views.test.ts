// Goal: what is asked several times a second looks at every order a few times, not once for each market.
import { expect, it } from 'vitest';
import { barredMarkets, holdings } from '../../src/actors/executor/views.js';
import type { Order } from '../../src/domain/order.js';
import {
  type ClientOrderId,
  clientOrderId,
  epochMs,
  quantity,
  ticker,
} from '../../src/domain/units.js';
import { intentFor, marketOf, Rig } from '../support/executor-rig.js';

class CountedOrders extends Map<ClientOrderId, Order> {
  passes = 0;

  override values(): ReturnType<Map<ClientOrderId, Order>['values']> {
    this.passes += 1;
    return super.values();
  }
}

it('a day of orders in 40 markets is passed over a few times', () => {
  const rig = new Rig().paper({ reentryCooldownMs: 0, maxOrdersPerMinute: 1_000 });
  const names = Array.from({ length: 40 }, (_, at) => ticker(`M${at}`));
  for (const name of names) rig.markets.set(name, marketOf(name));
  const id = rig.buy(intentFor());
  const bought = rig.account.orders.get(id);
  if (bought === undefined) throw new Error('no order');
  const orders = new CountedOrders();
  for (const name of names) {
    const own = clientOrderId(`id-${name}`);
    // The last ones are still on their way.
    const change = name.endsWith('9') ? { status: 'sent' as const, filled: quantity(0) } : {};
    const terms = { ...bought.terms, ticker: name, clientOrderId: own };
    orders.set(own, { ...bought, terms, ...change });
  }
  const state = { ...rig.state, account: { ...rig.account, orders } };

  const barred = barredMarkets(state, epochMs(rig.now + 1));
  expect(barred).toEqual(
    ['M19', 'M29', 'M39', 'M9'].map((name) => ({ ticker: name, reason: 'in_flight' })),
  );
  expect(orders.passes).toBeLessThanOrEqual(3);
  orders.passes = 0;
  holdings(state);
  expect(orders.passes).toBeLessThanOrEqual(2);
});
