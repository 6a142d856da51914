/**
 * One table of the page: rows by key, the oldest dropped beyond `rowsMax`, and what changed since it was last taken. Rows that
 * are `kept` go last, until the older half is made of them.
 */
export class Table<Row> {
  readonly #rowsMax: number;
  readonly #isKept: (row: Row) => boolean;
  readonly #rows = new Map<string, Row>();
  readonly #changed = new Set<string>();

  constructor(rowsMax: number, kept: (row: Row) => boolean = () => false) {
    this.#rowsMax = rowsMax;
    this.#isKept = kept;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#rows.keys();
  }

  set(key: string, row: Row): void {
    if (isSame(this.#rows.get(key), row)) return;
    this.#rows.set(key, row);
    this.#changed.add(key);
    if (this.#rows.size <= this.#rowsMax) return;
    const oldest = this.#oldest();
    if (oldest !== undefined) this.drop(oldest);
  }

  /** Of the rows that are not kept; of all, once the older half is kept. */
  #oldest(): string | undefined {
    let kept = 0;
    for (const [key, row] of this.#rows) {
      if (!this.#isKept(row)) return key;
      kept += 1;
      if (kept >= this.#rowsMax / 2) break;
    }
    const [first] = this.#rows.keys();
    return first;
  }

  drop(key: string): void {
    if (this.#rows.delete(key)) this.#changed.add(key);
  }

  /** Drops every row that is not among `kept`. */
  keepOnly(kept: ReadonlySet<string>): void {
    for (const key of this.#rows.keys()) if (!kept.has(key)) this.drop(key);
  }

  all(): Readonly<Record<string, Row>> {
    return Object.fromEntries(this.#rows);
  }

  /** What changed since the last call, null for a row that is gone; null: nothing. */
  take(): Readonly<Record<string, Row | null>> | null {
    if (this.#changed.size === 0) return null;
    const changed = Object.fromEntries(
      [...this.#changed].map((key) => [key, this.#rows.get(key) ?? null]),
    );
    this.#changed.clear();
    return changed;
  }
}

/** Rows are flat but for a list of numbers or two. */
function isSame<Row>(one: Row | undefined, other: Row): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
