import { err, ok, type Result } from '../../domain/result.js';
import { kalshiCodec } from '../../exchange/kalshi/codec.js';
import { type Cutoff, decodeCutoff } from '../../exchange/kalshi/history.js';
import { limits } from '../../limits.js';
import { type ImportedMetadata, MetadataReader } from '../metadata.js';
import { isNotFound, oddAnswer, type Page, pageOf, pagesOf } from './answers.js';
import type { HistoryJob, HistoryPort, HistoryProblem } from './job.js';

export type Found = {
  readonly cutoff: Cutoff;
  readonly metadata: ImportedMetadata;
  /** Of these markets there is only the archive. */
  readonly archived: ReadonlySet<string>;
  /** Everything that was answered of them, as it came. */
  readonly listings: readonly Page[];
  readonly described: readonly Page[];
};

/** What a name can be, by what the list is asked for. */
const meanings = ['tickers', 'event_ticker', 'series_ticker'] as const;

/** The markets that the names mean and that were open at some time in the span, with their events and series. */
export async function findMarkets(
  job: HistoryJob,
  port: HistoryPort,
): Promise<Result<Found, HistoryProblem>> {
  const asked = pageOf(await port.one('/historical/cutoff', {}));
  if (!asked.ok) return asked;
  const cutoff = decodeCutoff(asked.value.body);
  if (!cutoff.ok) return err(oddAnswer(asked.value.path, cutoff.error));
  const finder = new Finder(job, port, cutoff.value);
  for (const name of job.names) {
    const problem = await finder.find(name);
    if (problem !== null) return err(problem);
  }
  return finder.described();
}

class Finder {
  private readonly job: HistoryJob;
  private readonly port: HistoryPort;
  private readonly cutoff: Cutoff;
  private readonly reader = new MetadataReader();
  private readonly archived = new Set<string>();
  private readonly listings: Page[] = [];

  constructor(job: HistoryJob, port: HistoryPort, cutoff: Cutoff) {
    this.job = job;
    this.port = port;
    this.cutoff = cutoff;
  }

  /** A name is what is asked for first that it is the name of. */
  async find(name: string): Promise<HistoryProblem | null> {
    const { fromMs } = this.job;
    const minClose = Math.floor(fromMs / 1_000);
    for (const meaning of meanings) {
      const live = await this.listed('/markets', { [meaning]: name, min_close_ts: minClose });
      if (!live.ok) return live.error;
      let known = live.value;
      if (fromMs < this.cutoff.marketsSettled) {
        const archive = await this.listed('/historical/markets', { [meaning]: name });
        if (!archive.ok) return archive.error;
        known += archive.value;
      }
      if (known > 0) return null;
    }
    return {
      code: 'history_unknown_name',
      detail: `${name}: the exchange knows no market, event or series of this name that closed after ${new Date(fromMs).toISOString()}`,
      fix: 'check the name, or begin earlier with --from',
      exitCode: 2,
    };
  }

  /** How many markets were listed, whether they are of use or not. */
  private async listed(
    path: '/markets' | '/historical/markets',
    query: Readonly<Record<string, string | number>>,
  ): Promise<Result<number, HistoryProblem>> {
    const outcomes = await this.port.list(path, query);
    if (isNotFound(outcomes)) return ok(0);
    const pages = pagesOf(outcomes);
    if (!pages.ok) return pages;
    let known = 0;
    for (const page of pages.value) {
      const read = kalshiCodec.listing(page.body);
      if (!read.ok) return err(oddAnswer(page.path, read.error));
      this.listings.push(page);
      known += read.value.markets.length + read.value.refused.length;
      for (const { ticker, problem } of read.value.refused)
        this.job.onNote(`${ticker}: ${problem.code} at ${problem.where}; left out`);
      this.take(page.body, path === '/historical/markets');
    }
    return ok(known);
  }

  private take(body: string, isArchive: boolean): void {
    const { markets } = JSON.parse(body) as { readonly markets: readonly { ticker?: unknown }[] };
    for (const market of markets) {
      const before = this.reader.result().markets;
      // One that is in both lists is read from the first.
      if (typeof market.ticker !== 'string' || before.has(market.ticker)) continue;
      if (this.reader.add(JSON.stringify({ market })).ok && isArchive)
        this.archived.add(market.ticker);
    }
  }

  /** With the events and series of those that were open in the span. */
  async described(): Promise<Result<Found, HistoryProblem>> {
    const { fromMs, toMs, names } = this.job;
    const all = this.reader.result().markets;
    const markets = new Map(
      [...all].filter(([, { openMs, closeMs }]) => openMs < toMs && closeMs > fromMs),
    );
    if (markets.size === 0)
      return err({
        code: 'history_unknown_name',
        detail: `no market of ${names.join(', ')} was open in the span`,
        fix: 'name another span with --from and --to',
        exitCode: 2,
      });
    if (markets.size > limits.importMarketsMax)
      return err({
        code: 'history_too_large',
        detail: `${markets.size} markets; at most ${limits.importMarketsMax} go into one recording`,
        fix: 'shorten the span, or name fewer',
        exitCode: 2,
      });
    const pages: Page[] = [];
    const eventNames = [
      ...new Set([...markets.values()].map(({ wire }) => String(wire['event_ticker']))),
    ];
    const events = await this.describe(eventNames, [], pages);
    if (!events.ok) return events;
    const seriesNames = new Set<string>();
    for (const { body, path } of pages) {
      const read = kalshiCodec.events(body);
      if (!read.ok) return err(oddAnswer(path, read.error));
      for (const { seriesTicker } of read.value) seriesNames.add(seriesTicker);
    }
    const series = await this.describe([], [...seriesNames], pages);
    if (!series.ok) return series;
    const { cutoff, archived, listings } = this;
    const metadata = { markets, events: new Map(), series: new Map() };
    return ok({ cutoff, metadata, archived, listings, described: pages });
  }

  private async describe(
    events: readonly string[],
    series: readonly string[],
    into: Page[],
  ): Promise<Result<null, HistoryProblem>> {
    if (events.length + series.length === 0) return ok(null);
    const pages = pagesOf(await this.port.metadata(events, series));
    if (!pages.ok) return pages;
    into.push(...pages.value);
    return ok(null);
  }
}
