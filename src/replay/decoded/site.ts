import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { limits } from '../../limits.js';
import { manifestName } from '../../sinks/recorder/format.js';
import type { Recording } from '../recording-reader.js';

/** Where the cache of a source is, and the hash of what it must have been made from. */
export type CacheSite = { readonly path: string; readonly key: Buffer };

/** Of no capture's name and no segment's. */
export const cacheSuffix = '.decoded';

/**
 * The cache of a run's folder. Its key covers every byte that a reader would read, so that it is as good as reading them;
 * null when one cannot be read, or for a single segment, which opens no run.
 */
export async function recordingSite(recording: Recording): Promise<CacheSite | null> {
  const { path, manifest, files, isOnePart } = recording;
  if (isOnePart) return null;
  const hash = createHash('sha256').update('recording\n');
  const parts = manifest === null ? files : [join(path, manifestName), ...files];
  const isRead = await addFiles(hash, parts);
  return isRead ? { path: join(path, `recording${cacheSuffix}`), key: hash.digest() } : null;
}

/** The cache of these captures, merged in this order; it lies beside the first. Another choice of files has another. */
export async function capturesSite(paths: readonly string[]): Promise<CacheSite | null> {
  const [first] = paths;
  if (first === undefined) return null;
  const names = createHash('sha256').update(JSON.stringify(paths.map((path) => basename(path))));
  const name = `captures-${names.digest('hex').slice(0, 16)}${cacheSuffix}`;
  const hash = createHash('sha256').update('captures\n');
  if (!(await addFiles(hash, paths))) return null;
  return { path: join(dirname(first), name), key: hash.digest() };
}

/** False when one of them cannot be read. */
async function addFiles(hash: Hash, paths: readonly string[]): Promise<boolean> {
  const bytes = Buffer.allocUnsafe(limits.readBlockBytes);
  for (const path of paths) {
    // A name and a length before each, so that no two lists of files hash alike.
    hash.update(`${JSON.stringify(basename(path))}\n`);
    const size = await addFile(hash, path, bytes);
    if (size === null) return false;
    hash.update(`\n${size}\n`);
  }
  return true;
}

/** Its size; null when it cannot be read. */
async function addFile(hash: Hash, path: string, bytes: Buffer): Promise<number | null> {
  try {
    const file = await open(path);
    try {
      for (let at = 0; ; ) {
        const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
        if (bytesRead === 0) return at;
        hash.update(bytes.subarray(0, bytesRead));
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
