/** What is due when. Equal times leave in the order they came, so a run is one sequence and not several. */
export type Heap<T> = {
  readonly push: (atMs: number, item: T) => void;
  /** The earliest item that is due at or before `nowMs`, removed. */
  readonly popDue: (nowMs: number) => { readonly atMs: number; readonly item: T } | null;
  readonly nextMs: () => number | null;
  readonly size: () => number;
};

type Entry<T> = { readonly atMs: number; readonly order: number; readonly item: T };

export function makeHeap<T>(): Heap<T> {
  const entries: Entry<T>[] = [];
  let order = 0;

  const before = (a: Entry<T>, b: Entry<T>): boolean =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

  const siftUp = (start: number, entry: Entry<T>): void => {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !before(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  };

  const siftDown = (entry: Entry<T>): void => {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = entries[child];
      if (below === undefined) break;
      const right = entries[child + 1];
      if (right !== undefined && before(right, below)) {
        child += 1;
        below = right;
      }
      if (!before(below, entry)) break;
      entries[at] = below;
      at = child;
    }
    entries[at] = entry;
  };

  return {
    push: (atMs, item) => {
      const entry = { atMs, order, item };
      order += 1;
      entries.push(entry);
      siftUp(entries.length - 1, entry);
    },
    popDue: (nowMs) => {
      const top = entries[0];
      if (top === undefined || top.atMs > nowMs) return null;
      const last = entries.pop();
      if (last !== undefined && entries.length > 0) siftDown(last);
      return top;
    },
    nextMs: () => entries[0]?.atMs ?? null,
    size: () => entries.length,
  };
}
