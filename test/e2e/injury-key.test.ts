// Goal: the injury feed gets its key, and nothing that the engine writes or says ever holds it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cleanUp, filesBelow, newFolder, run } from './support.js';
import { startVenue, type Venue } from './venue.js';

const canary = 'canary-feed-key-7731';
let venue: Venue;
let feed: Server;
/** What the feed was sent in its header. */
const heard: (string | undefined)[] = [];

beforeAll(async () => {
  venue = await startVenue();
  feed = createServer((request, response) => {
    heard.push(request.headers['x-feed-key'] as string | undefined);
    // The worst of feeds: it repeats the key.
    response.end(JSON.stringify({ data: [], meta: null, you: request.headers['x-feed-key'] }));
  });
  await new Promise<void>((done) => feed.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  feed.closeAllConnections();
  feed.close();
  await cleanUp();
});

it('a key goes to the feed and nowhere else', async () => {
  const dataDir = newFolder();
  const { port } = feed.address() as AddressInfo;
  const end = await run(['--json'], {
    ...venue.env,
    BOT_RUN_ONCE: 'true',
    BOT_DATA_DIR: dataDir,
    SPORTS_INJURY_API_URL: `http://127.0.0.1:${port}/injuries`,
    SPORTS_INJURY_API_KEY: canary,
    BOT_SPORTS_INJURY_KEY_HEADER: 'X-Feed-Key',
    BOT_SPORTS_INJURY_KEY_SCHEME: 'Token',
  });
  expect(end.code, end.err).toBe(0);
  expect(heard.length).toBeGreaterThan(0);
  expect(new Set(heard)).toEqual(new Set([`Token ${canary}`]));
  expect(end.out + end.err).not.toContain(canary);
  const kept = filesBelow(dataDir);
  expect(kept.length).toBeGreaterThan(5);
  let unpacked = '';
  for (const path of kept) {
    expect(readFileSync(path).includes(canary), path).toBe(false);
    if (!path.endsWith('.gz')) continue;
    unpacked += execFileSync('gzip', ['-dc', path], { maxBuffer: 2 ** 28 }).toString();
  }
  expect(unpacked).not.toContain(canary);
  // The answer itself is there, with the key cut out of it.
  expect(unpacked).toContain('[redacted]');
});
