import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';

/**
 * Why a file could not be read on. `file_unreadable`: the system refused it. `gzip_damaged`: bytes that are no gzip
 * stream; the lines before them were read. `line_too_long`: no line end within `limits.readLineBytesMax`.
 */
export type FileProblem = {
  readonly code: 'file_unreadable' | 'gzip_damaged' | 'line_too_long';
  readonly path: string;
  readonly line: number;
  readonly detail: string;
};

const newline = 10;
const carriageReturn = 13;
const empty = Buffer.alloc(0);

/**
 * One file's lines as byte ranges of a block, plain or gzip of any number of members, told apart by its first bytes.
 * Memory is a few blocks whatever its size. The next block is inflated on another thread while this one is used.
 *
 * `next()` moves to the following line of the block; when it says no, `await fill()` brings more or says that the file
 * ended. `bytes` stays valid until then.
 */
export class LineFile {
  bytes: Buffer = empty;
  start = 0;
  end = 0;
  /** Counts from 1. */
  line = 0;
  /** The file ended inside a gzip member, or inside its last line: what is there of that line is left out. */
  isTorn = false;
  readonly path: string;
  private readonly file: FileHandle;
  private readonly blocks: Blocks;
  private ahead: Promise<Block>;
  private rest = 0;
  private parts: readonly Buffer[] = [];
  private part = 0;
  /** The beginning of a line whose end is still to come. */
  private carry: Buffer[] = [];
  private carried = 0;
  private isEnded = false;
  private readonly keepsLastLine: boolean;
  private failure: FileProblem | null = null;

  private constructor(path: string, file: FileHandle, blocks: Blocks, keepsLastLine: boolean) {
    this.path = path;
    this.file = file;
    this.blocks = blocks;
    this.keepsLastLine = keepsLastLine;
    this.ahead = blocks.read();
  }

  /**
   * `keepsLastLine`: a last line without its line end counts, unless the gzip stream is torn. `from`: the byte where a gzip
   * member begins; what is before it is left out.
   */
  static async open(
    path: string,
    options: { readonly keepsLastLine: boolean; readonly from?: number },
  ): Promise<Result<LineFile, FileProblem>> {
    const { from = 0 } = options;
    try {
      const file = await open(path);
      const magic = Buffer.alloc(2);
      await file.read(magic, 0, 2, from);
      const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
      const blocks = isGzip ? new GzipBlocks(file, from) : new PlainBlocks(file, from);
      return ok(new LineFile(path, file, blocks, options.keepsLastLine));
    } catch (thrown) {
      return err({ code: 'file_unreadable', path, line: 0, detail: String(thrown) });
    }
  }

  /** Set once the file could not be read to its end. */
  get problem(): FileProblem | null {
    return this.failure;
  }

  next(): boolean {
    const from = this.rest;
    const at = this.bytes.indexOf(newline, from);
    if (at < 0) return false;
    this.take(from, at);
    this.rest = at + 1;
    return true;
  }

  async fill(): Promise<boolean> {
    for (;;) {
      if (this.parts.length > 0 && this.nextPart()) return true;
      if (this.isEnded) return false;
      const block = await this.ahead;
      if (block.kind === 'end') return this.finish(block);
      this.ahead = this.blocks.read();
      this.parts = block.parts;
      this.part = 0;
    }
  }

  /** Goes on with the next part of the block; a line over its edge is put together, and only that one is copied. */
  private nextPart(): boolean {
    for (;;) {
      if (this.rest < this.bytes.length) {
        this.carry.push(this.bytes.subarray(this.rest));
        this.carried += this.bytes.length - this.rest;
      }
      this.bytes = empty;
      this.rest = 0;
      const part = this.parts[this.part];
      if (part === undefined) {
        this.parts = [];
        if (this.carried > limits.readLineBytesMax)
          this.fail('line_too_long', `no line end within ${limits.readLineBytesMax} bytes`);
        return false;
      }
      const at = this.carried === 0 ? 0 : part.indexOf(newline) + 1;
      if (at === 0) {
        // A part of its own, or the middle of a line longer than a part.
        this.part += 1;
        this.bytes = part;
      } else {
        this.bytes = Buffer.concat([...this.carry, part.subarray(0, at)]);
        this.carry = [];
        this.carried = 0;
        this.parts = this.parts.with(this.part, part.subarray(at));
      }
      if (this.next()) return true;
    }
  }

