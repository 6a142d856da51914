/** An invariant of the catalogue that does not hold. */
export class Violation extends Error {
  constructor(invariant, detail) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

export const fail = (invariant, detail) => {
  throw new Violation(invariant, detail);
};
