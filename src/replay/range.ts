import { err, ok, type Result } from '../domain/result.js';

/** A place in a recording: a moment of market time, or an input. */
export type Place =
  | { readonly kind: 'ms'; readonly ms: number }
  | { readonly kind: 'seq'; readonly seq: number };

/** `#1234`, ms since the epoch, or a date and time as ISO 8601 has it (UTC unless it says otherwise). */
export function parsePlace(text: string): Result<Place, string> {
  const seq = /^#(\d{1,15})$/.exec(text)?.[1];
  if (seq !== undefined) return ok({ kind: 'seq', seq: Number(seq) });
  if (/^\d{1,15}$/.test(text)) return ok({ kind: 'ms', ms: Number(text) });
  const isIso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/.test(
    text,
  );
  const hasZone = /(Z|[+-]\d{2}:\d{2})$/.test(text);
  const ms = isIso ? Date.parse(hasZone ? text : `${text}Z`) : Number.NaN;
  if (Number.isNaN(ms))
    return err('must be #seq, milliseconds since the epoch, or 2026-11-22T12:30:00Z');
  return ok({ kind: 'ms', ms });
}

/** Whether nothing can lie between, whatever the recording. */
export const isReversed = (from: Place, to: Place): boolean =>
  (from.kind === 'ms' && to.kind === 'ms' && from.ms > to.ms) ||
  (from.kind === 'seq' && to.kind === 'seq' && from.seq > to.seq);

/** Whether an input is at the place or after it. */
export const hasReached = (
  place: Place | null,
  { seq, at }: { readonly seq: number; readonly at: number },
): boolean => place === null || (place.kind === 'seq' ? seq >= place.seq : at >= place.ms);
