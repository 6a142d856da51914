import type { Settings } from '../../src/config/schema.js';
import { epochMs } from '../../src/domain/units.js';
import type { ReplyProblem } from '../../src/engine/effect-desk.js';
import { Engine } from '../../src/engine.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { LogScheduler } from '../../src/log-scheduler.js';
import type { Effect, EffectKind, EffectRequest, Outcome } from '../../src/messages/effect.js';
import type { Input, Opened, Payload, Source } from '../../src/messages/input.js';
import type { Step } from '../../src/messages/step.js';
import { normalBelow } from '../../src/valuation/normal.js';
import { valueMarkets } from '../../src/valuation/value.js';
import { loaded } from '../config/helpers.js';
import { marketSample } from '../exchange/samples.js';

export const origin = Date.UTC(2026, 8, 1, 4);
const event = 'KXBTCD-26SEP0107';
export const names = Array.from({ length: 10 }, (_, rung) => `${event}-T${rung}`);
/** Quoted 25 cents below what its neighbours say. */
export const cheap = `${event}-T5`;

type Quote = { readonly bid: number; readonly ask: number };

/** P(above strike) of a price ~ normal(100, 2), a cent to each side; one rung is far too cheap. */
const quotes: ReadonlyMap<string, Quote> = new Map(
  names.map((name, rung) => {
    const p = 1 - normalBelow((97.75 + rung * 0.5 - 100) / 2);
    const middle = Math.round((p - (name === cheap ? 0.25 : 0)) * 100);
    return [name, { bid: middle - 1, ask: middle + 1 }];
  }),
);
export const quoteOf = (name: string): Quote => quotes.get(name) ?? { bid: 0, ask: 100 };

export const dollars = (cents: number): string => (cents / 100).toFixed(4);

const listingOf = (name: string) =>
  marketSample({
    ticker: name,
    event_ticker: event,
    title: `Price above ${name}`,
    yes_sub_title: '',
    strike_type: 'greater',
    floor_strike: 97.75 + names.indexOf(name) * 0.5,
    cap_strike: null,
    open_time: '2026-08-31T00:00:00Z',
    close_time: '2026-09-01T11:00:00Z',
    volume_fp: '90000.00',
    volume_24h_fp: '80000.00',
    yes_bid_dollars: dollars(quoteOf(name).bid),
    yes_ask_dollars: dollars(quoteOf(name).ask),
    yes_bid_size_fp: '500.00',
    yes_ask_size_fp: '500.00',
  });

export const json = (body: unknown): Outcome => ({
  kind: 'http',
  status: 200,
  path: '/',
  body: JSON.stringify(body),
});
export const pages = (...bodies: readonly unknown[]): readonly Outcome[] => [
  ...bodies.map(json),
  { kind: 'end', parts: bodies.length },
];

/** What a quiet exchange with cash and nothing else answers; a ledger and a pool that always work. */
export function answerOf(request: EffectRequest): readonly Outcome[] {
  switch (request.kind) {
    case 'scan':
      return pages(
        { markets: names.slice(0, 6).map(listingOf), cursor: 'more' },
        { markets: names.slice(6).map(listingOf), cursor: '' },
      );
    case 'metadata':
      return request.events.length > 0
        ? pages({
            events: [
              {
                event_ticker: event,
                series_ticker: 'KXBTCD',
                title: 'Price',
                mutually_exclusive: false,
              },
            ],
            cursor: '',
          })
        : pages({
            series: {
              ticker: 'KXBTCD',
              title: 'Price',
              category: 'Crypto',
              tags: [],
              fee_type: 'quadratic',
              fee_multiplier: 1,
            },
          });
    case 'value':
      return [{ kind: 'worker', output: structuredClone(valueMarkets(request.job)) }];
    case 'flush':
      return [{ kind: 'flushed', recordSeq: request.recordSeq }];
    case 'orders':
      return pages({ orders: [], cursor: '' });
    case 'fills':
      return pages({ fills: [], cursor: '' });
    case 'positions':
      return pages({ market_positions: [], cursor: '' });
    case 'settlements':
      return pages({ settlements: [], cursor: '' });
    case 'balance':
      return [json({ balance_breakdown: [{ exchange_index: 0, balance: '10000.000000' }] })];
    default:
      return [{ kind: 'failed', code: 'timeout', sent: true, detail: 'not scripted' }];
  }
}

export const settings = (flags: Readonly<Record<string, string>> = {}): Settings =>
  loaded({
    flags: {
      maxEdge: '0.5',
      bankroll: '10000',
      cycleSeconds: '60',
      orderGroups: 'false',
      ...flags,
    },
  }).settings;

export const openedWith = (change: Partial<Opened> = {}): Opened => ({
  kind: 'opened',
  run: 1,
  mode: 'live',
  venue: 'kalshi',
  environment: 'loopback',
  account: 'main',
  hasKey: true,
  hasClaude: false,
  clock: { realOriginMs: origin, marketOriginMs: origin, speed: 1 },
  settings: settings(),
  recovered: null,
  cyclesMax: null,
  feed: 'live',
  ...change,
});

const sourceOf: Partial<Record<EffectKind, Source>> = { value: 'worker', flush: 'ledger' };
const sids = { orderbook_delta: 5, trade: 6, ticker: 7, market_lifecycle_v2: 8, fill: 9 } as const;

/** An engine behind a door that keeps the log, and a small exchange that speaks when it is told to. */
export class ScriptedRun {
  readonly scheduler = new LogScheduler();
  readonly engine: Engine;
  readonly inputs: Input[] = [];
  readonly steps: Step[] = [];
  readonly problems: ReplyProblem[] = [];
  /** Asked and not answered yet, oldest first. */
  readonly waiting: Effect[] = [];
  at = origin;
  private bookSeq = 0;

