// Goal: what is watched is valued whatever it looks like; a name that means nothing is told, or ends a strict run.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cleanUp, type Env, linesOf, newFolder, run } from './support.js';
import { startVenue, type Venue } from './venue.js';

let venue: Venue;
let env: Env;
/** A market that no scan would choose: nothing was traded in it. */
let quiet: string;

beforeAll(async () => {
  venue = await startVenue({ speed: 5, args: ['--markets', '200'] });
  const { KALSHI_API_KEY_ID: _id, KALSHI_PRIVATE_KEY_PATH: _key, ...keyless } = venue.env;
  env = { ...keyless, BOT_EXECUTION_MODE: 'paper', BOT_RUN_ONCE: 'true' };
  const reply = await fetch(`${venue.ready.rest}/trade-api/v2/markets?status=open&limit=1000`);
  const { markets } = (await reply.json()) as {
    markets: readonly { ticker: string; volume_24h_fp: string; mve_collection_ticker?: string }[];
  };
  const least = markets
    .filter((market) => market.mve_collection_ticker === undefined)
    .sort((a, b) => Number(a.volume_24h_fp) - Number(b.volume_24h_fp))[0];
  quiet = least?.ticker ?? '';
});
afterAll(cleanUp);

const watching = (
  list: string,
  over: Env = {},
): { readonly env: Env; readonly dataDir: string } => {
  const dataDir = newFolder();
  return {
    dataDir,
    env: {
      ...env,
      BOT_DATA_DIR: dataDir,
      BOT_SCAN_MAX_MARKETS: '5',
      BOT_VALUATION_MARKETS: '3',
      BOT_SCAN_MIN_VOLUME: '1000000',
      BOT_WATCH_LIST: list,
      ...over,
    },
  };
};

it('best effort: values it, and warns of what it does not know', async () => {
  const at = watching(`mine,no such market ${'x'.repeat(5)}`, {
    KALSHI_MARKET_ALIASES: `mine=${quiet}`,
  });
  const end = await run([], at.env);
  expect(end.code, end.err).toBe(0);
  const told = linesOf(end.out).filter((line) => line.includes('watch list'));
  expect(told, end.out).toHaveLength(1);
  expect(told[0]).toMatch(/watch list: "no such market xxxxx" fits no listed market/);
  const folder = join(at.dataDir, 'cycles');
  const [file = ''] = readdirSync(folder);
  const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    result: { verdicts: readonly { ticker: string; reason: string }[] };
  };
  expect(result.verdicts.map(({ ticker }) => ticker)).toEqual([quiet]);
});

it('strict: ends with 2 and the candidates before anything is bought', async () => {
  const words = 'temperature in Atlanta';
  const at = watching(`${quiet},${words}`, { BOT_MARKET_RESOLUTION: 'strict' });
  const end = await run(['--json'], at.env);
  expect(end.code, end.err).toBe(2);
  const lines = linesOf(end.err).filter((line) => !line.startsWith('warning: '));
  expect(lines, end.err).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^BOT_WATCH_LIST: "temperature in Atlanta" fits several markets; give the ticker of one: KX.*strict/,
  );
  expect(end.out).toMatch(/"submitted":0/);
  const good = await run([], watching(quiet, { BOT_MARKET_RESOLUTION: 'strict' }).env);
  expect(good.code, good.err).toBe(0);
});
