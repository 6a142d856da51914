/** Chance of a seed: one independent stream a name. */
export class Draws {
  constructor(seed: number | string);
  /** In [0, 1). */
  next(name: string): number;
  between(name: string, low: number, high: number): number;
  /** Both ends included. */
  whole(name: string, low: number, high: number): number;
  pick<Item>(name: string, items: readonly Item[]): Item;
}