  constructor() {
    this.engine = new Engine({ scheduler: this.scheduler, codec: kalshiCodec });
    this.engine.steps$.subscribe((step) => {
      this.steps.push(step);
      if (step.kind !== 'effect') return;
      const { effect } = step;
      if (effect.request.kind === 'send') this.commands.push(effect.request.text);
      else this.waiting.push(effect);
    });
  }
  readonly commands: string[] = [];

  give(source: Source, payload: Payload, afterMs = 0): this {
    this.at += afterMs;
    this.feed({ seq: this.inputs.length + 1, at: epochMs(this.at), source, payload });
    return this;
  }

  /** An input as the log has it: timers first, then the input. */
  feed(input: Input): void {
    this.inputs.push(structuredClone(input));
    this.scheduler.advanceTo(input.at);
    const problem = this.engine.deliver(input);
    if (problem !== null) this.problems.push(problem);
  }

  tick(afterMs: number): this {
    return this.give('clock', { kind: 'tick' }, afterMs);
  }

  frame(frame: unknown, afterMs = 1): this {
    return this.give(
      'feed',
      { kind: 'frame', connection: 1, text: JSON.stringify(frame) },
      afterMs,
    );
  }

  /** Answers the oldest request of a kind, with what the quiet exchange says unless told otherwise. */
  reply(kind: EffectKind, outcomes?: readonly Outcome[]): this {
    const at = this.waiting.findIndex(({ request }) => request.kind === kind);
    const [effect] = at < 0 ? [] : this.waiting.splice(at, 1);
    if (effect === undefined) throw new Error(`no ${kind} was asked`);
    this.answer(effect, outcomes ?? answerOf(effect.request));
    return this;
  }

  answer({ id, hash, request }: Effect, outcomes: readonly Outcome[]): void {
    for (const [part, outcome] of outcomes.entries()) {
      const last = part === outcomes.length - 1;
      const reply = { effectId: id, requestHash: hash, part, last, outcome };
      this.give(sourceOf[request.kind] ?? 'venue', { kind: 'reply', reply }, 1);
    }
  }

  /** Opened, listed, subscribed, every book known, the account read. */
  ready(change: Partial<Opened> = {}): this {
    this.give('engine', openedWith(change)).reply('scan').reply('metadata').reply('metadata');
    this.connect();
    for (const kind of ['balance', 'settlements', 'positions', 'fills', 'orders'] as const)
      if (this.waiting.some(({ request }) => request.kind === kind)) this.reply(kind);
    return this;
  }

  connect(quoted: ReadonlyMap<string, Quote> = quotes): this {
    this.give('feed', { kind: 'connected', connection: 1 }, 5);
    this.acknowledge();
    for (const [name, quote] of quoted) this.snapshot(name, quote);
    return this;
  }

  private acknowledge(): void {
    for (const text of this.commands.splice(0)) {
      const { id, cmd, params } = JSON.parse(text) as {
        id: number;
        cmd: string;
        params: { channels?: readonly (keyof typeof sids)[] };
      };
      const [channel] = params.channels ?? [];
      if (cmd === 'subscribe' && channel !== undefined)
        this.frame({ type: 'subscribed', id, msg: { channel, sid: sids[channel] ?? 20 + id } });
    }
  }

  snapshot(name: string, { bid, ask } = quoteOf(name)): this {
    this.bookSeq += 1;
    return this.frame({
      type: 'orderbook_snapshot',
      sid: sids.orderbook_delta,
      seq: this.bookSeq,
      msg: {
        market_ticker: name,
        yes_dollars_fp: [[dollars(bid), '800.00']],
        no_dollars_fp: [[dollars(100 - ask), '800.00']],
      },
    });
  }

  /** With a time it is in the exchange's usual shape, which the scanner reads; without, it is read as JSON. */
  delta(
    name: string,
    change: { side?: 'yes' | 'no'; cents: number; by: string; seq?: number; tsMs?: number },
  ): this {
    this.bookSeq = change.seq ?? this.bookSeq + 1;
    return this.frame({
      type: 'orderbook_delta',
      sid: sids.orderbook_delta,
      seq: this.bookSeq,
      msg: {
        market_ticker: name,
        ...(change.tsMs === undefined ? {} : { market_id: 'id' }),
        price_dollars: dollars(change.cents),
        delta_fp: change.by,
        side: change.side ?? 'yes',
        ...(change.tsMs === undefined ? {} : { ts_ms: change.tsMs }),
      },
    });
  }

  kinds(): readonly string[] {
    return this.steps.map((step) =>
      step.kind === 'effect'
        ? step.effect.request.kind
        : step.kind === 'records'
          ? step.records.map(({ body }) => body.kind).join()
          : step.kind,
    );
  }

  effectsOf<Kind extends EffectKind>(kind: Kind): Extract<EffectRequest, { kind: Kind }>[] {
    return this.steps.flatMap((step) =>
      step.kind === 'effect' && step.effect.request.kind === kind
        ? [step.effect.request as Extract<EffectRequest, { kind: Kind }>]
        : [],
    );
  }

  notices(): readonly string[] {
    return this.steps.flatMap((step) => (step.kind === 'notice' ? [step.notice.code] : []));
  }

  /** What two runs of the same log must agree on, to the byte. */
  digest(): string {
    const { decisionsHash, ledger } = this.engine.totals();
    return `${decisionsHash} ${ledger.headHash} ${JSON.stringify(this.steps)}`;
  }
}

/** The log again, into an engine with nothing behind it. */
export function replayed(inputs: readonly Input[]): ScriptedRun {
  const run = new ScriptedRun();
  for (const input of inputs) run.feed(input);
  return run;
}
