import type { Settings } from '../config/schema.js';
import { type EpochMs, formatPrice, formatQuantity, quantity } from '../domain/units.js';
import { Engine } from '../engine.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import { paperDesk } from '../exchange/paper/desk.js';
import { paperModel } from '../exchange/paper/model.js';
import type { FeedOptions, FeedOutput, FeedSession, VenueCodec } from '../exchange/venue.js';
import { LogScheduler } from '../log-scheduler.js';
import type { Effect } from '../messages/effect.js';
import type { Input, Opened } from '../messages/input.js';
import type { Step } from '../messages/step.js';
import type { BookView } from '../streams/book-view.js';
import { valueMarkets } from '../valuation/value.js';
import { Published } from './published.js';
import type { BookLevels, ReplayTarget, TargetEvents } from './target.js';

/** What the feed said, by kind; the engine itself has no use for such totals. */
type FeedCounts = { snapshots: number; bookDeltas: number; trades: number };

/** The venue's codec with a feed whose outputs are counted on their way. */
function counted(codec: VenueCodec, counts: FeedCounts): VenueCodec {
  return { ...codec, feed: (options) => countedFeed(codec, options, counts) };
}

type Emit = (output: FeedOutput) => void;

function countedFeed(codec: VenueCodec, options: FeedOptions, counts: FeedCounts): FeedSession {
  const feed = codec.feed(options);
  let hears: Emit | null = null;
  let counting: Emit = () => {};
  // One listener, the engine: its wrapper is made once and not at every frame.
  const count = (emit: Emit): Emit => {
    if (emit === hears) return counting;
    hears = emit;
    counting = (output) => {
      if (output.kind === 'delta') counts.bookDeltas += 1;
      else if (output.kind === 'trade') counts.trades += 1;
      else if (output.kind === 'snapshot') counts.snapshots += 1;
      emit(output);
    };
    return counting;
  };
  return {
    handle: (input, emit) => feed.handle(input, count(emit)),
    handleBytes: (connection, bytes, start, end, emit) =>
      feed.handleBytes(connection, bytes, start, end, count(emit)),
    handleDecoded: (connection, frame, bytes, emit) =>
      feed.handleDecoded(connection, frame, bytes, count(emit)),
    want: (tickers, emit) => feed.want(tickers, count(emit)),
    refresh: (tickers, emit) => feed.refresh(tickers, count(emit)),
    sweep: (now, emit) => feed.sweep(now, count(emit)),
  };
}

function levelsOf(books: BookView): Readonly<Record<string, BookLevels>> {
  const shown: Record<string, BookLevels> = {};
  const entries = [...books.entries()].sort((left, right) => (left.ticker < right.ticker ? -1 : 1));
  for (const { ticker, book } of entries) {
    const side = (name: 'yes' | 'no') =>
      book.levels(name).map(([at, size]) => [formatPrice(at), formatQuantity(size)] as const);
    shown[ticker] = { yes: side('yes'), no: side('no') };
  }
  return shown;
}

/**
 * The paper venue once more: what it answered is computed again, on the log's own time and against the replay's books,
 * and compared when the recorded answer comes.
 */
function paperWitness(opened: Opened, engine: Engine, scheduler: LogScheduler) {
  const settings = opened.settings as Settings;
  const answers = new Map<number, string>();
  const desk = paperDesk({
    model: paperModel(settings.seed),
    speed: opened.clock.speed,
    scheduler,
    cashUnit: () => settings.balancePrecision,
    book: (ticker) => engine.shot(ticker),
    market: engine.market,
    position: (ticker) => engine.account?.positions.get(ticker)?.quantity ?? quantity(0),
    keyless: () => !opened.hasKey,
  });
  return {
    asked: ({ id, request }: Effect): void => {
      if (request.kind !== 'place' && request.kind !== 'cancel') return;
      desk(request).subscribe((outcome) => answers.set(id, JSON.stringify(outcome)));
    },
    /** Null: the same, or not an answer of the paper venue. */
    contradicted: ({ payload }: Input) => {
      if (payload.kind !== 'reply' || payload.reply.outcome.kind !== 'paper') return null;
      const { effectId, outcome } = payload.reply;
      const recorded = JSON.stringify(outcome);
      const recomputed = answers.get(effectId) ?? null;
      answers.delete(effectId);
      return recorded === recomputed ? null : { effectId, recorded, recomputed };
    },
  };
}

