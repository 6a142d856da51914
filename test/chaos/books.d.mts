export function readBooks(lines: readonly Readonly<Record<string, unknown>>[]): unknown;
