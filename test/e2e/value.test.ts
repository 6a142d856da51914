// Goal: one market explained from the exchange the settings select, with the numbers the engine itself decides by.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cleanUp,
  type Env,
  jsonOf,
  linesOf,
  newFolder,
  run,
  start,
  textOf,
  until,
} from './support.js';
import { startVenue, type Venue } from './venue.js';

type Split = Readonly<Record<string, number>>;
type Told = {
  readonly ticker: string;
  readonly edge: number | null;
  readonly money: string;
  readonly bankrollMicros: number;
  readonly holdings: readonly unknown[];
  readonly yes: Split | null;
  readonly no: Split | null;
  readonly asked: readonly { readonly source: string; readonly said: string }[];
  readonly evidence: {
    readonly evidence: { readonly kind: string } | null;
    readonly ageMs: number;
  };
  readonly opinion: { readonly word: { readonly model: string } | null };
  readonly pool: { readonly weight: number } | null;
};

let venue: Venue;
/** Without a key and without evidence, and the same with evidence. */
let env: Env;
let told: Env;
let tickers: readonly string[];

beforeAll(async () => {
  venue = await startVenue({ speed: 5 });
  const { KALSHI_API_KEY_ID: _id, KALSHI_PRIVATE_KEY_PATH: _key, ...keyless } = venue.env;
  env = { ...keyless, BOT_EXECUTION_MODE: 'paper', BOT_DATA_DIR: newFolder() };
  const { evidence } = venue.ready as unknown as { evidence: Readonly<Record<string, string>> };
  told = {
    ...env,
    BOT_NOAA_BASE_URL: evidence['noaa'] ?? '',
    BOT_COINBASE_BASE_URL: evidence['spot'] ?? '',
    BOT_KRAKEN_BASE_URL: evidence['spot'] ?? '',
    BOT_BLOCKCHAIN_BASE_URL: evidence['onchain'] ?? '',
    BOT_MEMPOOL_BASE_URL: evidence['onchain'] ?? '',
    CRYPTO_SENTIMENT_API_URL: `${evidence['sentiment']}/fng/`,
  };
  const reply = await fetch(`${venue.ready.rest}/trade-api/v2/markets?status=open&limit=1000`);
  const { markets } = (await reply.json()) as {
    markets: readonly Readonly<Record<string, string>>[];
  };
  // Quoted near the middle, so that there is an opinion.
  tickers = markets
    .filter(({ yes_bid_dollars: bid, yes_ask_dollars: ask }) => {
      const spread = Number(ask) - Number(bid);
      return Number(bid) > 0.1 && Number(ask) < 0.9 && spread > 0 && spread <= 0.05;
    })
    .map(({ ticker }) => ticker ?? '');
});
afterAll(cleanUp);

const weather = /^KXHIGH/;
function first(series: RegExp): string {
  const name = tickers.find((each) => series.test(each));
  if (name === undefined) throw new Error(`no quoted market of ${series} among ${tickers.join()}`);
  return name;
}
const explained = async (name: string, over: Env = told): Promise<Told> => {
  const end = await run(['value', name, '--explain', '--json'], over);
  expect(end.code, end.err).toBe(0);
  expect(linesOf(end.out)).toHaveLength(1);
  return jsonOf(end.out) as unknown as Told;
};
const addsUp = ({ price, fee, slippage, margin, cost, fair, edge }: Split): void => {
  const parts = [price, fee, slippage, margin].map(Number);
  expect(parts.reduce((sum, each) => sum + each, 0)).toBeCloseTo(Number(cost), 9);
  expect(Number(fair) - Number(cost)).toBeCloseTo(Number(edge), 9);
};

describe('value', () => {
  it.each([
    ['weather', weather, 'noaa'],
    ['crypto', /^KX(BTC|ETH)/, 'spot'],
  ])(
    '%s: asks its sources, pools the model’s word, and its numbers add up',
    async (kind, series, source) => {
      const one = await explained(first(series));
      expect(one.asked.length).toBeGreaterThan(1);
      expect(new Set(one.asked.map(({ said }) => said))).toEqual(new Set(['HTTP 200']));
      expect(one.asked[0]?.source).toBe(source);
      expect(one.evidence.evidence?.kind).toBe(kind);
      expect(one.evidence.ageMs).toBeGreaterThanOrEqual(0);
      expect(one.opinion.word?.model).toBe(kind);
      expect(one.pool?.weight).toBeGreaterThan(0);
      for (const split of [one.yes, one.no]) if (split !== null) addsUp(split);
      expect(one).toMatchObject({ schemaVersion: 1, money: 'setting', bankrollMicros: 1e10 });
    },
  );

  it('tells a person the whole chain, and without --explain one line', async () => {
    const name = first(weather);
    const whole = await run(['value', name, '--explain'], told);
    expect(whole.code, whole.err).toBe(0);
    const labels = linesOf(whole.out).flatMap((line) => /^\w+/.exec(line)?.[0] ?? []);
    expect(labels).toEqual([
      'market',
      'rules',
      'book',
      'evidence',
      'claude',
      'opinion',
      'edge',
      'size',
      'verdict',
    ]);
    expect(whole.out).toMatch(/YES asks \d+¢ × [\d,.]+/);
    expect(whole.out).toMatch(/price .* \+ fee .* \+ slippage .* \+ margin .* = .*; edge /);
    expect(whole.out).toMatch(/claude +not asked/);
    const line = await run(['value', name], told);
    expect(linesOf(line.out)).toHaveLength(1);
    expect(line.out).toMatch(new RegExp(`^${name}: fair .* ± .*\\(weather\\) · market .* · edge `));
  });

  it('counts what the ledger holds, beside a running engine', async () => {
    const dataDir = newFolder();
    const live = { ...venue.env, BOT_DATA_DIR: dataDir };
    // One contract at least, however right the quotes are by now.
    const bought = await run(['--once', '--json'], { ...live, BOT_FORCE_TEST_CANDIDATE: 'true' });
    expect(bought.code, bought.err).toBe(0);
    expect(jsonOf(bought.out)['orders'], bought.out).not.toMatchObject({ filled: 0 });
    const engine = start(['run', '--json'], live);
    const lock = join(dataDir, 'live-loopback-main', 'lock.json');
    await until('it has the ledger', () => textOf(lock) !== '', { log: engine.err });
    const one = await explained(first(weather), live);
    expect(one.money).toBe('ledger');
    expect(one.holdings.length).toBeGreaterThan(0);
    expect(engine.child.exitCode).toBeNull();
    engine.child.kill('SIGTERM');
    expect((await engine.ended).code).toBe(0);
  });
});

