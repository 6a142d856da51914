// Goal: a recording replays to the same hashes, and the first thing that differs is named.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MarketClock } from '../../src/clock.js';
import { Intake } from '../../src/intake.js';
import { LogScheduler } from '../../src/log-scheduler.js';
import type { Decision } from '../../src/messages/decision.js';
import type { Effect, Reply } from '../../src/messages/effect.js';
import type { Input, Opened } from '../../src/messages/input.js';
import { openRecording } from '../../src/replay/recording-reader.js';
import { type RecordingReplay, replayRecording } from '../../src/replay/replay-recording.js';
import type { MakeTarget, ReplayTarget } from '../../src/replay/target.js';
import { Recorder } from '../../src/sinks/recorder/recorder.js';
import { ManualClock } from '../support/manual-clock.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const clockSettings = (clock: ManualClock) => ({
  realOriginMs: clock.realNow(),
  // Half a minute before a new hour, so that a run has two segments.
  marketOriginMs: 3_570_000,
  speed: 10,
});

const opening = (clock: ManualClock, limit: number): Opened => ({
  kind: 'opened',
  run: 1,
  mode: 'paper',
  venue: 'kalshi',
  environment: 'loopback',
  account: 'main',
  hasKey: true,
  hasClaude: false,
  clock: clockSettings(clock),
  settings: { limit },
  recovered: null,
  cyclesMax: null,
  feed: 'live',
});

/** Asks for a book for each frame, for a valuation every third timer, and hashes all it hears, when it hears it. */
function toy(
  scheduler: LogScheduler,
  emit: (effect: Effect) => void,
  decided: (decision: Decision) => void,
  bias = '',
) {
  const hash = createHash('sha256');
  const asked = new Map<number, string>();
  const ask = (request: object): void => {
    const id = asked.size + 1;
    const effect = {
      id,
      hash: createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, 16),
      request,
    } as unknown as Effect;
    asked.set(id, effect.hash);
    hash.update(`${id}${effect.hash}`);
    const line = JSON.stringify({ effect: id, kind: effect.request.kind, hash: effect.hash });
    decided({ at: scheduler.now(), cause, line, of: JSON.stringify(request) });
    emit(effect);
  };
  let beats = 0;
  let cause = 1;
  const deliver = (input: Input): Reply | null => {
    cause = input.seq;
    const odd = handle(input);
    cause += 1;
    return odd;
  };
  const handle = ({ seq, at, payload }: Input): Reply | null => {
    hash.update(`${seq}@${at}${JSON.stringify(payload)}`);
    if (payload.kind === 'opened') {
      scheduler.schedule(function beat() {
        beats += 1;
        hash.update(`beat ${scheduler.now()}`);
        if (beats % 3 === 0) ask({ kind: 'value', job: { beats } });
        this.schedule(undefined, 700);
      }, 700);
    }
    if (payload.kind === 'frame') ask({ kind: 'book', ticker: payload.text + bias });
    if (payload.kind === 'reply' && asked.get(payload.reply.effectId) !== payload.reply.requestHash)
      return payload.reply;
    return null;
  };
  return { deliver, digest: () => hash.copy().digest('hex') };
}

const zero = { submitted: 0, filled: 0, partial: 0, canceled: 0, rejected: 0, unknown: 0 };

const toyTarget =
  (bias = ''): MakeTarget =>
  (_opened: Opened, events): ReplayTarget => {
    const scheduler = new LogScheduler();
    const engine = toy(scheduler, events.effect, events.decided ?? (() => {}), bias);
    return {
      scheduler,
      deliver: (input) => {
        const odd = engine.deliver(input);
        if (odd !== null) events.misfit(`reply to effect ${odd.effectId}`, odd.requestHash, null);
      },
      captured: () => {},
      decoded: () => {},
      totals: () => ({
        snapshots: 0,
        bookDeltas: 0,
        trades: 0,
        gaps: 0,
        markets: 0,
        windows: 0,
        orders: zero,
        decisionsHash: engine.digest(),
        ledgerHash: null,
      }),
      books: () => ({}),
    };
  };

