const pattern =
  /^(?<prefix>decisions-)?(?<hour>\d{4}-\d{2}-\d{2}T\d{2})(?:p(?<part>\d{2,}))?\.(?:ndjson\.gz|tail-(?<tail>\d{12})\.ndjson)$/;

/** A file of a recording's lines, by its name. */
export const isSegment = (name: string): boolean => pattern.test(name);

/** One stream's files: by hour and part, each folded segment before its tails, tails by their first seq. */
export function inReadingOrder(names: readonly string[], prefix: string): readonly string[] {
  const ours = names.flatMap((name) => {
    const { groups } = pattern.exec(name) ?? {};
    if (groups === undefined || (groups['prefix'] ?? '') !== prefix) return [];
    const { hour = '', part = '01', tail = '' } = groups;
    return [{ name, key: `${hour} ${part.padStart(4, '0')} ${tail}` }];
  });
  return ours.sort((left, right) => (left.key < right.key ? -1 : 1)).map(({ name }) => name);
}

/** Of which segment a tail is, and the seq of its first line; null for any other file. */
export function tailOf(
  name: string,
): { readonly segment: string; readonly seqFirst: number } | null {
  const tail = pattern.exec(name)?.groups?.['tail'];
  if (tail === undefined) return null;
  return { segment: name.slice(0, name.indexOf('.')), seqFirst: Number(tail) };
}