describe('a market that is not one', () => {
  const refuses = async (args: readonly string[], over: Env, code: number, says: RegExp) => {
    const end = await run(['value', ...args], { ...env, ...over });
    expect(end.code, end.err).toBe(code);
    const lines = linesOf(end.err).filter((line) => !line.startsWith('warning: '));
    expect(lines, end.err).toHaveLength(1);
    expect(lines[0]).toMatch(says);
    expect(end.out).toBe('');
    return end;
  };

  it('a ticker nobody lists: 2', () =>
    refuses(['KXNO-26-SUCH'], {}, 2, /"KXNO-26-SUCH": .*no such market/));

  it('words of several: 2 with the candidates; one that may be a ticker is asked for as it is, unless strict', async () => {
    const words = 'temp in';
    const strict = { BOT_MARKET_RESOLUTION: 'strict' };
    const named = (input: string): RegExp =>
      new RegExp(`"${input}" fits (several markets; give|no listed market; closest).*KX`);
    await refuses([words], strict, 2, named(words));
    await refuses([words], {}, 2, named(words));
    await refuses(['temp'], strict, 2, named('temp'));
    const end = await refuses(['temp'], {}, 2, /"temp": the exchange knows no such market/);
    expect(end.err).toMatch(/warning: "temp" fits .*; it is asked for as it is/);
  });

  it('an alias is taken for its ticker', async () => {
    const name = first(weather);
    const one = await explained('mine', { ...env, KALSHI_MARKET_ALIASES: `mine=${name}` });
    expect(one.ticker).toBe(name);
  });

  it('nobody there: 5', () =>
    refuses(
      ['KXHIGHNY-26NOV23-B57.5'],
      {
        KALSHI_API_BASE_URL: 'http://127.0.0.1:1',
        KALSHI_WS_URL: 'ws://127.0.0.1:1/trade-api/ws/v2',
      },
      5,
      /127\.0\.0\.1:1: the exchange cannot be reached.*KALSHI_API_BASE_URL/,
    ));

  it('an empty name: 2', () => refuses([' '], {}, 2, /no market is named/));

  it('no market at all: 2', () => refuses([], {}, 2, /missing required argument 'market'/));
});

// Last: a frozen exchange falls behind its own clock.
describe('an explanation', () => {
  it('has the numbers of a cycle of the engine on the same books', async () => {
    const names = [first(weather), first(/^KX(BTC|ETH)/)];
    await venue.freeze();
    const dataDir = newFolder();
    const end = await run([], {
      ...env,
      BOT_RUN_ONCE: 'true',
      BOT_DATA_DIR: dataDir,
      BOT_WATCH_LIST: names.join(','),
      // Refused by the threshold, so that every verdict is of one contract and nobody competes.
      BOT_MISPRICING_THRESHOLD: '0.29',
    });
    expect(end.code, end.err).toBe(0);
    const [file = ''] = readdirSync(join(dataDir, 'cycles'));
    const { result } = JSON.parse(readFileSync(join(dataDir, 'cycles', file), 'utf8')) as {
      result: { verdicts: readonly (Told & Readonly<Record<string, unknown>>)[] };
    };
    for (const name of names) {
      const here = (await explained(name, { ...env, BOT_MISPRICING_THRESHOLD: '0.29' })) as Told &
        Readonly<Record<string, unknown>>;
      const there = result.verdicts.find(({ ticker }) => ticker === name);
      for (const key of [
        'fair',
        'sigma',
        'mid2',
        'side',
        'cost',
        'edge',
        'confidence',
        'kelly',
        'threshold',
        'reason',
      ])
        expect(here[key], `${name} ${key}`).toEqual(there?.[key]);
      expect(here['fair']).not.toBeNull();
    }
  });
});