/**
 * Of a recording of market data alone: what its recorder asked answers nothing this engine asks, and the feed is read as a
 * capture is, connection or none.
 */
const ofTheShell = ({ payload }: Input): boolean =>
  payload.kind === 'reply' || payload.kind === 'connected' || payload.kind === 'disconnected';

/** An engine for a replay: the same one, with nothing behind it. `onStep` hears everything it tells its sinks, `onEngine` may look at it. */
export function engineTarget(
  opened: Opened,
  events: TargetEvents,
  onStep: (step: Step) => void = () => {},
  onEngine: (engine: Engine) => void = () => {},
): ReplayTarget {
  const counts: FeedCounts = { snapshots: 0, bookDeltas: 0, trades: 0 };
  const scheduler = new LogScheduler();
  const isCapture = opened.feed !== 'live';
  const published = new Published();
  const engine = new Engine({
    scheduler,
    codec: counted(kalshiCodec, counts),
    decided: events.decided,
  });
  onEngine(engine);
  const paper =
    opened.mode === 'paper' && !isCapture ? paperWitness(opened, engine, scheduler) : null;
  engine.steps$.subscribe((step) => {
    if (step.kind === 'effect') {
      events.effect(step.effect);
      paper?.asked(step.effect);
    }
    onStep(step);
  });
  return {
    scheduler,
    deliver: (input) => {
      if (isCapture && ofTheShell(input)) {
        published.hear(input);
        return;
      }
      const odd = paper?.contradicted(input) ?? null;
      if (odd !== null)
        events.misfit(`paper answer to effect ${odd.effectId}`, odd.recorded, odd.recomputed);
      const problem = engine.deliver(input);
      if (problem !== null)
        events.misfit(
          `reply to effect ${problem.effectId}: ${problem.code}`,
          problem.recordedHash,
          problem.askedHash,
        );
    },
    captured: (bytes, start, end) => engine.feed.handleBytes(0, bytes, start, end, engine.hear),
    decoded: (seq, connection, frame, bytes) => engine.decoded(seq, connection, frame, bytes),
    totals: () => {
      const { windows, markets, gaps, orders, decisionsHash, ledger } = engine.totals();
      return {
        ...counts,
        trades: counts.trades + published.trades,
        gaps,
        markets: isCapture
          ? Math.max(published.markets, [...(engine.books?.entries() ?? [])].length)
          : markets,
        windows,
        orders,
        decisionsHash,
        ledgerHash: ledger.records === 0 ? null : ledger.headHash,
      };
    },
    books: () => (engine.books === null ? {} : levelsOf(engine.books)),
  };
}

/** How a capture opens: at its first receive time, at real speed, without an account or anything to recover. */
export const openedForCapture = (settings: Settings, isSparse: boolean) =>
  openedFor(settings, 'production', isSparse ? 'capture_sparse' : 'capture');

/** As a capture, of what was made of history. */
export const openedForHistory = (settings: Settings, environment: Opened['environment']) =>
  openedFor(settings, environment, 'history');

const openedFor =
  (settings: Settings, environment: Opened['environment'], feed: Opened['feed']) =>
  (at: EpochMs): Opened => ({
    kind: 'opened',
    run: 1,
    mode: 'paper',
    venue: 'kalshi',
    environment,
    account: settings.account,
    hasKey: true,
    hasClaude: false,
    clock: { realOriginMs: at, marketOriginMs: at, speed: 1 },
    settings,
    recovered: null,
    cyclesMax: null,
    feed,
  });

/** A recorded worker answer as comparable text; null for any other input. */
export function workerAnswer({ payload }: Input): string | null {
  if (payload.kind !== 'reply' || payload.reply.outcome.kind !== 'worker') return null;
  return JSON.stringify(payload.reply.outcome.output);
}

/** What a worker would answer; null for effects that only the world can answer. */
export function recomputed({ request }: Effect): string | null {
  return request.kind === 'value' ? JSON.stringify(valueMarkets(request.job)) : null;
}
