import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

export type RetentionRules = {
  /** Null: however old. */
  readonly ageMsMax: number | null;
  /** Of all recordings together; null: however large. */
  readonly bytesMax: number | null;
};

/** What became of one run's folder. `detail` of one that could not be deleted. */
export type Retired = {
  readonly path: string;
  readonly bytes: number;
  readonly why: 'age' | 'size';
  readonly problem: string | null;
};

type Kept = { readonly path: string; readonly bytes: number; readonly writtenAtMs: number };

/** As `run-folder.ts` names them: nothing else in that directory is ours to delete. */
const runName = /^\d{6,}(\.\d+)?$/;

/**
 * Deletes recordings that are too old, then the oldest until the rest is small enough. `writing` is never deleted, whatever
 * its size.
 */
export function retire(
  recordings: string,
  writing: string,
  rules: RetentionRules,
  nowMs: number,
): readonly Retired[] {
  if (rules.ageMsMax === null && rules.bytesMax === null) return [];
  const all = readdirSync(recordings)
    .filter((name) => runName.test(name))
    .map((name) => measured(join(recordings, name)));
  const ended = all
    .filter(({ path }) => basename(path) !== basename(writing))
    .sort((left, right) => left.writtenAtMs - right.writtenAtMs);
  let bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  const retired: Retired[] = [];
  for (const { path, bytes: size, writtenAtMs } of ended) {
    const isOld = rules.ageMsMax !== null && nowMs - writtenAtMs > rules.ageMsMax;
    const isTooMuch = rules.bytesMax !== null && bytes > rules.bytesMax;
    if (!isOld && !isTooMuch) continue;
    const problem = removed(path);
    if (problem === null) bytes -= size;
    retired.push({ path, bytes: size, why: isOld ? 'age' : 'size', problem });
  }
  return retired;
}

/** What a reader keeps beside the lines counts as size, and makes no recording younger. */
const isOfLines = (name: string): boolean => /\.ndjson(\.gz)?$/.test(name);

function measured(path: string): Kept {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => ({
    name,
    stat: statSync(join(path, name)),
  }));
  const lines = files.filter(({ name }) => isOfLines(name)).map(({ stat }) => stat.mtimeMs);
  return {
    path,
    bytes: files.reduce((sum, { stat }) => sum + (stat.isFile() ? stat.size : 0), 0),
    writtenAtMs: lines.length > 0 ? Math.max(...lines) : statSync(path).mtimeMs,
  };
}

/** Why it is still there, if it is. */
function removed(path: string): string | null {
  try {
    rmSync(path, { recursive: true });
    return null;
  } catch (thrown) {
    return String(thrown);
  }
}
