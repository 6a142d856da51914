// Goal: what decisions were made on reaches the disk in its window's file, whatever the disk does it costs nothing else, and
// what is kept stays within its bound.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  callId,
  durationMs,
  epochMs,
  micros,
  probability,
  ticker,
} from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { ChainEntry, ChainLine } from '../../src/messages/chain-line.js';
import type { InferenceCall, InferenceReply } from '../../src/messages/inference.js';
import type { Step } from '../../src/messages/step.js';
import type { ValuationJob } from '../../src/messages/valuation.js';
import { Chains } from '../../src/sinks/chains/chains.js';
import { ChainFiles, chainFile, chainsFolder } from '../../src/sinks/chains/files.js';
import perform from '../../src/workers/valuation-worker.js';
import { eventOf, jobOf } from '../valuation/sample.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'chains-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const at = epochMs(1_790_000_000_000);
const speed = 2;
const name = 'KXHIGHNY-26JUN15-B1';
const markets = eventOf([{ name, bid: 4_000, ask: 4_400 }]);
const job: ValuationJob = { ...jobOf(markets), cycle: 5, at };

/** A sink with a disk and threads that do as told, and a timer that fires when asked to. */
function rig(pack?: (entries: readonly ChainEntry[]) => Promise<Uint8Array>) {
  const problems: string[] = [];
  const packed: (readonly ChainEntry[])[] = [];
  const steps$ = new Subject<Step>();
  const timers: (() => void)[] = [];
  const chains = new Chains({
    home,
    run: () => 3,
    speed,
    pack: async (entries) => {
      packed.push(entries);
      return pack === undefined
        ? (perform({ kind: 'chains', entries }) as Uint8Array)
        : pack(entries);
    },
    setTimer: (_, fire) => {
      timers.push(fire);
      return () => {};
    },
    report: (problem) => problems.push(problem),
  });
  chains.sink(steps$).subscribe();
  const hear = (...steps: readonly Step[]): void => {
    for (const step of steps) steps$.next(step);
  };
  return { chains, hear, problems, packed, timers };
}