/** A run with sockets, timers and replies that come later, recorded. Null end: it crashed. */
async function recordedRun(end: 'stop' | null): Promise<string> {
  const clock = new ManualClock();
  const scheduler = new LogScheduler();
  const folder = join(home, 'run');
  const recorder = Recorder.open(
    {
      folder,
      run: 1,
      engine: 'toy',
      settingsHash: '',
      clock: clockSettings(clock),
      report: () => {},
    },
    { clock },
  );
  if (!recorder.ok) throw new Error(recorder.error.code);
  const reply = (effect: Effect): void => {
    const outcome =
      effect.request.kind === 'value'
        ? ({ kind: 'worker', output: effect.request.job } as const)
        : ({ kind: 'http', status: 200, path: '/', body: '{}' } as const);
    intake.accept('venue', {
      kind: 'reply',
      reply: { effectId: effect.id, requestHash: effect.hash, part: 0, last: true, outcome },
    });
  };
  const engine = toy(
    scheduler,
    (effect) => void clock.setTimer(3, () => reply(effect)),
    recorder.value.decided,
  );
  const intake: Intake = new Intake({
    clock,
    marketClock: new MarketClock(clock, clockSettings(clock)),
    scheduler,
    tap: recorder.value.tap,
    deliver: (input) => {
      if (engine.deliver(input) !== null) throw new Error('the live run misfits');
    },
  });
  intake.accept('engine', opening(clock, 3));
  for (let step = 0; step < 200; step += 1) {
    clock.pass((step * 37) % 90);
    intake.accept('feed', { kind: 'frame', connection: 1, text: `f${step}` });
  }
  clock.pass(1_000);
  if (end === null) {
    recorder.value.flushTo(intake.lastSeq);
    // What is being folded while a run goes on is not what a crash leaves.
    await new Promise((done) => setTimeout(done, 100));
    return folder;
  }
  intake.accept('operator', { kind: 'stop', reason: 'done' });
  await recorder.value.close({ decisionsHash: engine.digest(), ledgerHash: null });
  return folder;
}

async function replay(
  folder: string,
  options: {
    make?: MakeTarget;
    recompute?: (effect: Effect) => string | null;
    untilMs?: number;
    verify?: boolean;
  },
): Promise<RecordingReplay & { readonly closedHash: string | null }> {
  const opened = await openRecording(folder);
  if (!opened.ok) throw new Error(opened.error.code);
  const replayed = await replayRecording(opened.value, {
    untilMs: options.untilMs ?? null,
    verify: options.verify ?? false,
    make: options.make ?? toyTarget(),
    recompute: options.recompute ?? honest,
    answer: ({ payload }) =>
      payload.kind === 'reply' && payload.reply.outcome.kind === 'worker'
        ? JSON.stringify(payload.reply.outcome.output)
        : null,
  });
  return { ...replayed, closedHash: opened.value.manifest?.closed?.decisionsHash ?? null };
}

const honest = ({ request }: Effect): string | null =>
  request.kind === 'value' ? JSON.stringify(request.job) : null;

