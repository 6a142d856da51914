import { err, ok, type Result } from '../../domain/result.js';
import type { Ticker } from '../../domain/units.js';
import type { Level, SnapshotEvent } from '../../messages/market-event.js';
import type { DecodeProblem } from '../venue.js';
import { asPrice, asQuantity, bookPriceOf, sizeOf } from './numbers.js';
import { excerpt, isObject, parseJson, problem } from './problem.js';

const empty: readonly Level[] = [];

/**
 * One side of a book, `[["0.4700","3.00"], …]` in the order sent. An absent side is empty. Refused as a whole: a level
 * that is not a pair of strings, a price outside 0..1, a negative size, a price listed twice. Levels of size 0 are dropped.
 */
export function levelsOf(raw: unknown, where: string): Result<readonly Level[], DecodeProblem> {
  if (raw === undefined || raw === null) return ok(empty);
  if (!Array.isArray(raw)) return err(problem('unknown_shape', where, typeof raw));
  const levels: Level[] = [];
  const seen = new Set<number>();
  for (const [index, pair] of (raw as readonly unknown[]).entries()) {
    const at = `${where}.${index}`;
    if (!Array.isArray(pair) || typeof pair[0] !== 'string' || typeof pair[1] !== 'string')
      return err(problem('unknown_shape', at, typeof pair));
    const price = bookPriceOf(pair[0]);
    const size = sizeOf(pair[1]);
    if (Number.isNaN(price) || Number.isNaN(size) || seen.has(price))
      return err(problem('bad_value', at, `${excerpt(pair[0])} ${excerpt(pair[1])}`));
    seen.add(price);
    if (size > 0) levels.push([asPrice(price), asQuantity(size)]);
  }
  return ok(levels);
}

/** `GET /markets/{ticker}/orderbook`, all levels. NO levels are at NO prices. The body carries no time. */
export function decodeBook(ticker: Ticker, body: string): Result<SnapshotEvent, DecodeProblem> {
  const json = parseJson(body);
  if (!json.ok) return json;
  const book = isObject(json.value) ? json.value['orderbook_fp'] : undefined;
  if (!isObject(book)) return err(problem('unknown_shape', 'orderbook_fp', body));
  const yes = levelsOf(book['yes_dollars'], 'orderbook_fp.yes_dollars');
  if (!yes.ok) return yes;
  const no = levelsOf(book['no_dollars'], 'orderbook_fp.no_dollars');
  if (!no.ok) return no;
  return ok({
    kind: 'snapshot',
    ticker,
    yes: yes.value,
    no: no.value,
    exchangeAt: null,
    from: 'book',
  });
}
