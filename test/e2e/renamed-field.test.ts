// Goal: an exchange that renamed one field of an answer is caught by doctor, which names endpoint, field and the new name.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cleanUp, type End, jsonOf, newFolder, run } from './support.js';
import { startVenue, type Venue } from './venue.js';

let venue: Venue;
let renames: Readonly<Record<string, string>> = {};
let server: Server;

/** Asks the exchange what was asked here, and gives fields of its answer another name. */
async function passOn({ headers, url = '' }: IncomingMessage): Promise<[Response, string]> {
  const signed = Object.entries(headers).filter(([name]) => name.startsWith('kalshi'));
  const answer = await fetch(`${venue.ready.rest}${url}`, {
    headers: signed.map(([name, value]): [string, string] => [name, String(value)]),
  });
  let body = await answer.text();
  for (const [from, to] of Object.entries(renames))
    body = body.replaceAll(`"${from}":`, `"${to}":`);
  return [answer, body];
}

beforeAll(async () => {
  venue = await startVenue({ speed: 20, args: ['--markets', '30'] });
  server = createServer((request, response) => {
    void passOn(request).then(([answer, body]) =>
      response.writeHead(answer.status, { date: answer.headers.get('date') ?? '' }).end(body),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  server.close();
  await cleanUp();
});

const doctor = (args: readonly string[]): Promise<End> =>
  run(['doctor', ...args], {
    ...venue.env,
    BOT_DATA_DIR: newFolder(),
    KALSHI_API_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });

it('is named with its endpoint and its new name, wherever it was renamed', async () => {
  renames = {
    yes_bid_dollars: 'yes_bid_usd',
    fee_multiplier: 'fee_factor',
    balance_breakdown: 'balances',
  };
  const end = await doctor(['--json']);
  const checks = jsonOf(end.out)['checks'] as readonly {
    readonly code: string;
    readonly status: string;
    readonly details?: readonly string[];
  }[];
  const detailsOf = (code: string): readonly string[] => {
    const row = checks.find((each) => each.code === code);
    expect(row?.status, end.out).toBe('fail');
    return row?.details ?? [];
  };
  expect(detailsOf('public_shapes')).toEqual([
    'GET /markets: `yes_bid_dollars` is gone; new: `yes_bid_usd`',
    'GET /markets/{ticker}: `yes_bid_dollars` is gone; new: `yes_bid_usd`',
    'GET /series/{ticker}: `fee_multiplier` is gone; new: `fee_factor`',
    'no market has quotes on both sides, so no book was seen',
  ]);
  expect(detailsOf('account_shapes')).toEqual([
    'GET /portfolio/balance: `balance_breakdown` is gone; new: `balances`',
  ]);
});

it('is said to people, and ends with 1', async () => {
  renames = { exchange_index: 'shard_index' };
  const { out, code } = await doctor([]);
  expect(out).toMatch(
    /^FAIL {2}public_shapes +GET \/markets: `exchange_index` is gone; new: `shard_index`/m,
  );
  expect(code).toBe(1);
});
