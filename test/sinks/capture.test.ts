// Goal: a capture that we write is one that we read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import { readCaptures } from '../../src/replay/captures.js';
import { CaptureWriter } from '../../src/sinks/capture.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'capture-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string): CaptureWriter {
  const opened = CaptureWriter.open(join(folder, 'deep', name));
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
}

describe('capture writer', () => {
  it('writes lines that come back verbatim, in members of bounded size', async () => {
    const writer = open('a.ndjson.gz');
    const frames = Array.from(
      { length: 3_000 },
      (_, index) => `{"n":${index},"pad":"${'é'.repeat(90)}"}`,
    );
    for (const [index, frame] of frames.entries()) writer.add(1_000 + index, `${frame}\n`);
    expect(writer.totals.bytes).toBeGreaterThan(0);
    writer.close();
    const read: string[] = [];
    const totals = await readCaptures([writer.totals.path], {
      untilMs: null,
      onCaptured: (_, bytes, start, end) => read.push(bytes.toString('utf8', start, end)),
      onProblem: (problem) => {
        throw new Error(problem.code);
      },
    });
    expect(read).toEqual(frames);
    expect(totals.lines).toBe(writer.totals.inputs);
    expect(frames.join('').length).toBeGreaterThan(limits.recorderMemberBytes);
  });

  it('keeps a line one line, whatever the feed sends', async () => {
    const writer = open('b.ndjson.gz');
    const odd = ['', 'pong', '{"a":\n1}', '[1]'];
    for (const text of odd) writer.add(5, text);
    writer.close();
    const read: string[] = [];
    await readCaptures([writer.totals.path], {
      untilMs: null,
      onCaptured: (_, bytes, start, end) => read.push(bytes.toString('utf8', start, end)),
      onProblem: () => {},
    });
    expect(read.map((text) => (JSON.parse(text) as { text: string }).text)).toEqual(odd);
  });

  it('never writes over a capture', () => {
    open('c.ndjson.gz').close();
    expect(() => open('c.ndjson.gz')).toThrow('capture_exists');
  });
});
