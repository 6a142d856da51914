// Goal: with a key, a whole run asks Claude, pays for it in its ledger to the micro-dollar, and replays without asking again.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costOf, priceOf } from '../../src/domain/inference-prices.js';
import { epochMs } from '../../src/domain/units.js';
import type { DecisionChain } from '../../src/messages/decision-chain.js';
import { linesOf } from '../support/altered-recording.js';
import { MessagesApi, marketsIn } from '../support/messages-api.js';
import {
  cleanUp,
  type End,
  filesBelow,
  jsonOf,
  type LedgerLine,
  ledgerExport,
  newFolder,
  run,
  start,
  textOf,
  until,
} from './support.js';
import { startVenue } from './venue.js';

const model = 'claude-haiku-5-5';
const apiKey = 'sk-ant-e2e-canary-8d1f';
let api: MessagesApi;
let folder: string;
let end: End;
let demo: Record<string, unknown>;
let home: string;
let ledger: readonly LedgerLine[];

const bodies = (kind: string) =>
  ledger.map(({ body }) => body).filter((body) => body.kind === kind);
const charged = (): number => {
  const price = priceOf(model, epochMs(Date.UTC(2026, 10, 23)));
  if (price === null) throw new Error('no price');
  return api.cost((usage) => costOf(price, usage));
};

beforeAll(async () => {
  api = await MessagesApi.start({ apiKey, models: { [model]: 'active' }, p: () => 0.5 });
  // The first question meets a busy service; the SDK asks once more.
  api.faults.push({ kind: 'error', status: 529, type: 'overloaded_error' });
  folder = newFolder();
  end = await run(['demo', '--cycles', '3', '--json', '--no-ui'], {
    BOT_DATA_DIR: folder,
    ANTHROPIC_API_KEY: apiKey,
    ANTHROPIC_BASE_URL: api.url,
    BOT_VALUATION_BATCH_SIZE: '4',
  });
  demo = jsonOf(end.out);
  home = String(demo['recording']).replace(/\/recordings.*/, '');
  ledger = await ledgerExport(home);
});
afterAll(async () => {
  await api.close();
  await cleanUp();
});

describe('a demo with a key for Claude', () => {
  it('looks the model up, asks, and values markets with its word', () => {
    expect(end.code, end.err).toBe(0);
    expect(demo).toMatchObject({ cycles: 3, agreesWithVenue: true, ledger: { balanced: true } });
    expect(api.requests[0]?.path).toBe(`/v1/models/${model}`);
    expect(api.charged.length).toBeGreaterThan(1);
    const models = bodies('cycle').flatMap((body) =>
      (body['verdicts'] as readonly (readonly unknown[])[]).map((row) => row[2]),
    );
    expect(models).toContain('claude');
  });

  it('asks about no market twice, nor about one that a closed form reads', () => {
    const asked = api.requests
      .filter(({ path }) => path === '/v1/messages')
      .slice(1)
      .flatMap(({ body }) => {
        const { messages } = JSON.parse(body) as { messages: { content: string }[] };
        return marketsIn(messages[0]?.content ?? '').map(({ id }) => id);
      });
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.filter((id) => /^KX(HIGH|LOW|TEMP|BTC|ETH)/.test(id))).toEqual([]);
  });

  it('books what was charged to the micro-dollar, each question held for before it was asked', () => {
    const billed = bodies('inference_billed');
    expect(billed.reduce((sum, body) => sum + Number(body['cost']), 0)).toBe(charged());
    expect(billed.every((body) => body['estimated'] === 0)).toBe(true);
    expect(demo['inferenceMicros']).toBe(charged());
    const held = bodies('inference_held').map((body) => body['callId']);
    expect(billed.map((body) => body['callId'])).toEqual(expect.arrayContaining(held));
    expect(new Set(held).size).toBe(held.length);
  });

  it('says so in its summary', async () => {
    const summary = await run(['summary', '--home', home, '--json']);
    expect(jsonOf(summary.out)).toMatchObject({
      inferenceMicros: charged(),
      treasury: { calls: bodies('inference_billed').length, grantedMicros: charged() },
    });
    const told = await run(['summary', '--home', home]);
    expect(told.out).toContain('Claude:');
    const verified = await run(['ledger', 'verify', '--home', home, '--json']);
    expect(jsonOf(verified.out)).toMatchObject({ ok: true, balanced: true });
  });

  it('explains a market with the question, the answer and the bill', async () => {
    const billed = new Map(
      bodies('inference_billed').map((body) => [body['callId'], body['cost']]),
    );
    const told = ledger.flatMap(({ body }) =>
      body.kind === 'cycle'
        ? (body['verdicts'] as readonly (readonly unknown[])[])
            .filter((row) => row[13] === 'claude')
            .map((row) => `1.${String(body['cycle'])}.${String(row[0])}`)
        : [],
    );
    const why = await run(['why', '--home', home, '--json', told[0] ?? '']);
    expect(why.code, why.err).toBe(0);
    const { claude, missing, ticker, opinion } = jsonOf(why.out) as unknown as DecisionChain;
    expect(missing).toEqual([]);
    expect(opinion?.word).toMatchObject({ model: 'claude', fair: claude?.p });
    expect(claude?.calls.length).toBeGreaterThan(0);
    for (const call of claude?.calls ?? []) {
      expect(call.tickers).toContain(ticker);
      expect(call.costMicros).toBe(billed.get(call.callId));
      // Word for word what the provider got and gave.
      expect(api.requests.map(({ body }) => body)).toContain(call.request);
      expect(JSON.parse(call.answer ?? '')).toMatchObject({ type: 'message' });
    }
    expect(why.out).not.toContain(apiKey);
    for (const file of filesBelow(join(home, 'chains')))
      expect(gunzipSync(readFileSync(file)).toString()).not.toContain(apiKey);
  });

  it('replays from its recording alone, Claude’s answers in it', async () => {
    const before = api.requests.length;
    const replayed = await run(['replay', String(demo['recording']), '--json', '--verify']);
    expect(replayed.code, replayed.err).toBe(0);
    expect(jsonOf(replayed.out)).toMatchObject({
      diverged: null,
      decisionsHash: demo['decisionsHash'],
      ledgerHash: (demo['ledger'] as { headHash: string }).headHash,
    });
    expect(api.requests).toHaveLength(before);
    // What Claude was asked is there, too, word for word.
    const asked = linesOf(String(demo['recording']), 'decisions-').filter(
      (line) => line.includes('"effect\\":') && line.includes('"kind\\":\\"infer\\"'),
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every((line) => line.includes('holdSeq'))).toBe(true);
  });

  it('writes the key nowhere', () => {
    const files = filesBelow(folder);
    expect(files.length).toBeGreaterThan(5);
    for (const path of files) expect(textOf(path).includes(apiKey), path).toBe(false);
    expect(end.out + end.err).not.toContain(apiKey);
  });
});

