const headerBytes = 24;
const dbBytes = 48;
/** A page of a file has exactly one of these; LMDB takes others at their word. */
const kind = { branch: 0x01, leaf: 0x02, overflow: 0x04 } as const;
const node = { bigData: 0x01, subData: 0x02, headerBytes: 8 } as const;
const integerKey = 0x08;
const noRoot = 0xffff_ffff_ffff_ffffn;
const depthMax = 32;
/** LMDB never frees a tree's last but one page to less. */
const branchKeysMin = 2;

/** So many pages from one on; null when they are not all in the file. */
export type ReadPage = (page: number, count: number) => Buffer | null;

type FileShape = {
  readonly readPage: ReadPage;
  readonly pageBytes: number;
  readonly pages: number;
  /** No page above this one is used; new ones are taken from there. */
  readonly lastPage: bigint;
  /** Of the commit that is looked at: no page is newer. */
  readonly txn: bigint;
};

/** How one tree of the file is ordered. */
type Tree = {
  /** Keys are little-endian numbers, else bytes. */
  readonly isInteger: boolean;
  /** The list of free pages, the one tree that may have a branch with a single entry. */
  readonly isFree: boolean;
  readonly visit: ((value: Buffer) => void) | null;
};

/** Keys of a page lie in [from, to); null: no bound. */
type Bounds = { readonly from: Buffer | null; readonly to: Buffer | null };

/** The pages of a file, each of which belongs to one place of one tree. */
export class PageTree {
  readonly used = new Set<number>();
  private readonly file: FileShape;

  constructor(file: FileShape) {
    this.file = file;
  }

  problem(root: bigint, tree: Tree): string | null {
    return root === noRoot ? null : this.walk(root, tree, { from: null, to: null }, 0);
  }

  private walk(number: bigint, tree: Tree, bounds: Bounds, depth: number): string | null {
    const at = this.claim(number, 1);
    if (typeof at === 'string') return at;
    if (depth > depthMax) return `page ${at} is nested too deep`;
    const page = this.file.readPage(at, 1);
    if (page === null) return `page ${at} cannot be read`;
    const flags = page.readUInt16LE(18);
    const isBranch = flags === kind.branch;
    if (!isBranch && flags !== kind.leaf) return `page ${at} is of no known kind`;
    const head = this.headProblem(page, at);
    if (head !== null) return head;
    const lower = page.readUInt16LE(20);
    const upper = page.readUInt16LE(22);
    const entries = lower / 2;
    const entriesMin = isBranch && !tree.isFree ? branchKeysMin : 1;
    if (lower % 2 !== 0 || lower > upper || headerBytes + upper > this.file.pageBytes)
      return `page ${at} has impossible bounds`;
    if (entries < entriesMin) return `page ${at} has too few entries`;
    return this.entriesProblem({ page, at, entries, upper, isBranch }, tree, bounds, depth);
  }

  private entriesProblem(
    on: OnPage & { readonly entries: number; readonly isBranch: boolean },
    tree: Tree,
    bounds: Bounds,
    depth: number,
  ): string | null {
    let previous: Entry | null = null;
    let { from } = bounds;
    for (let slot = 0; slot < on.entries; slot += 1) {
      const entry = entryOf(on, slot, tree.isInteger);
      if (entry === null) return `page ${on.at} has an impossible entry`;
      // The first key of a branch says nothing.
      const isSaying = !on.isBranch || slot > 0;
      const { key } = entry;
      const isLow = from !== null && key.compare(from) < (previous === null ? 0 : 1);
      const isHigh = bounds.to !== null && key.compare(bounds.to) >= 0;
      if (isSaying && (key.length === 0 || isLow || isHigh)) return `page ${on.at} is out of order`;
      if (on.isBranch && previous !== null) {
        const problem = this.walk(previous.child, tree, { from, to: key }, depth + 1);
        if (problem !== null) return problem;
      }
      if (!on.isBranch) {
        const problem = this.valueProblem(on, entry, tree, depth);
        if (problem !== null) return problem;
      }
      if (isSaying) from = key;
      previous = entry;
    }
    return on.isBranch && previous !== null
      ? this.walk(previous.child, tree, { from, to: bounds.to }, depth + 1)
      : null;
  }

  private valueProblem(on: OnPage, entry: Entry, tree: Tree, depth: number): string | null {
    const { page, at } = on;
    const bad = `page ${at} has an impossible entry`;
    const { flags, bytes, dataAt } = entry;
    const isBig = flags === node.bigData;
    if (dataAt + (isBig ? 8 : bytes) > page.length) return bad;
    if (isBig) return this.overflow(page.readBigUInt64LE(dataAt), bytes, tree);
    if (flags === 0) {
      tree.visit?.(page.subarray(dataAt, dataAt + bytes));
      return null;
    }
    if (flags !== node.subData || bytes !== dbBytes || tree.isFree || depth > depthMax / 2)
      return bad;
    const dbFlags = page.readUInt16LE(dataAt + 4);
    if (dbFlags !== 0 && dbFlags !== integerKey) return bad;
    const isInteger = dbFlags === integerKey;
    const root = page.readBigUInt64LE(dataAt + 40);
    return this.problem(root, { isInteger, isFree: false, visit: null });
  }

