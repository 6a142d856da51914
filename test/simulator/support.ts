/** A world small enough to hold in the head, and a client that signs and talks, written apart from the engine's. */
import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import type { CreateOrder } from '../../src/simulator/core/orders.js';
import type { Answer } from '../../src/simulator/core/refusals.js';
import { makeExchange, openAccount } from '../../src/simulator/core/state.js';
import { type Message, type ReplyOf, step } from '../../src/simulator/core/step.js';
import type {
  Account,
  ExchangeEvent,
  ExchangeState,
  Order,
} from '../../src/simulator/core/types.js';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/main.js';
import type {
  SimEvent,
  SimMarket,
  SimSeries,
  World,
  WorldCommand,
} from '../../src/simulator/world/types.js';

export const ORIGIN = 1_800_000_000_000;
export const HOUR = 3_600_000;

export const series = (over: Partial<SimSeries> = {}): SimSeries => ({
  ticker: 'KXTEST',
  title: 'Test',
  category: 'Climate and Weather',
  tags: ['Test'],
  frequency: 'daily',
  settlementSources: [{ name: 'Source', url: 'https://example.com' }],
  feeType: 'quadratic',
  feeMultiplier: 1,
  exchangeIndex: 0,
  ...over,
});

export const event = (over: Partial<SimEvent> = {}): SimEvent => ({
  ticker: 'KXTEST-27JAN15',
  seriesTicker: 'KXTEST',
  title: 'Test event',
  subTitle: 'On Jan 15',
  category: 'Climate and Weather',
  mutuallyExclusive: true,
  strikeDateMs: ORIGIN + HOUR,
  exchangeIndex: 0,
  ...over,
});

export const market = (over: Partial<SimMarket> = {}): SimMarket => ({
  ticker: 'KXTEST-27JAN15-T50',
  eventTicker: 'KXTEST-27JAN15',
  title: 'Will it?',
  yesSubTitle: '50 or above',
  strikeType: 'greater',
  floorStrike: 50,
  capStrike: null,
  customStrike: null,
  rulesPrimary: 'If it does, then the market resolves to Yes.',
  rulesSecondary: '',
  openMs: ORIGIN,
  closeMs: ORIGIN + HOUR,
  expectedExpirationMs: ORIGIN + HOUR,
  settlementTimerSeconds: 60,
  priceLevelStructure: 'linear_cent',
  priceRanges: [{ start: 0, end: 10_000, step: 100 }],
  volume: 0,
  volume24h: 0,
  openInterest: 0,
  exchangeIndex: 0,
  provisional: false,
  multivariate: false,
  ...over,
});

export const TICKER = market().ticker;

/** What happens at which second after the origin. */
export type Story = readonly (readonly [second: number, commands: readonly WorldCommand[]])[];

/** A world that tells a story: everything at second 0 is there from the start. */
export function storyWorld(story: Story): World {
  return {
    start: () => ({
      commands: story.filter(([second]) => second === 0).flatMap(([, commands]) => commands),
      wake: story.flatMap(([second], index) =>
        second === 0
          ? []
          : [{ atMs: ORIGIN + second * 1000, kind: 'story', key: '', count: index }],
      ),
    }),
    index: (id, atMs) => (id === 'BRTI' ? 70_000 + (atMs - ORIGIN) / 1_000 : null),
    handle: ({ count }) => ({ commands: story[count]?.[1] ?? [], wake: [] }),
    evidence: (source, path, query, atMs) =>
      path === '/none'
        ? null
        : {
            status: 200,
            contentType: 'text/plain',
            body: `${source} ${path} ${query.toString()} ${atMs >= ORIGIN}`,
          },
  };
}

export const listing: readonly WorldCommand[] = [
  { kind: 'series', series: series() },
  { kind: 'event', event: event() },
  { kind: 'market', market: market() },
];

export const quote = (
  yes: readonly (readonly [number, number])[],
  no: readonly (readonly [number, number])[],
  agent = 'maker',
  ticker = TICKER,
): WorldCommand => ({ kind: 'quote', agent, ticker, yes, no });

/** The core alone, at the origin, with as many accounts as asked for. */
export type Bench = {
  readonly state: ExchangeState;
  readonly accounts: readonly Account[];
  readonly events: ExchangeEvent[];
  readonly at: (second: number) => void;
  readonly send: <M extends Message>(message: M) => Answer<ReplyOf<M>>;
  readonly account: (index: number) => Account;
  /** Places an order, by default a resting bid of 10 at 50 cents. */
  readonly place: (over?: Partial<CreateOrder>, account?: number) => Answer<Order>;
};

export function makeBench(
  story: Story = [[0, listing]],
  dollars: readonly number[] = [1000],
): Bench {
  const state = makeExchange(storyWorld(story), 7);
  let nowMs = ORIGIN;
  const events: ExchangeEvent[] = [];
  const send = <M extends Message>(message: M): Answer<ReplyOf<M>> => {
    const stepped = step(state, message, nowMs);
    events.push(...stepped.events);
    return stepped.answer;
  };
  send({ kind: 'advance' });
  const accounts = dollars.map((amount, index) =>
    openAccount(state, `account-${index}`, new Map([[0, amount * 1_000_000]])),
  );
  const account = (index: number): Account => {
    const found = accounts[index];
    if (found === undefined) throw new Error(`no account ${index}`);
    return found;
  };
  return {
    state,
    accounts,
    events,
    send,
    account,
    at: (second) => {
      nowMs = ORIGIN + second * 1000;
      send({ kind: 'advance' });
    },
    place: (over = {}, index = 0) =>
      send({ kind: 'create', account: account(index), ask: orderAsk(over) }),
  };
}

