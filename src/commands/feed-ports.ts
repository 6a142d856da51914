import { revisionOf } from '../config/load.js';
import type { Settings } from '../config/schema.js';
import type { Ticker } from '../domain/units.js';
import type { Engine } from '../engine.js';
import { limits } from '../limits.js';
import type { FeedQuote, FeedSettings } from '../messages/dashboard-feed.js';
import type { FeedPorts } from '../sinks/dashboard-feed.js';

const revisionDigits = 12;
const secondMs = 1_000;

type Parts = {
  readonly version: string;
  readonly engine: () => Engine | null;
  readonly isDraining: () => boolean;
} & Pick<FeedPorts, 'metrics' | 'setTimer'>;

/** What the dashboard's feed may read of an engine: looks at what is there, nothing computed but the touch of a book. */
export function feedPorts({ version, engine, isDraining, metrics, setTimer }: Parts): FeedPorts {
  const settings = settingsOf(engine);
  return {
    run: () => {
      const opened = engine()?.running?.opened;
      if (opened === undefined) return null;
      const { mode, venue, environment, account, run, clock } = opened;
      return { kind: 'run', mode, venue, environment, account, run, version, speed: clock.speed };
    },
    recovered: () => engine()?.running?.opened.recovered ?? null,
    settings,
    pulse: () => {
      const now = engine();
      if (now === null) return idle;
      const silentMs = now.books?.hasFeed === true ? now.books.silentMs(now.now) : null;
      return {
        at: now.now,
        phase: isDraining() ? 'draining' : 'running',
        halted: now.halted,
        feedState: feedStateOf(now.books?.hasFeed === true, silentMs),
        feedAgeMs: silentMs,
        gaps: now.seen.gaps,
        cycle: now.cycles,
        markets: now.seen.markets,
      };
    },
    cycleMs: () => (engine()?.running?.settings.cycleSeconds ?? 0) * secondMs,
    market: (ticker) => engine()?.market(ticker) ?? null,
    quote: (ticker) => quoteOf(engine(), ticker),
    held: () => engine()?.account?.positions.keys() ?? [],
    metrics,
    setTimer,
  };
}

const idle = {
  at: 0,
  phase: 'running',
  halted: null,
  feedState: 'none',
  feedAgeMs: null,
  gaps: 0,
  cycle: 0,
  markets: 0,
} as const;

const feedStateOf = (hasFeed: boolean, silentMs: number | null): 'up' | 'down' | 'none' => {
  if (!hasFeed) return 'none';
  return silentMs !== null && silentMs <= limits.connectionAliveMsMax ? 'up' : 'down';
};

/** Hashed once for each set of settings, not at every look. */
function settingsOf(engine: () => Engine | null): () => FeedSettings | null {
  let last: Settings | null = null;
  let told: FeedSettings | null = null;
  let changes = -1;
  return () => {
    const settings = engine()?.running?.settings ?? null;
    if (settings === null || settings === last) return told;
    last = settings;
    changes += 1;
    const revision = revisionOf(settings).slice(0, revisionDigits);
    told = { kind: 'settings', settings, revision, changes };
    return told;
  };
}

function quoteOf(engine: Engine | null, ticker: Ticker): FeedQuote | null {
  const books = engine?.books ?? null;
  const entry = books?.entry(ticker) ?? null;
  if (engine === null || books === null || entry === null) return null;
  const { book } = entry;
  return [
    ticker,
    book.bestBid('yes'),
    book.bestAsk('yes'),
    book.depthNear('yes', limits.depthBandPrice),
    book.depthNear('no', limits.depthBandPrice),
    books.trust(ticker, engine.now),
  ];
}
