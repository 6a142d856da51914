import { crc32 } from 'node:zlib';
import type { ClockSettings, Input } from '../../messages/input.js';

/** Of the line, the manifest and the index alike; a reader refuses a newer one. See docs/recording-format.md. */
export const recordingVersion = 1;

/** `,"crc":"9ae0daaf"}` closes every line: fixed width, so that a reader checks bytes before it parses any. */
export const trailerBytes = 18;

export const manifestName = 'manifest.json';
export const indexName = 'index.ndjson';

/** The hour of market time an input belongs to, `2026-11-22T12`: one segment each. */
export const segmentOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 13);
export const segmentHourMs = 3_600_000;
export const segmentFile = (segment: string): string => `${segment}.ndjson.gz`;
/** Lines not yet folded into the segment, named by their first seq; zero-padded, so that names sort by it. */
export const tailFile = (segment: string, seqFirst: number): string =>
  `${segment}.tail-${String(seqFirst).padStart(12, '0')}.ndjson`;

/** What a line says before its checksum. `recv` is real epoch ms at the recorder, for people; replay ignores it. */
export const lineBody = (input: Input, recvMs: number): string =>
  `{"seq":${input.seq},"at":${input.at},"recv":${recvMs},"source":"${input.source}","payload":${JSON.stringify(input.payload)}`;

/** CRC-32 of a line's bytes before the trailer, continued from the line before it (0 before the first of a run). */
export const chained = (body: Buffer, previous: number): number => crc32(body, previous);

export const trailer = (crc: number): string => `,"crc":"${crc.toString(16).padStart(8, '0')}"}\n`;

/** One gzip member of a segment. Offsets and sizes are bytes of the `.gz` file; `crcBefore` starts the chain there. */
export type IndexEntry = {
  readonly segment: string;
  readonly offset: number;
  readonly bytes: number;
  readonly plainBytes: number;
  readonly lines: number;
  readonly seqFirst: number;
  readonly seqLast: number;
  readonly atFirst: number;
  readonly atLast: number;
  readonly crcBefore: string;
  readonly crcLast: string;
};

/** What the run came to; replay must arrive at the same. Null where the run did not get that far. */
export type RecordedTotals = {
  readonly decisionsHash: string | null;
  readonly ledgerHash: string | null;
};

export type Manifest = {
  readonly schemaVersion: number;
  readonly codec: 'gzip';
  readonly run: number;
  readonly engine: string;
  readonly settingsHash: string;
  readonly clock: ClockSettings;
  readonly openedAtRealMs: number;
  /** Null while open, and for ever after a crash: the lines are the truth. */
  readonly closed:
    | null
    | ({
        readonly closedAtRealMs: number;
        readonly inputs: number;
        readonly seqFirst: number;
        readonly seqLast: number;
        readonly plainBytes: number;
        readonly crcLast: string;
        /** False: recording stopped before the run did, see `problem`. */
        readonly isWhole: boolean;
        readonly problem: string | null;
      } & RecordedTotals);
};

export const hexCrc = (crc: number): string => crc.toString(16).padStart(8, '0');
