import { limits } from '../../limits.js';
import type { ImportedMarket } from '../metadata.js';

/** A stretch of time whose candles are asked for together: ends in (afterMs, toMs]. */
export type Span = {
  readonly afterMs: number;
  readonly toMs: number;
  /** Open at some time in it. */
  readonly markets: readonly ImportedMarket[];
};

const isOpenIn = ({ openMs, closeMs }: ImportedMarket, afterMs: number, toMs: number): boolean =>
  openMs < toMs && closeMs > afterMs;

/** How many candles there can be, at most. */
export function periodsOf(
  markets: readonly ImportedMarket[],
  fromMs: number,
  toMs: number,
  intervalMs: number,
): number {
  let periods = 0;
  for (const { openMs, closeMs } of markets)
    periods += Math.ceil((Math.min(toMs, closeMs) - Math.max(fromMs, openMs)) / intervalMs) + 1;
  return periods;
}

/** Most markets that are open at one time. */
function togetherMax(markets: readonly ImportedMarket[]): number {
  const changes = markets.flatMap(({ openMs, closeMs }) => [
    { at: openMs, by: 1 },
    { at: closeMs, by: -1 },
  ]);
  changes.sort((left, right) => left.at - right.at || left.by - right.by);
  let open = 0;
  let most = 1;
  for (const { by } of changes) {
    open += by;
    most = Math.max(most, open);
  }
  return most;
}

/** The span from `fromMs` to `toMs` in pieces that one request each can answer, without those in which nothing is open. */
export function spansOf(
  markets: readonly ImportedMarket[],
  fromMs: number,
  toMs: number,
  intervalMs: number,
): readonly Span[] {
  const together = Math.min(togetherMax(markets), limits.importTickersPerRequestMax);
  const periods = Math.min(
    limits.importPeriodsPerSpanMax,
    Math.max(1, Math.floor(limits.importCandlesPerRequestMax / together) - 1),
  );
  const spans: Span[] = [];
  for (let at = fromMs - intervalMs; at < toMs; at += periods * intervalMs) {
    const end = Math.min(toMs, at + periods * intervalMs);
    const open = markets.filter((market) => isOpenIn(market, at, end));
    if (open.length > 0) spans.push({ afterMs: at, toMs: end, markets: open });
  }
  return spans;
}

/** The markets of a span in groups that one request each may name. */
export function groupsOf<Item>(items: readonly Item[], span: Span, intervalMs: number): Item[][] {
  const periods = (span.toMs - span.afterMs) / intervalMs + 1;
  const { importTickersPerRequestMax, importCandlesPerRequestMax } = limits;
  const size = Math.max(
    1,
    Math.min(importTickersPerRequestMax, Math.floor(importCandlesPerRequestMax / periods)),
  );
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
