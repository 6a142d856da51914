/** The simulator as a process, and its public API as a customer reads it: with nothing of the engine's own code. */
import { constants, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Env, type Running, sleep, start, until } from './support.js';

export type Ready = {
  readonly rest: string;
  readonly ws: string;
  readonly keyId: string;
  readonly privateKeyPath: string;
  readonly clock: object;
};
export type Row = Readonly<Record<string, unknown>>;
export type Venue = {
  readonly running: Running;
  readonly ready: Ready;
  /** What points an engine at it, live, with nothing but the environment. */
  readonly env: Env;
  readonly list: (path: string, rows: string, query?: string) => Promise<readonly Row[]>;
  /** A signed write that has no body. */
  readonly put: (path: string) => Promise<void>;
  readonly fault: (body: object) => Promise<void>;
  readonly stats: () => Promise<Stats>;
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
};
export type Stats = Readonly<Record<string, number>> & {
  readonly faults: Readonly<Record<string, number>>;
};

/** A Monday morning in New York, so that a seed is a world. */
const originMs = Date.UTC(2026, 10, 23, 14, 0, 0);

export async function startVenue(
  options: {
    readonly seed?: number;
    readonly speed?: number;
    readonly args?: readonly string[];
  } = {},
): Promise<Venue> {
  const { seed = 7, speed = 20, args = [] } = options;
  const numbers = ['--seed', seed, '--speed', speed, '--origin', originMs].map(String);
  const running = start(['simulator', ...numbers, ...args]);
  const first = await until('the simulator is ready', () => /^.*\n/.exec(running.out())?.[0], {
    log: running.err,
  });
  const ready = JSON.parse(first) as Ready;
  const key = createPrivateKey(readFileSync(ready.privateKeyPath));
  const post = async (path: string, body: object): Promise<void> => {
    const reply = await fetch(`${ready.rest}/simulator/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
  };
  return {
    running,
    ready,
    env: {
      KALSHI_API_BASE_URL: ready.rest,
      KALSHI_WS_URL: ready.ws,
      KALSHI_API_KEY_ID: ready.keyId,
      KALSHI_PRIVATE_KEY_PATH: ready.privateKeyPath,
      BOT_CLOCK: JSON.stringify(ready.clock),
      BOT_EXECUTION_MODE: 'live',
      BOT_ALLOW_HEURISTIC_IN_LIVE: 'true',
    },
    list: (path, rows, query = '') => listAll(ready, key, path, rows, query),
    put: async (name) => {
      const path = `/trade-api/v2${name}`;
      const reply = await fetch(`${ready.rest}${path}`, {
        method: 'PUT',
        headers: signedFor(ready, key, 'PUT', path),
      });
      if (!reply.ok) throw new Error(`${name}: ${await reply.text()}`);
    },
    fault: (body) => post('fault', body),
    stats: async () => (await (await fetch(`${ready.rest}/simulator/stats`)).json()) as Stats,
    freeze: () => post('freeze', {}),
    thaw: () => post('freeze', { on: false }),
  };
}

function signedFor(ready: Ready, key: KeyObject, method: string, path: string) {
  const at = String(Date.now());
  const signature = sign('sha256', Buffer.from(`${at}${method}${path}`), {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
  return {
    'kalshi-access-key': ready.keyId,
    'kalshi-access-timestamp': at,
    'kalshi-access-signature': signature.toString('base64'),
  };
}

/** Every row of a private list, page by page, signed here. */
async function listAll(
  ready: Ready,
  key: KeyObject,
  name: string,
  rows: string,
  query: string,
): Promise<readonly Row[]> {
  const path = `/trade-api/v2${name}`;
  const all: Row[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const reply = await fetch(`${ready.rest}${path}?limit=1000&cursor=${cursor}${query}`, {
      headers: signedFor(ready, key, 'GET', path),
    });
    const page = (await reply.json()) as Record<string, unknown>;
    if (reply.ok) {
      all.push(...(page[rows] as Row[]));
      const next = page['cursor'];
      cursor = typeof next === 'string' && next !== '' ? next : null;
    }
    // The engine spends the same budget.
    else if (reply.status === 429) await sleep(500);
    else throw new Error(`${name}: ${JSON.stringify(page)}`);
  }
  return all;
}
