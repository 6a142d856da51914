import { type ParseError, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import { z } from 'zod';
import { fillEstimates } from '../backtest/job.js';
import { shown } from '../config/problems.js';
import {
  keyOfEnv,
  metaOf,
  type SettingKey,
  settingKeys,
  settingsSchema,
} from '../config/schema.js';
import { didYouMean } from '../config/suggest.js';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';

const value = z.union([z.string(), z.number(), z.boolean()]);
const range = z
  .strictObject({
    from: z.number(),
    to: z.number(),
    scale: z.enum(['linear', 'log', 'integer']).default('linear'),
    /** Digits after the point that a drawn value keeps. */
    decimals: z.int().min(0).max(9).default(4),
  })
  .refine(({ from, to }) => from < to, 'from must be below to')
  .refine(({ from, scale }) => scale !== 'log' || from > 0, 'a log scale starts above 0')
  .refine(
    ({ from, to, scale }) =>
      scale !== 'integer' || (Number.isSafeInteger(from) && Number.isSafeInteger(to)),
    'an integer scale has whole ends',
  );
const count = z.int().min(1).max(limits.sweepCandidatesMax);
const seed = z.int().min(0).default(1);

const search = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('grid') }),
  z.strictObject({ kind: z.literal('random'), n: count, seed }),
  z.strictObject({
    kind: z.literal('halving'),
    /** Drawn at random; without it, the grid of the lists. */
    n: count.optional(),
    seed,
    /** One in `eta` goes on to the next rung, which sees `eta` times as much. */
    eta: z.int().min(2).max(10).default(3),
    /** Share of each recording's time that the first rung sees. */
    firstShare: z.number().gt(0).lt(1).default(0.1),
  }),
]);

const schema = z.strictObject({
  $schema: z.string().optional(),
  recordings: z.array(z.string().min(1)).min(1).max(limits.sweepRecordingsMax),
  vary: z.record(
    z.string(),
    z.union([z.array(value).min(1).max(1_000), range], {
      error: 'must be a list of 1 to 1000 values, or { from, to, scale, decimals }',
    }),
  ),
  fixed: z.record(z.string(), value).default({}),
  search: search.default({ kind: 'grid' }),
  fills: z.array(z.enum(fillEstimates)).min(1).default(['pessimistic']),
  seed,
  objective: z
    .strictObject({
      fills: z.enum(fillEstimates).default('pessimistic'),
      pnl: z.enum(['marked', 'realized']).default('marked'),
      drawdownPenalty: z.number().min(0).max(100).default(0.5),
    })
    .prefault({}),
  walkForward: z
    .strictObject({
      testShare: z.number().gt(0).lt(1).default(0.3),
      folds: z.int().min(1).max(50).default(1),
      window: z.enum(['expanding', 'rolling']).default('expanding'),
    })
    .optional(),
});

type Written = z.output<typeof schema>;
export type Search = Written['search'];
export type Range = z.output<typeof range>;
export type Objective = Written['objective'];
export type WalkForward = NonNullable<Written['walkForward']>;

/** A sweep as asked for, names and values in their one spelling. */
export type SweepSpec = Omit<Written, '$schema' | 'vary' | 'fixed' | 'walkForward'> & {
  /** By setting, in the order of the file. */
  readonly vary: ReadonlyMap<SettingKey, readonly string[] | Range>;
  readonly fixed: Readonly<Record<string, string>>;
  readonly walkForward: WalkForward | null;
};

/** Reads a sweep's file, or says everything that is wrong with it, one line each. */
export function readSpec(path: string, text: string): Result<SweepSpec, readonly string[]> {
  const errors: ParseError[] = [];
  const options = { allowTrailingComma: true };
  const json: unknown = parse(text, errors, options);
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length;
    return err([`${path}:${line}: not JSON with comments: ${printParseErrorCode(error.error)}`]);
  }
  const twice = duplicateIn(text);
  if (twice !== null) return err([`${path}: ${shown(twice)} is there twice`]);
  const read = schema.safeParse(json);
  if (!read.success)
    return err(
      read.error.issues.map(
        ({ path: at, message }) =>
          `${path}: ${at.length === 0 ? 'the file' : at.join('.')}: ${message}`,
      ),
    );
  return checked(path, read.data);
}

