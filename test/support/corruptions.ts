import { Draws } from '../simulation/draws.mjs';

/** A ledger's file and its mark; null: it is not there. */
export type Files = { readonly ledger: Buffer | null; readonly mark: Buffer | null };
export type Whole = { readonly ledger: Buffer; readonly mark: Buffer };
/** What there is to corrupt, and what to splice it with. */
export type Samples = {
  readonly good: Whole;
  /** The same ledger, as it was earlier. */
  readonly older: Whole;
  /** Another account's. */
  readonly other: Whole;
  /** Another ledger of the same account. */
  readonly twin: Whole;
};
type Corruption = { readonly kind: string; readonly detail: string; readonly files: Files };

const pageBytes = 4_096;
/** Where the structure of a page is, rather than what is written on it. */
const headBytes = 200;

type Bend = (
  samples: Samples,
  draws: Draws,
) => readonly [detail: string, files: Files] | readonly [detail: string, ledger: Buffer];

const pagesOf = (bytes: Buffer): number => Math.floor(bytes.length / pageBytes);
const pageOf = (bytes: Buffer, page: number): Buffer =>
  bytes.subarray(page * pageBytes, (page + 1) * pageBytes);

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const bent = Buffer.from(bytes);
  bent.writeUInt8(bent.readUInt8(at) ^ (1 << bit), at);
  return bent;
}

function overwritten(bytes: Buffer, at: number, with_: Buffer): Buffer {
  const bent = Buffer.from(bytes);
  with_.copy(bent, at);
  return bent;
}

const anyPage = (bytes: Buffer, draws: Draws, name = 'page'): number =>
  draws.whole(name, 0, pagesOf(bytes) - 1);

const flipAt = (bytes: Buffer, at: number, draws: Draws): readonly [string, Buffer] => {
  const bit = draws.whole('bit', 0, 7);
  return [`byte ${at} bit ${bit}`, flipped(bytes, at, bit)];
};

const spliced = (good: Buffer, from: Buffer, draws: Draws): readonly [string, Buffer] => {
  const page = Math.min(anyPage(good, draws), pagesOf(from) - 1);
  const pages = draws.whole('pages', 1, 3);
  const piece = from.subarray(page * pageBytes, (page + pages) * pageBytes);
  return [`${pages} pages from ${page}`, overwritten(good, page * pageBytes, piece)];
};

const bends: Readonly<Record<string, readonly [share: number, bend: Bend]>> = {
  'bit flipped': [
    24,
    ({ good: { ledger } }, draws) => flipAt(ledger, draws.whole('at', 0, ledger.length - 1), draws),
  ],
  'bit of a page head flipped': [
    14,
    ({ good: { ledger } }, draws) => {
      const at = anyPage(ledger, draws) * pageBytes + draws.whole('at', 0, headBytes - 1);
      return flipAt(ledger, at, draws);
    },
  ],
  'bit of a meta page flipped': [
    10,
    ({ good: { ledger } }, draws) => {
      const at = draws.whole('meta', 0, 1) * pageBytes + draws.whole('at', 0, headBytes - 1);
      return flipAt(ledger, at, draws);
    },
  ],
  'bytes overwritten': [
    12,
    ({ good: { ledger } }, draws) => {
      const bytes = Buffer.from(
        Array.from({ length: draws.whole('length', 1, 64) }, () => draws.whole('byte', 0, 255)),
      );
      const at = draws.whole('at', 0, ledger.length - bytes.length);
      return [`${bytes.length} from ${at}`, overwritten(ledger, at, bytes)];
    },
  ],
  truncated: [
    10,
    ({ good: { ledger } }, draws) => {
      const at = draws.whole('at', 0, ledger.length - 1);
      const to = draws.next('whole pages') < 0.5 ? at - (at % pageBytes) : at;
      return [`to ${to} bytes`, ledger.subarray(0, to)];
    },
  ],
  'page zeroed': [
    5,
    ({ good: { ledger } }, draws) => {
      const page = anyPage(ledger, draws);
      return [`${page}`, overwritten(ledger, page * pageBytes, Buffer.alloc(pageBytes))];
    },
  ],
  'sector zeroed': [
    3,
    ({ good: { ledger } }, draws) => {
      const at = draws.whole('at', 0, ledger.length / 512 - 1) * 512;
      return [`at ${at}`, overwritten(ledger, at, Buffer.alloc(512))];
    },
  ],
  'pages swapped': [
    5,
    ({ good: { ledger } }, draws) => {
      const [one, two] = [anyPage(ledger, draws, 'one'), anyPage(ledger, draws, 'two')];
      const half = overwritten(ledger, one * pageBytes, pageOf(ledger, two));
      return [`${one}, ${two}`, overwritten(half, two * pageBytes, pageOf(ledger, one))];
    },
  ],
  'page written over another': [
    5,
    ({ good: { ledger } }, draws) => {
      const [from, to] = [anyPage(ledger, draws, 'one'), anyPage(ledger, draws, 'two')];
      return [`${from} over ${to}`, overwritten(ledger, to * pageBytes, pageOf(ledger, from))];
    },
  ],
  'pages of an older copy': [
    5,
    ({ good, older }, draws) => spliced(good.ledger, older.ledger, draws),
  ],
  'pages of another ledger': [
    3,
    ({ good, other }, draws) => spliced(good.ledger, other.ledger, draws),
  ],
  'bit of the mark flipped': [
    2,
    ({ good: { ledger, mark } }, draws) => {
      const [detail, bent] = flipAt(mark, draws.whole('at', 0, mark.length - 1), draws);
      return [detail, { ledger, mark: bent }];
    },
  ],
  'mark truncated': [
    1,
    ({ good: { ledger, mark } }, draws) => {
      const to = draws.whole('at', 0, mark.length - 1);
      return [`to ${to} bytes`, { ledger, mark: mark.subarray(0, to) }];
    },
  ],
  'file put in the place of another': [
    1,
    ({ good, older, other, twin }, draws) => {
      const empty = Buffer.alloc(0);
      const files = [good.ledger, older.ledger, other.ledger, empty, null, twin.ledger];
      const marks = [good.mark, older.mark, other.mark, empty, null, twin.mark];
      // An older copy with its own mark, or another account's with its own, is a whole ledger: judged by itself.
      for (;;) {
        const file = draws.whole('file', 0, files.length - 1);
        const mark = draws.whole('mark', 0, marks.length - 1);
        const isWhole = file === mark || (files[file] === null && marks[mark] === null);
        if (isWhole || (file === 1 && mark === 4)) continue;
        return [`${file} with ${mark}`, { ledger: files[file] ?? null, mark: marks[mark] ?? null }];
      }
    },
  ],
};

const kinds = Object.entries(bends).flatMap(([kind, [share]]) =>
  Array.from({ length: share }, () => kind),
);

/** The `number`-th corruption; the same one each time. */
export function corruption(samples: Samples, number: number): Corruption {
  const kind = kinds[number % kinds.length] ?? '';
  const bend = bends[kind]?.[1];
  if (bend === undefined) throw new Error(`no corruption ${kind}`);
  const [detail, bent] = bend(samples, new Draws(number));
  const files = Buffer.isBuffer(bent) ? { ledger: bent, mark: samples.good.mark } : bent;
  return { kind, detail, files };
}
