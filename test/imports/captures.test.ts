// Goal: a capture becomes a recording with the same messages at the same times, and its market lists know nothing that the
// messages had not told by then.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { readConfig } from '../../src/config/read.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { importCaptures } from '../../src/imports/captures.js';
import { MetadataReader } from '../../src/imports/metadata.js';
import { TimedWriter } from '../../src/imports/timed-writer.js';
import type { Input } from '../../src/messages/input.js';
import { openedForCapture } from '../../src/replay/engine-target.js';
import { openRecording, readRecording } from '../../src/replay/recording-reader.js';
import { Recorder } from '../../src/sinks/recorder/recorder.js';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
afterAll(() => rmSync(folder, { recursive: true }));

const startMs = Date.UTC(2026, 7, 10, 21, 59, 0);
const message = (type: string, seq: number, msg: object) => ({
  type,
  sid: 1,
  seq,
  msg: { market_ticker: 'KXG-1-00', ...msg },
});
const messages = [
  [
    0,
    message('orderbook_snapshot', 1, {
      yes_dollars_fp: [['0.4000', '5.00']],
      no_dollars_fp: [['0.5800', '7.00']],
    }),
  ],
  [
    10_000,
    message('trade', 2, {
      trade_id: 't-1',
      yes_price_dollars: '0.4200',
      count_fp: '3.00',
      taker_side: 'yes',
      ts: Math.floor(startMs / 1_000),
    }),
  ],
  // After the hole of another market's messages.
  [
    70_000,
    message('orderbook_delta', 9, { side: 'yes', price_dollars: '0.4100', delta_fp: '1.00' }),
  ],
] as const;

const market = {
  ticker: 'KXG-1-00',
  event_ticker: 'KXG-1',
  market_type: 'binary',
  title: 'Gold',
  yes_sub_title: 'up',
  status: 'finalized',
  rules_primary: 'goes up',
  open_time: '2026-08-10T21:45:00Z',
  close_time: '2026-08-10T22:01:00Z',
  settlement_timer_seconds: 1,
  volume_fp: '999.00',
  volume_24h_fp: '999.00',
  open_interest_fp: '5.00',
  price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }],
  result: 'yes',
  settlement_value_dollars: '1.0000',
  settlement_ts: '2026-08-10T22:01:05.462145Z',
  last_price_dollars: '0.9900',
  yes_bid_dollars: '0.0000',
  yes_ask_dollars: '1.0000',
  yes_bid_size_fp: '0.00',
  yes_ask_size_fp: '0.00',
};

async function imported(name: string, lines: readonly string[]) {
  const capture = join(folder, `${name}.ndjson`);
  writeFileSync(capture, lines.map((line) => `${line}\n`).join(''));
  const config = readConfig({}, {});
  if (!config.ok) throw new Error('no settings');
  const metadata = new MetadataReader();
  const event = { event_ticker: 'KXG-1', series_ticker: 'KXG', title: 'Gold', markets: [market] };
  expect(metadata.add(JSON.stringify({ response: { event } }))).toEqual({ ok: true, value: 2 });
  const out = join(folder, name);
  const opened = Recorder.open(
    {
      folder: out,
      run: 1,
      engine: 'test',
      settingsHash: '',
      clock: { realOriginMs: 0, marketOriginMs: 0, speed: 1 },
      report: () => {},
    },
    { clock: systemClock },
  );
  if (!opened.ok) throw new Error(opened.error.code);
  const problems: string[] = [];
  await importCaptures(
    {
      paths: [capture],
      metadata: metadata.result(),
      isSparse: true,
      opened: openedForCapture(config.value.loaded.settings, true),
      onProblem: ({ code }) => problems.push(code),
    },
    new TimedWriter(opened.value),
    systemClock,
  );
  await opened.value.close({ decisionsHash: null, ledgerHash: null });
  const recording = await openRecording(out);
  if (!recording.ok) throw new Error(recording.error.code);
  const inputs: Input[] = [];
  const { problem } = await readRecording(recording.value, (input) => {
    inputs.push(input);
    return true;
  });
  expect(problem).toBeNull();
  return { inputs, problems };
}

const lines = messages.map(([afterMs, event]) =>
  JSON.stringify({ recv_ms: startMs + afterMs, event }),
);

describe('a capture', () => {
  it('becomes a recording that is opened, described, told and settled in time', async () => {
    const { inputs, problems } = await imported('whole', lines);
    expect(problems).toEqual([]);
    const frames = inputs.flatMap(({ at, payload }) =>
      payload.kind === 'frame' ? [[at - startMs, JSON.parse(payload.text)] as const] : [],
    );
    expect(frames.slice(0, 3)).toEqual(messages);
    // 22:01:05.462 is when it was settled.
    expect(frames.slice(3).map(([at, { msg }]) => [at, msg.event_type])).toEqual([
      [125_462, 'determined'],
      [125_462, 'settled'],
    ]);
    expect(inputs[0]).toMatchObject({
      seq: 1,
      payload: { kind: 'opened', feed: 'capture_sparse' },
    });
    expect(inputs.at(-1)).toMatchObject({ payload: { kind: 'stop' } });
  });

  it('gives lists that know nothing of later', async () => {
    const { inputs } = await imported('lists', lines);
    const lists = inputs.flatMap(({ at, payload }) => {
      if (payload.kind !== 'reply' || payload.reply.outcome.kind !== 'http') return [];
      const { path, body } = payload.reply.outcome;
      if (!path.startsWith('/markets')) return [];
      for (const later of ['finalized', '"result"', '0.9900', '999.00', 'settlement_value'])
        expect(body).not.toContain(later);
      const page = kalshiCodec.listing(body);
      return page.ok ? [[at - startMs, page.value.markets] as const] : [];
    });
    const quote = { yesBid: 4_000, yesBidSize: 500, yesAsk: 4_200, yesAskSize: 700 };
    expect(lists).toMatchObject([
      [0, [{ status: 'active', volume: 0, quote: { yesBid: null, yesAsk: null } }]],
      [70_000, [{ status: 'active', volume: 300, quote }]],
    ]);
  });

  it('names what is no message and imports the rest', async () => {
    const { inputs, problems } = await imported('bad', ['not a message', ...lines]);
    expect(problems).toEqual(['bad_line']);
    expect(inputs.filter(({ payload }) => payload.kind === 'frame')).toHaveLength(5);
  });
});

describe('metadata', () => {
  it('that is none is refused by name', () => {
    const refused = (text: string) => new MetadataReader().add(text);
    expect(refused('[]')).toMatchObject({ ok: false, error: 'not a JSON object' });
    expect(refused('{}')).toMatchObject({ ok: false, error: 'no event, market or series in it' });
    expect(refused('{"market":{"ticker":"A"}}')).toMatchObject({ ok: false });
  });
});
