import { z } from 'zod';
import type { EpochMs } from '../../domain/units.js';
import { timeOf } from './dates.js';

/** A time with its offset, as the service writes it. */
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
    context.issues.push({
      code: 'invalid_type',
      expected: 'array',
      message: 'no readable element',
      input: items,
    });
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
