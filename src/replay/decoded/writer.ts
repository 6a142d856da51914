import { closeSync, ftruncateSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { err, ok, type Result } from '../../domain/result.js';
import type { Ticker } from '../../domain/units.js';
import type { DecodedFrame } from '../../exchange/venue.js';
import { limits } from '../../limits.js';
import { blockHeadBytes, headerBytes, headerOf, kinds, padded, recordBytes } from './format.js';

/**
 * Why there is no cache. `cache_unwritable`: the disk refused. `cache_disk_low`: it would leave the disk with less than
 * `limits.decodedFreeBytesMin`. `cache_too_large`: more than `limits.decodedBytesMax`. `source_unsound`: what it is to be
 * made from has something wrong that replaying it will tell. `source_changed`: it changed meanwhile. A replay needs none.
 */
export type CacheProblem = {
  readonly code:
    | 'cache_unwritable'
    | 'cache_disk_low'
    | 'cache_too_large'
    | 'source_unsound'
    | 'source_changed';
  readonly path: string;
  readonly detail: string;
};

export type CacheBounds = { readonly bytesMax: number; readonly freeBytesMin: number };

const usual: CacheBounds = {
  bytesMax: limits.decodedBytesMax,
  freeBytesMin: limits.decodedFreeBytesMin,
};

/** Writes one cache from its first record to its last, in memory of one block. After a problem it takes and does nothing. */
export class DecodedWriter {
  private readonly path: string;
  private readonly bounds: CacheBounds;
  private readonly file: number;
  private readonly tickers = new Map<Ticker, number>();
  private connection = 0;
  private block = new ArrayBuffer(0);
  private bytes = Buffer.alloc(0);
  private words = new Uint32Array(0);
  private doubles = new Float64Array(0);
  /** Of the block; its head is written over when it is full. */
  private used = blockHeadBytes;
  private written = headerBytes;
  private checkedAt = 0;
  private failure: CacheProblem | null = null;

  private constructor(path: string, file: number, bounds: CacheBounds) {
    this.path = path;
    this.bounds = bounds;
    this.file = file;
    this.room(limits.decodedBlockBytes);
  }

  static open(path: string, bounds = usual): Result<DecodedWriter, CacheProblem> {
    try {
      return ok(new DecodedWriter(path, openSync(path, 'w'), bounds));
    } catch (thrown) {
      return err({ code: 'cache_unwritable', path, detail: String(thrown) });
    }
  }

  get problem(): CacheProblem | null {
    return this.failure;
  }

  /** False: it does not fit a record, and is to be written as text. `bytes` holds the trade id. */
  frame(at: number, connection: number, frame: DecodedFrame, bytes: Uint8Array): boolean {
    const { isYes, sid, tsMs, idStart, idEnd } = frame;
    const lag = at - tsMs;
    if (lag !== (lag | 0) || sid !== sid >>> 0) return false;
    const isDelta = frame.kind === 'delta';
    const idBytes = isDelta ? 0 : idEnd - idStart;
    if (idBytes > 255) return false;
    this.from(connection);
    const ticker = this.tickers.get(frame.ticker) ?? this.meet(frame.ticker);
    const kind = isDelta
      ? isYes
        ? kinds.deltaYes
        : kinds.deltaNo
      : isYes
        ? kinds.tradeYes
        : kinds.tradeNo;
    const start = this.begin(kind, idBytes);
    this.bytes[start + 1] = idBytes;
    this.bytes.writeUInt16LE(frame.price, start + 2);
    this.words[(start >> 2) + 1] = ticker;
    this.words[(start >> 2) + 2] = sid;
    this.words[(start >> 2) + 3] = lag;
    this.doubles[(start >> 3) + 2] = at;
    this.doubles[(start >> 3) + 3] = frame.seq;
    this.doubles[(start >> 3) + 4] = frame.size;
    if (idBytes > 0) this.bytes.set(bytes.subarray(idStart, idEnd), start + recordBytes);
    return true;
  }

  tick(at: number): void {
    const start = this.begin(kinds.tick, 0);
    this.doubles[(start >> 3) + 2] = at;
  }

  text(at: number, connection: number, text: Uint8Array): void {
    this.from(connection);
    this.put(kinds.text, at, text);
  }

  input(text: string): void {
    this.put(kinds.input, 0, Buffer.from(text));
  }

  captureProblem(text: string): void {
    this.put(kinds.problem, 0, Buffer.from(text));
  }

  /** Ends the file. What it is filled with is known only now. */
  close(key: Buffer, end: string): CacheProblem | null {
    this.put(kinds.end, 0, Buffer.from(end));
    this.flush();
    this.write(headerOf({ key, fileBytes: this.written }), 0);
    this.release();
    return this.failure;
  }

  /** Gives it up. */
  discard(): void {
    this.release();
    try {
      rmSync(this.path, { force: true });
    } catch {
      // Told already, as what made it fail; the next one that is made takes it away.
    }
  }

  private release(): void {
    try {
      closeSync(this.file);
    } catch (thrown) {
      this.failure ??= this.unwritable(thrown);
    }
  }

  private from(connection: number): void {
    if (connection === this.connection) return;
    this.connection = connection;
    const start = this.begin(kinds.connection, 0);
    this.words[(start >> 2) + 2] = connection;
  }

  private meet(ticker: Ticker): number {
    const index = this.tickers.size;
    this.tickers.set(ticker, index);
    this.put(kinds.ticker, 0, Buffer.from(ticker));
    return index;
  }

  private put(kind: number, at: number, text: Uint8Array): void {
    const start = this.begin(kind, text.length);
    this.words[(start >> 2) + 1] = text.length;
    this.doubles[(start >> 3) + 2] = at;
    this.bytes.set(text, start + recordBytes);
  }

  /** Room for a record of zeros, in this block or the next. */
  private begin(kind: number, textBytes: number): number {
    const bytes = recordBytes + padded(textBytes);
    if (this.used + bytes > this.block.byteLength) {
      this.flush();
      if (this.used + bytes > this.block.byteLength) this.room(this.used + bytes);
    }
    const start = this.used;
    this.bytes.fill(0, start, start + bytes);
    this.bytes[start] = kind;
    this.used += bytes;
    return start;
  }

  private room(bytes: number): void {
    this.block = new ArrayBuffer(padded(bytes));
    this.bytes = Buffer.from(this.block);
    this.words = new Uint32Array(this.block);
    this.doubles = new Float64Array(this.block);
  }

  private flush(): void {
    const { used } = this;
    if (used === blockHeadBytes) return;
    this.bytes.writeUInt32LE(used - blockHeadBytes, 0);
    this.bytes.writeUInt32LE(crc32(this.bytes.subarray(blockHeadBytes, used)), 4);
    this.write(this.bytes.subarray(0, used), this.written);
    this.written += used;
    this.used = blockHeadBytes;
    // One long line does not stay in memory.
    if (this.block.byteLength > limits.decodedBlockBytes) this.room(limits.decodedBlockBytes);
  }

  private write(bytes: Buffer, at: number): void {
    this.look(at);
    if (this.failure !== null) return;
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.file, bytes, done, bytes.length - done, at + done);
    } catch (thrown) {
      this.fail(this.unwritable(thrown));
    }
  }

  private look(at: number): void {
    const { path, bounds } = this;
    if (at > bounds.bytesMax) {
      const detail = `more than ${bounds.bytesMax} bytes`;
      this.fail({ code: 'cache_too_large', path, detail });
    } else if (at >= this.checkedAt) {
      this.checkedAt = at + limits.decodedFreeCheckBytes;
      const free = freeBytes(path);
      // Nobody can say: the disk itself will.
      if (free === null || free >= bounds.freeBytesMin) return;
      const detail = `${free} bytes are free; a cache leaves at least ${bounds.freeBytesMin}`;
      this.fail({ code: 'cache_disk_low', path, detail });
    }
  }

  /** What it took goes back to the disk at once, while the rest of the source is still read past it. */
  private fail(problem: CacheProblem): void {
    if (this.failure !== null) return;
    this.failure = problem;
    try {
      ftruncateSync(this.file, 0);
    } catch {
      // It is removed in the end.
    }
  }

  private unwritable(thrown: unknown): CacheProblem {
    return { code: 'cache_unwritable', path: this.path, detail: String(thrown) };
  }
}

function freeBytes(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
