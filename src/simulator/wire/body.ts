/** Reads JSON bodies the way the venue's decoder does: a field of the wrong type is named in the refusal. */
import { badRequest, type Reply } from './replies.js';

export type Fields = {
  readonly text: (name: string) => string | null;
  readonly flag: (name: string) => boolean;
  readonly whole: (name: string) => number | null;
  readonly list: (name: string) => readonly unknown[] | null;
  readonly has: (name: string) => boolean;
  /** Whether the field is there and null. */
  readonly isNull: (name: string) => boolean;
  /** The first refusal any of the readers ran into. */
  readonly problem: () => Reply | null;
};

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readFields(body: unknown, struct: string): Fields {
  let problem: Reply | null = null;
  const fields = isObject(body) ? body : {};
  if (!isObject(body))
    problem = badRequest(`json: cannot unmarshal ${kindOf(body)} into Go value of type ${struct}`);
  const wrong = (name: string, value: unknown, type: string): null => {
    problem ??= badRequest(
      `json: cannot unmarshal ${kindOf(value)} into Go struct field ${struct}.${name} of type ${type}`,
    );
    return null;
  };
  const read = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  const absent = (value: unknown): boolean => value === undefined || value === null;
  return {
    text: (name) => {
      const value = read(name);
      if (absent(value)) return null;
      return typeof value === 'string' ? value : wrong(name, value, 'string');
    },
    flag: (name) => {
      const value = read(name);
      if (absent(value)) return false;
      return typeof value === 'boolean' ? value : (wrong(name, value, 'bool') ?? false);
    },
    whole: (name) => {
      const value = read(name);
      if (absent(value)) return null;
      return typeof value === 'number' && Number.isSafeInteger(value)
        ? value
        : wrong(name, value, 'int64');
    },
    list: (name) => {
      const value = read(name);
      if (absent(value)) return null;
      return Array.isArray(value) ? (value as readonly unknown[]) : wrong(name, value, '[]');
    },
    has: (name) => read(name) !== undefined,
    isNull: (name) => read(name) === null,
    problem: () => problem,
  };
}
