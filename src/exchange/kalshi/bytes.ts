/**
 * Reading bytes fast: four at a time where they must equal something known, one at a time where they may vary. Nothing
 * here allocates, and nothing reads at or behind `end` except single bytes, where running off the buffer gives `undefined`
 * and so no match.
 */
export type Literal = {
  /** Whole words, little endian, then the word that ends at the last byte. */
  readonly words: Int32Array;
  readonly last: number;
  readonly length: number;
};

/** At least four bytes long. */
export function literalOf(bytes: Uint8Array): Literal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = new Int32Array(bytes.length >> 2);
  for (let index = 0; index < words.length; index += 1)
    words[index] = view.getInt32(index * 4, true);
  return { words, last: view.getInt32(bytes.length - 4, true), length: bytes.length };
}

export const literal = (text: string): Literal =>
  literalOf(Uint8Array.from(text, (char) => char.charCodeAt(0)));

/** The position behind the literal, or -1 when it is not at `at`. */
export function match(view: DataView, at: number, end: number, { words, last, length }: Literal) {
  const after = at + length;
  if (after > end) return -1;
  for (let index = 0; index < words.length; index += 1)
    if (view.getInt32(at + index * 4, true) !== words[index]) return -1;
  return view.getInt32(after - 4, true) === last ? after : -1;
}

/** Bytes that stand for themselves inside a JSON string: printable ASCII but `"` and `\`. */
export const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 32 && byte < 127 && byte !== 34 && byte !== 92 ? 1 : 0,
);

/** The first position from `at` whose byte is not plain. */
export function skipPlain(bytes: Uint8Array, at: number): number {
  let next = at;
  while (plain[bytes[next] as number] === 1) next += 1;
  return next;
}

/** The first position from `at` whose byte is not a digit. */
export function skipDigits(bytes: Uint8Array, at: number): number {
  let next = at;
  for (;;) {
    const digit = (bytes[next] as number) - 48;
    if (!(digit >= 0 && digit <= 9)) return next;
    next += 1;
  }
}

/** A JSON whole number of 1 to 15 digits without a leading zero, `[at, end)` being digits; else -1. */
export function wholeOf(bytes: Uint8Array, at: number, end: number): number {
  const digits = end - at;
  if (digits < 1 || digits > 15 || (digits > 1 && bytes[at] === 48)) return -1;
  let value = 0;
  for (let index = at; index < end; index += 1) value = value * 10 + (bytes[index] as number) - 48;
  return value;
}

/**
 * `[-]digits[.digits]` filling `[at, end)`, as an integer of 10^-places; NaN for anything else. Narrower than the JSON
 * path (10 digits before the point, 8 behind): what it refuses is read there.
 */
export function decimalIn(bytes: Uint8Array, at: number, end: number, places: number): number {
  const negative = bytes[at] === 45;
  const first = negative ? at + 1 : at;
  const point = skipDigits(bytes, first);
  const whole = point - first;
  if (whole < 1 || whole > 10) return Number.NaN;
  let value = 0;
  for (let index = first; index < point; index += 1)
    value = value * 10 + (bytes[index] as number) - 48;
  let left = places;
  if (point < end) {
    if (bytes[point] !== 46 || end - point < 2 || end - point > 9) return Number.NaN;
    for (let index = point + 1; index < end; index += 1) {
      const digit = (bytes[index] as number) - 48;
      if (!(digit >= 0 && digit <= 9)) return Number.NaN;
      if (left > 0) {
        value = value * 10 + digit;
        left -= 1;
      } else if (digit !== 0) return Number.NaN;
    }
  }
  for (; left > 0; left -= 1) value *= 10;
  return negative && value !== 0 ? -value : value;
}
