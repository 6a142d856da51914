/** Limits and cursors. A cursor names the last item sent; one that does not decode is page one, as at the venue. */
import { badParameter, type Reply } from './replies.js';

export type Paging = { readonly limit: number; readonly before: number };

const PREFIX = 'after:';

export const writeCursor = (key: number): string =>
  Buffer.from(`${PREFIX}${key}`).toString('base64url');

function readCursor(text: string): number {
  const match = /^after:(\d+)$/.exec(Buffer.from(text, 'base64url').toString('utf8'));
  return match === null ? Number.POSITIVE_INFINITY : Number(match[1]);
}

/** Reads `limit` and `cursor`; a limit out of range is refused, never clamped. */
export function readPaging(
  query: URLSearchParams,
  operation: string,
  limits: { readonly standard: number; readonly max: number },
): Paging | Reply {
  const text = query.get('limit');
  let limit = limits.standard;
  if (text !== null && text !== '') {
    if (!/^-?\d{1,9}$/.test(text)) return badParameter(operation, 'Limit', 'number');
    limit = Number(text);
    if (limit < 0) return badParameter(operation, 'Limit', 'gte');
    if (limit > limits.max) return badParameter(operation, 'Limit', 'lte');
    if (limit === 0) limit = limits.standard;
  }
  return { limit, before: readCursor(query.get('cursor') ?? '') };
}

export const isReply = (value: object): value is Reply => 'status' in value && 'body' in value;

export type Page<T> = { readonly items: readonly T[]; readonly cursor: string };

/** The next items of a list kept oldest first, newest first: keys only ever grow, so pages do not shift. */
export function takePage<T>(
  oldestFirst: readonly T[],
  paging: Paging,
  keyOf: (item: T) => number,
  keep: (item: T) => boolean,
): Page<T> {
  const items: T[] = [];
  for (let at = oldestFirst.length - 1; at >= 0; at -= 1) {
    const item = oldestFirst[at];
    if (item === undefined || keyOf(item) >= paging.before || !keep(item)) continue;
    if (items.length === paging.limit) {
      const last = items.at(-1);
      return { items, cursor: last === undefined ? '' : writeCursor(keyOf(last)) };
    }
    items.push(item);
  }
  return { items, cursor: '' };
}
