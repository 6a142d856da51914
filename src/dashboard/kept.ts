import { priceMax } from '../domain/units.js';
import { limits } from '../limits.js';
import type { ChainLine } from '../messages/chain-line.js';
import { type FeedMarket, type FeedRefusal, marketTitle } from '../messages/dashboard-feed.js';
import { keptWindows } from '../sinks/chains/files.js';
import { chainLinesWith } from '../why/chain-files.js';
import type { Replica } from './replica/replica.js';

type Decided = Extract<ChainLine, { kind: 'window' | 'look' | 'repriced' }>;

/**
 * What the ledger does not say of decisions before this process and nobody tells any more: what their markets are called, and
 * what was refused without a record. From the kept chains, newest first, until nothing is missed. `breath`: after each file.
 */
export async function hearKept(
  home: string,
  replica: Replica,
  breath: () => Promise<void>,
): Promise<void> {
  for (const { run, cycle } of keptWindows(home).slice(0, limits.dashboardChainFilesMax)) {
    const isShown = replica.shows(run, cycle);
    if (!isShown && replica.untitled().size === 0) return;
    const lines = chainLinesWith(home, run, cycle, '"ticker":');
    const kept = lines.ok ? lines.value.filter(isDecided) : [];
    if (isShown) replica.hear({ kind: 'intents_refused', run, rows: kept.flatMap(refusalIn) });
    const missed = replica.untitled();
    const markets = kept.flatMap((line) => (missed.has(line.ticker) ? marketIn(line) : []));
    replica.hear({ kind: 'markets', markets });
    await breath();
  }
}

const isDecided = (line: ChainLine): line is Decided => line.kind !== 'call';

function marketIn(line: Decided): readonly FeedMarket[] {
  const market = line.kind === 'look' ? null : line.parts.market;
  if (market === null) return [];
  const { title, yesMeans, event, series, vertical, isExclusive, volume24h, closesAt } = market;
  return [
    {
      ticker: line.ticker,
      title: marketTitle(title, yesMeans),
      event,
      eventTitle: title,
      series,
      vertical,
      isExclusive,
      volume24h,
      closesAt,
    },
  ];
}

function refusalIn(line: Decided): readonly FeedRefusal[] {
  if (line.kind === 'window' || line.refusal === null) return [];
  const { at, cycle, ticker, refusal: code } = line;
  const told = { at, cycle, ticker, code };
  if (line.kind === 'look')
    return [{ ...told, n: null, side: null, fair: null, mid: null, edge: null }];
  const { side, fair, mid2, edge } = line.parts.verdict;
  const mid = mid2 === null ? null : mid2 / 2 / priceMax;
  return [{ ...told, n: line.n, side, fair, mid, edge }];
}
