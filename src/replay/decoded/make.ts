import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { newScannedFrame, scanFrame } from '../../exchange/kalshi/scan-frame.js';
import { scanText } from '../../exchange/kalshi/scan-text.js';
import { limits } from '../../limits.js';
import type { Input } from '../../messages/input.js';
import { type CaptureProblem, readCaptures } from '../captures.js';
import { type Recording, type RecordingEnd, readRecording } from '../recording-reader.js';
import { openDecoded } from './reader.js';
import { type CacheSite, cacheSuffix, capturesSite, recordingSite } from './site.js';
import { type CacheProblem, DecodedWriter } from './writer.js';

/** How reading the original ended, as the cache remembers it; the torn file by its name. */
export type StoredEnd = Pick<RecordingEnd, 'inputs' | 'seqLast' | 'crcLast'> & {
  readonly torn: { readonly name: string; readonly afterSeq: number } | null;
};

/** Makes the cache of a recording, unless the one that is there fits. Null: it is there. */
export const makeRecordingCache = (recording: Recording): Promise<CacheProblem | null> =>
  make(
    recording.path,
    () => recordingSite(recording),
    async (writer) => {
      const scanned = newScannedFrame();
      const end = await readRecording(recording, (input) => {
        if (!writeFrame(writer, input, scanned)) writeInput(writer, input);
        return writer.problem === null;
      });
      // A run begins with its opening at input 1, and its inputs have no holes: then their numbers need not be kept.
      if (end.problem !== null || end.inputs !== end.seqLast) return null;
      const { inputs, seqLast, crcLast, torn } = end;
      const stored: StoredEnd = {
        inputs,
        seqLast,
        crcLast,
        torn: torn === null ? null : { name: basename(torn.path), afterSeq: torn.afterSeq },
      };
      return JSON.stringify(stored);
    },
  );

/** Makes the cache of captures, unless the one that is there fits. Null: it is there. */
export const makeCapturesCache = (paths: readonly string[]): Promise<CacheProblem | null> =>
  make(
    paths[0] ?? '',
    () => capturesSite(paths),
    async (writer) => {
      const scanned = newScannedFrame();
      let isWhole = true;
      await readCaptures(paths, {
        untilMs: null,
        isEnough: () => writer.problem !== null,
        onCaptured: (recvMs, bytes, start, end) => {
          const isFrame = scanFrame(bytes, start, end, scanned);
          if (!isFrame || !writer.frame(recvMs, 0, scanned, bytes))
            writer.text(recvMs, 0, bytes.subarray(start, end));
          return writer.problem === null;
        },
        onProblem: (problem) => {
          isWhole &&= !isLossy(problem);
          // Files are named by their place in the list: the same ones may be called from elsewhere.
          const path = String(paths.indexOf(problem.path));
          writer.captureProblem(JSON.stringify({ ...problem, path }));
        },
      });
      return isWhole ? '{}' : null;
    },
  );

/** Something that should have been read was not. */
export const isLossy = ({ code }: CaptureProblem): boolean =>
  code !== 'torn' && code !== 'bad_line' && code !== 'out_of_order';

type Fill = (writer: DecodedWriter) => Promise<string | null>;

/** `fill` writes the records and returns the end, or null when the source has something wrong. */
async function make(
  source: string,
  find: () => Promise<CacheSite | null>,
  fill: Fill,
): Promise<CacheProblem | null> {
  const unsound = (): CacheProblem => ({
    code: 'source_unsound',
    path: source,
    detail: 'it does not read whole; replaying it says what is wrong',
  });
  const site = await find();
  if (site === null) return unsound();
  const present = await openDecoded(site.path, site.key);
  if (present !== null) {
    await present.close();
    return null;
  }
  tidy(site.path);
  const draft = `${site.path}.${process.pid}-${threadId}.part`;
  const opened = DecodedWriter.open(draft);
  if (!opened.ok) return opened.error;
  const writer = opened.value;
  const end = await fill(writer);
  const same = end === null ? null : await find();
  const problem =
    writer.problem ??
    (end === null || same === null ? unsound() : null) ??
    (same?.key.equals(site.key) === true
      ? writer.close(site.key, end ?? '')
      : ({
          code: 'source_changed',
          path: source,
          detail: 'it changed while it was read',
        } as const));
  if (problem !== null) {
    writer.discard();
    return problem;
  }
  return name(draft, site.path);
}

function name(draft: string, path: string): CacheProblem | null {
  try {
    renameSync(draft, path);
    return null;
  } catch (thrown) {
    return { code: 'cache_unwritable', path, detail: String(thrown) };
  }
}

/** Takes away what killed makers left, and of the captures' caches in a folder all but the newest. */
function tidy(path: string): void {
  try {
    const folder = dirname(path);
    const names = readdirSync(folder);
    for (const name of names) {
      const pid = /\.decoded\.(\d+)-\d+\.part$/.exec(name)?.[1];
      if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
    }
    const others = names
      .filter((name) => name.startsWith('captures-') && name.endsWith(cacheSuffix))
      .filter((name) => name !== basename(path))
      .map((name) => ({ name, madeMs: statSync(join(folder, name)).mtimeMs }))
      .sort((left, right) => right.madeMs - left.madeMs);
    for (const { name } of others.slice(limits.decodedCapturesMax - 1))
      rmSync(join(folder, name), { force: true });
  } catch {
    // Whether this folder can be written to is told by the draft.
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

type Scanned = ReturnType<typeof newScannedFrame>;

/** False: not a frame, or one whose text has no bytes of its own. */
function writeFrame(writer: DecodedWriter, { at, source, payload }: Input, scanned: Scanned) {
  if (payload.kind !== 'frame' || source !== 'feed') return false;
  // A field that this version does not know is kept with the rest of its input.
  if (Object.keys(payload).length !== 3) return false;
  const { connection, text } = payload;
  if (!(connection === connection >>> 0)) return false;
  const bytes = scanText(text, scanned);
  if (bytes !== null && writer.frame(at, connection, scanned, bytes)) return true;
  const verbatim = Buffer.from(text);
  // Half a surrogate pair has no bytes.
  if (verbatim.toString() !== text) return false;
  writer.text(at, connection, verbatim);
  return true;
}

function writeInput(writer: DecodedWriter, input: Input): void {
  const { at, source, payload } = input;
  const isTick = payload.kind === 'tick' && source === 'clock' && Object.keys(payload).length === 1;
  if (isTick) writer.tick(at);
  else writer.input(JSON.stringify(input));
}
