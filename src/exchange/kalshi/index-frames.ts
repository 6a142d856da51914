import { z } from 'zod';
import { err, ok, type Result } from '../../domain/result.js';
import type { DecodeProblem, FeedOutput } from '../venue.js';
import { idField, timeMsField } from './fields.js';
import type { Wire } from './frames.js';
import { asEpochMs } from './numbers.js';
import { problem, read } from './problem.js';

type IndexPrint = FeedOutput & { readonly kind: 'index' };

/** The indices that coin markets settle on, by the exchange's own names. */
export const indexNames = [
  'BRTI',
  'ETHUSD_RTI',
  'SOLUSD_RTI',
  'XRPUSD_RTI',
  'DOGEUSD_RTI',
] as const;

const IndexWire = z.object({ index_id: idField, data: z.string().max(4_096) });
/** The index provider's own frame, which the exchange passes on as a text. */
const PrintWire = z.object({
  type: z.literal('value'),
  id: idField,
  time: timeMsField,
  value: z
    .string()
    .regex(/^\d{1,12}(?:\.\d{1,12})?$/)
    .transform(Number)
    .refine((value) => value > 0),
});

/** One print of an index, dated by whoever computes it. The averages that come with it are left alone. */
export function decodeIndex(msg: Wire): Result<IndexPrint, DecodeProblem> {
  const wire = read(IndexWire, msg, 'cfbenchmarks_value');
  if (!wire.ok) return wire;
  let data: unknown;
  try {
    data = JSON.parse(wire.value.data);
  } catch {
    return err(problem('not_json', 'cfbenchmarks_value.data', wire.value.data));
  }
  const print = read(PrintWire, data, 'cfbenchmarks_value.data');
  if (!print.ok) return print;
  const { id, time, value } = print.value;
  if (id !== wire.value.index_id)
    return err(problem('bad_value', 'cfbenchmarks_value.data.id', id));
  return ok({ kind: 'index', index: id, value, at: asEpochMs(time) });
}
