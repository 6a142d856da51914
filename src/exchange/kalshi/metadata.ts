import { z } from 'zod';
import type { FeeSchedule, FeeType, MarketEventInfo, Series } from '../../domain/market.js';
import { err, ok, type Result } from '../../domain/result.js';
import { eventTicker, seriesTicker } from '../../domain/units.js';
import type { DecodeProblem } from '../venue.js';
import { enumField, idField, textField } from './fields.js';
import { isObject, parseJson, problem, read } from './problem.js';

const feeTypeField = enumField([
  'quadratic',
  'quadratic_with_maker_fees',
  'quadratic_with_combo_maker_fees',
  'flat',
] satisfies FeeType[]);

const multiplierMax = 1_000;
/** A JSON number of at most six decimals, as parts per million; a finer one would be rounded, so it is refused. */
const multiplierField = z
  .number()
  .refine(
    (value) =>
      value >= 0 &&
      value <= multiplierMax &&
      Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3,
    { error: 'not a fee multiplier' },
  )
  .transform((value) => Math.round(value * 1e6));

const EventWire = z
  .object({
    event_ticker: idField,
    series_ticker: idField,
    title: textField,
    mutually_exclusive: z.boolean(),
    fee_type_override: feeTypeField.nullish(),
    fee_multiplier_override: multiplierField.nullish(),
  })
  .transform(
    (wire): MarketEventInfo => ({
      ticker: eventTicker(wire.event_ticker),
      seriesTicker: seriesTicker(wire.series_ticker),
      title: wire.title,
      mutuallyExclusive: wire.mutually_exclusive,
      feeOverride: overrideOf(wire.fee_type_override, wire.fee_multiplier_override),
    }),
  );

/** Half an override says that fees differ but not how: 'unknown', so the market is not traded. */
function overrideOf(
  type: FeeType | null | undefined,
  ppm: number | null | undefined,
): FeeSchedule | null {
  const hasType = type !== undefined && type !== null;
  const hasMultiplier = ppm !== undefined && ppm !== null;
  if (!hasType && !hasMultiplier) return null;
  return { type: hasType && hasMultiplier ? type : 'unknown', multiplierPpm: ppm ?? 1_000_000 };
}

const SeriesWire = z
  .object({
    ticker: idField,
    title: textField,
    category: textField,
    tags: z.array(z.string()).nullish(),
    fee_type: feeTypeField,
    fee_multiplier: multiplierField,
    settlement_sources: z.array(z.object({ name: textField, url: textField })).nullish(),
  })
  .transform(
    (wire): Series => ({
      ticker: seriesTicker(wire.ticker),
      title: wire.title,
      category: wire.category,
      tags: wire.tags ?? [],
      fees: { type: wire.fee_type, multiplierPpm: wire.fee_multiplier },
      settlementSources: wire.settlement_sources ?? [],
    }),
  );

/**
 * `{many: […]}` or `{one: …}`. A malformed item is left out, as if it had not been listed: its markets then have no fees
 * and are not traded. A body in which nothing is good is refused with its first problem.
 */
function decodeAll<Item>(
  body: string,
  many: string,
  one: string,
  schema: z.ZodType<Item>,
): Result<readonly Item[], DecodeProblem> {
  const json = parseJson(body);
  if (!json.ok) return json;
  if (!isObject(json.value)) return err(problem('unknown_shape', 'body', body));
  const list = json.value[many];
  const single = json.value[one];
  const rows = Array.isArray(list)
    ? (list as readonly unknown[])
    : isObject(single)
      ? [single]
      : null;
  if (rows === null) return err(problem('unknown_shape', many, body));
  const items: Item[] = [];
  let first: DecodeProblem | undefined;
  for (const [index, row] of rows.entries()) {
    const item = read(schema, row, rows === list ? `${many}.${index}` : one);
    if (item.ok) items.push(item.value);
    else first ??= item.error;
  }
  return first !== undefined && items.length === 0 ? err(first) : ok(items);
}

export const decodeEvents = (body: string): Result<readonly MarketEventInfo[], DecodeProblem> =>
  decodeAll(body, 'events', 'event', EventWire);

export const decodeSeries = (body: string): Result<readonly Series[], DecodeProblem> =>
  decodeAll(body, 'series', 'series', SeriesWire);
