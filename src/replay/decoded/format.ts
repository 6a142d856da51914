import { endianness } from 'node:os';

/**
 * The decoded cache on disk. Raised whenever the records change, or what is decoded into them: another version does not
 * fit, and is made anew. A test pins the bytes of a known input, so that neither changes unnoticed.
 *
 * A header, then blocks: `u32 bytes, u32 CRC-32` of what follows, then records, each a multiple of eight bytes. A record
 * begins with `recordBytes` of fixed fields in the machine's byte order:
 *
 *   u8 kind · u8 length of the trade id · u16 price · u32 index of the ticker, or length of the text · u32 sid ·
 *   i32 ms from the exchange's time to `at` · f64 at · f64 number in its subscription · f64 size
 *
 * and ends with its text, padded with zeros. Tickers and connections are records of their own, in force from there on.
 */
export const decodedVersion = 1;

export const headerBytes = 56;
export const blockHeadBytes = 8;
export const recordBytes = 40;

export const kinds = {
  deltaYes: 1,
  deltaNo: 2,
  tradeYes: 3,
  tradeNo: 4,
  /** Moves time only. */
  tick: 5,
  /** Any other frame, verbatim. */
  text: 6,
  /** Any other input, as JSON. */
  input: 7,
  /** The next ticker of the table. */
  ticker: 8,
  /** Frames from here on came in by connection `sid`. */
  connection: 9,
  /** What was wrong with a capture at this point, as JSON. */
  problem: 10,
  /** The last record: how reading the original ended, as JSON. */
  end: 11,
} as const;

export const padded = (bytes: number): number => (bytes + 7) & ~7;

/** Typed arrays are in the machine's order; a cache from another machine does not fit. */
const magic = `EVTDEC${endianness()}`;

export type Header = {
  /** What it was made from, SHA-256. */
  readonly key: Buffer;
  readonly fileBytes: number;
};

const keyAt = 12;
const fileBytesAt = 48;

export function headerOf({ key, fileBytes }: Header): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(decodedVersion, magic.length);
  key.copy(bytes, keyAt);
  bytes.writeDoubleLE(fileBytes, fileBytesAt);
  return bytes;
}
