import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, listing, quote, startClient, storyWorld, TICKER } from './support.js';

const FOLDER = '../shared/data/kalshi-demo-2026-06';
const absent = !existsSync(FOLDER);
const why = absent ? ' (skipped: the recorded responses are not here)' : '';

const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'));

/** Fields that were recorded in June 2026 and are no longer sent. */
const GONE = new Set([
  'fractional_trading_enabled',
  'liquidity_dollars',
  'response_price_units',
  'resting_orders_count',
  'service',
]);
/** Fields that only some markets or orders have. */
const SOMETIMES = new Set([
  'custom_strike',
  'floor_strike',
  'cap_strike',
  'client_order_id',
  'early_close_condition',
  'primary_participant_key',
]);

/** Every field of the recording, as `path: type`; lists are described by their first element. */
function shape(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : shape(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null)
    return [`${path}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) =>
    GONE.has(key) || SOMETIMES.has(key) ? [] : shape(inner, `${path}.${key}`),
  );
}

describe.skipIf(absent)(`every recorded field is there, with its type${why}`, () => {
  let client: Client;
  const answers = new Map<string, unknown>();
  const order = { price: '0.0100', count: '1.00', client_order_id: 'one' };
  beforeAll(async () => {
    client = await startClient({
      world: storyWorld([[0, [...listing, quote([[4_700, 300]], [[4_800, 300]])]]]),
    });
    const note = async (
      name: string,
      got: Promise<{ readonly body: unknown }>,
    ): Promise<unknown> => {
      const { body } = await got;
      answers.set(name, body);
      return body;
    };
    const made = (await note('orders__create_v2_maker', client.order(order))) as {
      order_id: string;
    };
    await note('orders__duplicate_client_order_id', client.order(order));
    await note('orders__get_after_create', client.get(`/portfolio/orders/${made.order_id}`));
    await note('orders__cancel_v2', client.remove(`/portfolio/events/orders/${made.order_id}`));
    await note('orders__cancel_unknown_id', client.remove('/portfolio/events/orders/nope'));
    await note(
      'orders__create_v2_taker_ioc',
      client.order({ price: '0.9900', count: '1.00', time_in_force: 'immediate_or_cancel' }),
    );
    await note('orders__invalid_price_structure', client.order({ price: '0.5150' }));
    await note(
      'orders__insufficient_balance',
      client.order({ price: '0.9900', count: '90000.00' }),
    );
    await note('orders__post_only_cross', client.order({ price: '0.9900', post_only: true }));
    await note('orders__numeric_field_types', client.order({ count: 1, price: 0.01 }));
    await note('portfolio__orders_list', client.get('/portfolio/orders'));
    await note('portfolio__positions', client.get('/portfolio/positions'));
    await note('fills__after_taker', client.get('/portfolio/fills'));
    await note('settlements__page', client.get('/portfolio/settlements'));
    await note('auth__balance_ok', client.get('/portfolio/balance'));
    await note('account__limits', client.get('/account/limits'));
    await note('markets__single', client.get(`/markets/${TICKER}`));
    await note('markets__page1', client.get('/markets'));
    await note('markets__limit_over_max', client.get('/markets?limit=1001'));
    await note('orderbook__base', client.get(`/markets/${TICKER}/orderbook`));
    await note('trades__public_recorded', client.get('/markets/trades'));
    await note('exchange__status', client.get('/exchange/status'));
    await note('series__fee_changes', client.get('/series/fee_changes'));
    await note('auth__missing_signature_header', client.raw('/trade-api/v2/portfolio/balance'));
  });
  afterAll(() => client.simulator.stop());

  const sameWords = new Set([
    'orders__invalid_price_structure',
    'orders__post_only_cross',
    'orders__numeric_field_types',
    'orders__cancel_unknown_id',
    'markets__limit_over_max',
    'settlements__page',
    'series__fee_changes',
    'auth__missing_signature_header',
  ]);
  const names = [
    'orders__create_v2_maker',
    'orders__duplicate_client_order_id',
    'orders__get_after_create',
    'orders__cancel_v2',
    'orders__create_v2_taker_ioc',
    'orders__insufficient_balance',
    'portfolio__orders_list',
    'portfolio__positions',
    'fills__after_taker',
    'auth__balance_ok',
    'account__limits',
    'markets__single',
    'markets__page1',
    'orderbook__base',
    'trades__public_recorded',
    'exchange__status',
    ...sameWords,
  ];
  it.each(names)('in %s', (name) => {
    const answer = answers.get(name);
    const given = new Set(shape(answer));
    expect(shape(recorded(name)).filter((field) => !given.has(field))).toEqual([]);
    if (!sameWords.has(name)) return;
    const words = JSON.parse(
      JSON.stringify(recorded(name), (key, inner: unknown) => (GONE.has(key) ? undefined : inner)),
    ) as unknown;
    expect(answer).toEqual(words);
  });
});
