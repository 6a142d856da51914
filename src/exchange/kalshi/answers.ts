import { z } from 'zod';
import { orderId } from '../../domain/units.js';
import type { Answer, CancelAnswer, PlaceAnswer } from '../../messages/desk.js';
import type { Outcome } from '../../messages/effect.js';
import { errorLine, type VenueError, venueError } from './errors.js';
import { averageMicrosField, averagePriceField, idField, sizeField } from './fields.js';
import { explain, isObject, parseJson, read, readBody } from './problem.js';

const PlacedWire = z.object({
  order_id: idField,
  fill_count: sizeField,
  remaining_count: sizeField,
  average_fill_price: averagePriceField,
  average_fee_paid: averageMicrosField,
  error: z.null().optional(),
});

const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 410]);

/**
 * Answers that prove that nothing was done. Every other status but 200, 201 and 429 leaves it open, and so does a conflict
 * that does not say with what: it may be one with what was asked for.
 */
export const isDefiniteRefusal = (status: number, { shape }: VenueError): boolean =>
  refusals.has(status) && !(status === 409 && shape === 'none');

/** What became of a create. Only a well-formed 200 or 201 is an order; any doubt is `unknown`, never `rejected`. */
export function placedAnswer(outcome: Outcome): PlaceAnswer {
  if (outcome.kind === 'failed') {
    const { code, detail } = outcome;
    return outcome.sent
      ? { kind: 'unknown', detail: `${code}: ${detail}` }
      : { kind: 'not_sent', code, detail };
  }
  if (outcome.kind !== 'http') return { kind: 'unknown', detail: `odd outcome ${outcome.kind}` };
  const { status, body } = outcome;
  if (status === 200 || status === 201) {
    const placed = readBody(PlacedWire, body, 'order');
    if (!placed.ok)
      return {
        kind: 'unknown',
        detail: `${placed.error.code} ${placed.error.where}: ${placed.error.text}`,
      };
    const wire = placed.value;
    return {
      kind: 'accepted',
      orderId: orderId(wire.order_id),
      filled: wire.fill_count,
      remaining: wire.remaining_count,
      averageYesPrice: wire.average_fill_price,
      averageFee: wire.average_fee_paid,
    };
  }
  if (status === 429) return { kind: 'rate_limited' };
  const error = venueError(status, body);
  return isDefiniteRefusal(status, error)
    ? { kind: 'rejected', code: error.code, detail: errorLine(error) }
    : { kind: 'unknown', detail: errorLine(error) };
}

const CanceledWire = z.object({ reduced_by: sizeField, error: z.null().optional() });

export function canceledAnswer(outcome: Outcome): CancelAnswer {
  if (outcome.kind === 'failed')
    return { kind: 'failed', code: outcome.code, detail: outcome.detail };
  if (outcome.kind !== 'http') return { kind: 'failed', code: 'odd_outcome', detail: outcome.kind };
  const { status, body } = outcome;
  if (status === 404) return { kind: 'gone' };
  if (status !== 200) {
    const error = venueError(status, body);
    return { kind: 'failed', code: error.code, detail: errorLine(error) };
  }
  const canceled = readBody(CanceledWire, body, 'cancel');
  if (canceled.ok) return { kind: 'canceled', reducedBy: canceled.value.reduced_by };
  const { where, text } = canceled.error;
  return { kind: 'failed', code: 'odd_answer', detail: `${where}: ${text}` };
}

const failed = (
  code: string,
  detail: string,
): { kind: 'failed'; code: string; detail: string } => ({
  kind: 'failed',
  code,
  detail,
});

/** The bodies of an effect's parts, or why they are not the whole answer. */
function bodies(parts: readonly Outcome[]): Answer<string> {
  const texts: string[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'failed') return failed(part.code, part.detail);
    if (part.kind === 'end') {
      if (index !== parts.length - 1 || part.parts !== texts.length)
        return failed('parts_missing', `${texts.length} of ${part.parts} parts`);
      return { kind: 'complete', items: texts };
    }
    if (part.kind !== 'http') return failed('odd_outcome', part.kind);
    if (part.status !== 200) {
      const error = venueError(part.status, part.body);
      return failed(error.code, errorLine(error));
    }
    texts.push(part.body);
  }
  return failed('parts_missing', 'no end');
}

/**
 * A paged list: complete only if every page is there, parses to the last row, and the last one says that it is. Rows
 * read as null (another subaccount's) are left out. `cursorMissing`: what a page without a cursor means, in the lists that
 * leave the last one out.
 */
export function pagedAnswer<Item>(
  parts: readonly Outcome[],
  field: string,
  schema: z.ZodType<Item | null>,
  cursorMissing: string | null = null,
): Answer<Item> {
  const pages = bodies(parts);
  if (pages.kind === 'failed') return pages;
  if (pages.items.length === 0) return failed('parts_missing', 'no page');
  const items: Item[] = [];
  for (const [index, body] of pages.items.entries()) {
    const isLast = index === pages.items.length - 1;
    const json = parseJson(body);
    if (!json.ok) return failed(json.error.code, `page ${index}: ${json.error.text}`);
    const rows = isObject(json.value) ? json.value[field] : undefined;
    const cursor = isObject(json.value) ? (json.value['cursor'] ?? cursorMissing) : undefined;
    if (!Array.isArray(rows) || typeof cursor !== 'string')
      return failed('unknown_shape', `page ${index}: no ${field} or no cursor`);
    if ((cursor === '') !== isLast)
      return failed('truncated', `page ${index} of ${pages.items.length}`);
    for (const [at, row] of (rows as readonly unknown[]).entries()) {
      const parsed = schema.safeParse(row);
      if (!parsed.success) {
        const why = explain(schema, row, `${field}.${at}`);
        return failed(why.code, `page ${index}, ${why.where}: ${why.text}`);
      }
      if (parsed.data !== null) items.push(parsed.data);
    }
  }
  return { kind: 'complete', items };
}

/** A single body that is a list, with or without an `end` part behind it. */
export function singleAnswer<Item>(
  parts: readonly Outcome[],
  root: string,
  schema: z.ZodType<readonly Item[]>,
): Answer<Item> {
  const all: readonly Outcome[] =
    parts.at(-1)?.kind === 'end' ? parts : [...parts, { kind: 'end', parts: parts.length }];
  const texts = bodies(all);
  if (texts.kind === 'failed') return texts;
  const [body] = texts.items;
  if (body === undefined || texts.items.length !== 1)
    return failed('parts_missing', `${texts.items.length} parts instead of one`);
  const json = parseJson(body);
  const list = json.ok ? read(schema, json.value, root) : json;
  return list.ok
    ? { kind: 'complete', items: list.value }
    : failed(list.error.code, `${list.error.where}: ${list.error.text}`);
}