describe('replay of a recording', () => {
  it('comes to the hash that the run came to', async () => {
    const { diverged, totals, closedHash, inputs, end } = await replay(
      await recordedRun('stop'),
      {},
    );
    expect(diverged).toBeNull();
    expect(end).toMatchObject({ problem: null, torn: null });
    expect(inputs).toBeGreaterThan(500);
    expect(totals?.decisionsHash).toBe(closedHash);
  });

  it('names the first reply to something that was not asked', async () => {
    const folder = await recordedRun('stop');
    const { diverged } = await replay(folder, { make: toyTarget('x') });
    expect(diverged).toMatchObject({ what: 'reply to effect 1', recomputed: null });
    expect(diverged?.seq).toBeGreaterThan(2);
  });

  it('names the first worker result that comes out different', async () => {
    const folder = await recordedRun('stop');
    const { diverged } = await replay(folder, {
      recompute: ({ request }) => (request.kind === 'value' ? 'other' : null),
    });
    expect(diverged).toMatchObject({
      what: 'worker result',
      recorded: '{"beats":3}',
      recomputed: 'other',
    });
  });

  it('compares the hashes at the end when nothing differed on the way', async () => {
    const folder = await recordedRun('stop');
    const { diverged, closedHash } = await replay(folder, {
      make: (opened, events) => {
        const target = toyTarget()(opened, events);
        return { ...target, totals: () => ({ ...target.totals(), decisionsHash: 'other' }) };
      },
    });
    expect(diverged).toMatchObject({
      what: 'decisionsHash',
      recorded: closedHash,
      recomputed: 'other',
    });
  });

  it('says that nobody can know whether the end is there when the manifest is damaged', async () => {
    const folder = await recordedRun('stop');
    const path = join(folder, 'manifest.json');
    for (const text of ['', '{', '{"name":"an app"}']) {
      writeFileSync(path, text);
      const { end, inputs } = await replay(folder, {});
      expect(inputs).toBeGreaterThan(500);
      expect(end.problem).toMatchObject({ code: 'manifest_damaged', path });
    }
  });

  it('finds every recorded decision again', async () => {
    const { diverged, decisions } = await replay(await recordedRun('stop'), { verify: true });
    expect(diverged).toBeNull();
    expect(decisions).toEqual({ same: expect.any(Number), unrecorded: 0, problem: null });
    expect(decisions?.same).toBeGreaterThan(200);
  });

  it('names the first decision that is another, before the answer that shows it, with both values', async () => {
    const folder = await recordedRun('stop');
    const { diverged } = await replay(folder, { make: toyTarget('x'), verify: true });
    expect(diverged).toMatchObject({
      seq: 2,
      what: 'effect book',
      cause: 'input 2, frame of feed',
      decision: {
        number: 1,
        kind: 'effect',
        market: 'f0',
        fields: expect.arrayContaining([
          { field: 'ticker', recorded: '"f0"', recomputed: '"f0x"' },
        ]) as unknown,
      },
    });
    expect(diverged?.recorded).toContain('"effect":1');
  });

  it('names a decision that is missing, and one that was not recorded', async () => {
    const folder = await recordedRun('stop');
    let dropped = 0;
    const without: MakeTarget = (opened, events) => {
      let made = 0;
      return toyTarget()(opened, {
        ...events,
        decided: (one) => {
          made += 1;
          if (made === 9) dropped = one.cause;
          else events.decided?.(one);
        },
      });
    };
    const missing = await replay(folder, { make: without, verify: true });
    expect(dropped).toBeGreaterThan(2);
    expect(missing.diverged).toMatchObject({ seq: dropped, recomputed: null });
    expect(missing.diverged?.recorded).toContain('"effect":9');
    const twice: MakeTarget = (opened, events) =>
      toyTarget()(opened, {
        ...events,
        decided: (one) => {
          events.decided?.(one);
          if (one.cause === dropped) events.decided?.({ ...one, line: '{"more":1}' });
        },
      });
    const more = await replay(folder, { make: twice, verify: true });
    expect(more.diverged).toMatchObject({
      seq: dropped,
      recorded: null,
      recomputed: '{"more":1}',
    });
  });

  it.each([
    ['line', { line: '{"effect":3}' }],
    ['text', { of: '{"kind":"book"}' }],
  ])('names a decision of which only the %s is another', async (_, change) => {
    const folder = await recordedRun('stop');
    let made = 0;
    const other: MakeTarget = (opened, events) =>
      toyTarget()(opened, {
        ...events,
        decided: (one) => {
          made += 1;
          events.decided?.(made === 3 ? { ...one, ...change } : one);
        },
      });
    const { diverged } = await replay(folder, { make: other, verify: true });
    expect(diverged?.decision).toMatchObject({ number: 3 });
  });

  it('keeps apart a damaged decision stream: the inputs replay, and what was compared is said', async () => {
    const folder = await recordedRun('stop');
    const name = readdirSync(folder).find((one) => one.startsWith('decisions-')) ?? '';
    const lines = gunzipSync(readFileSync(join(folder, name)))
      .toString()
      .split('\n');
    const text = lines.with(9, lines[9]?.replace('book', 'bock') ?? '').join('\n');
    writeFileSync(join(folder, name), gzipSync(text));
    const { diverged, decisions, end, inputs } = await replay(folder, { verify: true });
    expect([diverged, end.problem]).toEqual([null, null]);
    expect(inputs).toBe(end.seqLast);
    expect(decisions).toMatchObject({ same: 9, problem: { code: 'line_changed', seq: 10 } });
    for (const one of readdirSync(folder).filter((each) => each.startsWith('decisions-')))
      rmSync(join(folder, one));
    const { decisions: gone } = await replay(folder, { verify: true });
    expect(gone).toMatchObject({ same: 0, problem: { code: 'lines_missing', seq: 1 } });
  });

  it('replays what a crash left, with nothing to compare it to at the end', async () => {
    const { diverged, end, inputs, decisions } = await replay(await recordedRun(null), {
      verify: true,
    });
    expect(diverged).toBeNull();
    expect(decisions).toMatchObject({ problem: null });
    expect(decisions?.same).toBeGreaterThan(200);
    expect(end.problem).toBeNull();
    expect(inputs).toBe(end.seqLast);
  });

  it('stops at a market time, inclusive, and then compares no end', async () => {
    const folder = await recordedRun('stop');
    const { inputs, diverged, end } = await replay(folder, { untilMs: 3_580_000 });
    expect(diverged).toBeNull();
    expect(end.problem).toBeNull();
    expect(inputs).toBeGreaterThan(10);
    expect(inputs).toBeLessThan(200);
  });

  it('wants the whole run, from its opening', async () => {
    const folder = await recordedRun('stop');
    const segments = readdirSync(folder).filter((name) => /^[0-9].*gz$/.test(name));
    expect(segments.length).toBe(2);
    const { end, totals } = await replay(join(folder, segments[1] ?? ''), {});
    expect(totals).toBeNull();
    expect(end.problem).toMatchObject({ code: 'not_a_recording' });
    for (const name of segments) rmSync(join(folder, name));
    expect((await replay(folder, {})).end.problem).not.toBeNull();
  });
});
