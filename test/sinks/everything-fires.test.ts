// Goal: every metric has said something, and every alert has been told as firing and as over through every channel, in a run
// against faults. A metric or a rule that nothing here triggers fails the test: whoever adds one adds its fault.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callId, micros } from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { Outcome } from '../../src/messages/effect.js';
import type { OperatorCommand } from '../../src/messages/input.js';
import { type AlertRule, alertRules } from '../../src/sinks/alerts/rules.js';
import { type MetricEntry, metricTable } from '../../src/sinks/metrics/table.js';
import { until } from '../e2e/support.js';
import { answerOf, cheap, quoteOf, settings } from '../engine/scripted-run.js';
import { fillSample } from '../exchange/samples.js';
import { AlertReceiver, beat, discord, hook, telegram } from '../support/alert-receiver.js';
import { samplesOf, WatchedRun } from '../support/watched-run.js';

const model = 'claude-opus-5';
/** The position below loses 200 × 2 cents and a dollar of fees; the bill below is 80 cents. */
const tight = { claudeModel: model, inferenceDailyCap: '1', maxDailyLoss: '6' };
const rude = 'a *test* of `this` @everyone \u202e<b> http://evil.example';

let receiver: AlertReceiver;
let run: WatchedRun;
const pages: string[] = [];
/** Of the one market that is bet on. */
let quote = quoteOf(cheap);

type Word = { readonly rule: string; readonly state: string; readonly text: string };
/** What each channel heard, read as its service reads it. */
const heard = (): Readonly<Record<string, readonly Word[]>> => ({
  webhook: receiver.at(hook).map(({ body }) => ({ ...JSON.parse(body), text: body })),
  telegram: receiver.at(telegram).map(({ body }) => spoken(JSON.parse(body).text)),
  discord: receiver.at(discord).map(({ body }) => spoken(JSON.parse(body).content.slice(2))),
});
function spoken(text: string): Word {
  const state = text.startsWith('FIRING: ') ? 'firing' : 'resolved';
  const [rule = ''] =
    Object.entries(alertRules).find(([, { title }]) => text.includes(`: ${title} (`)) ?? [];
  return { rule, state, text };
}
const told = (rule: AlertRule, state: 'firing' | 'resolved') =>
  until(
    `${rule} ${state}`,
    () => heard()['webhook']?.some((word) => word.rule === rule && word.state === state),
    { log: () => JSON.stringify(heard()['webhook']) },
  );

const http = (status: number, body: unknown): readonly Outcome[] => [
  { kind: 'http', status, path: '/', body: JSON.stringify(body) },
];
/** Time goes on: everything that is asked is answered as a quiet exchange does, and the page is read. */
async function pass(seconds: number, isQuoted = true): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    if (isQuoted) run.snapshot(cheap, quote);
    run.tick(1_000);
    for (const effect of run.waiting.splice(0))
      if (['infer', 'place'].includes(effect.request.kind)) run.waiting.push(effect);
      else run.answer(effect, answerOf(effect.request));
    await run.rest();
  }
  pages.push(await run.page());
}
const operator = (command: OperatorCommand) => run.give('operator', { kind: 'operator', command });
const cut = () => run.give('feed', { kind: 'disconnected', connection: 1, reason: 'cut' });
const fill = (more: object) =>
  run.frame({
    type: 'fill',
    sid: 9,
    msg: {
      ...fillSample({ fee_cost: '1.000000' }),
      market_ticker: cheap,
      ticker: undefined,
      yes_price_dollars: '0.2100',
      ts_ms: run.at,
      ...more,
    },
  });
function ask(name: string, usage: object | null, status: number): void {
  const call = { callId: callId(name), model, tickers: [], body: '{}', maxCost: micros(50_000) };
  // The wish alone: whether it is granted is the executor's to say.
  run.engine['trader'].infer(call).subscribe();
  const body = JSON.stringify({ id: `msg-${name}`, model, usage });
  run.reply('infer', [{ kind: 'inference', status, body, lost: 0, detail: '' }]);
}

/** A bet whose price is gone before it leaves, on a disk that takes its time. */
async function slowDisk(): Promise<void> {
  run.ready({ hasClaude: true, settings: settings(tight) });
  run.reply('model', http(200, { id: model, lifecycle: 'active' }));
  run.tick(2_010).reply('value');
  run.delta(cheap, { side: 'no', cents: 100 - quote.ask, by: '-800.00' }).reply('flush');
  // No commit ends before the event loop has had a turn.
  for (let second = 0; second < 5; second += 1) run.tick(1_000);
  pages.push(await run.page());
  await told('ledger_failing', 'firing');
  await pass(60);
  await told('ledger_failing', 'resolved');
}

