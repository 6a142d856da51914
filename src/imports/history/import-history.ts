import type { Clock } from '../../clock.js';
import { err, ok, type Result } from '../../domain/result.js';
import { contract, epochMs, quantity } from '../../domain/units.js';
import { limits } from '../../limits.js';
import { type ImportedMarket, lifecycleFrames, listed, madeListPath } from '../metadata.js';
import { breathe, type TimedWriter } from '../timed-writer.js';
import { type Fetched, fetchSpan } from './fetch-span.js';
import { type Found, findMarkets } from './find-markets.js';
import { MadeFrames } from './frames.js';
import type { HistoryJob, HistoryPort, HistoryProblem, HistoryTotals } from './job.js';
import { periodsOf, type Span, spansOf } from './spans.js';
import { Told } from './told.js';

/**
 * Candlesticks and trades of past markets as a recording. Whatever is told stands at the time when it could be known: a
 * quote at the end of its candle, a trade when it was made, a result when it was settled. What the exchange answered stands
 * beside it verbatim, after what was made of it; nothing hears that again.
 */
export async function importHistory(
  job: HistoryJob,
  port: HistoryPort,
  writer: TimedWriter,
  clock: Clock,
): Promise<Result<HistoryTotals, HistoryProblem>> {
  const found = await findMarkets(job, port);
  if (!found.ok) return found;
  const { fromMs, toMs, interval } = job;
  const intervalMs = interval * 60_000;
  const markets = [...found.value.metadata.markets.values()];
  const periods = periodsOf(markets, fromMs, toMs, intervalMs);
  if (!(periods <= limits.importCandlesMax))
    return err(
      tooLarge(
        `${periods} candlesticks; at most ${limits.importCandlesMax} go into one recording`,
        'shorten the span, name fewer, or take a longer --interval',
      ),
    );
  const spans = spansOf(markets, fromMs, toMs, intervalMs);
  const teller = new Teller(job, found.value, writer, clock);
  teller.open();
  for (const [done, span] of spans.entries()) {
    job.onProgress({ ...teller.totals(), done, total: spans.length });
    const fetched = await fetchSpan(span, job, found.value, port);
    if (!fetched.ok) return fetched;
    await teller.tell(span, fetched.value);
    const { trades } = teller.totals();
    if (!(trades <= limits.importTradesMax))
      return err(
        tooLarge(
          `more than ${limits.importTradesMax} trades by ${new Date(span.toMs).toISOString()}`,
          'shorten the span, or name fewer',
        ),
      );
  }
  job.onProgress({ ...teller.totals(), done: spans.length, total: spans.length });
  await teller.close();
  return ok(teller.totals());
}

const tooLarge = (detail: string, fix: string): HistoryProblem => ({
  code: 'history_too_large',
  detail,
  fix,
  exitCode: 2,
});

/** `rank`: what comes first of one moment. */
type Moment = { readonly at: number; readonly rank: number; readonly write: () => void };

/** Writes what was fetched at the times it has in history. */
class Teller {
  private readonly job: HistoryJob;
  private readonly found: Found;
  private readonly writer: TimedWriter;
  private readonly clock: Clock;
  private readonly frames = new MadeFrames(quantity(limits.importQuoteContracts * contract));
  private readonly told = new Told();
  private readonly ends: { readonly at: number; readonly market: ImportedMarket }[];
  private ended = 0;
  /** Of the last span, due in a later one. */
  private late: Moment[] = [];
  private candles = 0;
  private unquoted = 0;
  private missing = 0;
  private trades = 0;
  private blockTrades = 0;

  constructor(job: HistoryJob, found: Found, writer: TimedWriter, clock: Clock) {
    this.job = job;
    this.found = found;
    this.writer = writer;
    this.clock = clock;
    this.ends = [...found.metadata.markets.values()]
      .flatMap((market) => {
        const { settledMs, wire } = market;
        // Of one that is determined nobody says since when.
        return settledMs === null || wire['status'] !== 'finalized'
          ? []
          : [{ at: settledMs, market }];
      })
      .sort((left, right) => left.at - right.at);
  }

  open(): void {
    const { fromMs, opened } = this.job;
    this.writer.write(fromMs, 'engine', opened(epochMs(fromMs)));
    this.writer.answers(fromMs, this.found.described);
  }

