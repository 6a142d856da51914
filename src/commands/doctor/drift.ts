import { editDistance } from '../../config/suggest.js';
import type { Shape } from '../../exchange/kalshi/shapes.js';

/** How one answer of the exchange differs from what its reader was written for. */
export type Drift = {
  /** `gone`: read, and in no row. `unreadable`: there, and not what it was. `new`: nothing reads it. */
  readonly kind: 'gone' | 'unreadable' | 'new';
  readonly endpoint: string;
  /** Its name in a row, with what it is inside of: "yes_bid_dollars", "price_ranges[].start". */
  readonly field: string;
  /** The other name that it may go by now, or may have gone by. */
  readonly perhaps: string | null;
  /** One line for people. */
  readonly text: string;
};

/** What is gone or unreadable changes what the engine understands; what is new does not. */
export const isBreaking = ({ kind }: Drift): boolean => kind !== 'new';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

type Seen = { readonly fields: ReadonlySet<string>; readonly objects: ReadonlySet<string> };

/** The paths of an answer, as deep as the shape goes: what is below a field that nobody reads is not looked at. */
function pathsIn(value: unknown, known: readonly string[]): Seen {
  const fields = new Set<string>();
  const objects = new Set<string>();
  const inner = new Set(known.map(parentOf));
  const walk = (at: unknown, path: string): void => {
    if (Array.isArray(at)) {
      if (inner.has(`${path}[]`))
        for (const each of at as readonly unknown[]) walk(each, `${path}[]`);
      return;
    }
    if (!isObject(at) || !inner.has(path)) return;
    objects.add(path);
    for (const [name, each] of Object.entries(at)) {
      const field = path === '' ? name : `${path}.${name}`;
      fields.add(field);
      walk(each, field);
    }
  };
  walk(value, '');
  return { fields, objects };
}

const wordsInCommon = (one: string, other: string): number => {
  const words = new Set(one.split('_'));
  return other.split('_').filter((word) => words.has(word)).length;
};

/** Nothing that the exchange names is longer; whoever answers with longer names is not helped to guess. */
const nameCharsMax = 128;

/** Which of these names the lost one may have become: most words in common, then fewest letters changed. */
function likeliest(lost: string, names: readonly string[]): string | null {
  const name = nameOf(lost);
  const [best] = names
    .filter((path) => parentOf(path) === parentOf(lost) && nameOf(path).length <= nameCharsMax)
    .map((path) => ({ path, words: wordsInCommon(name, nameOf(path)) }))
    .map((each) => ({ ...each, distance: editDistance(name, nameOf(each.path)) }))
    .filter(({ words, distance }) => words > 0 || distance <= name.length / 2)
    .sort((one, other) => other.words - one.words || one.distance - other.distance);
  return best === undefined ? null : nameOf(best.path);
}

/** One name less and one more in the same place are one name changed. */
function onlyChange(
  path: string,
  lost: readonly string[],
  added: readonly string[],
): string | null {
  const here = (paths: readonly string[]): readonly string[] =>
    paths.filter((each) => parentOf(each) === parentOf(path));
  const [name] = here(added);
  if (name === undefined || here(added).length > 1 || here(lost).length > 1) return null;
  return nameOf(name);
}

/** The text of an answer against its shape. An answer without rows says nothing of them. */
export function driftOf(shape: Shape, body: string): readonly Drift[] {
  const { always, sometimes, unread } = shape;
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return [drift('unreadable', shape, 'body', null, 'is not JSON')];
  }
  const known = [...always, ...sometimes, ...unread];
  const { fields, objects } = pathsIn(json, known);
  const missing = (paths: readonly string[]): readonly string[] =>
    paths.filter((path) => objects.has(parentOf(path)) && !fields.has(path));
  const names = new Set(known);
  const added = [...fields].filter((path) => !names.has(path));
  const lost = missing(always);
  const gone = lost.map((path) => {
    const perhaps = onlyChange(path, lost, added) ?? likeliest(path, added);
    const now = perhaps === null ? '' : `; new: \`${perhaps}\``;
    return drift('gone', shape, path, perhaps, `is gone${now}`);
  });
  const taken = new Set(gone.map(({ perhaps }) => perhaps));
  const news = added
    .filter((path) => !taken.has(nameOf(path)))
    .map((path) => {
      const perhaps = likeliest(path, missing(sometimes));
      const before = perhaps === null ? '' : `; perhaps what \`${perhaps}\` was`;
      return drift('new', shape, path, perhaps, `is new, and nothing reads it${before}`);
    });
  // What is gone cannot be read either.
  const problem = gone.length > 0 ? null : shape.read(body);
  const unreadable =
    problem === null
      ? []
      : [drift('unreadable', shape, problem.where, null, `cannot be read: ${problem.text}`)];
  return [...gone, ...unreadable, ...news];
}

const drift = (
  kind: Drift['kind'],
  { endpoint, rows }: Shape,
  path: string,
  perhaps: string | null,
  what: string,
): Drift => {
  const field = path.startsWith(`${rows}.`) ? path.slice(rows.length + 1) : path;
  return { kind, endpoint, field, perhaps, text: `${endpoint}: \`${field}\` ${what}` };
};
