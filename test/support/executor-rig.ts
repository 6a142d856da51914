import { expect } from 'vitest';
import { type Decision, decide } from '../../src/actors/executor/decide.js';
import type {
  Desk,
  ExecutorMessage,
  ExecutorSettings,
} from '../../src/actors/executor/messages.js';
import { type ExecutorState, unopened } from '../../src/actors/executor/state.js';
import { type Account, applyRecord, isConsistent, postingsOf } from '../../src/domain/account.js';
import { decodeAccount, encodeAccount, sameAccount } from '../../src/domain/account-codec.js';
import { chainProblem, noHead } from '../../src/domain/chain.js';
import type { ListedMarket } from '../../src/domain/market.js';
import type { LedgerRecord, RecordBody } from '../../src/domain/records.js';
import {
  type ClientOrderId,
  callId,
  durationMs,
  type EpochMs,
  epochMs,
  eventTicker,
  micros,
  orderId,
  type Price,
  type Probability,
  price,
  type Quantity,
  quantity,
  seriesTicker,
  shard,
  type Ticker,
  ticker,
  tradeId,
} from '../../src/domain/units.js';
import type { Fill, VenueOrder, VenueSettlement } from '../../src/messages/account-event.js';
import type { EffectRequest } from '../../src/messages/effect.js';
import type { InferenceBill, InferenceCall } from '../../src/messages/inference.js';
import type { Opened } from '../../src/messages/input.js';
import type { Intent } from '../../src/messages/intent.js';
import type { BookShot } from '../../src/messages/window.js';

export const start = epochMs(1_800_000_000_000);

export const settings: ExecutorSettings = {
  minEdge: 0.02,
  exitEdge: null,
  slippageBps: 20,
  feeMarginBps: 15,
  bankroll: 10_000_000_000,
  maxDailyLoss: 500_000_000,
  maxOpenExposure: 5_000_000_000,
  maxNotionalPerMarket: 1_000_000_000,
  maxFractionPerTrade: 0.1,
  maxOrdersPerMinute: 20,
  groupContracts: null,
  reentryCooldownMs: 600_000,
  maxCrashes: 0,
  crashWindowMs: 600_000,
  cashUnit: 100,
  shardAllocation: [
    { shard: 0, percent: 50 },
    { shard: 2, percent: 30 },
    { shard: 3, percent: 20 },
  ],
  shardTargets: [],
  dayZone: 'UTC',
  claudeModel: 'claude-haiku-5-5',
  inferenceGrant: 1_000_000,
  inferenceDailyCap: 500_000,
  inferenceProfitShare: 0.2,
  fillsQueryAfterMs: 2_000,
  unknownQuarantineMs: 60_000,
  readingEveryMs: 7_200_000,
  readingQuietMs: 300_000,
  unknownMarkMaxMs: 900_000,
  modelAgainAfterMs: 60_000,
  transferEveryMs: 60_000,
  transferSlowMs: 600_000,
};

export const openedWith = (change: Partial<Opened> = {}): Opened => ({
  kind: 'opened',
  run: 1,
  mode: 'live',
  venue: 'kalshi',
  environment: 'loopback',
  account: 'main',
  hasKey: true,
  hasClaude: false,
  clock: { realOriginMs: 0, marketOriginMs: 0, speed: 1 },
  settings: { minEdgePct: 0.02 },
  recovered: null,
  cyclesMax: null,
  feed: 'live',
  ...change,
});

export const tickerA = ticker('KXHIGHNY-27JAN15-B40.5');
export const tickerB = ticker('KXBTC-27JAN1500-T100');

