// Goal: a replay of a decoded recording is the replay of the recording: every step, hash and total. It is never believed
// over the recording, and whatever happens to it costs time and nothing else.
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runBacktest } from '../../../src/backtest/backtest.js';
import { TapeFeed } from '../../../src/backtest/tape-feed.js';
import { epochMs, ticker } from '../../../src/domain/units.js';
import { kalshiCodec } from '../../../src/exchange/kalshi/codec.js';
import { newScannedFrame } from '../../../src/exchange/kalshi/scan-frame.js';
import { scanText } from '../../../src/exchange/kalshi/scan-text.js';
import type { FeedOutput } from '../../../src/exchange/venue.js';
import { limits } from '../../../src/limits.js';
import type { Input, Payload } from '../../../src/messages/input.js';
import type { Step } from '../../../src/messages/step.js';
import { makeRecordingCache } from '../../../src/replay/decoded/make.js';
import { names, openedWith, origin } from '../../engine/scripted-run.js';
import { cacheOf, eventfulRun, openedAt, recorded, replayOf, tradeOf } from './made.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'decoded-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function eventful(name = 'run') {
  const run = eventfulRun();
  const { decisionsHash, ledger } = run.engine.totals();
  const hashes = { decisionsHash, ledgerHash: ledger.headHash };
  return { run, recording: await recorded(join(home, name), run.inputs, hashes) };
}

