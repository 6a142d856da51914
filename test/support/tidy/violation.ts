import { masked } from './masked.js';

/** One file under test: its path from the root with forward slashes, its text, and its code without comments. */
export type SourceFile = { readonly path: string; readonly text: string; readonly code: string };

export type Violation = {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  /** What to do instead. */
  readonly instead: string;
};

export const sourceFile = (path: string, text: string): SourceFile => ({
  path,
  text,
  code: masked(text),
});

export const told = ({ path, line, rule, instead }: Violation): string =>
  `${path}:${line}: ${rule}. ${instead}`;

/** An exception is written where it is taken: `// tidy-ok: reason`, on the line or on the one above. */
export function isExcused({ text }: SourceFile, line: number): boolean {
  const lines = text.split('\n');
  return [lines[line - 1], lines[line - 2]].some((found) => /\/\/ tidy-ok: \S/.test(found ?? ''));
}
