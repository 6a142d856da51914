import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { limits } from '../../limits.js';
import { freePageProblem, PageTree, type ReadPage } from './page-tree.js';

/** Layout of LMDB's data version 2, little-endian 64 bit, as lmdb 3 writes it. */
const magic = 0xbeefc0de;
const dataVersion = 2;
const headerBytes = 24;
const metaBytes = 200;
const metaFlag = 0x08;
const dbBytes = 48;
/** Integer keys, in a file rather than a directory: what `openStore` asks for. */
const freeDbFlags = 0x4008;

type Meta = {
  readonly pageBytes: number;
  readonly txn: bigint;
  readonly lastPage: bigint;
  /** Of the pages that are free, and of what the file holds. */
  readonly roots: readonly [free: bigint, main: bigint];
};
type Read = (at: number, bytes: number) => Buffer | null;

/**
 * Reads the page trees of an LMDB file by hand and says what is wrong with them; null when every page that can be reached
 * lies inside the file, belongs to one place, is formed and ordered as it must be, and is not also listed as free. LMDB
 * maps the file and trusts it: a truncated one kills the process, an empty one opens as an empty ledger, and a page that
 * wrongly looks free is written over later. So this comes before `open`. What the pages say is checked by the hash chain.
 */
export function pageProblem(path: string): string | null {
  return steadily(path, treeProblem);
}

/** The same of the two pages that LMDB itself reads first. */
export const metaProblem = (path: string): string | null => steadily(path, () => null);

/** An engine that commits between two readings changes what is read: damage stays, that does not. */
function steadily(
  path: string,
  look: (read: Read, size: number, meta: Meta) => string | null,
): string | null {
  const file = openSync(path, 'r');
  try {
    let problem: string | null = null;
    for (let attempt = 0; attempt < limits.ledgerReadAttemptsMax; attempt += 1) {
      const { size } = fstatSync(file);
      const read: Read = (at, bytes) => {
        const buffer = Buffer.allocUnsafe(bytes);
        return at + bytes <= size && readSync(file, buffer, 0, bytes, at) === bytes ? buffer : null;
      };
      const before = metaPages(read);
      const meta = newestMeta(before, size);
      problem = typeof meta === 'string' ? meta : look(read, size, meta);
      if (problem === null) return null;
      const after = metaPages(read);
      if (after.every((page, at) => isSame(page, before[at] ?? null))) return problem;
    }
    return problem;
  } finally {
    closeSync(file);
  }
}

function treeProblem(read: Read, size: number, meta: Meta): string | null {
  const { pageBytes, txn, lastPage, roots } = meta;
  const pages = Math.floor(size / pageBytes);
  const readPage: ReadPage = (page, count) => read(page * pageBytes, count * pageBytes);
  const tree = new PageTree({ readPage, pageBytes, pages, lastPage, txn });
  const free: Buffer[] = [];
  return (
    tree.problem(roots[0], { isInteger: true, isFree: true, visit: (value) => free.push(value) }) ??
    tree.problem(roots[1], { isInteger: false, isFree: false, visit: null }) ??
    freePageProblem(free, tree.used, { pages, lastPage })
  );
}

type MetaPages = readonly [first: Buffer | null, second: Buffer | null];

function metaPages(read: Read): MetaPages {
  const first = read(0, metaBytes);
  const meta = metaOf(first);
  return [first, meta === null ? null : read(meta.pageBytes, metaBytes)];
}

const isSame = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other);

/** The state that LMDB will take; or what is wrong with the two it chooses from. */
function newestMeta(pages: MetaPages, size: number): Meta | string {
  if (size === 0) return 'the file is empty';
  const first = metaOf(pages[0]);
  if (first === null) return 'its first page is no LMDB page';
  const second = metaOf(pages[1]);
  if (second === null || second.pageBytes !== first.pageBytes)
    return 'its second page is no LMDB page';
  // Transactions write them in turn.
  const isNew = first.txn === 0n && second.txn === 0n;
  const isInTurn = first.txn % 2n === 0n && second.txn % 2n === 1n;
  const apart = second.txn - first.txn;
  if (!isNew && !(isInTurn && (apart === 1n || apart === -1n)))
    return 'its first two pages do not belong together';
  return apart > 0n ? second : first;
}

function metaOf(page: Buffer | null): Meta | null {
  if (page === null || page.readUInt16LE(18) !== metaFlag) return null;
  if (page.readUInt32LE(headerBytes) !== magic) return null;
  if (page.readUInt32LE(headerBytes + 4) !== dataVersion) return null;
  const free = headerBytes + 24;
  const main = free + dbBytes;
  const end = main + dbBytes;
  const pageBytes = page.readUInt32LE(free);
  if (!(pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0))
    return null;
  if (page.readUInt16LE(free + 4) !== freeDbFlags || page.readUInt16LE(main + 4) !== 0) return null;
  return {
    pageBytes,
    lastPage: page.readBigUInt64LE(end),
    txn: page.readBigUInt64LE(end + 8),
    roots: [page.readBigUInt64LE(free + 40), page.readBigUInt64LE(main + 40)],
  };
}
