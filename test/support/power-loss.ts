import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Draws } from '../simulation/draws.mjs';
import type { DiskEvent } from './write-log.js';

/** A page is what the kernel writes back at once, a sector what the disk does. */
const pageBytes = 4_096;
const sectorBytes = 512;

type Write = { readonly at: number; readonly bytes: Buffer; readonly isDurable: boolean };
type Change = Write | { readonly size: number };
type File = {
  /** What a sync has promised. */
  durable: Buffer;
  /** What a process that reads the file sees. */
  live: Buffer;
  pending: Change[];
};
type NameChange = Extract<DiskEvent, { readonly kind: 'made' | 'renamed' | 'removed' }>;

/**
 * A disk that forgets whatever nobody synced: of each file the pages written since its last sync are independently as old
 * as at that sync or as new as any write since; of each directory the changes since its last sync are there up to some
 * point. Nothing is promised beyond POSIX: a file's sync does not keep its name.
 */
export class Disk {
  private readonly root: string;
  private readonly files = new Map<number, File>();
  private readonly names = new Map<string, number | 'directory'>();
  private pendingNames: NameChange[] = [];

  constructor(root: string) {
    this.root = root;
  }

  take(event: DiskEvent): void {
    switch (event.kind) {
      case 'made':
        if (event.file !== 'directory') this.files.set(event.file, emptyFile());
        this.pendingNames.push(event);
        return;
      case 'renamed':
      case 'removed':
        this.pendingNames.push(event);
        return;
      case 'written': {
        const file = this.fileOf(event.file);
        file.live = withBytes(file.live, event.at, event.bytes);
        file.pending.push(event);
        if (event.isDurable)
          for (const at of unitsOf(event, pageBytes))
            file.durable = withBytes(
              file.durable,
              at * pageBytes,
              unitOf(file.live, at, pageBytes),
            );
        return;
      }
      case 'cut': {
        const file = this.fileOf(event.file);
        file.live = sized(file.live, event.size);
        file.pending.push({ size: event.size });
        return;
      }
      case 'synced':
        if (event.file === 'directory') this.syncNames(event.path);
        else {
          const file = this.fileOf(event.file);
          file.durable = file.live;
          file.pending = [];
        }
        return;
      case 'said':
        return;
    }
  }

  /** What a process sees: every name and its bytes. */
  live(): ReadonlyMap<string, Buffer> {
    const names = new Map(this.names);
    for (const change of this.pendingNames) rename(names, change);
    return this.contents(names, ({ live }) => live);
  }

  /** One of the disks that may be left when the power fails while `during` is under way. */
  image(draws: Draws, during: DiskEvent | null): ReadonlyMap<string, Buffer> {
    const names = new Map(this.names);
    const changes = isNameChange(during) ? [...this.pendingNames, during] : this.pendingNames;
    const kept = draws.whole('names', 0, changes.length);
    for (const change of changes.slice(0, kept)) rename(names, change);
    const unit = draws.next('torn') < 0.3 ? sectorBytes : pageBytes;
    const pick = draws.pick('age', ['any', 'any', 'any', 'any', 'oldest', 'newest'] as const);
    return this.contents(names, (file, number) => {
      const isHere = during?.kind === 'written' && during.file === number;
      const last = isHere ? [{ ...during, isDurable: false }] : [];
      const image = drawn(file, [...file.pending, ...last], unit, (versions) =>
        pick === 'any' ? draws.whole('version', 0, versions) : pick === 'oldest' ? 0 : versions,
      );
      // A file may have grown before its bytes came.
      const isGrown = file.live.length > image.length && draws.next('grown') < 0.5;
      return isGrown ? sized(image, file.live.length) : image;
    });
  }

  private contents(
    names: ReadonlyMap<string, number | 'directory'>,
    bytesOf: (file: File, number: number) => Buffer,
  ): ReadonlyMap<string, Buffer> {
    const contents = new Map<string, Buffer>();
    for (const [path, number] of names)
      if (number !== 'directory' && this.isReachable(path, names))
        contents.set(path, bytesOf(this.fileOf(number), number));
    return contents;
  }

  private isReachable(path: string, names: ReadonlyMap<string, number | 'directory'>): boolean {
    const parent = dirname(path);
    return parent === this.root || (names.has(parent) && this.isReachable(parent, names));
  }

  private syncNames(directory: string): void {
    const isHere = (change: NameChange): boolean =>
      dirname(change.kind === 'renamed' ? change.to : change.path) === directory;
    for (const change of this.pendingNames) if (isHere(change)) rename(this.names, change);
    this.pendingNames = this.pendingNames.filter((change) => !isHere(change));
  }

  /** One that is just being made has nothing in it. */
  private fileOf(number: number): File {
    return this.files.get(number) ?? emptyFile();
  }
}

const emptyFile = (): File => ({ durable: Buffer.alloc(0), live: Buffer.alloc(0), pending: [] });

/** Puts an image where a program can open it, instead of what was there. */
export function layOut(contents: ReadonlyMap<string, Buffer>, from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const [path, bytes] of contents) {
    const target = join(to, path.slice(from.length));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}

const isNameChange = (event: DiskEvent | null): event is NameChange =>
  event?.kind === 'made' || event?.kind === 'renamed' || event?.kind === 'removed';

function rename(names: Map<string, number | 'directory'>, change: NameChange): void {
  if (change.kind === 'made') names.set(change.path, change.file);
  else if (change.kind === 'removed') names.delete(change.path);
  else {
    const file = names.get(change.from);
    names.delete(change.from);
    if (file !== undefined) names.set(change.to, file);
  }
}

/** Unit by unit the state that is durable, or as after any write since that touched it. */
function drawn(
  file: File,
  pending: readonly Change[],
  unit: number,
  pick: (versions: number) => number,
): Buffer {
  const touching = new Map<number, Buffer[]>();
  let { durable: state } = file;
  for (const change of pending) {
    if ('size' in change) {
      state = sized(state, change.size);
      continue;
    }
    state = withBytes(state, change.at, change.bytes);
    for (const at of unitsOf(change, unit)) {
      if (change.isDurable) touching.delete(at);
      else touching.set(at, [...(touching.get(at) ?? []), unitOf(state, at, unit)]);
    }
  }
  let image = file.durable;
  for (const [at, versions] of touching) {
    const version = versions[pick(versions.length) - 1];
    if (version !== undefined) image = withBytes(image, at * unit, version);
  }
  return image;
}

function* unitsOf({ at, bytes }: Write, unit: number): Iterable<number> {
  for (let each = Math.floor(at / unit); each * unit < at + bytes.length; each += 1) yield each;
}

const unitOf = (bytes: Buffer, at: number, unit: number): Buffer =>
  bytes.subarray(at * unit, (at + 1) * unit);

function withBytes(bytes: Buffer, at: number, written: Buffer): Buffer {
  const next = sized(bytes, Math.max(bytes.length, at + written.length));
  written.copy(next, at);
  return next;
}

function sized(bytes: Buffer, size: number): Buffer {
  const next = Buffer.alloc(size);
  bytes.copy(next);
  return next;
}
