type Item = { readonly atMs: number; readonly act: () => void };

/** Things to do, by time, and at one time in the order they were asked for. */
export class Agenda {
  private readonly items: Item[] = [];

  add(atMs: number, act: () => void): void {
    let at = this.items.length;
    // Nearly everything new is due last.
    while (at > 0 && (this.items[at - 1]?.atMs ?? 0) > atMs) at -= 1;
    this.items.splice(at, 0, { atMs, act });
  }

  dueMs(): number {
    return this.items[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Does what is due first. */
  actNext(): void {
    this.items.shift()?.act();
  }
}