const valued = (of: ValuationJob = job): readonly Step[] => [
  {
    kind: 'effect',
    at,
    inputSeq: 1,
    effect: { id: 1, hash: '', request: { kind: 'value', job: of } },
  },
  { kind: 'cycle', at, report: { cycle: of.cycle } as never },
];
const looked = (cycle = 5): Step => ({
  kind: 'intent_refused',
  at,
  cycle,
  ticker: ticker(name),
  code: 'superseded',
  basis: null,
});
const linesIn = (cycle: number): readonly ChainLine[] =>
  gunzipSync(readFileSync(chainFile(home, 3, cycle)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ChainLine);

describe('what is kept', () => {
  it('is one file a window, added to by what comes after, and nobody waits for it', async () => {
    const { chains, hear, packed, timers, problems } = rig();
    hear(...valued(), looked());
    expect(packed).toEqual([]);
    expect(timers).toHaveLength(1);
    timers[0]?.();
    await chains.settled();
    expect(packed.map((entries) => entries.map(({ kind }) => kind))).toEqual([['window', 'look']]);
    hear(looked(), ...valued({ ...job, cycle: 6 }));
    await chains.settled();
    expect(linesIn(5).map(({ kind }) => kind)).toEqual(['window', 'look', 'look']);
    expect(linesIn(6)).toMatchObject([{ schemaVersion: 1, run: 3, cycle: 6, ticker: name }]);
    expect(statSync(chainFile(home, 3, 5)).mode & 0o077).toBe(0);
    expect(problems).toEqual([]);
  });

  it('is of the valuation that counted, not of a preview of its window', async () => {
    const { chains, hear } = rig();
    const preview = { ...job, bankroll: micros(1_000_000) };
    hear(valued(preview)[0] as Step, ...valued());
    await chains.settled();
    expect(linesIn(5)).toMatchObject([{ parts: { size: { bankrollMicros: job.bankroll } } }]);
  });

  it('links an estimate with the questions it rests on, and keeps them word for word', async () => {
    const { chains, hear } = rig();
    const call = (id: string): InferenceCall => ({
      callId: callId(id),
      model: 'claude-haiku-5-5',
      tickers: [ticker(name)],
      body: `{"asks":"${id}"}`,
      maxCost: micros(500),
    });
    const asked = (id: string, ageMs: number): Step => ({
      kind: 'effect',
      at: epochMs(at - ageMs * speed),
      inputSeq: 1,
      effect: { id: 1, hash: '', request: { kind: 'infer', call: call(id), holdSeq: 1 } },
    });
    const judged = (id: string, reply: InferenceReply): Step => ({
      kind: 'judged',
      at,
      call: call(id),
      reply,
    });
    const window: Step = { kind: 'window', at, window: { index: 4 } as never };
    hear(window, asked('old', 10_000), asked('new', 4_000), asked('failed', 3_000));
    hear(
      judged('old', { kind: 'answered', body: 'was said before' }),
      judged('new', { kind: 'answered', body: '{"p":0.4}' }),
      judged('failed', { kind: 'failed', code: 'http_500', detail: 'busy' }),
      judged('never', { kind: 'refused', code: 'daily_cap' }),
    );
    const judgement = {
      judgement: { p: probability(0.4), sigma: 0.1, samples: 1 },
      refusal: null,
      ageMs: durationMs(4_000),
    };
    hear(...valued({ ...job, markets: markets.map((one) => ({ ...one, judgement })) }));
    await chains.settled();
    expect(linesIn(5)).toMatchObject([
      {
        kind: 'window',
        calls: [
          { callId: 'new', cycle: 4 },
          { callId: 'failed', cycle: 4 },
        ],
        parts: { claude: { p: 0.4, samples: 1 } },
      },
    ]);
    expect(linesIn(4)).toMatchObject([
      { callId: 'old', askedAt: at - 20_000, answer: 'was said before' },
      { callId: 'new', request: '{"asks":"new"}', answer: '{"p":0.4}', maxCost: 500 },
      { callId: 'failed', answer: null, failure: 'http_500: busy' },
    ]);
  });
});

describe('a disk, or a thread, that refuses', () => {
  it('is told once, until something was kept again', async () => {
    let fails = true;
    const { chains, hear, problems } = rig(async () => {
      if (fails) throw new Error('no thread');
      return gzipSync('{}\n');
    });
    for (let i = 0; i < 3; i += 1) {
      hear(looked());
      await chains.settled();
    }
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('no thread');
    fails = false;
    hear(looked());
    await chains.settled();
    fails = true;
    hear(looked());
    await chains.settled();
    expect(problems).toHaveLength(2);
  });

  it('is a file where the folder should be', async () => {
    writeFileSync(chainsFolder(home), '');
    const { chains, hear, problems } = rig();
    hear(...valued());
    await chains.settled();
    expect(problems).toMatchObject([expect.stringContaining('trading goes on')]);
  });

  it('keeps no more waiting than its bound, and says so', async () => {
    const { chains, hear, packed, problems } = rig();
    for (let i = 0; i <= limits.chainEntriesWaitingMax; i += 1) hear(looked());
    expect(problems).toHaveLength(1);
    await chains.settled();
    expect(packed.map((entries) => entries.length)).toEqual([limits.chainEntriesWaitingMax]);
  });

  it('keeps few whole windows waiting: they are what takes memory', async () => {
    const { chains, hear, packed, problems } = rig();
    for (let cycle = 1; cycle <= limits.chainWindowsWaitingMax + 2; cycle += 1)
      hear(...valued({ ...job, cycle }), looked(cycle));
    expect(problems).toHaveLength(1);
    await chains.settled();
    const kinds = packed.flatMap((entries) => entries.map(({ kind }) => kind));
    expect(kinds.filter((kind) => kind === 'window')).toHaveLength(limits.chainWindowsWaitingMax);
    expect(kinds.filter((kind) => kind === 'look')).toHaveLength(limits.chainWindowsWaitingMax + 2);
  });
});

describe('what is kept in all', () => {
  it('stays within its bound: the oldest windows go, and nothing that is not ours', async () => {
    const folder = chainsFolder(home);
    mkdirSync(folder);
    // Of an earlier run, and one that sorts after by name alone.
    writeFileSync(chainFile(home, 2, 999_999), 'x'.repeat(400));
    writeFileSync(chainFile(home, 2, 1_000_000), 'x'.repeat(400));
    writeFileSync(join(folder, 'notes.txt'), 'x'.repeat(5_000));
    const files = new ChainFiles(home, 1_000);
    await files.append(3, 1, Buffer.alloc(150));
    expect(existsSync(chainFile(home, 2, 999_999))).toBe(true);
    await files.append(3, 1, Buffer.alloc(150));
    expect(existsSync(chainFile(home, 2, 999_999))).toBe(false);
    expect(existsSync(chainFile(home, 2, 1_000_000))).toBe(true);
    // The one being written stays, however large.
    await files.append(3, 2, Buffer.alloc(2_000));
    expect(readdirSync(folder).sort()).toEqual(['000003-000002.ndjson.gz', 'notes.txt']);
  });
});
