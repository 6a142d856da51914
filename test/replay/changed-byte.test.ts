// Goal: one changed byte is found by the checksum alone, and what is more than that is not taken for it.
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedByte } from '../../src/replay/changed-byte.js';

describe('a changed byte', () => {
  it('is found wherever it is, whatever the bytes and what was before them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 2_000 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.integer({ min: 0, max: 0xffffffff }),
        (bytes, place, flip, before) => {
          const at = place % bytes.length;
          const changed = Uint8Array.from(bytes, (byte, index) =>
            index === at ? byte ^ flip : byte,
          );
          const fromEnd = changedByte(crc32(changed, before), crc32(bytes, before), bytes.length);
          expect(fromEnd).toBe(bytes.length - at);
        },
      ),
    );
  });

  it('is not seen where nothing was changed, beyond the bytes asked about, or where much was', () => {
    const text = Buffer.from('the quick brown fox jumps over the lazy dog');
    const crc = crc32(text);
    expect(changedByte(crc, crc, 43)).toBeNull();
    const first = crc32(Buffer.from(`T${text.subarray(1).toString()}`));
    expect(changedByte(first, crc, 43)).toBe(43);
    expect(changedByte(first, crc, 42)).toBeNull();
    expect(changedByte(crc32(Buffer.from('another text altogether')), crc, 43)).toBeNull();
  });
});