function checked(path: string, written: Written): Result<SweepSpec, readonly string[]> {
  const problems: string[] = [];
  const { $schema: _, ...rest } = written;
  const vary = new Map<SettingKey, readonly string[] | Range>();
  const fixed: Record<string, string> = {};
  const named = (where: string, name: string): SettingKey | null => {
    const key = settingKeys.find((one) => one === name) ?? keyOfEnv.get(name);
    if (key === undefined)
      problems.push(
        `${path}: ${where}: unknown setting ${shown(name)}${didYouMean(name, settingKeys)}`,
      );
    else if (vary.has(key) || fixed[key] !== undefined)
      problems.push(`${path}: ${where}.${name}: ${key} is set twice`);
    else return key;
    return null;
  };
  const spelt = (where: string, key: SettingKey, raw: string | number | boolean): string => {
    const found = spellingOf(key, raw);
    if (found === null)
      problems.push(
        `${path}: ${where}.${key}: ${shown(String(raw))} must be ${metaOf(key).allowed}`,
      );
    return found ?? '';
  };
  for (const [name, choices] of Object.entries(written.vary)) {
    const key = named('vary', name);
    if (key === null) continue;
    if (!Array.isArray(choices)) vary.set(key, choices);
    else {
      const values = choices.map((one) => spelt('vary', key, one));
      if (new Set(values).size < values.length)
        problems.push(`${path}: vary.${key}: a value is there twice`);
      vary.set(key, values);
    }
    if (!Array.isArray(choices))
      for (const end of [choices.from, choices.to]) spelt('vary', key, rounded(end, choices));
  }
  for (const [name, raw] of Object.entries(written.fixed)) {
    const key = named('fixed', name);
    if (key !== null) fixed[key] = spelt('fixed', key, raw);
  }
  if (vary.size === 0) problems.push(`${path}: vary: names no setting`);
  const { search: how, fills, objective } = written;
  const isGrid = how.kind === 'grid' || (how.kind === 'halving' && how.n === undefined);
  if (isGrid)
    for (const [key, choices] of vary)
      if (!Array.isArray(choices))
        problems.push(
          `${path}: vary.${key}: a range needs a random search: give "search" its "n", or list values`,
        );
  if (isGrid && sizeOf(vary) > limits.sweepCandidatesMax)
    problems.push(
      `${path}: vary: ${sizeOf(vary)} combinations; at most ${limits.sweepCandidatesMax}`,
    );
  if (new Set(fills).size < fills.length) problems.push(`${path}: fills: one is there twice`);
  if (!fills.includes(objective.fills))
    problems.push(`${path}: objective.fills: ${objective.fills} is not among fills`);
  if (new Set(written.recordings).size < written.recordings.length)
    problems.push(`${path}: recordings: one is there twice`);
  if (problems.length > 0) return err(problems);
  return ok({ ...rest, vary, fixed, walkForward: written.walkForward ?? null });
}

/** A value in the one spelling of its setting, so that 0.050 and 0.05 are one job; null when it is none. */
export function spellingOf(key: SettingKey, raw: string | number | boolean): string | null {
  if (metaOf(key).sensitive === true) return null;
  const codec = settingsSchema.shape[key] as z.ZodType<unknown, string>;
  const read = codec.safeParse(String(raw));
  return read.success ? z.encode(codec, read.data) : null;
}

/** A drawn number as it is written: no exponent, no zeros behind. */
export const rounded = (drawn: number, { scale, decimals }: Range): string =>
  scale === 'integer' ? String(Math.round(drawn)) : String(Number(drawn.toFixed(decimals)));

const sizeOf = (vary: SweepSpec['vary']): number =>
  [...vary.values()].reduce(
    (size, choices) => size * (Array.isArray(choices) ? (choices as readonly string[]).length : 1),
    1,
  );

/** A name that one object has twice: the parser would silently take the last. */
function duplicateIn(text: string): string | null {
  type Node = NonNullable<ReturnType<typeof parseTree>>;
  const look = (node: Node | undefined): string | null => {
    const seen = new Set<string>();
    for (const child of node?.children ?? []) {
      const name = child.type === 'property' ? String(child.children?.[0]?.value) : null;
      if (name !== null && seen.has(name)) return name;
      if (name !== null) seen.add(name);
      const inner = look(child);
      if (inner !== null) return inner;
    }
    return null;
  };
  return look(parseTree(text, [], { allowTrailingComma: true }));
}