/** One whose answer is lost: unknown until the exchange has been read twice. */
async function lostAnswer(): Promise<void> {
  run.reply('place', [{ kind: 'failed', code: 'timeout', sent: true, detail: '' }]);
  await pass(32);
  await told('unknown_order', 'firing');
  await pass(90);
  await told('unknown_order', 'resolved');
}

async function lostFeed(): Promise<void> {
  cut();
  await pass(62, false);
  await told('stale_feed', 'firing');
  run.connect();
  await pass(12);
  await told('stale_feed', 'resolved');
}

/** Somebody else trades on the account. One reading comes after it, and one that finds nothing more. */
async function somebodyElse(): Promise<void> {
  fill({ trade_id: 'not ours', order_id: 'not ours' });
  await pass(2);
  await told('divergence', 'firing');
  for (let reading = 0; reading < 2; reading += 1) {
    cut();
    run.connect();
    await pass(2);
  }
  await pass(12);
  await told('divergence', 'resolved');
}

/** One bill that says what was used, and one question that cost nothing. */
async function claudeBills(): Promise<void> {
  ask('a', { input_tokens: 10_000, output_tokens: 30_000 }, 200);
  ask('b', null, 529);
  await pass(3);
  await told('inference_spend', 'firing');
}

async function aPerson(): Promise<void> {
  operator({ kind: 'kill', level: 'halt', why: rude });
  await pass(2);
  await told('trading_held', 'firing');
  operator({ kind: 'resume', why: 'seen' });
  await pass(12);
  await told('trading_held', 'resolved');
}

async function disks(): Promise<void> {
  run.freeBytes = 100e6;
  run.isRecordingRefused = true;
  await pass(3);
  await told('low_disk', 'firing');
  await told('recording_failing', 'firing');
  run.freeBytes = null;
  await pass(12);
  run.freeBytes = 10e9;
  run.isRecordingRefused = false;
  await pass(13);
  await told('low_disk', 'resolved');
  await told('recording_failing', 'resolved');
}

/** A cap that was raised; a bet that fills, loses, recovers and pays. */
async function aBet(): Promise<void> {
  const loose = settings({ ...tight, inferenceDailyCap: '5', reentryCooldownSeconds: '0' });
  run.give('config', { kind: 'settings', settings: loose, changed: ['x'], restart: [] });
  await pass(60);
  await told('inference_spend', 'resolved');
  run.reply('place', http(201, { order_id: 'v1', fill_count: '200.00', remaining_count: '0.00' }));
  const client_order_id = run.effectsOf('place').at(-1)?.order.clientOrderId;
  fill({ trade_id: 't1', order_id: 'v1', client_order_id, count_fp: '200.00' });
  quote = { bid: 19, ask: 21 };
  await pass(3);
  await told('daily_loss', 'firing');
  quote = { bid: 30, ask: 32 };
  await pass(12);
  await told('daily_loss', 'resolved');
  const lifecycle = (event: object) =>
    run.frame({ type: 'market_lifecycle_v2', sid: 8, msg: { market_ticker: cheap, ...event } });
  lifecycle({ event_type: 'determined', result: 'yes' });
  lifecycle({ event_type: 'settled' });
  const paid = { ticker: cheap, market_result: 'yes', revenue: 20_000, value: 100 };
  const settlements = [{ ...paid, settled_time: '2026-09-01T05:00:00Z' }];
  run.reply('settlements', [...http(200, { settlements, cursor: '' }), { kind: 'end', parts: 1 }]);
  await pass(2);
}

/** The run dies without a word in its ledger, and the next one lives. */
async function aDeath(): Promise<void> {
  await run.end('the disk is gone');
  await told('run_failed', 'firing');
  const next = new WatchedRun(run);
  const recovered = await next.watch(receiver);
  run = next;
  run.ready({ run: 2, recovered, settings: settings(tight) });
  await pass(3);
  await told('crash_loop', 'firing');
  await pass(60);
  await told('run_failed', 'resolved');
  run.tick(limits.crashWindowMs);
  await pass(12);
  await told('crash_loop', 'resolved');
}

beforeAll(async () => {
  receiver = await AlertReceiver.start();
  run = new WatchedRun();
  await run.watch(receiver);
  const faults = [slowDisk, lostAnswer, lostFeed, somebodyElse, claudeBills, aPerson, disks];
  for (const fault of [...faults, aBet, aDeath]) await fault();
});
afterAll(async () => {
  await run.end();
  run.remove();
  await receiver.close();
});

