import { HOUR, SECOND } from './calendar.js';
import { normal, type Stream, stream } from './draws.js';

/** The price of one coin as a function of time, in dollars, one print a second, and its volatility of the moment. */
export type Spot = {
  readonly at: (ms: number) => number;
  /** Annualised volatility in force at `ms`. */
  readonly volatility: (ms: number) => number;
  /** Mean of the 60 one-second prints before `endMs`; with `seenMs` before the end, of those seen by then. */
  readonly average: (
    endMs: number,
    seenMs?: number,
  ) => { readonly mean: number; readonly seen: number };
};

export type Coin = {
  readonly symbol: string;
  readonly name: string;
  readonly index: string;
  readonly price: number;
  readonly volatility: number;
  /** Decimals that the settlement average is rounded to. */
  readonly digits: number;
  /** Distance of ladder strikes and width of ranges, dollars. */
  readonly rung: number;
  readonly width: number;
};

export const COINS: readonly Coin[] = [
  {
    symbol: 'BTC',
    name: 'Bitcoin',
    index: 'BRTI',
    price: 78_240,
    volatility: 0.48,
    digits: 2,
    rung: 100,
    width: 250,
  },
  {
    symbol: 'ETH',
    name: 'Ethereum',
    index: 'ETHUSD_RTI',
    price: 2_436,
    volatility: 0.66,
    digits: 2,
    rung: 5,
    width: 10,
  },
  {
    symbol: 'SOL',
    name: 'Solana',
    index: 'SOLUSD_RTI',
    price: 118.4,
    volatility: 0.82,
    digits: 2,
    rung: 0.25,
    width: 0.5,
  },
  {
    symbol: 'XRP',
    name: 'XRP',
    index: 'XRPUSD_RTI',
    price: 1.912,
    volatility: 0.8,
    digits: 4,
    rung: 0.005,
    width: 0.01,
  },
];

const YEAR_SECONDS = 31_536_000;
const CHUNK = 3_600;
const CHUNKS_KEPT = 12;
/** Log volatility reverts to its mean over about three hours. */
const VOL_REVERSION = 1 / 180;
const VOL_OF_VOL = 0.35;

type Knot = { readonly logPrice: number; readonly logVol: number };
type Chunk = { readonly prices: Float64Array; readonly vols: Float64Array };

/** Prices exist from `baseMs` on; before it the first price holds. */
export function makeSpot(seed: number, coin: Coin, baseMs: number): Spot {
  const steps = stream(seed, `spot/${coin.symbol}`);
  const vols = stream(seed, `spot/${coin.symbol}/vol`);
  const market = stream(seed, 'spot/market');
  const startSecond = Math.floor(baseMs / HOUR) * CHUNK;
  const knots: Knot[] = [
    { logPrice: Math.log(coin.price) + 0.03 * normal(vols, 4_000_000_000), logVol: 0 },
  ];
  const chunks = new Map<number, Chunk>();

  /** Chunks are made in order, because each begins where the last ended; an evicted one is made again from its knot. */
  function chunkAt(n: number): Chunk {
    const found = chunks.get(n);
    if (found !== undefined) return found;
    while (knots.length <= n) makeChunk(knots.length - 1);
    return chunks.get(n) ?? makeChunk(n);
  }

  function makeChunk(n: number): Chunk {
    const knot = knots[n] ?? { logPrice: Math.log(coin.price), logVol: 0 };
    const made = walk(coin, knot, n, steps, market, vols);
    if (knots.length === n + 1) knots.push(made.next);
    if (chunks.size >= CHUNKS_KEPT) chunks.delete(chunks.keys().next().value ?? n);
    chunks.set(n, made.chunk);
    return made.chunk;
  }

  function second(ms: number): number {
    return Math.max(0, Math.floor(ms / SECOND) - startSecond);
  }

  function at(ms: number): number {
    const s = second(ms);
    return chunkAt(Math.floor(s / CHUNK)).prices[s % CHUNK] ?? coin.price;
  }

  return {
    at,
    volatility: (ms) => {
      const s = second(ms);
      return chunkAt(Math.floor(s / CHUNK)).vols[Math.floor((s % CHUNK) / 60)] ?? coin.volatility;
    },
    average: (endMs, seenMs = endMs) => {
      let sum = 0;
      let seen = 0;
      for (let ms = endMs - 60 * SECOND; ms < endMs && ms <= seenMs; ms += SECOND) {
        sum += at(ms);
        seen += 1;
      }
      return { mean: seen === 0 ? 0 : sum / seen, seen };
    },
  };
}

function walk(
  coin: Coin,
  knot: Knot,
  n: number,
  steps: Stream,
  market: Stream,
  vols: Stream,
): { chunk: Chunk; next: Knot } {
  const prices = new Float64Array(CHUNK);
  const volatilities = new Float64Array(CHUNK / 60);
  let { logPrice, logVol } = knot;
  let perSecond = 0;
  // Coins move together: half of each step's variance is common to all.
  const common = Math.sqrt(0.5);
  for (let i = 0; i < CHUNK; i += 1) {
    const s = n * CHUNK + i;
    if (i % 60 === 0) {
      const keep = 1 - VOL_REVERSION;
      logVol = logVol * keep + VOL_OF_VOL * Math.sqrt(1 - keep * keep) * normal(vols, s);
      const vol = coin.volatility * Math.exp(logVol);
      volatilities[i / 60] = vol;
      perSecond = vol / Math.sqrt(YEAR_SECONDS);
    }
    prices[i] = Math.exp(logPrice);
    const z = common * normal(market, s) + common * normal(steps, s);
    logPrice += perSecond * z - (perSecond * perSecond) / 2;
  }
  return { chunk: { prices, vols: volatilities }, next: { logPrice, logVol } };
}

/** Rounds to `digits` decimals, as a settlement average is. */
export function roundTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/**
 * Standard deviation, dollars, of what the 60-second average can still differ from its expectation, and that
 * expectation, `leftSeconds` before the end.
 */
export function averageKnowledge(
  spot: Spot,
  ms: number,
  endMs: number,
): { readonly mean: number; readonly sd: number } {
  const price = spot.at(ms);
  const vol = spot.volatility(ms);
  const left = (endMs - ms) / SECOND;
  if (left >= 60) {
    const effective = left - 39.4972;
    return { mean: price, sd: price * vol * Math.sqrt(effective / YEAR_SECONDS) };
  }
  const { mean, seen } = spot.average(endMs, ms);
  const rest = 60 - seen;
  const effective = rest <= 0 ? 0 : ((rest + 1) * (2 * rest + 1)) / (6 * rest);
  return {
    mean: (mean * seen + price * rest) / 60,
    sd: ((price * rest) / 60) * vol * Math.sqrt(effective / YEAR_SECONDS),
  };
}
