import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { EpochMs, Price, Quantity, Ticker } from '../../domain/units.js';
import type { DecodedFrame } from '../../exchange/venue.js';
import { limits } from '../../limits.js';
import { blockHeadBytes, headerBytes, headerOf, kinds, padded, recordBytes } from './format.js';

/** One record: a line that escapes may grow threefold and more. */
const blockBytesMax = 8 * limits.readLineBytesMax;

/** What a cache gives back, in order. All bytes are only lent. False: no more is wanted. */
export interface DecodedHearer {
  /** A book change or a trade. */
  readonly frame: (
    at: EpochMs,
    connection: number,
    frame: DecodedFrame,
    bytes: Uint8Array,
  ) => boolean;
  readonly tick: (at: EpochMs) => boolean;
  /** Any other frame, verbatim. */
  readonly text: (
    at: EpochMs,
    connection: number,
    bytes: Buffer,
    start: number,
    end: number,
  ) => boolean;
  /** Any other input, as JSON. */
  readonly input: (text: string) => boolean;
  /** A problem of a capture, as JSON. */
  readonly captureProblem: (text: string) => void;
}

/** `damaged`: what was heard is sound, and the rest is not there. `end` is what the writer closed with. */
export type DecodedEnd =
  | { readonly kind: 'ended'; readonly end: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'damaged' };

/** A cache that was made from `key` by this version; null when there is none, whatever is there instead. */
export async function openDecoded(path: string, key: Buffer): Promise<DecodedFile | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path);
    const header = Buffer.alloc(headerBytes);
    await file.read(header, 0, headerBytes, 0);
    const fileBytes = (await file.stat()).size;
    if (header.equals(headerOf({ key, fileBytes }))) return new DecodedFile(file, fileBytes);
  } catch {
    // Absent, or unreadable: the original is there.
  }
  await file?.close().catch(() => {});
  return null;
}

/** Blocks of a cache; the next one is read while this one is used. */
export class DecodedFile {
  private readonly file: FileHandle;
  private readonly fileBytes: number;
  private at = headerBytes;

  constructor(file: FileHandle, fileBytes: number) {
    this.file = file;
    this.fileBytes = fileBytes;
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** Hands everything to `hearer` and closes the file. A block is checked before anything of it is handed over. */
  async read(hearer: DecodedHearer): Promise<DecodedEnd> {
    const records = new Records(hearer);
    try {
      const spare = [newBlock(limits.decodedBlockBytes), newBlock(limits.decodedBlockBytes)];
      let ahead = this.next(spare.pop());
      for (;;) {
        const block = await ahead;
        if (block === null) return { kind: 'damaged' };
        ahead = this.next(spare.pop());
        const end = records.take(block);
        spare.push(block);
        if (end === null) continue;
        await ahead;
        return end;
      }
    } finally {
      await this.file.close();
    }
  }

  /** Null when there is no sound one. Never rejects. */
  private async next(spare: Block | undefined): Promise<Block | null> {
    try {
      const head = Buffer.alloc(blockHeadBytes);
      const room = this.fileBytes - this.at - blockHeadBytes;
      if (room <= 0) return null;
      await this.file.read(head, 0, blockHeadBytes, this.at);
      const bytes = head.readUInt32LE(0);
      const crc = head.readUInt32LE(4);
      if (bytes > room || bytes > blockBytesMax) return null;
      const fits = spare !== undefined && bytes <= spare.bytes.length;
      const block = fits ? spare : newBlock(bytes);
      const { bytesRead } = await this.file.read(block.bytes, 0, bytes, this.at + blockHeadBytes);
      this.at += blockHeadBytes + bytes;
      block.used = bytes;
      return bytesRead === bytes && crc32(block.bytes.subarray(0, bytes)) === crc ? block : null;
    } catch {
      return null;
    }
  }
}

type Block = {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  readonly lags: Int32Array;
  readonly doubles: Float64Array;
  used: number;
};

function newBlock(bytes: number): Block {
  const room = new ArrayBuffer(padded(bytes));
  return {
    bytes: Buffer.from(room),
    words: new Uint32Array(room),
    lags: new Int32Array(room),
    doubles: new Float64Array(room),
    used: 0,
  };
}

/** The one frame that is lent again and again. */
class Lent implements DecodedFrame {
  kind: 'delta' | 'trade' = 'delta';
  ticker = '' as Ticker;
  sid = 0;
  seq = 0;
  isYes = true;
  price = 0 as Price;
  size = 0 as Quantity;
  tsMs = 0;
  idStart = 0;
  idEnd = 0;
}

class Records {
  private readonly hearer: DecodedHearer;
  private readonly tickers: Ticker[] = [];
  private readonly frame = new Lent();
  private connection = 0;

