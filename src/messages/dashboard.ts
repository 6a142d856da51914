/**
 * What the page is told, and all it is told. The server keeps one `DashboardState` and sends it whole (`snapshot`), then
 * what changed of it (`patch`). Units as everywhere: money in micro-dollars, prices in $0.0001, quantities in 0.01 contract,
 * probabilities 0..1 and of YES unless a field says otherwise, times in ms since the epoch, market time unless called real.
 * Null: unknown. Texts of others (titles, rules, reasons, answers of models) are texts, never markup.
 */

/** Where it comes from: an engine that runs, a ledger at rest, or a recording that is being replayed. */
export type SourceKind = 'live' | 'finished' | 'replay';

export type Header = {
  readonly source: SourceKind;
  /** `paper` never sends an order to an exchange. */
  readonly mode: 'paper' | 'live';
  readonly venue: 'kalshi' | 'paper_sim';
  readonly environment: 'demo' | 'production' | 'loopback';
  readonly account: string;
  readonly run: number;
  readonly version: string;
  readonly state:
    | 'starting'
    | 'running'
    | 'paused'
    | 'canceling'
    | 'halted'
    | 'draining'
    | 'stopped';
  /** What holds trading back, one line each; empty while it runs. */
  readonly holds: readonly {
    readonly cause: string;
    readonly level: string;
    readonly why: string;
  }[];
  /** Market time of the last input. */
  readonly at: number;
  /** Market ms per real ms. */
  readonly speed: number;
  /** Real ms since the feed, the list of markets and the account last said something; null: never, or there is none. */
  readonly feedAgeMs: number | null;
  readonly scanAgeMs: number | null;
  readonly accountAgeMs: number | null;
  /** Beyond these an age is shown as stale, real ms; null: not known. */
  readonly feedStaleMs: number;
  readonly scanStaleMs: number | null;
  readonly accountStaleMs: number;
  readonly feedState: 'up' | 'down' | 'none';
  readonly gaps: number;
  /** Hash of the settings in force, first 12 digits; and how often they changed in this run. */
  readonly settingsRevision: string;
  readonly settingsChanges: number;
  readonly cycle: number;
  /** Market time at which the current window ends; null: not known. */
  readonly windowEndsAt: number | null;
};

export type Tiles = {
  readonly equity: number | null;
  /** Net of fees and inference, since the market day began. */
  readonly dayPnl: number | null;
  readonly dayRealized: number;
  readonly dayUnrealized: number | null;
  readonly realizedPnl: number;
  readonly cash: number;
  readonly exposure: number;
  readonly fees: number;
  readonly openPositions: number;
  readonly openOrders: number;
  readonly unknownOrders: number;
  readonly orders: {
    readonly submitted: number;
    readonly filled: number;
    readonly partial: number;
    readonly canceled: number;
    readonly rejected: number;
    readonly unknown: number;
  };
  readonly inferenceToday: number;
  readonly inferenceCap: number;
  /** Listed at the last full scan, and valued in the last window. */
  readonly markets: number;
  readonly valued: number;
  /**
   * Of settled markets that were valued: the model's score and the market's at the same moments; null without any.
   * `scored`: their events.
   */
  readonly brier: number | null;
  readonly marketBrier: number | null;
  readonly scored: number;
};

/** How the program is called, and what a command needs besides so that it reaches this engine, or this ledger; null: there is none. */
export type Terminal = {
  readonly program: string;
  readonly engine: string;
  readonly ledger: string | null;
};

/** One point a window and one after each settlement, oldest first; thinned by the server to `pointsMax`. */
export type EquityPoint = readonly [
  at: number,
  equity: number | null,
  realized: number,
  drawdown: number | null,
];

/** A moment worth a mark on the chart. */
export type ChartMark = {
  readonly at: number;
  readonly kind: 'settings' | 'hold' | 'resume' | 'gap' | 'start';
  readonly text: string;
};

/** A cap and how much of it is used. `unit`: how to write both. */
export type LimitRow = {
  readonly code: string;
  readonly label: string;
  readonly unit: 'micros' | 'count' | 'ratio';
  readonly used: number | null;
  readonly most: number;
};

/** Every valued market of recent windows, and every intent between them: a refusal is a row. Key: `id`. */
export type DecisionRow = {
  /** `run.cycle.TICKER`, with `.n` for the n-th intent between windows. What `why` takes. */
  readonly id: string;
  readonly at: number;
  readonly cycle: number;
  readonly ticker: string;
  readonly title: string;
  readonly vertical: string;
  readonly side: 'yes' | 'no' | null;
  readonly model: string | null;
  /** The model's fair value of YES and the middle of the market. */
  readonly fair: number | null;
  readonly mid: number | null;
  /** Dollars per contract, net of all cost. */
  readonly edge: number | null;
  readonly kelly: number | null;
  readonly fraction: number;
  /** Of the order, micros at worst; null when none. */
  readonly size: number | null;
  readonly clientOrderId: string | null;
  readonly verdict: 'taken' | 'refused';
  /** Why refused, or how the order stands (`resting`, `filled`, `partial`, `canceled`, `rejected`, `unknown` …). */
  readonly reason: string;
};

