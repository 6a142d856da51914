import {
  defer,
  EMPTY,
  exhaustMap,
  map,
  merge,
  type Observable,
  of,
  reduce,
  repeat,
  type SchedulerLike,
  switchMap,
  tap,
  timer,
} from 'rxjs';
import type { Market } from '../domain/market.js';
import type { Result } from '../domain/result.js';
import { type EpochMs, epochMs } from '../domain/units.js';
import { limits } from '../limits.js';
import type { Outcome } from '../messages/effect.js';
import type { Ask } from './ask.js';
import type { Cut } from './cuts.js';

/** One page of the venue's list, read. */
export type Listing = {
  readonly markets: readonly Market[];
  /** Listed, but malformed. */
  readonly refused: readonly { readonly ticker: string }[];
  /** Empty on the last page. */
  readonly cursor: string;
};
export type ParseListing = (
  body: string,
) => Result<Listing, { readonly code: string; readonly where: string }>;

/** Everything the venue lists as open, as far as it could be read. */
export type Scan = {
  /** When it was asked for: what was heard of a market since then is newer than what this says. */
  readonly startedAt: EpochMs;
  readonly scannedAt: EpochMs;
  /** Each once; the later page wins. */
  readonly markets: readonly Market[];
  readonly malformed: number;
  /** Distinct markets listed, the malformed included. */
  readonly scanned: number;
  /** Empty: the scan is whole. */
  readonly problems: readonly string[];
};

/**
 * A scan at once, then one ahead of each cut, so that a window is valued on a fresh list. One at a time; one that failed
 * or was cut short is said as it is and tried again a few times, later and later; until there has been a whole one, for
 * as long as it takes, because no cut will ask again.
 */
export const scans = (
  cuts$: Observable<Cut>,
  ask: Ask,
  parseListing: ParseListing,
  speed: number,
  scheduler: SchedulerLike,
): Observable<Scan> => {
  const ahead$ = cuts$.pipe(
    switchMap(({ to, next }) => {
      const aheadMs = Math.min(limits.scanAheadMs * speed, Math.floor((next - to) / 2));
      return timer(Math.max(0, next - aheadMs - scheduler.now()), scheduler);
    }),
  );
  const now = (): EpochMs => epochMs(scheduler.now());
  const scan$ = defer(() => {
    const startedAt = now();
    return ask({ kind: 'scan' }).pipe(
      reduce((reading, outcome) => read(reading, outcome, parseListing), unread()),
      map((reading) => scanOf(reading, startedAt, now())),
    );
  });
  let hasBeenWhole = false;
  const tries$ = defer(() => {
    let isWhole = false;
    return scan$.pipe(
      tap(({ problems }) => {
        isWhole = problems.length === 0;
        hasBeenWhole ||= isWhole;
      }),
      repeat({
        delay: (tried) =>
          isWhole || (hasBeenWhole && tried > limits.scanRetriesMax)
            ? EMPTY
            : timer(
                limits.scanRetryMs * speed * 2 ** Math.min(tried - 1, limits.scanRetriesMax),
                scheduler,
              ),
      }),
    );
  });
  return merge(of(null), ahead$).pipe(exhaustMap(() => tries$));
};

/** A scan while its pages come in. Mutable: a page is a thousand markets. */
type Reading = {
  readonly markets: Map<string, Market>;
  readonly malformed: Set<string>;
  readonly problems: string[];
  pages: number;
  cursor: string;
  hasEnded: boolean;
};

const unread = (): Reading => ({
  markets: new Map(),
  malformed: new Set(),
  problems: [],
  pages: 0,
  cursor: '',
  hasEnded: false,
});

function read(reading: Reading, outcome: Outcome, parseListing: ParseListing): Reading {
  const { problems } = reading;
  switch (outcome.kind) {
    case 'http': {
      reading.pages += 1;
      if (outcome.status !== 200) {
        problems.push(`page ${reading.pages}: http ${outcome.status}`);
        break;
      }
      const page = parseListing(outcome.body);
      if (!page.ok) {
        problems.push(`page ${reading.pages}: ${page.error.code} at ${page.error.where}`);
        break;
      }
      reading.cursor = page.value.cursor;
      for (const market of page.value.markets) reading.markets.set(market.ticker, market);
      for (const { ticker } of page.value.refused) reading.malformed.add(ticker);
      break;
    }
    case 'failed':
      problems.push(`after page ${reading.pages}: ${outcome.code}, ${outcome.detail}`);
      break;
    case 'end':
      reading.hasEnded = true;
      break;
    default:
      problems.push(`after page ${reading.pages}: unexpected ${outcome.kind} outcome`);
  }
  return reading;
}

function scanOf(reading: Reading, startedAt: EpochMs, scannedAt: EpochMs): Scan {
  const { markets, malformed, pages, cursor } = reading;
  const problems = [...reading.problems];
  if (pages > 0 && cursor !== '') problems.push(`cut short: more pages after ${pages}`);
  else if (pages === 0 && problems.length === 0) problems.push('no page came');
  else if (!reading.hasEnded && problems.length === 0) problems.push('cut short: no end');
  for (const ticker of markets.keys()) malformed.delete(ticker);
  return {
    startedAt,
    scannedAt,
    markets: [...markets.values()],
    malformed: malformed.size,
    scanned: markets.size + malformed.size,
    problems,
  };
}
