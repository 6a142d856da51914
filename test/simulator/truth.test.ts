// Goal: a judge is told what was at stake at its highest, in exact figures, and who the account's books add up for.
import { expect, it } from 'vitest';
import { makeTruth } from '../../src/simulator/truth.js';
import { listing, makeBench, must, quote, startClient, storyWorld, TICKER } from './support.js';

it('remembers the most that was at stake, resting and held, in all and in one market', () => {
  const bench = makeBench([[0, [...listing, quote([[4_700, 30_000]], [[4_800, 30_000]])]]]);
  const truth = makeTruth(bench.state);
  const account = () => {
    truth.hear(bench.events.splice(0));
    return truth.accounts()[0];
  };
  expect(account()).toMatchObject({ exposureMax: '0', marketExposureMax: '0', orders: [] });
  // Ten contracts at 50 cents, none of which trades: five dollars of collateral and the maker's fee on top.
  const resting = must(bench.place());
  const reserved = bench.account(0).reserved.get(TICKER);
  expect(reserved).toBeGreaterThanOrEqual(5_000_000);
  expect(account()).toMatchObject({ exposureMax: String(reserved) });
  must(
    bench.send({
      kind: 'cancel',
      account: bench.account(0),
      ask: { orderId: resting.id, marketTicker: TICKER, exchangeIndex: null },
    }),
  );
  // It is gone, and what it had at stake is remembered; a bigger one raises it.
  expect(account()).toMatchObject({ exposureMax: String(reserved) });
  must(bench.place({ price: 5_200, quantity: 2_000, timeInForce: 'immediate_or_cancel' }));
  const position = bench.account(0).positions.get(TICKER);
  expect(position?.cost).toBe(10_400_000);
  expect(account()).toMatchObject({
    exposureMax: '10400000',
    marketExposureMax: '10400000',
    positions: [{ ticker: TICKER, count: '2000' }],
    fills: [{ ticker: TICKER, count: '2000', price: '5200' }],
  });
});

it('is served to loopback alone', async () => {
  const client = await startClient({ world: storyWorld([[0, listing]]) });
  try {
    const path = `${client.simulator.ready.rest}/simulator/accounts`;
    const { accounts } = (await (await fetch(path)).json()) as { accounts: unknown[] };
    expect(accounts).toMatchObject([{ exposureMax: '0', settlements: [] }]);
    const stranger = await fetch(path, { headers: { origin: 'https://example.com' } });
    expect(stranger.status).toBe(403);
  } finally {
    await client.simulator.stop();
  }
});