describe('a run whose grant is spent', () => {
  it('trades on without Claude, and says so', async () => {
    const data = newFolder();
    const before = api.charged.length;
    const poor = await run(
      ['demo', '--cycles', '2', '--json', '--no-ui', '--set', 'inferenceGrant=0'],
      {
        BOT_DATA_DIR: data,
        ANTHROPIC_API_KEY: apiKey,
        ANTHROPIC_BASE_URL: api.url,
      },
    );
    expect(poor.code, poor.err).toBe(0);
    expect(api.charged).toHaveLength(before);
    expect(poor.err).toContain('inference_reserve_drained');
    expect(jsonOf(poor.out)).toMatchObject({
      cycles: 2,
      inferenceMicros: 0,
      agreesWithVenue: true,
    });
  });
});

describe('a run that is killed while questions are out', () => {
  it('books each once at its most, takes the true-up that was left for it, and replays', async () => {
    const deaf = await MessagesApi.start({ apiKey, models: { [model]: 'active' }, p: () => 0.5 });
    deaf.faults.push(...Array.from({ length: 20 }, () => ({ kind: 'hang' }) as const));
    const venue = await startVenue();
    const data = newFolder();
    const env = {
      ...venue.env,
      BOT_DATA_DIR: data,
      BOT_SCAN_WS_DELTA_WINDOW_SECS: '1',
      BOT_VALUATION_BATCH_SIZE: '2',
      ANTHROPIC_API_KEY: apiKey,
      ANTHROPIC_BASE_URL: deaf.url,
    };
    const engine = start(['run', '--json'], env);
    const isAsked = () => deaf.requests.filter(({ path }) => path === '/v1/messages').length >= 2;
    await until('two questions are out', isAsked, { log: engine.err });
    engine.child.kill('SIGKILL');
    await engine.ended;
    const place = join(data, 'live-loopback-main');
    const held = (await ledgerExport(place)).filter(({ body }) => body.kind === 'inference_held');
    expect(held.length).toBeGreaterThanOrEqual(2);

    const left = await run(['true-up', '--dollars', '-0.001', '--why', 'invoice'], env);
    expect(left.code, left.err).toBe(0);
    const again = start(['run', '--json'], { ...env, BOT_INFERENCE_GRANT: '0' });
    const waiting = join(data, 'control', 'true_up.live-loopback-main');
    expect(textOf(waiting)).toContain('-1000 invoice');
    const isTaken = () => textOf(waiting) === '';
    await until('the true-up is taken', isTaken, { log: again.err });
    again.child.kill('SIGINT');
    expect((await again.ended).code).toBe(0);

    const lines = await ledgerExport(place);
    const of = (kind: string) => lines.filter(({ body }) => body.kind === kind);
    const billed = of('inference_billed');
    expect(billed.every(({ run: number }) => number === 2)).toBe(true);
    // In whatever order the recovered account lists them.
    expect(new Map(billed.map(({ body }) => [body['callId'], body['estimated']]))).toEqual(
      new Map(held.map(({ body }) => [body['callId'], body['amount']])),
    );
    expect(billed).toHaveLength(held.length);
    expect(of('inference_trued_up').map(({ body }) => body['amount'])).toEqual([-1_000]);
    const verified = await run(['ledger', 'verify', '--home', place, '--json']);
    expect(jsonOf(verified.out)).toMatchObject({ ok: true, balanced: true });
    for (const number of readdirSync(join(place, 'recordings'))) {
      const recording = join(place, 'recordings', number);
      const replayed = await run(['replay', recording, '--json', '--verify']);
      expect(replayed.code, replayed.err).toBe(0);
      expect(jsonOf(replayed.out)).toMatchObject({
        diverged: null,
        verify: { decisions: { problem: null } },
      });
      const { verify } = jsonOf(replayed.out) as { verify: { decisions: { same: number } } };
      expect(verify.decisions.same).toBeGreaterThan(10);
    }
    await deaf.close();
  });
});