export const marketOf = (name: Ticker, change: Partial<ListedMarket> = {}): ListedMarket => ({
  ticker: name,
  eventTicker: eventTicker('E'),
  seriesTicker: seriesTicker('S'),
  title: '',
  yesSubTitle: '',
  status: 'active',
  openAt: epochMs(0),
  closeAt: epochMs(start + 86_400_000),
  settlementTimerMs: durationMs(60_000),
  strikeType: 'greater',
  floorStrike: 1,
  capStrike: null,
  rulesPrimary: '',
  priceRanges: [{ start: price(0), end: price(10_000), step: price(100) }],
  shard: shard(0),
  volume: quantity(0),
  volume24h: quantity(0),
  openInterest: quantity(0),
  quote: { yesBid: null, yesBidSize: quantity(0), yesAsk: null, yesAskSize: quantity(0) },
  isMultivariate: false,
  isProvisional: false,
  feeWaiverUntil: null,
  settlementValue: null,
  vertical: 'weather',
  mutuallyExclusive: false,
  settlementSources: [],
  fees: { type: 'quadratic', multiplierPpm: 1_000_000 },
  ...change,
});

export const bookAt = (
  yesAsk: number,
  noAsk: number,
  change: Partial<BookShot> = {},
): BookShot => ({
  yesAsks: [[price(yesAsk), quantity(1_000_000)]],
  noAsks: [[price(noAsk), quantity(1_000_000)]],
  trust: 'fresh',
  ageMs: durationMs(0),
  ...change,
});
export const noBook: BookShot = { yesAsks: [], noAsks: [], trust: 'unknown', ageMs: durationMs(0) };

export const intentFor = (change: Partial<Intent> = {}): Intent => {
  const limit = change.limit ?? price(4_000);
  const count = change.count ?? quantity(1_000);
  return {
    cycle: 1,
    ticker: tickerA,
    shard: shard(0),
    side: 'yes',
    fair: 0.6 as Probability,
    edge: 0.15,
    limit,
    count,
    worstCost: micros((limit + 200) * count),
    reason: 'taken',
    keyless: false,
    decidedAt: start,
    ...change,
  };
};

let trades = 0;
export const fillOf = (
  of: { readonly orderId: string; readonly clientOrderId: ClientOrderId | null },
  change: Partial<Fill> = {},
): Fill => {
  trades += 1;
  return {
    tradeId: tradeId(`t${trades}`),
    orderId: orderId(of.orderId),
    clientOrderId: of.clientOrderId,
    ticker: tickerA,
    shard: shard(0),
    count: quantity(1_000),
    yesPrice: price(4_000),
    fee: micros(168_000),
    isTaker: true,
    executedAt: start,
    ...change,
  };
};

export const callOf = (name: string, change: Partial<InferenceCall> = {}): InferenceCall => ({
  callId: callId(name),
  model: settings.claudeModel,
  tickers: [tickerA],
  body: '{}',
  maxCost: micros(10_000),
  ...change,
});

/** 1,000 fresh tokens and 1,000 out at $0.10 and $0.50 a million: 600 micros. */
export const bill: InferenceBill = {
  messageId: 'msg_1',
  model: settings.claudeModel,
  usage: { input: 1_000, output: 1_000, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 },
};

/** Drives `decide` by hand and checks after every message what must always hold. */
export class Rig {
  state: ExecutorState = unopened;
  now: EpochMs = start;
  inputSeq = 0;
  records: LedgerRecord[] = [];
  effects: EffectRequest[] = [];
  last: Decision | null = null;
  readonly books = new Map<Ticker, BookShot>([
    [tickerA, bookAt(4_000, 6_100)],
    [tickerB, bookAt(4_000, 6_100)],
  ]);
  readonly markets = new Map<Ticker, ListedMarket>([
    [tickerA, marketOf(tickerA)],
    [tickerB, marketOf(tickerB)],
  ]);

  get desk(): Desk {
    return {
      now: this.now,
      inputSeq: this.inputSeq,
      book: (name) => this.books.get(name) ?? noBook,
      market: (name) => this.markets.get(name) ?? null,
    };
  }

  get account(): Account {
    const { account } = this.state;
    if (account === null) throw new Error('not opened');
    return account;
  }

