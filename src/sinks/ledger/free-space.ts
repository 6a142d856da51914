import { statfs } from 'node:fs/promises';

/** What this user may still write where `path` lies; null: nobody can say. */
export async function freeBytes(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}