  async close(): Promise<void> {
    this.isEnded = true;
    // A block that is still on its way must not meet a closed file.
    await this.ahead;
    this.blocks.close();
    await this.file.close();
  }

  private finish(block: Block & { kind: 'end' }): boolean {
    this.isEnded = true;
    const carry = Buffer.concat(this.carry);
    if (block.damage !== null) this.fail('gzip_damaged', block.damage);
    this.isTorn = block.isTorn || (carry.length > 0 && !this.keepsLastLine);
    if (carry.length === 0 || this.isTorn || this.failure !== null) return false;
    this.bytes = carry;
    this.rest = carry.length;
    this.take(0, carry.length);
    return true;
  }

  private take(start: number, end: number): void {
    this.start = start;
    this.end = end > start && this.bytes[end - 1] === carriageReturn ? end - 1 : end;
    this.line += 1;
  }

  private fail(code: FileProblem['code'], detail: string): void {
    this.isEnded = true;
    this.failure = { code, path: this.path, line: this.line + 1, detail };
  }
}

type Block =
  | { readonly kind: 'bytes'; readonly parts: readonly Buffer[] }
  | { readonly kind: 'end'; readonly isTorn: boolean; readonly damage: string | null };

/** Successive bytes of a file. One `read` at a time; it never rejects. */
interface Blocks {
  readonly read: () => Promise<Block>;
  readonly close: () => void;
}

class PlainBlocks implements Blocks {
  private readonly file: FileHandle;
  private at: number;

  constructor(file: FileHandle, from: number) {
    this.file = file;
    this.at = from;
  }

  async read(): Promise<Block> {
    try {
      const bytes = Buffer.allocUnsafe(limits.readBlockBytes);
      const { bytesRead } = await this.file.read(bytes, 0, bytes.length, this.at);
      this.at += bytesRead;
      if (bytesRead === 0) return { kind: 'end', isTorn: false, damage: null };
      return { kind: 'bytes', parts: [bytes.subarray(0, bytesRead)] };
    } catch (thrown) {
      return { kind: 'end', isTorn: true, damage: String(thrown) };
    }
  }

  close(): void {}
}

/**
 * Feeds the inflater itself, so that everything it can give is out before it is told that the input ended: a torn last
 * member then costs only what is torn.
 */
class GzipBlocks implements Blocks {
  private readonly file: FileHandle;
  private readonly gunzip: Gunzip;
  private at: number;
  private size = limits.readPackedBytes / 4;
  private parts: Buffer[] = [];
  private failure: NodeJS.ErrnoException | null = null;
  private isDone = false;
  private settle: () => void = () => {};

  constructor(file: FileHandle, from: number) {
    this.file = file;
    this.at = from;
    this.gunzip = createGunzip({ chunkSize: limits.readBlockBytes });
    this.gunzip.on('data', (part: Buffer) => this.parts.push(part));
    this.gunzip.on('error', (error) => {
      this.failure = error;
      this.settle();
    });
    this.gunzip.on('end', () => this.settle());
  }

  async read(): Promise<Block> {
    try {
      while (!this.isDone) {
        const packed = Buffer.allocUnsafe(this.size);
        // Small at first: of hundreds of files waiting for their turn each holds its beginning.
        this.size = Math.min(this.size * 2, limits.readPackedBytes);
        const { bytesRead } = await this.file.read(packed, 0, packed.length, this.at);
        this.at += bytesRead;
        this.isDone = bytesRead === 0;
        if (this.isDone) await this.settled(() => this.gunzip.end());
        else await this.settled((done) => this.gunzip.write(packed.subarray(0, bytesRead), done));
        if (this.failure !== null) this.isDone = true;
        const parts = this.parts.splice(0);
        if (parts.length > 0) return { kind: 'bytes', parts };
      }
      const isTorn = this.failure !== null && this.failure.code === 'Z_BUF_ERROR';
      const damage = this.failure === null || isTorn ? null : this.failure.message;
      return { kind: 'end', isTorn: this.failure !== null, damage };
    } catch (thrown) {
      return { kind: 'end', isTorn: true, damage: String(thrown) };
    }
  }

  close(): void {
    this.gunzip.destroy();
  }

  /** Until the inflater has answered: its callback, its end, or its failure. */
  private settled(act: (done: () => void) => void): Promise<void> {
    return new Promise((done) => {
      this.settle = done;
      act(done);
    });
  }
}
