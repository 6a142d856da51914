// Goal: every input reaches the disk before it acts, reads back as it was, and damage is named by its seq.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { epochMs } from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { Decision } from '../../src/messages/decision.js';
import type { Input, Payload } from '../../src/messages/input.js';
import { DecisionCheck } from '../../src/replay/decision-check.js';
import { openRecording, readRecording } from '../../src/replay/recording-reader.js';
import { type Disk, systemDisk } from '../../src/sinks/recorder/disk.js';
import { LineStream } from '../../src/sinks/recorder/line-stream.js';
import { Recorder, type RecorderProblem } from '../../src/sinks/recorder/recorder.js';
import { ManualClock } from '../support/manual-clock.js';

const totals = { decisionsHash: 'd'.repeat(64), ledgerHash: 'e'.repeat(64) };
const noon = epochMs(Date.UTC(2026, 10, 22, 12, 59, 58));
const frame = (seq: number, text: string, at: number = noon): Input => ({
  seq,
  at: epochMs(at),
  source: 'feed',
  payload: { kind: 'frame', connection: 0, text },
});

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'recording-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function open(options: { readonly disk?: Disk; readonly clock?: ManualClock } = {}) {
  const problems: (RecorderProblem | null)[] = [];
  const clock = options.clock ?? new ManualClock();
  const opened = Recorder.open(
    {
      folder: join(home, '7'),
      run: 7,
      engine: 'test',
      settingsHash: 'abc',
      clock: { realOriginMs: 0, marketOriginMs: 0, speed: 1 },
      report: (problem) => problems.push(problem),
    },
    { clock, disk: options.disk ?? systemDisk },
  );
  if (!opened.ok) throw new Error(opened.error.code);
  return { recorder: opened.value, problems, clock };
}

async function read(path = join(home, '7')) {
  const opened = await openRecording(path);
  if (!opened.ok) return { inputs: [], end: null, problem: opened.error };
  const inputs: Input[] = [];
  const end = await readRecording(opened.value, (input) => {
    inputs.push(input);
    return true;
  });
  return { inputs, end, problem: end.problem, manifest: opened.value.manifest };
}

const aDecision = (cause: number): Decision => ({
  at: epochMs(noon + cause * 3),
  cause,
  line: `{"effect":${cause},"kind":"scan"}`,
  of: null,
});
const isOfDecisions = (bytes: Buffer): boolean => bytes.includes('"kind":"decision"');

const names = () => readdirSync(join(home, '7')).sort();
const tailName = () => names().find((name) => name.includes('tail')) ?? '';