  send(message: ExecutorMessage, afterMs = 1): Decision {
    this.now = epochMs(this.now + afterMs);
    this.inputSeq += 1;
    const before = this.state;
    const decision = decide(before, message, this.desk);
    let { account } = before;
    if (message.kind === 'opened' && message.opened.recovered !== null) {
      const recovered = decodeAccount(message.opened.recovered);
      account = recovered.ok ? recovered.value : null;
    }
    for (const record of decision.records) {
      expect(chainProblem(account?.head ?? noHead, account?.lastAt ?? null, record)).toBeNull();
      if (account !== null) {
        let sum = 0;
        for (const posting of postingsOf(account, record.body)) sum += posting.amount;
        expect(sum).toBe(0);
      }
      account = applyRecord(account, record);
      expect(isConsistent(account)).toBe(true);
    }
    if (account !== null && decision.state.account !== null)
      expect(sameAccount(account, decision.state.account)).toBe(true);
    this.state = decision.state;
    this.last = decision;
    this.records.push(...decision.records);
    this.effects.push(...decision.effects);
    return decision;
  }

  open(change: Partial<Opened> = {}, with_: Partial<ExecutorSettings> = {}): this {
    this.send({ kind: 'opened', opened: openedWith(change), settings: { ...settings, ...with_ } });
    return this;
  }

  /** Paper, ready to trade at once. */
  paper(with_: Partial<ExecutorSettings> = {}): this {
    return this.open({ mode: 'paper' }, with_);
  }

  /** Paper, with a key for Claude whose model was looked up and may be asked. */
  withClaude(with_: Partial<ExecutorSettings> = {}): this {
    this.open({ mode: 'paper', hasClaude: true }, with_);
    this.checkModel();
    return this;
  }

  checkModel(
    change: Partial<Extract<ExecutorMessage, { readonly kind: 'model_checked' }>> = {},
  ): Decision {
    return this.send({
      kind: 'model_checked',
      model: settings.claudeModel,
      problem: null,
      isPassing: false,
      notice: null,
      ...change,
    });
  }

  /** Live, reconciled against an exchange with nothing but cash. */
  live(with_: Partial<ExecutorSettings> = {}): this {
    this.open({}, with_);
    this.send({ kind: 'link', link: 'up' });
    return this.answerRound();
  }

  /** Answers the whole reading that is under way. */
  answerRound(
    with_: {
      readonly orders?: readonly VenueOrder[];
      readonly fills?: readonly Fill[];
      readonly positions?: readonly (readonly [Ticker, number, stake?: number])[];
      readonly cash?: readonly (readonly [number, number])[];
      readonly settlements?: readonly VenueSettlement[];
    } = {},
  ): this {
    const all = <Item>(items: readonly Item[]) => ({ kind: 'complete' as const, items });
    const cash = with_.cash ?? this.ledgerCash();
    this.send({
      kind: 'balance',
      answer: all(cash.map(([at, amount]) => ({ shard: shard(at), cash: micros(amount) }))),
    });
    this.send({
      kind: 'settlements',
      since: null,
      ticker: null,
      answer: all(with_.settlements ?? []),
    });
    this.send({
      kind: 'positions',
      answer: all(
        (with_.positions ?? this.ledgerPositions()).map(([name, position, stake]) => ({
          ticker: name,
          shard: shard(0),
          position: quantity(position),
          fees: micros(0),
          stake: stake === undefined ? null : micros(stake),
        })),
      ),
    });
    this.send({ kind: 'fills', since: null, orderId: null, answer: all(with_.fills ?? []) });
    this.send({ kind: 'orders', since: null, ticker: null, answer: all(with_.orders ?? []) });
    return this;
  }

  ledgerCash(): readonly (readonly [number, number])[] {
    if (!this.account.isFunded)
      return [
        [0, 5_000_000_000],
        [2, 3_000_000_000],
        [3, 2_000_000_000],
      ];
    return [...this.account.balances]
      .filter(([name]) => name.startsWith('cash:'))
      .map(([name, amount]) => [Number(name.slice(5)), amount] as const);
  }

