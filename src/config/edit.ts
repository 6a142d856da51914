import { createScanner, type Node, parseTree } from 'jsonc-parser';

/**
 * Changes single settings of a file's text and leaves every other character as it is. A library's own edit moves a
 * comment to another setting or takes it along with one that goes; here it stays where somebody wrote it. Pure.
 */

const parseOptions = { allowTrailingComma: true, allowEmptyContent: true } as const;

/** Where the comma is that follows `offset` with nothing but blanks and comments between; null: there is none. */
function commaAfter(text: string, offset: number): number | null {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  scanner.scan();
  const at = scanner.getTokenOffset();
  return text[at] === ',' ? at : null;
}

const endOf = (node: Node): number => node.offset + node.length;

function propertyOf(root: Node, key: string): Node | undefined {
  return root.children?.find((property) => property.children?.[0]?.value === key);
}

const cut = (text: string, from: number, to: number, by = ''): string =>
  text.slice(0, from) + by + text.slice(to);

/** How the file indents its settings: as its first one does. */
function indentOf(text: string, root: Node): string {
  const first = root.children?.[0];
  if (first === undefined) return '  ';
  return /(?:^|\n)([ \t]*)$/.exec(text.slice(0, first.offset))?.[1] ?? '  ';
}

function inserted(text: string, root: Node, property: string): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const close = endOf(root) - 1;
  const last = root.children?.at(-1);
  // What stands between the last setting and the brace: a comma perhaps, and comments, which stay above the new line.
  const head = text.slice(0, close).trimEnd();
  let before = head;
  if (last !== undefined && commaAfter(text, endOf(last)) === null)
    before = cut(head, endOf(last), endOf(last), ',');
  return `${before}${eol}${indentOf(text, root)}${property}${eol}${text.slice(close)}`;
}

function removed(text: string, property: Node): string {
  // A comment between the value and its comma stays.
  const comma = commaAfter(text, endOf(property));
  const without = comma === null ? text : cut(text, comma, comma + 1);
  const rest = cut(without, property.offset, endOf(property));
  const lineStart = rest.lastIndexOf('\n', property.offset - 1) + 1;
  const lineEnd = rest.indexOf('\n', property.offset);
  const end = lineEnd < 0 ? rest.length : lineEnd + 1;
  return rest.slice(lineStart, end).trim() === '' ? cut(rest, lineStart, end) : rest;
}

/**
 * The text with one setting at another value, or without it (undefined). `text` must be one that loads: an object, or
 * nothing at all.
 */
export function withSetting(
  text: string,
  key: string,
  value: string | number | boolean | undefined,
): string {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const plain = text.slice(bom.length);
  const root = parseTree(plain, [], parseOptions);
  if (root === undefined)
    return value === undefined ? text : withSetting(`${bom}${plain}{\n}\n`, key, value);
  const property = propertyOf(root, key);
  if (value === undefined) return property === undefined ? text : bom + removed(plain, property);
  const spelt = JSON.stringify(value);
  const old = property?.children?.[1];
  return old === undefined
    ? bom + inserted(plain, root, `${JSON.stringify(key)}: ${spelt}`)
    : bom + cut(plain, old.offset, endOf(old), spelt);
}