describe('recorder', () => {
  it('gives back any inputs exactly, across members, hours and odd text', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u2028', '\ud800', 'a\nb', '{"x":"\\u0000"}', 'é🙂'),
    );
    const payload: fc.Arbitrary<Payload> = fc.oneof(
      text.map((body): Payload => ({ kind: 'frame', connection: 1, text: body })),
      fc.constant<Payload>({ kind: 'tick' }),
      text.map(
        (body): Payload => ({
          kind: 'reply',
          reply: {
            effectId: 3,
            requestHash: 'ab',
            part: 0,
            last: true,
            outcome: { kind: 'http', status: 200, path: '/x', body },
          },
        }),
      ),
    );
    const step = fc.record({ payload, afterMs: fc.nat(2_400_000) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        rmSync(join(home, '7'), { recursive: true, force: true });
        const { recorder, clock } = open();
        let at: number = noon;
        const inputs = steps.map((one, index): Input => {
          at += one.afterMs;
          return { seq: index + 1, at: epochMs(at), source: 'venue', payload: one.payload };
        });
        for (const input of inputs) {
          recorder.tap(input);
          clock.pass(400);
        }
        const closed = await recorder.close(totals);
        const back = await read();
        expect(back.problem).toBeNull();
        expect(back.inputs).toEqual(structuredClone(inputs));
        expect(closed.ok && closed.value.closed?.inputs).toBe(inputs.length);
        expect(names().filter((name) => name.includes('tail'))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps venue text verbatim as one JSON string, one line an input', async () => {
    const { recorder } = open();
    const body = '{"type":"orderbook_delta","seq":1}\n';
    recorder.tap(frame(1, body));
    recorder.flushTo(1);
    const line = readFileSync(join(home, '7', tailName()), 'utf8');
    expect(line).toMatch(
      /^\{"seq":1,"at":\d+,"recv":\d+,"source":"feed","payload":.*,"crc":"[0-9a-f]{8}"\}\n$/,
    );
    expect(JSON.parse(line).payload.text).toBe(body);
    await recorder.close(totals);
  });

  it('has an input with the operating system when flushTo returns, and soon anyway', () => {
    const { recorder, clock } = open();
    recorder.tap(frame(1, 'a'));
    expect(tailName()).toBe('');
    expect(recorder.flushTo(1)).toEqual({ ok: true, value: null });
    expect(readFileSync(join(home, '7', tailName()), 'utf8')).toContain('"seq":1,');
    recorder.tap(frame(2, 'b'));
    clock.pass(limits.recorderFlushMs);
    expect(readFileSync(join(home, '7', tailName()), 'utf8')).toContain('"seq":2,');
    expect(recorder.status().writtenSeq).toBe(2);
  });

  it('folds at its size, indexes each member, and starts a segment with each hour of market time', async () => {
    const { recorder } = open({});
    const text = 'x'.repeat(1_000);
    for (let seq = 1; seq <= 900; seq += 1) recorder.tap(frame(seq, text, noon + seq * 10));
    await recorder.close(totals);
    expect(names()).toEqual([
      '2026-11-22T12.ndjson.gz',
      '2026-11-22T13.ndjson.gz',
      'index.ndjson',
      'manifest.json',
    ]);
    const index = readFileSync(join(home, '7', 'index.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      index.map(({ segment }) => segment).filter((segment) => segment.endsWith('12')).length,
    ).toBe(1);
    expect(index.length).toBeGreaterThan(3);
    for (const { segment, offset, bytes, plainBytes, seqFirst, seqLast, lines } of index) {
      const packed = readFileSync(join(home, '7', `${segment}.ndjson.gz`));
      const plain = gunzipSync(packed.subarray(offset, offset + bytes)).toString();
      expect(plain.length).toBe(plainBytes);
      const seqs = plain
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).seq);
      expect([seqs[0], seqs.at(-1), seqs.length]).toEqual([seqFirst, seqLast, lines]);
    }
    expect((await read()).inputs.length).toBe(900);
  });

  it('survives a crash: what was written is read, the torn last line is reported', async () => {
    const { recorder } = open();
    for (let seq = 1; seq <= 5; seq += 1) recorder.tap(frame(seq, `f${seq}`));
    recorder.flushTo(5);
    appendFileSync(join(home, '7', tailName()), '{"seq":6,"at":17');
    const { inputs, end } = await read();
    expect(inputs.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(end).toMatchObject({ problem: null, seqLast: 5, torn: { afterSeq: 5 } });
  });

  it('reads lines once that a crash left both folded and in the tail', async () => {
    const { recorder } = open();
    for (let seq = 1; seq <= 4; seq += 1) recorder.tap(frame(seq, `f${seq}`));
    recorder.flushTo(4);
    const tail = readFileSync(join(home, '7', tailName()));
    const member = gzipSync(tail);
    for (const cut of [member.length, member.length - 9, 12]) {
      writeFileSync(join(home, '7', '2026-11-22T12.ndjson.gz'), member.subarray(0, cut));
      const { inputs, problem } = await read();
      expect(problem).toBeNull();
      expect(inputs.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    }
  });

  it('names the input whose line was changed, lost, or swapped', async () => {
    const { recorder } = open();
    for (let seq = 1; seq <= 6; seq += 1) recorder.tap(frame(seq, `text of ${seq}`));
    recorder.flushTo(6);
    const path = join(home, '7', tailName());
    const whole = readFileSync(path, 'utf8');
    const lines = whole.trimEnd().split('\n');
    const cases: readonly [string, string, string, number][] = [
      ['a letter', whole.replace('text of 3', 'text_of 3'), 'line_changed', 3],
      ['a checksum', whole.replace(/"crc":"."?/, '"crc":"z'), 'line_changed', 1],
      [
        'a lost line',
        `${lines.filter((_, index) => index !== 3).join('\n')}\n`,
        'lines_missing',
        4,
      ],
      ['lost first', `${lines.slice(1).join('\n')}\n`, 'lines_missing', 1],
      [
        'garbage',
        `${lines.slice(0, 2).join('\n')}\nnonsense\n${lines.slice(2).join('\n')}\n`,
        'line_changed',
        3,
      ],
      ['a resealed line', resealed(lines, 1), 'line_changed', 3],
    ];
    for (const [what, text, code, seq] of cases) {
      writeFileSync(path, text);
      const { problem, inputs } = await read();
      expect(problem, what).toMatchObject({ code, seq, path });
      expect(problem?.fix).not.toBe('');
      expect(inputs.length, what).toBe(seq - 1);
    }
  });

  it('says when a closed recording lost its end', async () => {
    const { recorder } = open();
    for (let seq = 1; seq <= 3; seq += 1) recorder.tap(frame(seq, 'a', noon + seq * 1_000));
    await recorder.close(totals);
    rmSync(join(home, '7', '2026-11-22T13.ndjson.gz'));
    expect((await read()).problem).toMatchObject({ code: 'lines_missing', seq: 2 });
  });

  it('writes a manifest at the start and what the run came to at the end', async () => {
    const { recorder } = open();
    expect((await read()).manifest).toMatchObject({ schemaVersion: 1, run: 7, closed: null });
    recorder.tap(frame(1, 'a'));
    recorder.tap(frame(2, 'b'));
    await recorder.close(totals);
    expect((await read()).manifest?.closed).toMatchObject({
      inputs: 2,
      seqFirst: 1,
      seqLast: 2,
      isWhole: true,
      ...totals,
    });
  });

  it('refuses a folder that holds a recording already', async () => {
    const { recorder } = open();
    await recorder.close(totals);
    expect(() => open()).toThrow('recording_exists');
  });

  it('keeps everything while the disk is full, lets nothing leave, and goes on when there is room', async () => {
    let room = 200;
    const disk: Disk = {
      ...systemDisk,
      write: (file, bytes, offset, length) => {
        if (room <= 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        const taken = Math.min(length, room);
        room -= taken;
        return systemDisk.write(file, bytes, offset, taken);
      },
    };
    const { recorder, problems } = open({ disk });
    for (let seq = 1; seq <= 3; seq += 1) recorder.tap(frame(seq, 'some text'));
    expect(recorder.flushTo(3)).toMatchObject({ ok: false, error: { code: 'disk_full' } });
    expect(recorder.flushTo(3).ok).toBe(false);
    recorder.tap(frame(4, 'more'));
    expect(problems).toMatchObject([{ code: 'disk_full' }]);
    room = Number.POSITIVE_INFINITY;
    expect(recorder.flushTo(4).ok).toBe(true);
    expect(problems).toMatchObject([{ code: 'disk_full' }, null]);
    await recorder.close(totals);
    const { inputs, problem } = await read();
    expect(problem).toBeNull();
    expect(inputs.length).toBe(4);
  });

  it('gives up with a code, not with memory, when the disk stays full', async () => {
    const disk: Disk = {
      ...systemDisk,
      write: () => {
        throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      },
    };
    const { recorder, problems } = open({ disk });
    const text = 'x'.repeat(1_000_000);
    for (let seq = 1; seq <= 80; seq += 1) recorder.tap(frame(seq, text));
    expect(problems).toMatchObject([{ code: 'disk_full' }, { code: 'recording_overflow' }]);
    expect(recorder.flushTo(80)).toMatchObject({
      ok: false,
      error: { code: 'recording_overflow' },
    });
    const closed = await recorder.close(totals);
    expect(closed.ok && closed.value.closed).toMatchObject({ isWhole: false, inputs: 0 });
  });

  it('keeps plain tails when only folding fails', async () => {
    const disk: Disk = {
      ...systemDisk,
      open: (path) => {
        if (path.endsWith('.gz')) throw Object.assign(new Error('read-only'), { code: 'EROFS' });
        return systemDisk.open(path);
      },
    };
    const { recorder, problems } = open({ disk });
    for (let seq = 1; seq <= 900; seq += 1) recorder.tap(frame(seq, 'x'.repeat(1_000)));
    await recorder.close(totals);
    expect(problems.length).toBe(1);
    expect((await read()).inputs.length).toBe(900);
  });

  it('writes decisions beside the inputs, after them, and reads them back as they were', async () => {
    const { recorder, clock } = open();
    const made = Array.from({ length: 3_000 }, (_, at) => aDecision(at + 1));
    for (const one of made) {
      recorder.tap(frame(one.cause, 'x', one.at));
      recorder.decided(one);
      if (one.cause % 500 === 0) clock.pass(400);
    }
    const closed = await recorder.close(totals);
    expect(closed.ok && closed.value.closed?.decisions).toMatchObject({
      seqLast: 3_000,
      isWhole: true,
    });
    const opened = await openRecording(join(home, '7'));
    expect(opened.ok && opened.value.decisionFiles.length).toBe(2);
    if (!opened.ok) return;
    const check = new DecisionCheck(opened.value);
    for (const one of made) check.heard(one, null);
    expect(await check.upTo(3_000)).toBeNull();
    expect([check.same, check.unrecorded, check.problem]).toEqual([3_000, 0, null]);
  });

  it('lets nothing wait for a decision: one that cannot be written costs no order', async () => {
    let room = 0;
    const disk: Disk = {
      ...systemDisk,
      write: (file, bytes, offset, length) => {
        if (isOfDecisions(bytes) && room === 0)
          throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        return systemDisk.write(file, bytes, offset, length);
      },
    };
    const { recorder, problems, clock } = open({ disk });
    recorder.tap(frame(1, 'a'));
    recorder.decided(aDecision(1));
    expect(recorder.flushTo(1)).toEqual({ ok: true, value: null });
    expect(names().some((name) => name.startsWith('decisions-'))).toBe(false);
    clock.pass(limits.recorderFlushMs);
    expect(problems).toMatchObject([{ code: 'disk_full' }]);
    recorder.tap(frame(2, 'b'));
    expect(recorder.flushTo(2).ok).toBe(true);
    room = 1;
    clock.pass(limits.recorderFlushMs);
    expect(problems).toMatchObject([{ code: 'disk_full' }, null]);
    expect(names().some((name) => name.startsWith('decisions-'))).toBe(true);
    await recorder.close(totals);
  });

  it('begins a next part of an hour whose segment is full, and reads on into it', async () => {
    const folder = join(home, '7');
    mkdirSync(folder);
    const clock = new ManualClock();
    const options = { folder, prefix: '', segmentBytesMax: 1, report: () => {} };
    const stream = new LineStream(options, clock, systemDisk);
    const inputs = Array.from({ length: 12 }, (_, at) => frame(at + 1, 'x', noon + at * 400));
    for (const [at, input] of inputs.entries()) {
      stream.add(input);
      clock.pass(1_000);
      if (at % 3 !== 2) continue;
      stream.tick();
      await expect.poll(() => names().some((name) => name.includes('tail'))).toBe(false);
    }
    await stream.close();
    expect(names().filter((name) => name.endsWith('.gz'))).toEqual([
      '2026-11-22T12.ndjson.gz',
      '2026-11-22T12p02.ndjson.gz',
      '2026-11-22T13.ndjson.gz',
      '2026-11-22T13p02.ndjson.gz',
      '2026-11-22T13p03.ndjson.gz',
    ]);
    expect((await read()).inputs).toEqual(inputs);
  });

  it('runs on the real clock and disk', async () => {
    const opened = Recorder.open(
      {
        folder: join(home, '7'),
        run: 7,
        engine: 'test',
        settingsHash: '',
        clock: { realOriginMs: 0, marketOriginMs: 0, speed: 1 },
        report: () => {},
      },
      { clock: systemClock },
    );
    if (!opened.ok) throw new Error(opened.error.code);
    opened.value.tap(frame(1, 'a'));
    await expect.poll(() => opened.value.status().writtenSeq).toBe(1);
    await opened.value.close(totals);
    expect((await read()).inputs.length).toBe(1);
  });
});

/** Changes the text of one line and gives it a checksum that fits again: the next line tells. */
function resealed(lines: readonly string[], index: number): string {
  const before = Number.parseInt(lines[index - 1]?.slice(-10, -2) ?? '', 16);
  const body = (lines[index] ?? '').slice(0, -18).replace('text', 'TEXT');
  const crc = crc32(Buffer.from(body), before).toString(16).padStart(8, '0');
  return `${lines.with(index, `${body},"crc":"${crc}"}`).join('\n')}\n`;
}
