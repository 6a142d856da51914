import { isExcused, type SourceFile, type Violation } from './violation.js';

/** What streams share and is no stream itself. */
const helpers: ReadonlySet<string> = new Set([
  'ask',
  'book-freshness',
  'book-store',
  'book-view',
  'intent-item',
  'metadata',
  'period',
  'running-summaries',
]);

/** A stream’s file, its one function and its marble test have one name. */
export function streamViolations(
  sources: readonly SourceFile[],
  marbles: readonly SourceFile[],
): readonly Violation[] {
  const tested = new Set(marbles.map(({ path }) => path));
  return sources.flatMap((file): readonly Violation[] => {
    const found = /^src\/streams\/(?:operators\/)?([\w-]+)\.ts$/.exec(file.path)?.[1];
    if (found === undefined || helpers.has(found)) return [];
    const name = found.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const convict = (rule: string, instead: string): readonly Violation[] => [
      { path: file.path, line: 1, rule, instead },
    ];
    if (!new RegExp(`^export const ${name}\\b`, 'm').test(file.code)) {
      return convict(`does not export ${name}`, 'Name the file after what it emits');
    }
    if (!tested.has(`test/marbles/${found}.test.ts`)) {
      return convict('has no marble test', `Draw test/marbles/${found}.test.ts`);
    }
    return [];
  });
}

/** A stream never errors, so no drawing expects it to; where a bug has to pass through, the line says so. */
export const drawnErrorViolations = (marbles: readonly SourceFile[]): readonly Violation[] =>
  marbles.flatMap((file) =>
    file.text.split('\n').flatMap((text, place): readonly Violation[] => {
      const isDrawn = [/\bexpected\w*\s*=\s*['"`][^'"`]*#/, /\.toBe\(\s*['"`][^'"`]*#/];
      const line = place + 1;
      return isDrawn.some((pattern) => pattern.test(text)) && !isExcused(file, line)
        ? [{ path: file.path, line, rule: 'an expected error', instead: 'A failure is an item' }]
        : [];
    }),
  );