describe('in a run against faults', () => {
  it('every metric says something that is not nothing', () => {
    const moved = new Set<string>();
    for (const page of pages)
      for (const [name, value] of samplesOf(page))
        if (Number.isFinite(value) && value !== 0) moved.add(name.replace(/\{.*/, ''));
    const silent = Object.entries<MetricEntry>(metricTable)
      .filter(([name, { type }]) => !moved.has(type === 'histogram' ? `${name}_count` : name))
      .map(([name]) => name);
    expect(silent).toEqual([]);
  });

  it.each([
    ['evt_stage_seconds_count', 'stage', 'valuation intent durable sent answered'],
    [
      'evt_cap_used_ratio',
      'cap',
      'daily_loss open_exposure market_notional gross_fraction order_rate inference_day',
    ],
    ['evt_orders', 'state', 'open unknown filled'],
    ['evt_claude_tokens_total', 'kind', 'input output'],
    ['evt_claude_calls_total', 'outcome', 'billed released'],
    ['evt_alerts_sent_total', 'channel', 'webhook telegram discord heartbeat'],
  ])('%s has every %s', (name, label, values) => {
    const moved = new Set<string>();
    for (const page of pages)
      for (const [sample, value] of samplesOf(page))
        if (sample.startsWith(`${name}{`) && value > 0)
          moved.add(new RegExp(`${label}="([^"]*)"`).exec(sample)?.[1] ?? '');
    expect([...moved]).toEqual(expect.arrayContaining(values.split(' ')));
  });

  it('no metric has a ticker for a label, and every one its help', () => {
    const page = pages.at(-1) ?? '';
    expect(page).not.toContain('KXBTCD');
    for (const [name, { help, type }] of Object.entries<MetricEntry>(metricTable)) {
      expect(page).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
      expect(help).toMatch(/^[A-Z1].{10,}\.$/);
    }
  });

  it('every alert is told as firing and as over, through every channel', async () => {
    const missing = () =>
      Object.entries(heard()).flatMap(([channel, words]) =>
        Object.keys(alertRules).flatMap((rule) =>
          ['firing', 'resolved']
            .filter((state) => !words.some((word) => word.rule === rule && word.state === state))
            .map((state) => `${channel}: ${rule} ${state}`),
        ),
      );
    expect(Object.keys(heard())).toHaveLength(3);
    await expect.poll(missing).toEqual([]);
  });

  it('each is told once while it lasts, and none as over that was not told', () => {
    const words = heard()['webhook'] ?? [];
    const open = new Set<string>();
    for (const { text } of words) {
      const { key, state } = JSON.parse(text) as { key: string; state: string };
      expect(open.has(key), `${key} ${state}`).toBe(state === 'resolved');
      if (state === 'resolved') open.delete(key);
      else open.add(key);
    }
    expect(words.length).toBeGreaterThan(20);
  });

  it("what the webhook is told is signed, and the heart's address is asked", () => {
    for (const { headers, body } of receiver.at(hook)) {
      const hmac = createHmac('sha256', 'canary-webhook-secret').update(body).digest('hex');
      expect(headers['x-evt-signature']).toBe(`sha256=${hmac}`);
    }
    expect(receiver.at(beat).length).toBeGreaterThan(2);
    expect(receiver.at(beat)[0]?.method).toBe('GET');
  });

  it('what others wrote is no markup, and is told all the same', () => {
    const bodiesOf = (path: string) =>
      receiver
        .at(path)
        .filter(({ body }) => body.includes('evil.example'))
        .map(({ body }) => JSON.parse(body));
    const [chat] = bodiesOf(telegram);
    const [{ offset, length, type }] = chat.entities;
    expect(type).toBe('code');
    expect(chat.text.slice(offset, offset + length)).toBe(
      'halt (operator): a *test* of `this` @everyone <b> http://evil.example',
    );
    expect(chat.parse_mode).toBeUndefined();
    const [room] = bodiesOf(discord);
    expect(room.content.split('```')[1]).toContain('a *test* of ˋthisˋ @everyone');
    expect(room.content.split('```')).toHaveLength(3);
    expect(room.allowed_mentions).toEqual({ parse: [] });
  });

  it('no secret is on the page or in a message', () => {
    for (const text of [...pages, ...receiver.received.map(({ body }) => body)])
      expect(text).not.toMatch(/canary/i);
  });
});
