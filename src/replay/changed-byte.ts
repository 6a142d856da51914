const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
/** Each entry of the table has another highest byte. */
const byHighestByte = new Uint8Array(256);
for (const [byte, crc] of table.entries()) byHighestByte[crc >>> 24] = byte;

/**
 * Which byte was changed, counted from the end (1: the last), if one changed byte explains that two CRC-32s differ; null if
 * it does not within `bytesMax`. CRC-32 is linear: a difference can be followed backwards, byte by byte, whatever the
 * bytes are, until it is as small as one byte.
 */
export function changedByte(expected: number, written: number, bytesMax: number): number | null {
  let difference = (expected ^ written) >>> 0;
  for (let fromEnd = 1; fromEnd <= bytesMax && difference !== 0; fromEnd += 1) {
    const byte = byHighestByte[difference >>> 24] ?? 0;
    difference = (((difference ^ (table[byte] ?? 0)) << 8) | byte) >>> 0;
    if (difference < 256) return fromEnd;
  }
  return null;
}
