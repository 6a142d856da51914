import { crc32 } from 'node:zlib';
import type { Decision } from '../../messages/decision.js';
import type { ClockSettings, Input } from '../../messages/input.js';

/** Of the line, the manifest and the index alike; a reader refuses a newer one. See docs/recording-format.md. */
export const recordingVersion = 1;

/** `,"crc":"9ae0daaf"}` closes every line: fixed width, so that a reader checks bytes before it parses any. */
export const trailerBytes = 18;

export const manifestName = 'manifest.json';
export const indexName = 'index.ndjson';

/** Of the second stream's files: what the engine decided, beside what it was told. */
export const decisionsPrefix = 'decisions-';

/**
 * The hour of market time a line belongs to, `2026-11-22T12`; the second part of a large hour is `2026-11-22T12p02`, which
 * sorts after it.
 */
export const segmentOf = (prefix: string, atMs: number, part: number): string =>
  `${prefix}${new Date(atMs).toISOString().slice(0, 13)}${part === 1 ? '' : `p${String(part).padStart(2, '0')}`}`;
export const segmentHourMs = 3_600_000;
export const segmentFile = (segment: string): string => `${segment}.ndjson.gz`;
/** Lines not yet folded into the segment, named by their first seq; zero-padded, so that names sort by it. */
export const tailFile = (segment: string, seqFirst: number): string =>
  `${segment}.tail-${String(seqFirst).padStart(12, '0')}.ndjson`;

/** One line of a stream: an input, or a decision. `seq` counts from 1 in each stream. */
export type Line = Pick<Input, 'seq' | 'at'> & {
  readonly source: string;
  readonly payload: unknown;
};

/** What a decision's line holds: a `Decision` without its time, which is the line's `at`. */
export type DecisionPayload = Omit<Decision, 'at'> & { readonly kind: 'decision' };

/** What a line says before its checksum. `recv` is real epoch ms at the recorder, for people; replay ignores it. */
export const lineBody = (line: Line, recvMs: number): string =>
  `{"seq":${line.seq},"at":${line.at},"recv":${recvMs},"source":"${line.source}","payload":${JSON.stringify(line.payload)}`;

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

/** How far one stream got. */
export type StreamEnd = {
  readonly seqFirst: number;
  readonly seqLast: number;
  readonly plainBytes: number;
  readonly crcLast: string;
  /** False: recording stopped before the run did, see `problem`. */
  readonly isWhole: boolean;
  readonly problem: string | null;
};

/** Of a recording that nobody recorded: its frames were made of candlesticks and trades. */
export type Made = {
  readonly from: 'history';
  readonly exchange: string;
  readonly names: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMinutes: number;
  /** The size that every quote is shown with; the exchange told none. */
  readonly quoteContracts: number;
};

export type Manifest = {
  readonly schemaVersion: number;
  readonly codec: 'gzip';
  readonly run: number;
  readonly engine: string;
  readonly settingsHash: string;
  readonly clock: ClockSettings;
  readonly openedAtRealMs: number;
  readonly made?: Made;
  /** Null while open, and for ever after a crash: the lines are the truth. */
  readonly closed:
    | null
    | (StreamEnd &
        RecordedTotals & {
          readonly closedAtRealMs: number;
          readonly inputs: number;
          /** Absent in recordings of market data alone, which decided nothing. */
          readonly decisions?: StreamEnd;
        });
};

export const hexCrc = (crc: number): string => crc.toString(16).padStart(8, '0');
