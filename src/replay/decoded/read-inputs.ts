import { join } from 'node:path';
import type { EpochMs } from '../../domain/units.js';
import type { DecodedFrame } from '../../exchange/venue.js';
import type { Input } from '../../messages/input.js';
import {
  type CaptureOptions,
  type CaptureProblem,
  type CaptureTotals,
  readCaptures,
} from '../captures.js';
import { type Recording, type RecordingEnd, readRecording } from '../recording-reader.js';
import type { StoredEnd } from './make.js';
import { openDecoded } from './reader.js';
import { capturesSite, recordingSite } from './site.js';

/** Both may return false to stop. */
export type InputHearer = {
  readonly onInput: (input: Input) => boolean | undefined;
  /** Input `seq`, a book change or a trade that came in as a frame. Lent; only a cache calls it. */
  readonly onFrame: (
    seq: number,
    at: EpochMs,
    connection: number,
    frame: DecodedFrame,
    bytes: Uint8Array,
  ) => boolean | undefined;
};

/**
 * `readRecording`, from the cache when there is one that was made from exactly these bytes. Should it turn out damaged on
 * the way, the rest is read from the recording itself; nothing is heard twice.
 */
export async function readInputs(
  recording: Recording,
  hearer: InputHearer,
): Promise<RecordingEnd & { readonly isDecoded: boolean }> {
  const site = await recordingSite(recording);
  const cache = site === null ? null : await openDecoded(site.path, site.key);
  let seq = 0;
  if (cache !== null) {
    const ended = await cache.read({
      frame: (at, connection, frame, bytes) => {
        seq += 1;
        return hearer.onFrame(seq, at, connection, frame, bytes) !== false;
      },
      tick: (at) => {
        seq += 1;
        return hearer.onInput({ seq, at, source: 'clock', payload: { kind: 'tick' } }) !== false;
      },
      text: (at, connection, bytes, start, end) => {
        seq += 1;
        const payload = {
          kind: 'frame',
          connection,
          text: bytes.toString('utf8', start, end),
        } as const;
        return hearer.onInput({ seq, at, source: 'feed', payload }) !== false;
      },
      input: (text) => {
        seq += 1;
        return hearer.onInput(JSON.parse(text) as Input) !== false;
      },
      captureProblem: () => {},
    });
    if (ended.kind === 'stopped')
      return { inputs: seq, seqLast: seq, crcLast: '', torn: null, problem: null, isDecoded: true };
    if (ended.kind === 'ended') {
      const { torn, ...end } = JSON.parse(ended.end) as StoredEnd;
      const cut =
        torn === null ? null : { path: join(recording.path, torn.name), afterSeq: torn.afterSeq };
      return { ...end, torn: cut, problem: null, isDecoded: true };
    }
  }
  const heard = seq;
  const end = await readRecording(recording, (input) =>
    input.seq <= heard ? undefined : hearer.onInput(input),
  );
  return { ...end, isDecoded: false };
}

export type CapturedHearer = CaptureOptions & {
  /** A book change or a trade; lent. Only a cache calls it. */
  readonly onFrame: (recvMs: number, frame: DecodedFrame, bytes: Uint8Array) => void;
};

/** `readCaptures` in the same way. */
export async function readCaptured(
  paths: readonly string[],
  hearer: CapturedHearer,
): Promise<CaptureTotals & { readonly isDecoded: boolean }> {
  const site = await capturesSite(paths);
  const cache = site === null ? null : await openDecoded(site.path, site.key);
  const untilMs = hearer.untilMs ?? Number.POSITIVE_INFINITY;
  let lines = 0;
  let problems = 0;
  if (cache !== null) {
    const ended = await cache.read({
      frame: (at, _connection, frame, bytes) => {
        if (at > untilMs) return false;
        lines += 1;
        hearer.onFrame(at, frame, bytes);
        return true;
      },
      text: (at, _connection, bytes, start, end) => {
        if (at > untilMs) return false;
        lines += 1;
        hearer.onCaptured(at, bytes, start, end);
        return true;
      },
      tick: () => true,
      input: () => true,
      captureProblem: (text) => {
        problems += 1;
        const problem = JSON.parse(text) as CaptureProblem;
        hearer.onProblem({ ...problem, path: paths[Number(problem.path)] ?? problem.path });
      },
    });
    if (ended.kind !== 'damaged') return { lines, problems, isDecoded: true };
  }
  const heard = { lines, problems };
  lines = 0;
  problems = 0;
  const totals = await readCaptures(paths, {
    untilMs: hearer.untilMs,
    onCaptured: (...captured) => {
      lines += 1;
      if (lines > heard.lines) hearer.onCaptured(...captured);
    },
    onProblem: (problem) => {
      problems += 1;
      if (problems > heard.problems) hearer.onProblem(problem);
    },
  });
  return { ...totals, isDecoded: false };
}
