/** Starts a simulated venue on loopback. Everything the engine needs to know about it is in `ready`. */
import type { AddressInfo } from 'node:net';
import { makeClock } from './clock.js';
import { keyedId } from './core/ids.js';
import { type FaultMix, makeFaults } from './faults.js';
import { type ApiKey, DEFAULT_SKEW, readPublicKey, type SkewWindow } from './http/auth.js';
import { makeBuckets, TIERS, type TierName } from './http/buckets.js';
import { evidencePaths } from './http/evidence-routes.js';
import { makeServer, SOCKET_PATH } from './http/server.js';
import { type KeyType, makeRunKey, type RunKey } from './keys.js';
import { makeHub } from './socket/hub.js';
import { makeTruth } from './truth.js';
import { type RunningVenue, startVenue } from './venue.js';
import type { EvidenceSource, World } from './world/types.js';
import { makeWorld } from './world/world.js';

export type AccountSpec = { readonly keyId: string; readonly publicPem: string };

export type SimulatorOptions = {
  readonly seed?: number;
  readonly markets?: number;
  readonly speed?: number;
  readonly originMs?: number;
  readonly port?: number;
  readonly agentLag?: number;
  readonly tier?: TierName;
  /** Dollars every account opens with. */
  readonly bankroll?: number;
  /** Percent of the bankroll on each shard. */
  readonly shardAllocation?: ReadonlyMap<number, number>;
  readonly keyType?: KeyType;
  readonly skew?: SkewWindow;
  readonly faults?: FaultMix;
  /** Further accounts beside the one that is made. */
  readonly accounts?: readonly AccountSpec[];
  /** A world of one's own instead of the seeded one. */
  readonly world?: World;
  readonly bufferedBytesMax?: number;
};

export type SimulatorReady = {
  readonly schemaVersion: 1;
  readonly rest: string;
  readonly ws: string;
  readonly keyId: string;
  readonly privateKeyPath: string;
  readonly clock: {
    readonly realOriginMs: number;
    readonly marketOriginMs: number;
    readonly speed: number;
  };
  readonly evidence: Readonly<Record<EvidenceSource, string>>;
  readonly seed: number;
};

export type Simulator = {
  readonly ready: SimulatorReady;
  readonly venue: RunningVenue;
  /** Holds world and matching, so that books can be compared exactly. Returns the market time it stopped at. */
  readonly freeze: () => number;
  readonly stop: () => Promise<void>;
};

export const DEFAULTS = {
  seed: 1,
  markets: 1_000,
  speed: 1,
  agentLag: 1,
  tier: 'basic',
  bankroll: 10_000,
  shardAllocation: new Map([
    [0, 50],
    [2, 30],
    [3, 20],
  ]),
} as const;

/** The bankroll on its shards, in micro-dollars; what does not divide stays on the first. */
export function splitBankroll(
  dollars: number,
  allocation: ReadonlyMap<number, number>,
): Map<number, number> {
  const total = Math.round(dollars * 10_000) * 100;
  const cash = new Map<number, number>();
  for (const [shard, percent] of allocation)
    cash.set(shard, Math.floor((total * percent) / 100 / 100) * 100);
  const first = [...cash.keys()][0];
  const given = [...cash.values()].reduce((sum, micros) => sum + micros, 0);
  const percents = [...allocation.values()].reduce((sum, percent) => sum + percent, 0);
  if (first !== undefined && percents === 100)
    cash.set(first, (cash.get(first) ?? 0) + total - given);
  return cash;
}

type Listening = { readonly port: number; readonly close: () => Promise<void> };

