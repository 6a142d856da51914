import { keyedDraw } from '../domain/keyed-draw.js';
import { type Range, rounded, type SweepSpec } from './spec.js';

/** One choice of the settings that vary. */
export type Candidate = {
  /** 0, 1, 2 … in the order they were made: breaks ties. */
  readonly index: number;
  readonly varied: Readonly<Record<string, string>>;
};

/** All candidates of a sweep, each once. The same spec makes the same list. */
export function candidatesOf({ vary, search }: SweepSpec): readonly Candidate[] {
  const n = search.kind === 'grid' ? undefined : search.n;
  const all = search.kind === 'grid' || n === undefined ? grid(vary) : drawn(vary, n, search.seed);
  const seen = new Set<string>();
  const different = all.filter((varied) => {
    const text = JSON.stringify(varied);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
  return different.map((varied, index) => ({ index, varied }));
}

type Varied = Readonly<Record<string, string>>;

/** Every combination; the last setting changes fastest. */
function grid(vary: SweepSpec['vary']): readonly Varied[] {
  let all: readonly Varied[] = [{}];
  for (const [key, choices] of vary)
    all = all.flatMap((one) => listOf(choices).map((text) => ({ ...one, [key]: text })));
  return all;
}

const drawn = (vary: SweepSpec['vary'], n: number, seed: number): readonly Varied[] =>
  Array.from({ length: n }, (_, index) =>
    Object.fromEntries(
      [...vary].map(([key, choices]) => [key, drawOf(choices, keyedDraw(seed, `${index}:${key}`))]),
    ),
  );

function drawOf(choices: readonly string[] | Range, draw: number): string {
  if (!isRange(choices)) return choices[Math.floor(draw * choices.length)] ?? '';
  const { from, to, scale } = choices;
  switch (scale) {
    case 'integer':
      return rounded(from + Math.floor(draw * (to - from + 1)), choices);
    case 'log':
      return rounded(from * (to / from) ** draw, choices);
    case 'linear':
      return rounded(from + draw * (to - from), choices);
  }
}

const isRange = (choices: readonly string[] | Range): choices is Range => !Array.isArray(choices);
const listOf = (choices: readonly string[] | Range): readonly string[] =>
  isRange(choices) ? [] : choices;

/** The settings a candidate is run with. */
export const settingsOf = (
  { fixed }: SweepSpec,
  { varied }: Candidate,
): Readonly<Record<string, string>> => ({ ...fixed, ...varied });