  async tell(span: Span, fetched: Fetched): Promise<void> {
    const moments = [...this.late, ...this.momentsOf(span, fetched)];
    moments.sort((left, right) => left.at - right.at || left.rank - right.rank);
    const due = moments.findIndex(({ at }) => at > span.toMs);
    this.late = due === -1 ? [] : moments.splice(due);
    for (const [index, { at, write }] of moments.entries()) {
      this.upTo(at);
      write();
      if (index % limits.importLinesPerBreath === 0) await breathe(this.clock);
    }
    this.upTo(span.toMs);
    this.writer.answers(span.toMs, fetched.pages, 'capture');
    await breathe(this.clock);
  }

  /** What became of the markets, also after the span; then what was listed, which knew that all along. */
  async close(): Promise<void> {
    const { writer } = this;
    for (const { at, write } of this.late) {
      this.upTo(at);
      write();
    }
    this.upTo(Math.max(writer.atMs, this.ends.at(-1)?.at ?? 0));
    writer.answers(writer.atMs, this.found.listings, 'capture');
    writer.write(writer.atMs, 'engine', { kind: 'stop', reason: 'done' });
    await breathe(this.clock);
  }

  totals(): HistoryTotals {
    const { candles, unquoted, missing, trades, blockTrades } = this;
    const markets = this.found.metadata.markets.size;
    return { markets, settled: this.ends.length, candles, unquoted, missing, trades, blockTrades };
  }

  /** Results that are due. One of before the span is nothing that this recording could tell. */
  private upTo(atMs: number): void {
    for (let end = this.ends[this.ended]; end !== undefined && end.at <= atMs; ) {
      const { at, market } = end;
      for (const text of lifecycleFrames(market)) this.frame(at, text);
      // From now on the exchange lists it like this to whoever asks.
      const path = `/markets/${encodeURIComponent(market.ticker)}?made_from=listing`;
      this.writer.answers(at, [{ path, body: JSON.stringify({ market: market.wire }) }]);
      this.ended += 1;
      end = this.ends[this.ended];
    }
  }

  private frame(atMs: number, text: string): void {
    this.writer.write(atMs, 'feed', { kind: 'frame', connection: 0, text });
  }

  private momentsOf(span: Span, { candles, trades }: Fetched): Moment[] {
    const moments: Moment[] = [];
    const closings = new Set<number>();
    for (const { ticker, openMs, closeMs } of span.markets) {
      const all = candles.get(ticker) ?? [];
      const [after, to] = [Math.max(span.afterMs, openMs), Math.min(span.toMs, closeMs)];
      const periods = Math.floor((to - after) / (this.job.interval * 60_000));
      this.missing += Math.max(0, periods - all.length);
      for (const candle of all) {
        const at = candle.endAt;
        this.candles += 1;
        const { close } = candle;
        if (close === null) this.unquoted += 1;
        else closings.add(at);
        const write = (): void => {
          this.told.hear(ticker, candle);
          if (close !== null) this.frame(at, this.frames.quote(ticker, close));
        };
        moments.push({ at, rank: 1, write });
      }
    }
    for (const at of closings) {
      const endMs = at + limits.importQuoteMs;
      moments.push({ at: endMs, rank: 3, write: () => this.frame(endMs, this.frames.end()) });
    }
    for (const trade of trades) {
      // The first span begins a candle earlier.
      if (trade.at < this.job.fromMs) continue;
      if (trade.isBlock) this.blockTrades += 1;
      else {
        this.trades += 1;
        const write = (): void => this.frame(trade.at, this.frames.trade(trade));
        moments.push({ at: trade.at, rank: 0, write });
      }
    }
    for (const at of this.listTimes(span))
      moments.push({ at, rank: 2, write: () => this.list(at, span) });
    return moments;
  }

  /** Every few minutes, and whenever a market opens or closes. */
  private listTimes({ afterMs, toMs, markets }: Span): ReadonlySet<number> {
    const every = limits.importHistoryListEveryMs;
    const from = Math.max(afterMs + 1, this.job.fromMs);
    const times = new Set<number>(afterMs < this.job.fromMs ? [this.job.fromMs] : []);
    for (let at = Math.ceil(from / every) * every; at <= toMs; at += every) times.add(at);
    for (const { openMs, closeMs } of markets)
      for (const at of [openMs, closeMs]) if (at >= from && at <= toMs) times.add(at);
    return times;
  }

  private list(atMs: number, { markets }: Span): void {
    const open = markets
      .filter(({ openMs, closeMs }) => openMs <= atMs && atMs < closeMs)
      .map((market) => listed(market, atMs, this.told.of(market.ticker)));
    const body = JSON.stringify({ markets: open, cursor: '' });
    this.writer.answers(atMs, [{ path: madeListPath, body }]);
  }
}