export const orderAsk = (over: Partial<CreateOrder> = {}): CreateOrder => ({
  ticker: TICKER,
  side: 'bid',
  quantity: 1_000,
  price: 5_000,
  timeInForce: 'good_till_canceled',
  selfTrade: 'taker_at_cross',
  clientOrderId: null,
  expirationMs: null,
  postOnly: false,
  reduceOnly: false,
  cancelOnPause: false,
  groupId: null,
  exchangeIndex: null,
  ...over,
});

export function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.refusal.code}`);
  return answer.value;
}

export const refusalOf = (answer: Answer<unknown>): string =>
  answer.ok ? 'accepted' : answer.refusal.code;

/** What an HTTP answer was, with its body read. */
export type Got = { readonly status: number; readonly body: unknown; readonly text: string };

export type Signer = { readonly keyId: string; readonly key: KeyObject };

export function signedHeaders(
  signer: Signer,
  method: string,
  path: string,
  skewMs = 0,
): Record<string, string> {
  const timestamp = String(Date.now() + skewMs);
  const message = Buffer.from(timestamp + method + path, 'utf8');
  const signature =
    signer.key.asymmetricKeyType === 'ed25519'
      ? sign(null, message, signer.key)
      : sign('sha256', message, {
          key: signer.key,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        });
  return {
    'KALSHI-ACCESS-KEY': signer.keyId,
    'KALSHI-ACCESS-TIMESTAMP': timestamp,
    'KALSHI-ACCESS-SIGNATURE': signature.toString('base64'),
  };
}

const PREFIX = '/trade-api/v2';

export type Client = {
  readonly simulator: Simulator;
  readonly signer: Signer;
  readonly get: (path: string) => Promise<Got>;
  readonly post: (path: string, body: unknown) => Promise<Got>;
  readonly put: (path: string, body: unknown) => Promise<Got>;
  readonly remove: (path: string, body?: unknown) => Promise<Got>;
  readonly raw: (path: string, init?: RequestInit) => Promise<Got>;
  readonly admin: (path: string, body?: unknown) => Promise<Got>;
  readonly order: (over?: Record<string, unknown>) => Promise<Got>;
};

async function read(response: Response): Promise<Got> {
  const text = await response.text();
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Not every answer is JSON.
  }
  return { status: response.status, body, text };
}

export async function startClient(options: SimulatorOptions = {}): Promise<Client> {
  const simulator = await startSimulator({
    originMs: ORIGIN,
    world: storyWorld([[0, listing]]),
    tier: 'prestige',
    ...options,
  });
  const { rest, keyId, privateKeyPath } = simulator.ready;
  const signer = { keyId, key: createPrivateKey(readFileSync(privateKeyPath)) };
  const call = async (method: string, path: string, body?: unknown): Promise<Got> => {
    const full = PREFIX + path;
    const response = await fetch(rest + full, {
      method,
      headers: {
        ...signedHeaders(signer, method, full.split('?')[0] ?? ''),
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return read(response);
  };
  return {
    simulator,
    signer,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    remove: (path, body) => call('DELETE', path, body),
    raw: async (path, init) => read(await fetch(rest + path, init)),
    admin: async (path, body) =>
      read(
        await fetch(`${rest}/simulator/${path}`, {
          method: path === 'stats' ? 'GET' : 'POST',
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
    order: (over = {}) =>
      call('POST', '/portfolio/events/orders', {
        ticker: TICKER,
        side: 'bid',
        count: '10.00',
        price: '0.5000',
        time_in_force: 'good_till_canceled',
        self_trade_prevention_type: 'taker_at_cross',
        ...over,
      }),
  };
}

export type SocketMessage = {
  readonly type: string;
  readonly id?: number;
  readonly sid?: number;
  readonly seq?: number;
  readonly sending_ts_ms: number;
  readonly msg: Readonly<Record<string, unknown>>;
};

export type TestSocket = {
  readonly socket: WebSocket;
  readonly messages: SocketMessage[];
  readonly send: (command: unknown) => void;
  /** Resolves when something received, already or later, passes. */
  readonly until: (
    what: string,
    test: (message: SocketMessage) => boolean,
  ) => Promise<SocketMessage>;
};

export function openSocket(client: Client, path = '/trade-api/ws/v2'): Promise<TestSocket> {
  const { ws } = client.simulator.ready;
  const headers = signedHeaders(client.signer, 'GET', path);
  const socket = new WebSocket(ws, { headers, perMessageDeflate: false });
  const messages: SocketMessage[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString('utf8')) as SocketMessage);
    for (const wake of waiting) wake();
  });
  const until: TestSocket['until'] = (what, test) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(look);
        reject(
          new Error(
            `no ${what} among ${messages.length}: the last: ${messages
              .slice(-10)
              .map((one) => one.type)
              .join(' ')}`,
          ),
        );
      }, 60_000);
      let looked = 0;
      const look = (): void => {
        const hit = messages.slice(looked).find(test);
        looked = messages.length;
        if (hit === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(hit);
      };
      waiting.add(look);
      look();
    });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () =>
      resolve({ socket, messages, until, send: (command) => socket.send(JSON.stringify(command)) }),
    );
  });
}

export const newKeyPair = (
  type: 'rsa' | 'ed25519',
): { readonly key: KeyObject; readonly publicPem: string } => {
  const pair =
    type === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    key: pair.privateKey,
    publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};