  constructor(hearer: DecodedHearer) {
    this.hearer = hearer;
  }

  /** Null: go on with the next block. */
  take(block: Block): DecodedEnd | null {
    const { used, bytes } = block;
    for (let start = 0; start < used; ) {
      const kind = bytes[start] as number;
      const isFrame = kind <= kinds.tradeNo;
      const textBytes = isFrame ? (bytes[start + 1] as number) : this.textBytes(block, start, kind);
      const next = start + recordBytes + padded(textBytes);
      if (next > used) return { kind: 'damaged' };
      const goesOn = isFrame
        ? this.decoded(block, start, kind, textBytes)
        : this.other(block, start, kind, textBytes);
      if (goesOn !== true) return goesOn === false ? { kind: 'stopped' } : goesOn;
      start = next;
    }
    return null;
  }

  private decoded(block: Block, start: number, kind: number, idBytes: number): boolean {
    const { bytes, words, lags, doubles } = block;
    const { frame } = this;
    const at = doubles[(start >> 3) + 2] as EpochMs;
    frame.kind = kind <= kinds.deltaNo ? 'delta' : 'trade';
    frame.isYes = kind === kinds.deltaYes || kind === kinds.tradeYes;
    frame.ticker = this.tickers[words[(start >> 2) + 1] as number] as Ticker;
    frame.sid = words[(start >> 2) + 2] as number;
    frame.tsMs = at - (lags[(start >> 2) + 3] as number);
    frame.price = ((bytes[start + 2] as number) | ((bytes[start + 3] as number) << 8)) as Price;
    frame.seq = doubles[(start >> 3) + 3] as number;
    frame.size = doubles[(start >> 3) + 4] as Quantity;
    frame.idStart = start + recordBytes;
    frame.idEnd = start + recordBytes + idBytes;
    return this.hearer.frame(at, this.connection, frame, bytes);
  }

  private textBytes({ words }: Block, start: number, kind: number): number {
    const hasNone = kind === kinds.tick || kind === kinds.connection;
    return hasNone ? 0 : (words[(start >> 2) + 1] as number);
  }

  private other(
    { bytes, words, doubles }: Block,
    start: number,
    kind: number,
    textBytes: number,
  ): boolean | DecodedEnd {
    const { hearer } = this;
    const from = start + recordBytes;
    const to = from + textBytes;
    const at = doubles[(start >> 3) + 2] as EpochMs;
    switch (kind) {
      case kinds.tick:
        return hearer.tick(at);
      case kinds.text:
        return hearer.text(at, this.connection, bytes, from, to);
      case kinds.input:
        return hearer.input(bytes.toString('utf8', from, to));
      case kinds.ticker:
        this.tickers.push(bytes.toString('latin1', from, to) as Ticker);
        return true;
      case kinds.connection:
        this.connection = words[(start >> 2) + 2] as number;
        return true;
      case kinds.problem:
        hearer.captureProblem(bytes.toString('utf8', from, to));
        return true;
      case kinds.end:
        return { kind: 'ended', end: bytes.toString('utf8', from, to) };
      default:
        return { kind: 'damaged' };
    }
  }
}
