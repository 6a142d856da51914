// Goal: the format is what its version says, and a cache is given up before it does any harm.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Price, type Quantity, ticker } from '../../../src/domain/units.js';
import { newScannedFrame, scanFrame } from '../../../src/exchange/kalshi/scan-frame.js';
import { limits } from '../../../src/limits.js';
import { decodedVersion } from '../../../src/replay/decoded/format.js';
import { openDecoded } from '../../../src/replay/decoded/reader.js';
import { DecodedWriter } from '../../../src/replay/decoded/writer.js';
import { deltaSample, tradeSample } from '../../exchange/samples.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'decoded-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const key = Buffer.alloc(32, 7);

function opened(bounds?: Parameters<typeof DecodedWriter.open>[1]): DecodedWriter {
  const writer = DecodedWriter.open(join(home, 'draft'), bounds);
  if (!writer.ok) throw new Error(writer.error.code);
  return writer.value;
}

const out = newScannedFrame();
function put(writer: DecodedWriter, at: number, connection: number, frame: object): boolean {
  const bytes = Buffer.from(JSON.stringify(frame));
  expect(scanFrame(bytes, 0, bytes.length, out)).toBe(true);
  return writer.frame(at, connection, out, bytes);
}

describe('the writer of a cache', () => {
  it.skipIf(endianness() !== 'LE')(
    'writes what this version says: raise it when this changes',
    () => {
      const writer = opened();
      const { ts_ms: at } = deltaSample().msg as { ts_ms: number };
      put(writer, at + 12, 0, deltaSample());
      put(writer, at + 12, 1, deltaSample({ side: 'no', delta_fp: '-4.56', market_ticker: 'B' }));
      put(writer, at - 3, 1, tradeSample());
      writer.tick(at + 40);
      writer.text(at + 41, 1, Buffer.from('a text'));
      writer.input('{"an":"input"}');
      writer.captureProblem('{"a":"problem"}');
      expect(writer.close(key, '{"an":"end"}')).toBeNull();
      const hash = createHash('sha256')
        .update(readFileSync(join(home, 'draft')))
        .digest('hex');
      expect([decodedVersion, hash]).toEqual([
        1,
        '6ee7213febdc2a46f70653077f42f223665e3cef9ffa102a9bae08fa955412fc',
      ]);
    },
  );

  it('leaves to the text what has no room in a record', () => {
    const writer = opened();
    const { ts_ms: at } = deltaSample().msg as { ts_ms: number };
    expect(put(writer, at + 2 ** 31, 1, deltaSample())).toBe(false);
    expect(put(writer, Number.NEGATIVE_INFINITY, 1, deltaSample())).toBe(false);
    expect(put(writer, at, 1, { ...deltaSample(), sid: 2 ** 32 })).toBe(false);
    expect(put(writer, at, 1, { ...deltaSample(), sid: 2 ** 32 - 1 })).toBe(true);
    writer.discard();
  });

  it('gives back what it was given, to the last field', async () => {
    const frames = fc.array(
      fc.record({
        at: fc.integer({ min: 1_789_999_000_000, max: 1_790_001_000_000 }),
        connection: fc.nat(2),
        kind: fc.constantFrom('delta' as const, 'trade' as const),
        ticker: fc.constantFrom('A', 'B-LONGER', 'C').map(ticker),
        sid: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        seq: fc.integer({ min: 1, max: 10 ** 15 - 1 }),
        isYes: fc.boolean(),
        price: fc.integer({ min: 0, max: 10_000 }).map((price) => price as Price),
        size: fc.integer({ min: -9e11, max: 9e11 }).map((size) => size as Quantity),
        tsMs: fc.constantFrom(1_790_000_000_000, 1_789_999_999_999, 1_790_000_300_000),
        id: fc.stringMatching(/^[ -~]{1,128}$/),
      }),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(frames, async (given) => {
        const writer = opened();
        for (const { at, connection, id, ...frame } of given) {
          const bytes = Buffer.from(`..${id}..`);
          const idEnd = 2 + id.length;
          expect(writer.frame(at, connection, { ...frame, idStart: 2, idEnd }, bytes)).toBe(true);
        }
        writer.close(key, 'the end');
        const back: unknown[] = [];
        const end = await (await openDecoded(join(home, 'draft'), key))?.read({
          frame: (at, connection, { idStart, idEnd, ...frame }, bytes) => {
            const id = Buffer.from(bytes.subarray(idStart, idEnd)).toString();
            back.push({ ...frame, at, connection, id });
            return true;
          },
          tick: () => false,
          text: () => false,
          input: () => false,
          captureProblem: () => {},
        });
        expect(end).toEqual({ kind: 'ended', end: 'the end' });
        expect(back).toEqual(
          given.map((frame) => (frame.kind === 'trade' ? frame : { ...frame, id: '' })),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('gives up a cache that grows too large, and the room with it', () => {
    const writer = opened({ bytesMax: 4 * limits.decodedBlockBytes, freeBytesMin: 0 });
    const line = 'x'.repeat(limits.decodedBlockBytes / 3);
    for (let count = 0; count < 60 && writer.problem === null; count += 1) writer.input(line);
    expect(writer.problem).toMatchObject({ code: 'cache_too_large' });
    writer.input(line);
    expect(statSync(join(home, 'draft')).size).toBe(0);
    expect(writer.close(key, '{}')).toMatchObject({ code: 'cache_too_large' });
    writer.discard();
    expect(existsSync(join(home, 'draft'))).toBe(false);
  });

  it('leaves the disk the room that others need', () => {
    const writer = opened({ bytesMax: 1e12, freeBytesMin: Number.POSITIVE_INFINITY });
    writer.tick(1);
    expect(writer.close(key, '{}')).toMatchObject({ code: 'cache_disk_low' });
  });

  it('says when the disk refuses', () => {
    const writer = DecodedWriter.open(join(home, 'no', 'such', 'folder'));
    expect(writer).toMatchObject({ ok: false, error: { code: 'cache_unwritable' } });
  });
});