  ledgerPositions(): readonly (readonly [Ticker, number, stake?: number])[] {
    return [...this.account.positions].map(
      ([name, position]) => [name, position.quantity] as const,
    );
  }

  /** Records of one kind, oldest first. */
  bodies<Kind extends RecordBody['kind']>(kind: Kind): Extract<RecordBody, { kind: Kind }>[] {
    return this.records
      .map(({ body }) => body)
      .filter((body): body is Extract<RecordBody, { kind: Kind }> => body.kind === kind);
  }

  effectsOf<Kind extends EffectRequest['kind']>(
    kind: Kind,
  ): Extract<EffectRequest, { kind: Kind }>[] {
    return this.effects.filter(
      (effect): effect is Extract<EffectRequest, { kind: Kind }> => effect.kind === kind,
    );
  }

  /** Raises an intent and lets its record become durable. Returns the id, sent or not. */
  submit(change: Partial<Intent> = {}): ClientOrderId {
    const { records } = this.send({ kind: 'intent', intent: intentFor(change) });
    const intent = records.find(({ body }) => body.kind === 'intent');
    if (intent?.body.kind !== 'intent') throw new Error(`refused: ${this.last?.notes[0]?.code}`);
    this.send({ kind: 'durable', recordSeq: intent.seq });
    return intent.body.terms.clientOrderId;
  }

  /** Sends an order and has it filled, reply and fill. */
  buy(
    change: Partial<Intent> = {},
    as: { yesPrice?: Price; filled?: Quantity; fee?: number } = {},
  ): ClientOrderId {
    const id = this.submit(change);
    const { terms } = this.account.orders.get(id) ?? {};
    if (terms === undefined) throw new Error('no order');
    const filled = as.filled ?? terms.count;
    const name = `v-${id}`;
    this.send({
      kind: 'placed',
      clientOrderId: id,
      answer: {
        kind: 'accepted',
        orderId: orderId(name),
        filled,
        remaining: quantity(0),
        averageYesPrice: null,
        averageFee: null,
      },
    });
    const yesPrice =
      as.yesPrice ?? price(terms.side === 'yes' ? terms.limit : 10_000 - terms.limit);
    this.send({
      kind: 'account',
      event: {
        kind: 'fill',
        fill: fillOf(
          { orderId: name, clientOrderId: id },
          {
            ticker: terms.ticker,
            shard: terms.shard,
            count: quantity(terms.side === 'yes' ? filled : 0 - filled),
            yesPrice,
            fee: micros(as.fee ?? 168_000),
          },
        ),
      },
    });
    return id;
  }

  ask(name: string, change: Partial<InferenceCall> = {}): Decision {
    return this.send({ kind: 'inference_wanted', call: callOf(name, change) });
  }

  answer(
    name: string,
    change: Partial<Extract<ExecutorMessage, { readonly kind: 'inference_answered' }>> = {},
  ): Decision {
    return this.send({
      kind: 'inference_answered',
      callId: callId(name),
      status: 200,
      bill,
      lost: 0,
      code: 'http_200',
      ...change,
    });
  }

  /** The market settles at `value` for good. */
  settle(name: Ticker, value: number, afterMs = 1): Decision {
    const settlementValue = price(value);
    return this.send(
      { kind: 'market', ticker: name, market: null, settlementValue, isFinal: true },
      afterMs,
    );
  }

  statusOf(id: ClientOrderId): string {
    return this.account.orders.get(id)?.status ?? 'none';
  }

  /** Begins another run on what the ledger holds. */
  restart(change: Partial<Opened> = {}, with_: Partial<ExecutorSettings> = {}): this {
    const recovered = JSON.parse(JSON.stringify(encodeAccount(this.account))) as unknown;
    const { genesis, run } = this.account;
    const opened = openedWith({ mode: genesis.mode, run: run + 1, recovered, ...change });
    this.send({ kind: 'opened', opened, settings: { ...settings, ...with_ } });
    return this;
  }
}