function listen(server: ReturnType<typeof makeServer>, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function registerKeys(
  venue: RunningVenue,
  own: { readonly keyId: string; readonly key: RunKey },
  options: SimulatorOptions,
): ReadonlyMap<string, ApiKey> {
  const cash = splitBankroll(
    options.bankroll ?? DEFAULTS.bankroll,
    options.shardAllocation ?? DEFAULTS.shardAllocation,
  );
  const specs = [{ keyId: own.keyId, publicPem: own.key.publicPem }, ...(options.accounts ?? [])];
  const keys = new Map<string, ApiKey>();
  for (const { keyId, publicPem } of specs) {
    const account = venue.openAccount(keyedId(venue.state.seed, 'account', keyId), cash);
    keys.set(keyId, { id: keyId, publicKey: readPublicKey(publicPem), account });
  }
  return keys;
}

/** Rejects only when the port cannot be listened on; the error then carries node's `code`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const seed = options.seed ?? DEFAULTS.seed;
  const originMs = options.originMs ?? Date.now();
  const world =
    options.world ??
    makeWorld({
      seed,
      originMs,
      markets: options.markets ?? DEFAULTS.markets,
      agentLag: options.agentLag ?? DEFAULTS.agentLag,
    });
  const tier = TIERS[options.tier ?? DEFAULTS.tier];
  const faults = makeFaults(seed, options.faults ?? new Map());
  const clock = makeClock(originMs, options.speed ?? DEFAULTS.speed);
  const venue = startVenue(world, seed, clock, tier);
  const hub = makeHub(venue, faults, options.bufferedBytesMax);
  const truth = makeTruth(venue.state);
  // Before anybody is told.
  venue.onEvents(truth.hear);
  venue.onEvents(hub.publish);
  const key = makeRunKey(options.keyType ?? 'rsa');
  const keyId = keyedId(seed, 'key', 0);
  const keys = registerKeys(venue, { keyId, key }, options);
  let skewMs = 0;
  let requests = 0;
  const server = makeServer({
    venue,
    hub,
    faults,
    buckets: makeBuckets(tier),
    keys,
    skew: options.skew ?? DEFAULT_SKEW,
    realNow: () => Date.now() + skewMs,
    admin: {
      freeze: venue.freeze,
      thaw: venue.run,
      armFault: faults.arm,
      clearFaults: faults.clear,
      skewClock: (ms) => {
        skewMs = ms;
      },
      setQueryLag: venue.setQueryLag,
      setExchange: (exchangeActive, tradingActive) => {
        venue.send({ kind: 'exchange', exchangeActive, tradingActive });
      },
      setTransfers: (ms, fail) => {
        venue.send({ kind: 'transfers', ms, fail });
      },
      setMarket: (ticker, active) => venue.send({ kind: 'market', ticker, active }).ok,
      dropSockets: hub.dropAll,
      muteSockets: hub.muteAll,
      overflowSockets: hub.overflowAll,
      stats: () => ({
        seed,
        marketTimeMs: venue.marketNow(),
        frozen: clock.held(),
        markets: venue.state.marketList.length,
        trades: venue.state.counters.trade,
        orders: venue.state.counters.order,
        fills: venue.state.counters.fill,
        settlements: venue.state.counters.settlement,
        requests,
        connections: hub.connections(),
        framesSent: hub.framesSent(),
        faults: faults.counts(),
      }),
      accounts: () => {
        venue.send({ kind: 'advance' });
        return truth.accounts();
      },
    },
  });
  server.on('request', () => {
    requests += 1;
  });
  let listening: Listening;
  try {
    listening = await listen(server, options.port ?? 0);
  } catch (error) {
    venue.stop();
    hub.stop();
    key.remove();
    throw error;
  }
  venue.run();
  const rest = `http://127.0.0.1:${listening.port}`;
  return {
    ready: {
      schemaVersion: 1,
      rest,
      ws: `ws://127.0.0.1:${listening.port}${SOCKET_PATH}`,
      keyId,
      privateKeyPath: key.privateKeyPath,
      clock: {
        realOriginMs: clock.realOriginMs(),
        marketOriginMs: clock.marketOriginMs,
        speed: clock.speed,
      },
      evidence: evidencePaths(rest),
      seed,
    },
    venue,
    freeze: venue.freeze,
    stop: async () => {
      venue.stop();
      hub.stop();
      await listening.close();
      key.remove();
    },
  };
}
