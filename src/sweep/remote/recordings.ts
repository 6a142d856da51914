import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import type { ObjectStore } from '@nats-io/obj';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import { filesIn, hashOf, type RecordedFile, type RecordingContent } from '../recording-content.js';
import { messageOf } from './broker.js';
import { listingFrom } from './wire.js';

/** Objects are named by what is in them: a recording's list by its hash, a file by its digest. */
const listName = (recording: string): string => `recording.${recording}`;
const fileName = ({ sha256 }: RecordedFile): string => `file.${sha256}`;

/** Puts what the store does not have yet; the list comes last, so that who finds it finds the files. */
export async function upload(
  store: ObjectStore,
  { folder, hash, files }: RecordingContent,
): Promise<void> {
  for (const file of files) {
    if (await has(store, fileName(file))) continue;
    const bytes = Readable.toWeb(createReadStream(join(folder, file.name)));
    await store.put({ name: fileName(file) }, bytes as unknown as ReadableStream<Uint8Array>);
  }
  if (!(await has(store, listName(hash))))
    await store.putBlob({ name: listName(hash) }, Buffer.from(JSON.stringify(files)));
}

const has = async (store: ObjectStore, name: string): Promise<boolean> => {
  const info = await store.info(name);
  return info !== null && !info.deleted;
};

/** Recordings on this machine's disk, fetched once, by content hash. */
export class RecordingCache {
  private readonly folder: string;
  private readonly fetching = new Map<string, Promise<Result<string, string>>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The folder of a recording, whose every byte was checked; or one line about why there is none. */
  async get(store: ObjectStore, recording: string): Promise<Result<string, string>> {
    const known = this.fetching.get(recording) ?? this.fetched(store, recording);
    this.fetching.set(recording, known);
    const result = await known;
    // A failure is tried again with the next job.
    if (!result.ok) this.fetching.delete(recording);
    return result;
  }

  private async fetched(store: ObjectStore, recording: string): Promise<Result<string, string>> {
    const target = join(this.folder, recording);
    // Another worker may share this folder: each fetches beside it, and whoever is first has it.
    const draft = `${target}.${process.pid}.draft`;
    try {
      if (await isThere(target)) {
        if (hashOf(await filesIn(target)) === recording) return ok(target);
        await rm(target, { recursive: true });
      }
      const blob = await store.getBlob(listName(recording));
      if (blob === null) return err('the broker has no such recording any more');
      const files = listingFrom(Buffer.from(blob).toString('utf8'), recording);
      if (files === null) return err('the list of its files is not what its hash was made of');
      await this.makeRoom(files.reduce((sum, { bytes }) => sum + bytes, 0));
      await mkdir(draft, { recursive: true });
      for (const file of files) {
        const problem = await fetchFile(store, file, join(draft, file.name));
        if (problem !== null) return err(problem);
      }
      if (!(await isThere(target))) await rename(draft, target);
      return ok(target);
    } catch (error) {
      return err(messageOf(error));
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  /** Removes what was fetched longest ago, until there is room for `bytes` more. Never what this process uses. */
  private async makeRoom(bytes: number): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const kept: { path: string; bytes: number; atMs: number }[] = [];
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      if (!/^[0-9a-f]{64}$/.test(name) || this.fetching.has(name)) continue;
      const sizes = await Promise.all(
        (await readdir(path)).map(async (file) => (await stat(join(path, file))).size),
      );
      const total = sizes.reduce((sum, size) => sum + size, 0);
      kept.push({ path, bytes: total, atMs: (await stat(path)).mtimeMs });
    }
    let used = kept.reduce((sum, one) => sum + one.bytes, bytes);
    for (const { path, bytes: freed } of kept.sort((a, b) => a.atMs - b.atMs)) {
      if (used <= limits.sweepCacheBytesMax) return;
      await rm(path, { recursive: true });
      used -= freed;
    }
  }
}

async function fetchFile(
  store: ObjectStore,
  file: RecordedFile,
  path: string,
): Promise<string | null> {
  const found = await store.get(fileName(file));
  if (found === null) return `the broker has no ${file.name} of it any more`;
  const hash = createHash('sha256');
  let bytes = 0;
  const checking = new Transform({
    transform: (block: Buffer, _, done) => {
      hash.update(block);
      bytes += block.length;
      // More than was promised is not written to our disk.
      done(
        bytes > file.bytes ? new Error(`${file.name} is longer than its list says`) : null,
        block,
      );
    },
  });
  const source = Readable.fromWeb(found.data as unknown as NodeStream<Uint8Array>);
  await pipeline(source, checking, createWriteStream(path));
  const problem = await found.error;
  if (problem instanceof Error) return problem.message;
  return bytes === file.bytes && hash.digest('hex') === file.sha256
    ? null
    : `${file.name} is not what its digest was made of`;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
