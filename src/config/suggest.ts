/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
export function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1]
      )
        best = Math.min(best, (before[column - 2] ?? 0) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}

const nameLengthMax = 128;

/** Edit distance; a name that only left words out ("BOT_MIN_EDGE") is as far as the number of words it lacks. */
function farness(name: string, candidate: string): number {
  const words = name.split('_');
  const has = candidate.split('_');
  const distance = editDistance(name, candidate);
  return words.every((word) => has.includes(word))
    ? Math.min(distance, has.length - words.length)
    : distance;
}

/** The nearest of `names`, or undefined when none is near enough to be what was meant. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  if (name.length > nameLengthMax) return undefined;
  const wanted = name.toUpperCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length * 0.4)) + 1;
  for (const candidate of names) {
    const distance = farness(wanted, candidate.toUpperCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

export const didYouMean = (name: string, names: Iterable<string>): string => {
  const found = nearest(name, names);
  return found === undefined ? '' : `; did you mean ${found}?`;
};
