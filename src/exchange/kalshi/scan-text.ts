import { Buffer } from 'node:buffer';
import { type ScannedFrame, scanFrame } from './scan-frame.js';

/** A delta or trade frame is a few hundred bytes; anything longer is for the JSON path. */
const scratchBytes = 2_048;
const scratch = Buffer.alloc(scratchBytes);

/** The scratch bytes when `text` was a known frame (`out` refers to them until the next call), else null. */
export function scanText(text: string, out: ScannedFrame): Uint8Array | null {
  const length = text.length;
  if (length > scratchBytes || length < 40) return null;
  // `{"type":"o…_d…` or `{"type":"t…`: snapshots and the rest are not worth the copy.
  const first = text.charCodeAt(9);
  if (first !== 116 && !(first === 111 && text.charCodeAt(19) === 100)) return null;
  // Anything but ASCII takes more bytes than characters, or is cut: either way the JSON path reads it.
  if (scratch.write(text, 0, scratchBytes, 'utf8') !== length) return null;
  return scanFrame(scratch, 0, length, out) ? scratch : null;
}
