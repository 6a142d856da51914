// Goal: captures come back verbatim, in order of receive time, whatever they are packed in and whatever is wrong in them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticCapture } from '../../bench/synthetic-capture.mjs';
import { type CaptureProblem, readCaptures } from '../../src/replay/captures.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'captures-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const save = (name: string, bytes: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

async function read(paths: readonly string[], untilMs: number | null = null) {
  const messages: [number, string][] = [];
  const problems: CaptureProblem[] = [];
  const totals = await readCaptures(paths, {
    untilMs,
    onCaptured: (recvMs, bytes, start, end) =>
      messages.push([recvMs, bytes.toString('utf8', start, end)]),
    onProblem: (problem) => problems.push(problem),
  });
  return { messages, problems, totals };
}

const line = (recvMs: number, name: string) => `{"recv_ms":${recvMs},"event":{"n":"${name}"}}`;
const said = (messages: readonly [number, string][]) =>
  messages.map(([recvMs, text]) => `${recvMs}${(JSON.parse(text) as { n: string }).n}`);

/** Files in any number of gzip members, cut anywhere, even inside a line. */
const packed = (text: string, cuts: readonly number[]): Buffer => {
  const bytes = Buffer.from(text);
  const edges = [
    0,
    ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return Buffer.concat(
    edges.slice(1).map((edge, index) => gzipSync(bytes.subarray(edges[index], edge))),
  );
};

describe('captures', () => {
  it('merges by receive time; equal times keep file, then line order', async () => {
    const times = fc.array(fc.nat(12), { maxLength: 30 }).map((list) => list.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(times, fc.array(fc.nat(5_000), { maxLength: 3 }), fc.boolean()), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.nat(13),
        async (files, until) => {
          const expected: { recvMs: number; file: number; line: number; name: string }[] = [];
          const paths = files.map(([recvs, cuts, isGzip], file) => {
            const lines = recvs.map((recvMs, index) => {
              const name = `é${file}.${index}`;
              if (recvMs <= until) expected.push({ recvMs, file, line: index, name });
              return line(recvMs, name);
            });
            const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
            return save(`m${file}`, isGzip ? packed(text, cuts) : text);
          });
          expected.sort((a, b) => a.recvMs - b.recvMs || a.file - b.file || a.line - b.line);
          const { messages, problems, totals } = await read(paths, until);
          expect(problems).toEqual([]);
          expect(said(messages)).toEqual(expected.map(({ recvMs, name }) => `${recvMs}${name}`));
          expect(totals.lines).toBe(expected.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('hands over the venue text byte for byte, over many blocks', async () => {
    const [file] = syntheticCapture({ markets: 1, messages: 4_000 });
    const text = `${file?.lines.join('\n')}\n`;
    for (const bytes of [Buffer.from(text), packed(text, [70_000, 70_001, 900_000])]) {
      const { messages } = await read([save('verbatim', bytes)]);
      const rebuilt = messages.map(([recvMs, event]) => `{"recv_ms":${recvMs},"event":${event}}\n`);
      expect(rebuilt.join('') === text).toBe(true);
    }
  });

  it('reads other spacing and field order, blank lines, CRLF, and a last line without its end', async () => {
    const path = save(
      'odd',
      `{ "event": {"n":"a"}, "recv_ms": 5 }\r\n\n${line(6, 'b')}\r\n\r\n${line(7, 'c')}`,
    );
    const { messages, problems } = await read([path]);
    expect(problems).toEqual([]);
    expect(said(messages)).toEqual(['5a', '6b', '7c']);
  });

  it('names each bad line by file and line, hands it on, and goes on', async () => {
    const bad = [
      'nonsense',
      '{"recv_ms":"5","event":{}}',
      '{"recv_ms":5}',
      '{"recv_ms":5.5,"event":{}}',
    ];
    const path = save('bad', [line(4, 'a'), ...bad, line(9, 'b'), ''].join('\n'));
    const { messages, problems, totals } = await read([path]);
    expect(problems.map(({ code, line: at }) => `${code}:${at}`)).toEqual([
      'bad_line:2',
      'bad_line:3',
      'bad_line:4',
      'bad_line:5',
    ]);
    expect(problems.every((problem) => problem.path === path)).toBe(true);
    expect(messages.slice(1, -1)).toEqual(bad.map((text) => [4, text]));
    expect(totals).toEqual({ lines: 6, problems: 4 });
  });

  it('takes a receive time that goes back as received now, and says so', async () => {
    const path = save('back', [line(8, 'a'), line(3, 'b'), line(9, 'c'), ''].join('\n'));
    const { messages, problems } = await read([path]);
    expect(said(messages)).toEqual(['8a', '8b', '9c']);
    expect(problems).toMatchObject([{ code: 'out_of_order', line: 2 }]);
  });

  it('reads what is whole of a torn gzip, and says that it is torn', async () => {
    const [file] = syntheticCapture({ markets: 1, messages: 3_000 });
    const lines = file?.lines ?? [];
    const whole = gzipSync(`${lines.join('\n')}\n`);
    const path = save('torn', whole.subarray(0, whole.length * 0.6));
    const { messages, problems } = await read([path]);
    expect(problems).toMatchObject([{ code: 'torn', path }]);
    expect(messages.length).toBeGreaterThan(1_000);
    expect(problems[0]?.line).toBe(messages.length + 1);
    expect(messages.every(([, text], index) => lines[index]?.includes(text) === true)).toBe(true);
  });

  it('says which file is damaged or missing, and reads the others', async () => {
    const damaged = gzipSync(`${line(1, 'a')}\n`);
    damaged.fill(0xff, 10);
    const { messages, problems } = await read([
      save('damaged', damaged),
      join(folder, 'absent'),
      save('good', line(2, 'b')),
    ]);
    expect(problems.map(({ code }) => code)).toEqual(['gzip_damaged', 'file_unreadable']);
    expect(said(messages)).toEqual(['2b']);
  });
});