  /** A value that is too long for a page has pages of its own, perhaps more than it needs. */
  private overflow(first: bigint, bytes: number, tree: Tree): string | null {
    const at = this.claim(first, 1);
    if (typeof at === 'string') return at;
    const head = this.file.readPage(at, 1);
    if (head === null || head.readUInt16LE(18) !== kind.overflow)
      return `page ${at} should hold a long value and does not`;
    const pages = head.readUInt32LE(20);
    if (headerBytes + bytes > pages * this.file.pageBytes) return `the value on page ${at} is cut`;
    const rest = pages > 1 ? this.claim(first + 1n, pages - 1) : at;
    if (typeof rest === 'string') return rest;
    if (tree.visit !== null) {
      const value = this.file.readPage(at, pages);
      if (value === null) return `page ${at} cannot be read`;
      tree.visit(value.subarray(headerBytes, headerBytes + bytes));
    }
    return this.headProblem(head, at);
  }

  private headProblem(page: Buffer, at: number): string | null {
    if (page.readBigUInt64LE(0) !== BigInt(at)) return `page ${at} calls itself something else`;
    return page.readBigUInt64LE(8) > this.file.txn ? `page ${at} is newer than the file` : null;
  }

  /** Every page belongs to one place, and lies inside the file. */
  private claim(first: bigint, count: number): number | string {
    const end = first + BigInt(count);
    if (first < 2n || end > BigInt(this.file.pages) || end > this.file.lastPage + 1n)
      return `page ${first} lies outside the file: it was cut off or altered`;
    const at = Number(first);
    for (let page = at; page < at + count; page += 1) {
      if (this.used.has(page)) return `page ${page} is used twice`;
      this.used.add(page);
    }
    return at;
  }
}

type OnPage = { readonly page: Buffer; readonly at: number; readonly upper: number };
type Entry = {
  /** Compares as bytes. */
  readonly key: Buffer;
  readonly flags: number;
  /** Of a leaf: where its value is and how long. */
  readonly dataAt: number;
  readonly bytes: number;
  /** Of a branch. */
  readonly child: bigint;
};

/** Null when it does not lie on its page. */
function entryOf({ page, upper }: OnPage, slot: number, isInteger: boolean): Entry | null {
  const pointer = page.readUInt16LE(headerBytes + slot * 2);
  const start = headerBytes + pointer;
  if (pointer < upper || start + node.headerBytes > page.length) return null;
  const low = page.readUInt16LE(start);
  const high = page.readUInt16LE(start + 2);
  const flags = page.readUInt16LE(start + 4);
  const keyAt = start + node.headerBytes;
  const dataAt = keyAt + page.readUInt16LE(start + 6);
  if (dataAt > page.length) return null;
  const key = page.subarray(keyAt, dataAt);
  return {
    key: isInteger ? Buffer.from(key).reverse() : key,
    flags,
    dataAt,
    bytes: low + high * 65_536,
    child: BigInt(low) | (BigInt(high) << 16n) | (BigInt(flags) << 32n),
  };
}

/**
 * The lists of free pages: how many words follow, then each a page, or a negative count and the first of so many pages.
 * LMDB hands out what is listed here, so nothing that is used may be, and nothing twice; what lies past the file's end
 * must be.
 */
export function freePageProblem(
  lists: readonly Buffer[],
  used: ReadonlySet<number>,
  { pages, lastPage }: { readonly pages: number; readonly lastPage: bigint },
): string | null {
  const bad = 'its list of free pages is damaged';
  const free = new Set<number>();
  for (const list of lists) {
    if (list.length < 8) return bad;
    const words = list.readBigInt64LE(0);
    if (words < 0n || (words + 1n) * 8n > BigInt(list.length)) return bad;
    let count = 1n;
    for (let word = 1; word <= Number(words); word += 1) {
      const value = list.readBigInt64LE(word * 8);
      if (value < 0n) {
        count = -value;
        continue;
      }
      if (value === 0n) continue;
      if (value < 2n || value + count > lastPage + 1n) return bad;
      for (let page = Number(value); page < Number(value + count); page += 1) {
        if (used.has(page) || free.has(page)) return `page ${page} is free and something else`;
        free.add(page);
      }
      count = 1n;
    }
  }
  // Compared before it is counted: a damaged number may be any.
  if (lastPage + 1n > BigInt(pages + free.size)) return 'its last page lies outside the file';
  return null;
}
