import { join } from 'node:path';
import { gzip } from 'node:zlib';
import { type Disk, type DiskProblem, diskProblem } from './disk.js';
import { hexCrc, type IndexEntry, indexName, segmentFile } from './format.js';
import type { TailFacts } from './tail.js';

type Sealed = { readonly facts: TailFacts; readonly bytes: Buffer };

/**
 * Turns sealed tails into gzip members, one at a time and off the main thread: append to the segment, index it, then
 * remove the tail. A crash in between leaves lines twice, never none; readers drop what they have seen. A segment whose
 * disk failed is folded no further: its tails stay plain, and nothing is lost.
 */
export class Folder {
  private readonly disk: Disk;
  private readonly folder: string;
  private readonly report: (problem: DiskProblem) => void;
  private readonly queue: Sealed[] = [];
  private readonly unfoldable = new Set<string>();
  private isFolding = false;
  private segment = '';
  private file: number | null = null;
  private offset = 0;
  private readonly idle: (() => void)[] = [];

  constructor(disk: Disk, folder: string, report: (problem: DiskProblem) => void) {
    this.disk = disk;
    this.folder = folder;
    this.report = report;
  }

  /** Sealed tails that are not folded yet. */
  get waiting(): number {
    return this.queue.length + (this.isFolding ? 1 : 0);
  }

  /** Bytes of a segment's file so far. */
  sizeOf(segment: string): number {
    return segment === this.segment ? this.offset : 0;
  }

  add(sealed: Sealed): void {
    this.queue.push(sealed);
    this.next();
  }

  /** Calls back once nothing waits. */
  whenIdle(done: () => void): void {
    if (this.waiting === 0) done();
    else this.idle.push(done);
  }

  close(): void {
    if (this.file !== null) this.disk.close(this.file);
    this.file = null;
  }

  private next(): void {
    if (this.isFolding) return;
    const sealed = this.queue.shift();
    if (sealed === undefined) {
      for (const done of this.idle.splice(0)) done();
      return;
    }
    this.isFolding = true;
    gzip(sealed.bytes, (error, member) => {
      if (error === null) this.append(sealed, member);
      else this.refuse(sealed, error);
      this.isFolding = false;
      this.next();
    });
  }

  private append(sealed: Sealed, member: Buffer): void {
    const { facts, bytes } = sealed;
    if (this.unfoldable.has(facts.segment)) return;
    const offset = facts.segment === this.segment ? this.offset : 0;
    try {
      writeAll(this.disk, this.segmentFile(facts.segment), member);
      this.offset = offset + member.length;
    } catch (thrown) {
      this.refuse(sealed, thrown);
      this.cutTo(offset);
      return;
    }
    const { segment, lines, seqFirst, seqLast, atFirst, atLast } = facts;
    const entry: IndexEntry = {
      segment,
      offset,
      bytes: member.length,
      plainBytes: bytes.length,
      lines,
      seqFirst,
      seqLast,
      atFirst,
      atLast,
      crcBefore: hexCrc(facts.crcBefore),
      crcLast: hexCrc(facts.crcLast),
    };
    try {
      const index = this.disk.open(join(this.folder, indexName));
      try {
        writeAll(this.disk, index, Buffer.from(`${JSON.stringify(entry)}\n`));
      } finally {
        this.disk.close(index);
      }
      this.disk.remove(facts.path);
    } catch (thrown) {
      // The lines are safe, twice even: only the index or the tidying fell short.
      this.report(diskProblem(join(this.folder, indexName), thrown));
    }
  }

  /** Half a member would hide the ones after it. */
  private cutTo(offset: number): void {
    try {
      if (this.file !== null) this.disk.truncate(this.file, offset);
    } catch {
      // Reported by the caller; a reader stops at the torn member and goes on with the tails.
    }
  }

  private refuse({ facts }: Sealed, thrown: unknown): void {
    this.unfoldable.add(facts.segment);
    this.report(diskProblem(join(this.folder, segmentFile(facts.segment)), thrown));
  }

  private segmentFile(segment: string): number {
    if (segment !== this.segment || this.file === null) {
      this.close();
      this.file = this.disk.open(join(this.folder, segmentFile(segment)));
      this.segment = segment;
      this.offset = 0;
    }
    return this.file;
  }
}

function writeAll(disk: Disk, file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; )
    done += disk.write(file, bytes, done, bytes.length - done);
}
