import { z } from 'zod';
import { err, ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import { timeOf } from './dates.js';

/** Why an answer of the weather service is of no use. */
export type NoaaProblem = {
  readonly code: /** No answer: timeout, network, too large, redirect. */
    | 'unreachable'
    /** An error that passes: 5xx, 429. */
    | 'unavailable'
    /** An error that stays: there is no such point, station, product. */
    | 'refused'
    | 'not_json'
    | 'unknown_shape'
    /** A link to somewhere that is not the weather service. */
    | 'foreign_link';
  readonly where: string;
  readonly text: string;
};

const textMax = 160;

export const problem = (
  code: NoaaProblem['code'],
  where: string,
  text: string,
): Result<never, NoaaProblem> =>
  err({ code, where, text: text.slice(0, textMax).replace(/[\p{Cc}\u2028\u2029]/gu, ' ') });

/** A JSON body by a schema, or why not. Never throws. */
export function readBody<Output>(
  schema: z.ZodType<Output>,
  body: string,
  where: string,
): Result<Output, NoaaProblem> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return problem('not_json', where, body);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return problem(
    'unknown_shape',
    [where, ...(issue?.path ?? []).map(String)].join('.'),
    issue?.message ?? '',
  );
}

export const timeField = z.string().transform((text, context): EpochMs => {
  const at = timeOf(text);
  if (at !== null) return at;
  context.issues.push({ code: 'custom', message: 'not a time', input: text });
  return z.NEVER;
});

/** Elements that can be read; the others cost only themselves. Not a list, or none of many readable, is a problem. */
export const listOf = <Output>(element: z.ZodType<Output>) =>
  z.array(z.unknown()).transform((items, context): readonly Output[] => {
    const read = items.flatMap((item): readonly Output[] => {
      const parsed = element.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    });
    if (read.length > 0 || items.length === 0) return read;
    context.issues.push({ code: 'custom', message: 'no readable element', input: items });
    return z.NEVER;
  });

/** A quantity in the service's form. The unit is `wmoUnit:degC` and the like; the value may always be null. */
export const quantityField = z.object({
  unitCode: z.string(),
  value: z.number().nullable(),
});

/** Outside of this no thermometer of the country has been; such a reading is dropped. */
const fahrenheitMin = -90;
const fahrenheitMax = 140;

export const fahrenheitOf = (celsius: number): number => (celsius * 9) / 5 + 32;

/** °F of a value in a named unit; null when it is missing, impossible or in a unit we do not know. */
export function temperatureOf(value: number | null, unit: string): number | null {
  if (value === null) return null;
  const isCelsius = /^(?:(?:wmo)?unit:)?(?:degC|C)$/i.test(unit);
  const isFahrenheit = /^(?:(?:wmo)?unit:)?(?:degF|F)$/i.test(unit);
  if (!isCelsius && !isFahrenheit) return null;
  const fahrenheit = isCelsius ? fahrenheitOf(value) : value;
  return fahrenheit >= fahrenheitMin && fahrenheit <= fahrenheitMax ? fahrenheit : null;
}
