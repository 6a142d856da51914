/** The line of a sparkline, as the path of an SVG of `width` × `height`; a missing value breaks it. Values are 0..1. */
export function sparkPath(
  values: readonly (number | null)[],
  width: number,
  height: number,
  [low, high]: readonly [number, number],
): string {
  const stepX = values.length > 1 ? width / (values.length - 1) : 0;
  const y = (value: number): number => height - ((value - low) / (high - low)) * height;
  let isDown = false;
  let path = '';
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false;
      return;
    }
    path += `${isDown ? 'L' : 'M'}${(index * stepX).toFixed(1)} ${y(value).toFixed(1)}`;
    isDown = true;
  });
  return path;
}

/** What the values span, at least `least` wide so that a still market is a flat line and noise is not a mountain. */
export function span(values: readonly (number | null)[], least: number): readonly [number, number] {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return [0, 1];
  const low = Math.min(...known);
  const high = Math.max(...known);
  const spare = Math.max(0, least - (high - low)) / 2;
  return [low - spare, high + spare];
}
