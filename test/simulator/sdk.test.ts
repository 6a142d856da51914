import { Configuration, ExchangeApi, MarketApi, OrdersApi, PortfolioApi } from 'kalshi-typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, listing, quote, startClient, storyWorld, TICKER } from './support.js';

/** The exchange's own client, which knows nothing of this simulator, as a second opinion on paths, signatures and shapes. */
describe('the official client', () => {
  let client: Client;
  let configuration: Configuration;
  beforeAll(async () => {
    client = await startClient({
      world: storyWorld([[0, [...listing, quote([[4_700, 300]], [[4_800, 300]])]]]),
    });
    const { rest, keyId, privateKeyPath } = client.simulator.ready;
    configuration = new Configuration({
      apiKey: keyId,
      privateKeyPath,
      basePath: `${rest}/trade-api/v2`,
    });
  });
  afterAll(() => client.simulator.stop());

  it('lists markets and reads the exchange’s status', async () => {
    const markets = await new MarketApi(configuration).getMarkets(10);
    expect(markets.data.markets.map((market) => market.ticker)).toEqual([TICKER]);
    expect(markets.data.cursor).toBe('');
    expect((await new ExchangeApi(configuration).getExchangeStatus()).data.trading_active).toBe(
      true,
    );
  });

  it('signs in and reads the balance', async () => {
    const balance = await new PortfolioApi(configuration).getBalance();
    expect(balance.data.balance).toBe(1_000_000);
  });

  it('places an order, finds it, cancels it', async () => {
    const orders = new OrdersApi(configuration);
    const created = await orders.createOrderV2({
      ticker: TICKER,
      side: 'bid',
      count: '2.00',
      price: '0.3000',
      time_in_force: 'good_till_canceled',
      self_trade_prevention_type: 'taker_at_cross',
      client_order_id: 'from-the-sdk',
    });
    expect(created.status).toBe(201);
    const { order_id: orderId } = created.data;
    const found = await orders.getOrder(orderId);
    expect(found.data.order).toMatchObject({ client_order_id: 'from-the-sdk', status: 'resting' });
    const canceled = await orders.cancelOrderV2(orderId, undefined, undefined, TICKER);
    expect(canceled.data.reduced_by).toBe('2.00');
    await expect(orders.cancelOrderV2(orderId, undefined, undefined, TICKER)).rejects.toMatchObject(
      { response: { status: 404 } },
    );
  });

  it('takes what is offered and sees its fill and position', async () => {
    const orders = new OrdersApi(configuration);
    const created = await orders.createOrderV2({
      ticker: TICKER,
      side: 'ask',
      count: '1.00',
      price: '0.0100',
      time_in_force: 'immediate_or_cancel',
      self_trade_prevention_type: 'maker',
    });
    expect(created.data).toMatchObject({ fill_count: '1.00', average_fill_price: '0.4700' });
    const portfolio = new PortfolioApi(configuration);
    const fills = await portfolio.getFills();
    expect(fills.data.fills.map((fill) => fill.order_id)).toEqual([created.data.order_id]);
    const positions = await portfolio.getPositions();
    expect(positions.data.market_positions.map((position) => position.position_fp)).toEqual([
      '-1.00',
    ]);
  });
});