const flip = (path: string, at: number): void => {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

describe('the cache of a recording', () => {
  it('replays to the same steps, hashes and totals', async () => {
    const { run, recording } = await eventful();
    expect(await makeRecordingCache(recording)).toBeNull();
    const plain = await replayOf(recording, false);
    const decoded = await replayOf(recording, true);
    expect([plain.isDecoded, decoded.isDecoded]).toEqual([false, true]);
    expect({ ...decoded, isDecoded: false }).toEqual(plain);
    expect(decoded.diverged).toBeNull();
    expect(decoded.totals).toMatchObject({ trades: 12, windows: 2, gaps: 11 });
    expect(decoded.totals?.decisionsHash).toBe(run.engine.totals().decisionsHash);
    expect(JSON.stringify(decoded.steps)).toBe(JSON.stringify(run.steps));
  });

  it('replays to the same point in time', async () => {
    const { run, recording } = await eventful();
    await makeRecordingCache(recording);
    const last = run.inputs.at(-1)?.at ?? 0;
    for (const untilMs of [origin, origin + 2_300, origin + 40_000, last - 1]) {
      const plain = await replayOf(recording, false, untilMs);
      const decoded = await replayOf(recording, true, untilMs);
      expect({ ...decoded, isDecoded: false, end: null }).toEqual({ ...plain, end: null });
      expect(decoded.inputs).toBeLessThan(run.inputs.length);
    }
  });

  it('is the same over any frames, times and connections', async () => {
    const name = fc.constantFrom(...names.slice(0, 3), 'KXOTHER-1');
    const frame = fc.oneof(
      { weight: 6, arbitrary: deltaText(name) },
      {
        weight: 1,
        arbitrary: fc
          .record({ name, seq: fc.nat(9) })
          .map(({ name: market, seq }) => JSON.stringify(tradeOf(market, seq, origin + seq))),
      },
      { weight: 1, arbitrary: snapshotText(name) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
    );
    const payload: fc.Arbitrary<Payload> = fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({
          kind: fc.constant('frame' as const),
          connection: fc.constantFrom(1, 1, 1, 2),
          text: frame,
        }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'tick' as const }) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom(1, 2)
          .map((connection) => ({ kind: 'alive' as const, connection })),
      },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom(1, 2)
          .map((connection) => ({ kind: 'connected' as const, connection })),
      },
    );
    const log = fc.array(fc.tuple(payload, fc.constantFrom(0, 0, 1, 40, 1_700)), { maxLength: 60 });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(log, fc.boolean(), async (entries, isLive) => {
        let at = origin;
        const opened = openedWith(isLive ? {} : { feed: 'capture_sparse' });
        const inputs: Input[] = [{ seq: 1, at: epochMs(at), source: 'engine', payload: opened }];
        for (const [next, afterMs] of entries) {
          at += afterMs;
          const source = next.kind === 'tick' ? 'clock' : 'feed';
          inputs.push({ seq: inputs.length + 1, at: epochMs(at), source, payload: next });
        }
        count += 1;
        const recording = await recorded(join(home, `any-${count}`), inputs, {
          decisionsHash: null,
          ledgerHash: null,
        });
        expect(await makeRecordingCache(recording)).toBeNull();
        const plain = await replayOf(recording, false);
        const decoded = await replayOf(recording, true);
        expect(decoded.isDecoded).toBe(true);
        expect({ ...decoded, isDecoded: false }).toEqual(plain);
        rmSync(recording.path, { recursive: true, force: true });
      }),
      { numRuns: 60 },
    );
  });

  it('is backtested to the same steps and totals', async () => {
    const { run, recording } = await eventful();
    const job = { recording: recording.path, settings: {}, seed: 1, toMs: null };
    const backtest = async (fromMs: number | null) => {
      const steps: Step[] = [];
      const onStep = (step: Step) => void steps.push(structuredClone(step));
      const totals = await runBacktest({ ...job, fills: 'realistic', fromMs }, { onStep });
      return { totals, steps };
    };
    const froms = [null, origin + 2_100];
    const plain = [];
    for (const fromMs of froms) plain.push(await backtest(fromMs));
    await makeRecordingCache(recording);
    for (const [index, fromMs] of froms.entries())
      expect(await backtest(fromMs)).toEqual(plain[index]);
    expect(plain[0]?.totals).toMatchObject({ ok: true, value: { inputs: run.inputs.length } });
  });

  it('is heard by the tape of a backtest as its text is', () => {
    const frames = eventfulRun().inputs.flatMap(({ payload }) =>
      payload.kind === 'frame' ? [payload.text] : [],
    );
    const outputs = (isDecoded: boolean) => {
      const heard: FeedOutput[] = [];
      const emitted: FeedOutput[] = [];
      const tape = new TapeFeed({
        codec: kalshiCodec,
        speed: 1,
        heard: (one) => void heard.push(one),
      });
      const scanned = newScannedFrame();
      let decoded = 0;
      for (const text of frames) {
        const bytes = isDecoded ? scanText(text, scanned) : null;
        const emit = (one: FeedOutput) => void emitted.push(one);
        if (bytes === null) tape.take({ kind: 'frame', connection: 1, text }, emit);
        else tape.takeDecoded(1, scanned, bytes, emit);
        if (bytes !== null) decoded += 1;
      }
      const books = names.map((name) => tape.book(ticker(name))?.levels('yes') ?? null);
      return { heard, emitted, books, gaps: tape.gaps, isDecoded: decoded > 500 };
    };
    const decoded = outputs(true);
    expect(decoded.isDecoded).toBe(true);
    expect({ ...decoded, isDecoded: false }).toEqual(outputs(false));
  });

  it('is not used once a byte of the recording is another one, though size and time are the same', async () => {
    const { recording } = await eventful();
    await makeRecordingCache(recording);
    for (const path of [...recording.files, join(recording.path, 'manifest.json')]) {
      const { atime, mtime } = statSync(path);
      const kept = readFileSync(path);
      flip(path, kept.length - 9);
      utimesSync(path, atime, mtime);
      const { isDecoded } = await replayOf(recording, true);
      writeFileSync(path, kept);
      expect([path, isDecoded]).toEqual([path, false]);
    }
    expect((await replayOf(recording, true)).isDecoded).toBe(true);
  });

  it('falls back to the recording where it is damaged, and hears nothing twice', async () => {
    const { recording } = await eventful();
    await makeRecordingCache(recording);
    const path = cacheOf(recording.path);
    const sound = readFileSync(path);
    const plain = await replayOf(recording, false);
    expect(sound.length).toBeGreaterThan(limits.decodedBlockBytes);
    for (const at of [0, 9, 20, 50, 57, 61, 70, Math.floor(sound.length / 2), sound.length - 1]) {
      writeFileSync(path, sound);
      flip(path, at);
      expect(await replayOf(recording, true)).toEqual(plain);
    }
    for (const length of [0, 30, 56, 60, sound.length - 8]) {
      writeFileSync(path, sound.subarray(0, length));
      expect(await replayOf(recording, true)).toEqual(plain);
    }
  });

  it('is of its recording only', async () => {
    const { recording } = await eventful('one');
    const other = await recorded(join(home, 'other'), eventfulRun().inputs.slice(0, 50), null);
    await makeRecordingCache(recording);
    copyFileSync(cacheOf(recording.path), cacheOf(other.path));
    expect((await replayOf(other, true)).isDecoded).toBe(false);
    expect(await makeRecordingCache(other)).toBeNull();
    expect((await replayOf(other, true)).isDecoded).toBe(true);
  });

  it('tells a torn end as the recording does', async () => {
    const recording = await recorded(join(home, 'torn'), eventfulRun().inputs.slice(0, 200), null);
    const [tail] = recording.files;
    writeFileSync(tail ?? '', readFileSync(tail ?? '').subarray(0, -30));
    await makeRecordingCache(recording);
    const decoded = await replayOf(recording, true);
    expect(decoded.isDecoded).toBe(true);
    expect(decoded.end.torn).toEqual({ path: tail, afterSeq: 199 });
    expect({ ...decoded, isDecoded: false }).toEqual(await replayOf(recording, false));
  });

  it('is not made of a recording that does not read whole', async () => {
    const { recording } = await eventful();
    const [segment] = recording.files;
    const bytes = readFileSync(segment ?? '');
    writeFileSync(segment ?? '', bytes.subarray(0, bytes.length - 40));
    const problem = await makeRecordingCache(await openedAt(recording.path));
    expect(problem).toMatchObject({ code: 'source_unsound' });
    expect(readdirSync(recording.path).filter((name) => name.includes('decoded'))).toEqual([]);
  });

  it('is not made of one segment of a run', async () => {
    const { recording } = await eventful();
    const part = await openedAt(recording.files[0] ?? '');
    expect(await makeRecordingCache(part)).toMatchObject({ code: 'source_unsound' });
    expect(existsSync(cacheOf(recording.path))).toBe(false);
  });

  it('leaves no draft behind, and takes away those of makers that died', async () => {
    const { recording } = await eventful();
    writeFileSync(`${cacheOf(recording.path)}.999999999-0.part`, 'left behind');
    await makeRecordingCache(recording);
    expect(readdirSync(recording.path).filter((name) => name.includes('decoded'))).toEqual([
      'recording.decoded',
    ]);
  });

  it('is left alone when it fits', async () => {
    const { recording } = await eventful();
    await makeRecordingCache(recording);
    const before = statSync(cacheOf(recording.path)).ino;
    await makeRecordingCache(recording);
    expect(statSync(cacheOf(recording.path)).ino).toBe(before);
  });
});

const deltaText = (name: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .record({
      name,
      sid: fc.constantFrom(1, 1, 1, 2, 2 ** 40),
      seq: fc.nat(12),
      cents: fc.integer({ min: 0, max: 100 }),
      by: fc.constantFrom('3.00', '-3.00', '0.01', '900000000.00', '1e3'),
      side: fc.constantFrom('yes', 'no'),
      tsMs: fc.constantFrom(origin, origin + 500, 0, 4_000_000_000_000),
    })
    .map(({ name: market, sid, seq, cents, by, side, tsMs }) =>
      JSON.stringify({
        type: 'orderbook_delta',
        sid,
        seq,
        msg: {
          market_ticker: market,
          market_id: 'id',
          price_dollars: (cents / 100).toFixed(4),
          delta_fp: by,
          side,
          ts_ms: tsMs,
        },
      }),
    );

const snapshotText = (name: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .record({ name, sid: fc.constantFrom(1, 2), seq: fc.nat(12) })
    .map(({ name: market, sid, seq }) =>
      JSON.stringify({
        type: 'orderbook_snapshot',
        sid,
        seq,
        msg: { market_ticker: market, yes_dollars_fp: [['0.4000', '9.00']], no_dollars_fp: [] },
      }),
    );
