import type { ListedMarket } from '../domain/market.js';
import type { CallId, ClientOrderId, EpochMs, Micros, Ticker } from '../domain/units.js';
import type { ChainClaude, ChainVerdict, DecisionChain } from './decision-chain.js';
import type { Intent } from './intent.js';
import type { Repricing } from './repricing.js';
import type { ValuationJob, ValuationSettings } from './valuation.js';
import type { BookShot } from './window.js';

/** A question to Claude, and the cycle in whose file it is kept. */
export type CallAt = { readonly callId: CallId; readonly cycle: number };

/** What became of a candidate: an order's id, or the code of the refusal and who said so. */
type Answered = {
  readonly clientOrderId: ClientOrderId | null;
  readonly refusal: string | null;
  readonly by: 'second_look' | 'executor' | null;
};

type Decided = {
  readonly run: number;
  readonly cycle: number;
  readonly at: EpochMs;
};

/** What a chain is made of, as the engine tells it; `chain-lines` makes lines of it, off the main thread. */
export type ChainEntry =
  /** A window's valuation. `calls`: the questions that its estimates rest on. */
  | (Decided & {
      readonly kind: 'window';
      readonly job: ValuationJob;
      readonly calls: Readonly<Record<Ticker, readonly CallAt[]>>;
    })
  /** The second look at a window's candidate. `intent` null: it became none. */
  | (Decided &
      Answered & {
        readonly kind: 'look';
        readonly ticker: Ticker;
        readonly intent: Intent | null;
        readonly book: BookShot | null;
        readonly market: ListedMarket | null;
        readonly settings: ValuationSettings | null;
      })
  /** A market's turn between windows. */
  | (Decided &
      Answered & {
        readonly kind: 'repriced';
        readonly n: number;
        readonly question: Repricing;
        readonly intent: Intent | null;
        readonly calls: readonly CallAt[];
      })
  | (Decided & { readonly kind: 'call' } & StoredCall);

export type StoredCall = {
  readonly callId: CallId;
  /** When it was asked. */
  readonly askedAt: EpochMs;
  readonly model: string;
  readonly tickers: readonly Ticker[];
  readonly request: string;
  readonly maxCost: Micros;
  readonly answer: string | null;
  readonly failure: string | null;
};

/** The parts of a chain that are known when it is decided. */
export type ChainParts = Pick<
  DecisionChain,
  'market' | 'book' | 'evidence' | 'opinion' | 'edge' | 'size'
> & {
  readonly claude: Omit<ChainClaude, 'calls'>;
  readonly verdict: Omit<ChainVerdict, 'look'>;
};

/** One line of a chain file. `schemaVersion` of every line: a reader takes what it knows. */
export type ChainLine = { readonly schemaVersion: 1 } & Decided &
  (
    | {
        readonly kind: 'window';
        readonly ticker: Ticker;
        readonly calls: readonly CallAt[];
        readonly parts: ChainParts;
      }
    | (Answered & {
        readonly kind: 'look';
        readonly ticker: Ticker;
        readonly look: NonNullable<ChainVerdict['look']>;
      })
    | (Answered & {
        readonly kind: 'repriced';
        readonly ticker: Ticker;
        readonly n: number;
        readonly calls: readonly CallAt[];
        readonly parts: ChainParts;
      })
    | ({ readonly kind: 'call' } & StoredCall)
  );
