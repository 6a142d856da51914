import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** How far the ledger is known to have come, kept outside of it: a restored older copy falls short of it. */
export type HighWater = { readonly genesis: string; readonly seq: number; readonly hash: string };

export const highWaterPath = (home: string): string => join(home, 'high-water', 'mark.json');

/** Null: there is none. `damaged`: there is one that cannot be read, which is no reason to trust the ledger. */
export function readHighWater(home: string): HighWater | null | 'damaged' {
  let text: string;
  try {
    text = readFileSync(highWaterPath(home), 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : 'damaged';
  }
  try {
    const mark = JSON.parse(text) as Partial<HighWater> | null;
    const { genesis, seq, hash } = mark ?? {};
    if (typeof genesis !== 'string' || typeof hash !== 'string') return 'damaged';
    return Number.isSafeInteger(seq) && Number(seq) > 0
      ? { genesis, seq: Number(seq), hash }
      : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** Replaces the mark so that a crash leaves the old one or the new one, whole. Its directory is there already. */
export async function writeHighWater(home: string, mark: HighWater): Promise<void> {
  const path = highWaterPath(home);
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(mark)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  // Its name too is on disk before anybody relies on it.
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
