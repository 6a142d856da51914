import type { z } from 'zod';
import { err, ok, type Result } from '../../domain/result.js';
import type { DecodeProblem } from '../venue.js';

/** What of an unusable text is kept for the record; control characters are replaced so that a log line stays one line. */
const problemTextMax = 200;

export const excerpt = (text: string): string =>
  text.slice(0, problemTextMax).replace(/[\p{Cc}\u2028\u2029]/gu, ' ');

export const problem = (
  code: DecodeProblem['code'],
  where: string,
  text: string,
): DecodeProblem => ({ code, where, text: excerpt(text) });

const show = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  // What is nested may be too deep to print; its type says enough.
  return value === undefined ? 'missing' : value === null ? 'null' : typeof value;
};

/** JSON text → value, or `not_json`. Never throws, whatever the text. */
export function parseJson(text: string): Result<unknown, DecodeProblem> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return err(problem('not_json', 'body', text));
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (value: unknown, path: readonly PropertyKey[]): unknown => {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
};

/**
 * Says which field a hand-written guard refused. `unknown_shape` where a field is missing or of the wrong type,
 * `bad_value` where its content is out of range. `where` is prefixed with `root`.
 */
export function explain(schema: z.ZodType, value: unknown, root: string): DecodeProblem {
  const parsed = schema.safeParse(value);
  const issue = parsed.success ? undefined : parsed.error.issues[0];
  if (issue === undefined) return problem('bad_value', root, show(value));
  const where = [root, ...issue.path.map(String)].join('.');
  const code = issue.code === 'custom' ? 'bad_value' : 'unknown_shape';
  return problem(code, where, show(at(value, issue.path)));
}

/** Parses with zod or says where not. For bodies that are not on the hot path. */
export function read<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  root: string,
): Result<Output, DecodeProblem> {
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : err(explain(schema, value, root));
}

/** A whole body with zod: `not_json`, `unknown_shape` or `bad_value`. */
export function readBody<Output>(
  schema: z.ZodType<Output>,
  body: string,
  root: string,
): Result<Output, DecodeProblem> {
  const json = parseJson(body);
  return json.ok ? read(schema, json.value, root) : json;
}
