import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { err, ok, type Result } from '../domain/result.js';
import { hexCrc } from '../sinks/recorder/format.js';
import type { JobOutcome } from './job.js';

/** The outcomes of a sweep's jobs, by job id, in an append-only file of one line each. */
export type Results = {
  readonly get: (jobId: string) => JobOutcome | undefined;
  /** Keeps the first outcome of a job. False: it has one already. */
  readonly add: (jobId: string, outcome: JobOutcome) => boolean;
  /** Lines that were dropped when the file was read; their jobs run again. */
  readonly dropped: number;
  readonly close: () => void;
};

const trailerPattern = /^(.*),"crc":"([0-9a-f]{8})"\}$/;

/**
 * Opens the file, or makes it. A last line without its end is what a crash leaves: it is cut off. A line whose checksum
 * does not fit is dropped. `forgetsFailed`: jobs that failed count as not run.
 */
export function openResults(
  path: string,
  { forgetsFailed }: { readonly forgetsFailed: boolean },
): Result<Results, string> {
  const kept = new Map<string, JobOutcome>();
  let dropped = 0;
  let file: number;
  try {
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const whole = bytes.lastIndexOf(10) + 1;
    if (whole < bytes.length) {
      truncateSync(path, whole);
      dropped += 1;
    }
    for (const line of bytes.toString('utf8', 0, whole).split('\n').slice(0, -1)) {
      const read = lineRead(line);
      if (read === null) dropped += 1;
      // A retried job has a second line, which is its outcome.
      else kept.set(read.jobId, read.outcome);
    }
    file = openSync(path, 'a');
  } catch (error) {
    return err(
      `${path}: results_unusable: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (forgetsFailed) for (const [jobId, outcome] of kept) if (!outcome.ok) kept.delete(jobId);
  return ok({
    get: (jobId) => kept.get(jobId),
    add: (jobId, outcome) => {
      if (kept.has(jobId)) return false;
      kept.set(jobId, outcome);
      const body = JSON.stringify({ jobId, outcome }).slice(0, -1);
      writeSync(file, `${body},"crc":"${hexCrc(crc32(body))}"}\n`);
      return true;
    },
    dropped,
    close: () => {
      fsyncSync(file);
      closeSync(file);
    },
  });
}

function lineRead(line: string): { readonly jobId: string; readonly outcome: JobOutcome } | null {
  const [, body = '', crc] = trailerPattern.exec(line) ?? [];
  if (crc === undefined || hexCrc(crc32(body)) !== crc) return null;
  return JSON.parse(`${body}}`) as { jobId: string; outcome: JobOutcome };
}
