/** Recordings that somebody, or a disk, has changed. Knows the format from its page and nothing of the program. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';

export type Line = { seq: number; at: number; payload: Record<string, unknown> & { kind: string } };

const trailerBytes = 18;
const hex = (crc: number): string => crc.toString(16).padStart(8, '0');

export const linesOf = (folder: string, prefix: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^\d{4}-/.test(name.slice(prefix.length)))
    .sort()
    .flatMap((name) =>
      gunzipSync(readFileSync(join(folder, name)))
        .toString()
        .split('\n'),
    )
    .filter((line) => line !== '');

/** A recording of these lines, as a crash leaves it: nothing says how far it should go. */
export function write(
  folder: string,
  parts: { readonly inputs: readonly string[]; readonly decisions: readonly string[] },
  manifest: object = { schemaVersion: 1, codec: 'gzip', closed: null },
): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const half = Math.floor(parts.inputs.length / 2);
  const file = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), members(lines));
  file('2026-11-23T14.ndjson.gz', parts.inputs.slice(0, half));
  file('2026-11-23T15.ndjson.gz', parts.inputs.slice(half));
  file('decisions-2026-11-23T14.ndjson.gz', parts.decisions);
  return folder;
}

const members = (lines: readonly string[]): Buffer => {
  const size = 200;
  const chunks = Array.from({ length: Math.ceil(lines.length / size) }, (_, at) =>
    lines.slice(at * size, (at + 1) * size),
  );
  return Buffer.concat(chunks.map((chunk) => gzipSync(`${chunk.join('\n')}\n`)));
};

/** One line with another text; its own checksum is mended, those after it are not. */
export function mended(lines: readonly string[], seq: number, edit: (line: string) => string) {
  const before = Number.parseInt(lines[seq - 2]?.slice(-10, -2) ?? '0', 16);
  return lines.with(seq - 1, sealed(edit((lines[seq - 1] ?? '').slice(0, -trailerBytes)), before));
}

/** Everything from one line on with checksums that fit. */
export function resealed(lines: readonly string[], seq: number, edit: (line: string) => string) {
  let crc = Number.parseInt(lines[seq - 2]?.slice(-10, -2) ?? '0', 16);
  return lines.map((line, at) => {
    if (at < seq - 1) return line;
    const body = line.slice(0, -trailerBytes);
    const again = sealed(at === seq - 1 ? edit(body) : body, crc);
    crc = Number.parseInt(again.slice(-10, -2), 16);
    return again;
  });
}

const sealed = (body: string, before: number): string =>
  `${body},"crc":"${hex(crc32(Buffer.from(body), before))}"}`;
