import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Layout of LMDB's data version 2, little-endian 64 bit, as lmdb 3 writes it. */
const magic = 0xbeefc0de;
const dataVersion = 2;
const headerBytes = 24;
const metaDbBytes = 48;
const flag = { branch: 0x01, leaf: 0x02, overflow: 0x04, leaf2: 0x20 } as const;
const node = { bigData: 0x01, subData: 0x02, dupData: 0x04, headerBytes: 8 } as const;
const noRoot = 0xffff_ffff_ffff_ffffn;
const depthMax = 32;

type Meta = { readonly pageBytes: number; readonly txn: bigint; readonly roots: readonly bigint[] };

/**
 * Reads the page tree of an LMDB file by hand and says what is wrong with it; null when every page that can be reached
 * lies inside the file and is formed like one. LMDB maps the file and trusts it: a truncated one kills the process, and
 * an empty one opens as an empty ledger. So this comes before `open`. What the pages say is checked by the hash chain.
 */
export function pageProblem(path: string): string | null {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return 'the file is empty';
    const read = (at: number, bytes: number): Buffer | null => {
      const buffer = Buffer.allocUnsafe(bytes);
      return at + bytes <= size && readSync(file, buffer, 0, bytes, at) === bytes ? buffer : null;
    };
    const first = metaOf(read(0, 200));
    if (first === null) return 'its first page is no LMDB page';
    const second = metaOf(read(first.pageBytes, 200));
    if (second === null || second.pageBytes !== first.pageBytes)
      return 'its second page is no LMDB page';
    const meta = second.txn > first.txn ? second : first;
    const walker = new Walker(read, meta.pageBytes, size);
    for (const root of meta.roots) {
      const problem = walker.walk(root, 0);
      if (problem !== null) return problem;
    }
    return null;
  } finally {
    closeSync(file);
  }
}

function metaOf(page: Buffer | null): Meta | null {
  if (page === null || page.readUInt32LE(headerBytes) !== magic) return null;
  if (page.readUInt32LE(headerBytes + 4) !== dataVersion) return null;
  const dbs = headerBytes + 24;
  const pageBytes = page.readUInt32LE(dbs);
  if (!(pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0))
    return null;
  return {
    pageBytes,
    txn: page.readBigUInt64LE(dbs + 2 * metaDbBytes + 8),
    roots: [page.readBigUInt64LE(dbs + 40), page.readBigUInt64LE(dbs + metaDbBytes + 40)],
  };
}

class Walker {
  private readonly read: (at: number, bytes: number) => Buffer | null;
  private readonly pageBytes: number;
  private readonly pages: number;
  private readonly seen = new Set<number>();

  constructor(read: (at: number, bytes: number) => Buffer | null, pageBytes: number, size: number) {
    this.read = read;
    this.pageBytes = pageBytes;
    this.pages = Math.floor(size / pageBytes);
  }

  walk(root: bigint, depth: number): string | null {
    if (root === noRoot) return null;
    const at = this.claim(root, 1);
    if (typeof at === 'string') return at;
    if (depth > depthMax) return `page ${at} is nested too deep`;
    const page = this.read(at * this.pageBytes, this.pageBytes);
    if (page === null) return `page ${at} cannot be read`;
    if (page.readBigUInt64LE(0) !== root) return `page ${at} calls itself something else`;
    const flags = page.readUInt16LE(18);
    const isLeaf = (flags & flag.leaf) !== 0;
    const isBranch = (flags & flag.branch) !== 0;
    if (isLeaf === isBranch || (flags & flag.overflow) !== 0)
      return `page ${at} is of no known kind`;
    if ((flags & flag.leaf2) !== 0) return null;
    const lower = page.readUInt16LE(20);
    const upper = page.readUInt16LE(22);
    if (lower % 2 !== 0 || lower > upper || headerBytes + upper > this.pageBytes)
      return `page ${at} has impossible bounds`;
    for (let slot = 0; slot < lower / 2; slot += 1) {
      const problem = this.node(page, at, slot, isBranch, upper, depth);
      if (problem !== null) return problem;
    }
    return null;
  }

  private node(
    page: Buffer,
    at: number,
    slot: number,
    isBranch: boolean,
    upper: number,
    depth: number,
  ): string | null {
    const bad = `page ${at} has an impossible entry`;
    const pointer = page.readUInt16LE(headerBytes + slot * 2);
    const start = headerBytes + pointer;
    if (pointer < upper || start + node.headerBytes > this.pageBytes) return bad;
    const low = page.readUInt16LE(start);
    const high = page.readUInt16LE(start + 2);
    const flags = page.readUInt16LE(start + 4);
    const data = start + node.headerBytes + page.readUInt16LE(start + 6);
    if (data > this.pageBytes) return bad;
    if (isBranch) {
      const child = BigInt(low) | (BigInt(high) << 16n) | (BigInt(flags) << 32n);
      return this.walk(child, depth + 1);
    }
    const bytes = low + high * 65_536;
    const isBig = (flags & node.bigData) !== 0;
    const isSub = (flags & node.subData) !== 0;
    if (data + (isBig ? 8 : bytes) > this.pageBytes) return bad;
    if (isBig) return this.overflow(page.readBigUInt64LE(data), bytes);
    if (!isSub) return null;
    return bytes < metaDbBytes ? bad : this.walk(page.readBigUInt64LE(data + 40), depth + 1);
  }

  private overflow(first: bigint, bytes: number): string | null {
    const pages = Math.floor((headerBytes - 1 + bytes) / this.pageBytes) + 1;
    const at = this.claim(first, pages);
    if (typeof at === 'string') return at;
    const head = this.read(at * this.pageBytes, headerBytes);
    if (head === null || (head.readUInt16LE(18) & flag.overflow) === 0)
      return `page ${at} should hold a long value and does not`;
    return head.readUInt32LE(20) < pages ? `the value on page ${at} is cut short` : null;
  }

  /** Every page belongs to one place, and lies inside the file. */
  private claim(first: bigint, pages: number): number | string {
    if (first < 2n || first + BigInt(pages) > BigInt(this.pages))
      return `page ${first} lies outside the file: it was cut off or altered`;
    const at = Number(first);
    for (let page = at; page < at + pages; page += 1) {
      if (this.seen.has(page)) return `page ${page} is used twice`;
      this.seen.add(page);
    }
    return at;
  }
}
