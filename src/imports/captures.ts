import type { Clock } from '../clock.js';
import { complement, type EpochMs, epochMs, type Ticker } from '../domain/units.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import type { FeedOutput, FeedSession } from '../exchange/venue.js';
import { limits } from '../limits.js';
import type { Opened } from '../messages/input.js';
import { type CaptureProblem, type CaptureTotals, readCaptures } from '../replay/captures.js';
import { BookStore } from '../streams/book-store.js';
import {
  type ImportedMetadata,
  lifecycleFrames,
  listed,
  madeListPath,
  type Traded,
} from './metadata.js';
import { breathe, type TimedWriter } from './timed-writer.js';

export type CaptureImport = {
  readonly paths: readonly string[];
  readonly metadata: ImportedMetadata;
  readonly isSparse: boolean;
  readonly opened: (at: EpochMs) => Opened;
  readonly onProblem: (problem: CaptureProblem) => void;
};

/**
 * Raw captures as a recording: every message as a frame at the time it was received. With metadata, the market list of each
 * minute is made of the terms in it and of what the messages had said by then, and what became of a market is told at its
 * settlement: nothing is known sooner than it was.
 */
export async function importCaptures(
  job: CaptureImport,
  writer: TimedWriter,
  clock: Clock,
): Promise<CaptureTotals> {
  const { metadata } = job;
  const follow = new Following(job.isSparse);
  const ends = [...metadata.markets.values()]
    .flatMap((market) =>
      lifecycleFrames(market).map((text) => ({ at: market.settledMs ?? 0, text })),
    )
    .sort((left, right) => left.at - right.at);
  let ended = 0;
  let listAtMs = 0;
  const list = (atMs: number): void => {
    listAtMs = atMs + limits.importListEveryMs;
    if (metadata.markets.size === 0) return;
    const markets = [...metadata.markets.values()]
      .filter(({ closeMs }) => atMs < closeMs)
      .map((market) => listed(market, atMs, follow.of(market.ticker)));
    writer.answers(atMs, [{ path: madeListPath, body: JSON.stringify({ markets, cursor: '' }) }]);
  };
  /** What is due before a moment. */
  const upTo = (atMs: number): void => {
    for (let end = ends[ended]; end !== undefined && end.at <= atMs; end = ends[ended]) {
      writer.write(end.at, 'feed', { kind: 'frame', connection: 0, text: end.text });
      ended += 1;
    }
    if (atMs >= listAtMs) list(atMs);
  };
  const totals = await readCaptures(job.paths, {
    untilMs: null,
    onProblem: job.onProblem,
    onCaptured: (recvMs, bytes, start, end) => {
      // A bad line at the very beginning has no time yet.
      if (!Number.isFinite(recvMs)) return;
      if (writer.inputs === 0) {
        const at = epochMs(recvMs);
        // Settled before the first message: nothing that this recording could tell.
        while ((ends[ended]?.at ?? recvMs) < recvMs) ended += 1;
        writer.write(recvMs, 'engine', job.opened(at));
        describe(recvMs, metadata, writer);
      }
      upTo(recvMs);
      const text = bytes.toString('utf8', start, end);
      writer.write(recvMs, 'feed', { kind: 'frame', connection: 0, text });
      follow.hear(text, epochMs(writer.atMs));
    },
  });
  if (writer.inputs === 0) return totals;
  upTo(Math.max(writer.atMs, ends.at(-1)?.at ?? 0));
  writer.write(writer.atMs, 'engine', { kind: 'stop', reason: 'done' });
  await breathe(clock);
  return totals;
}

/** Events and series, as they were described. */
export function describe(atMs: number, metadata: ImportedMetadata, writer: TimedWriter): void {
  const events = [...metadata.events.values()];
  if (events.length > 0)
    writer.answers(atMs, [{ path: '/events', body: JSON.stringify({ events, cursor: '' }) }]);
  for (const [name, series] of metadata.series)
    writer.answers(atMs, [{ path: `/series/${name}`, body: JSON.stringify({ series }) }]);
}

/** What messages have said so far of each market's touch and trading. */
class Following {
  private readonly feed: FeedSession;
  private readonly books = new BookStore({ speed: 1, hasFeed: true });
  private readonly volumes = new Map<string, number>();

  constructor(isSparse: boolean) {
    const { tickersPerSubscriptionMax } = limits;
    this.feed = kalshiCodec.feed({ sparseSeq: isSparse, tickersPerSubscriptionMax });
  }

  hear(text: string, at: EpochMs): void {
    const heard = (output: FeedOutput): void => {
      if (output.kind === 'trade')
        this.volumes.set(output.ticker, (this.volumes.get(output.ticker) ?? 0) + output.count);
      if (output.kind === 'snapshot' || output.kind === 'delta' || output.kind === 'gap')
        this.books.apply(output, at);
    };
    this.feed.handle({ kind: 'frame', connection: 0, text }, heard);
  }

  of(ticker: string): Traded {
    const volume = this.volumes.get(ticker) ?? 0;
    const entry = this.books.entry(ticker as Ticker);
    if (entry === null || !entry.known)
      return { bid: null, bidSize: 0, ask: null, askSize: 0, volume };
    const { book } = entry;
    const bid = book.bestBid('yes');
    const ask = book.bestAsk('yes');
    return {
      bid,
      bidSize: bid === null ? 0 : book.sizeAt('yes', bid),
      ask,
      askSize: ask === null ? 0 : book.sizeAt('no', complement(ask)),
      volume,
    };
  }
}
