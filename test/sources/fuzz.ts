import fc from 'fast-check';

/** JSON that a service never meant to send, beside text that is not JSON at all. */
export const hostileBodies: readonly string[] = [
  '',
  'null',
  '[]',
  '{}',
  '"text"',
  '1e999',
  '[[[[]]]]',
  '<html>502 Bad Gateway</html>',
  '\u0000\uFEFF',
  '['.repeat(100_000),
  `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  '{"__proto__":{"bid":"1","ask":"2"},"error":[{"toString":1}],"result":{"__proto__":{}}}',
  `"${'x'.repeat(2_200_000)}"`,
];

const replacements = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  0,
  1e308,
  '',
  '-0',
  'NaN',
  '1e999',
  '٣',
  'x'.repeat(500),
  [],
  {},
  [[null]],
  { toString: 1, valueOf: 1 },
  '\ud800',
);

/** A good body with a few values replaced, removed or doubled, at any depth. */
export const mutated = (body: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(), replacements, fc.nat(3)), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const root = { value: JSON.parse(body) as unknown };
      for (const [at, replacement, how] of changes)
        change(root, at, structuredClone(replacement), how);
      return JSON.stringify(root.value) ?? 'undefined';
    });

function change(
  root: Record<string, unknown>,
  at: number,
  replacement: unknown,
  how: number,
): void {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const record = node as Record<string, unknown>;
    for (const key of Object.keys(record)) {
      places.push([record, key]);
      visit(record[key]);
    }
  };
  visit(root);
  const [node, key] = places[at % places.length] ?? [root, 'value'];
  if (how === 0 && node !== root) delete node[key];
  else if (how === 1 && Array.isArray(node[key]))
    node[key] = structuredClone([...node[key], ...node[key]]);
  else node[key] = replacement;
}