/** Key: `ticker`. */
export type PositionRow = {
  readonly ticker: string;
  readonly title: string;
  readonly event: string;
  /** + YES, − NO. */
  readonly quantity: number;
  readonly cost: number;
  /** Of the held side: at the middle, and at the bid, which selling would bring. */
  readonly midValue: number | null;
  readonly exitValue: number | null;
  readonly closesAt: number | null;
  /** Looks it up on the exchange's own site; null on a simulator. */
  readonly link: string | null;
};

/** Orders that have not ended, and the last ones that have. Key: `clientOrderId`. */
export type OrderRow = {
  readonly clientOrderId: string;
  readonly orderId: string | null;
  readonly decisionId: string | null;
  readonly at: number;
  readonly ticker: string;
  readonly side: 'yes' | 'no';
  readonly limit: number;
  readonly count: number;
  readonly filled: number;
  readonly fees: number;
  readonly status: string;
  readonly why: string;
  readonly isOpen: boolean;
};

/** Markets that were selected last, best first. Key: `ticker`. */
export type MarketRow = {
  readonly ticker: string;
  readonly title: string;
  readonly event: string;
  readonly vertical: string;
  readonly bid: number | null;
  readonly ask: number | null;
  readonly bidDepth: number;
  readonly askDepth: number;
  readonly trust: string;
  readonly volume24h: number;
  readonly closesAt: number | null;
  /** Middles × 2 of the last windows, oldest first, at most 48; null: no quote. */
  readonly spark: readonly (number | null)[];
  /** Our fair values at the same moments. */
  readonly sparkFair: readonly (number | null)[];
  readonly fair: number | null;
  readonly model: string | null;
  readonly valuedAt: number | null;
};

/** An event whose outcomes exclude one another: what the market's middles and our fair values add up to. Key: `event`. */
export type EventRow = {
  readonly event: string;
  readonly title: string;
  readonly outcomes: number;
  readonly quoted: number;
  readonly midSum: number | null;
  readonly fairSum: number | null;
  readonly held: number;
};

/** One bucket of forecasts; nothing is said of a bucket that is too small. */
export type CalibrationBucket = {
  readonly from: number;
  readonly to: number;
  readonly forecasts: number;
  readonly events: number;
  readonly meanForecast: number | null;
  readonly frequency: number | null;
  /** 95 % interval of the frequency, over events. */
  readonly low: number | null;
  readonly high: number | null;
};

export type Treasury = {
  readonly calls: number;
  readonly cost: number;
  readonly costToday: number;
  readonly cap: number;
  readonly reserve: number;
  readonly grantLeft: number;
  readonly held: number;
  readonly estimated: number;
};

/** Key: `n`. The last ones only. */
export type LogRow = {
  readonly n: number;
  readonly at: number;
  readonly level: 'info' | 'warn' | 'alert';
  readonly code: string;
  readonly text: string;
  readonly ticker: string | null;
  readonly decisionId: string | null;
};

/** How many markets each reason left out or refused in the last window. */
export type FunnelRow = {
  readonly stage: 'scan' | 'selection' | 'valuation' | 'executor';
  readonly reason: string;
  readonly count: number;
};

/** Of a replay. `speed` 0: as fast as it goes. */
export type ReplayBar = {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly speed: number;
  readonly isPlaying: boolean;
  readonly isOver: boolean;
  /** The moment that was asked for last; 0: none yet. */
  readonly sought: number;
  /** On its way there, as fast as it goes. */
  readonly isSeeking: boolean;
};

/** Sections that are replaced whole. */
export type Sections = {
  readonly terminal: Terminal;
  readonly header: Header;
  readonly tiles: Tiles;
  readonly equity: readonly EquityPoint[];
  readonly marks: readonly ChartMark[];
  readonly limits: readonly LimitRow[];
  readonly funnel: readonly FunnelRow[];
  readonly calibration: readonly CalibrationBucket[];
  readonly treasury: Treasury;
  readonly replay: ReplayBar | null;
};

/** Tables that are patched row by row. */
export type Tables = {
  readonly decisions: DecisionRow;
  readonly positions: PositionRow;
  readonly orders: OrderRow;
  readonly markets: MarketRow;
  readonly events: EventRow;
  readonly log: LogRow;
};

/** Each table's rows by key. */
export type Rows = { readonly [Name in keyof Tables]: Readonly<Record<string, Tables[Name]>> };

/** A section that is not known yet is absent. */
export type DashboardState = { readonly sections: Partial<Sections>; readonly rows: Rows };

/** What changed: sections whole, rows by key, null for a row that is gone. */
export type DashboardPatch = {
  readonly sections?: Partial<Sections>;
  readonly rows?: {
    readonly [Name in keyof Tables]?: Readonly<Record<string, Tables[Name] | null>>;
  };
};

/** `GET /api/events`, server-sent events: `snapshot` first and after an overflow, then `patch`, at most five a second. */
export type Told =
  | { readonly event: 'snapshot'; readonly data: DashboardState }
  | { readonly event: 'patch'; readonly data: DashboardPatch };
