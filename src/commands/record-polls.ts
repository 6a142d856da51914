import { lastValueFrom, type Observable, tap, toArray } from 'rxjs';
import { sha256 } from '../domain/chain.js';
import type { Market } from '../domain/market.js';
import { err, ok, type Result } from '../domain/result.js';
import type { EpochMs, EventTicker, Ticker } from '../domain/units.js';
import { requestHash } from '../engine/effect-desk.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import type { KalshiShell } from '../exchange/kalshi/shell.js';
import { limits } from '../limits.js';
import type { EffectRequest, Outcome } from '../messages/effect.js';
import type { Payload, Source } from '../messages/input.js';

export type Accept = (source: Source, payload: Payload) => boolean;

type Part = { readonly outcome: Outcome; readonly last: boolean };
type Lists = Parameters<KalshiShell['publicList']>;

/** Whether an answer may be read on. */
const isGood = (outcome: Outcome): boolean =>
  outcome.kind === 'end' || (outcome.kind === 'http' && outcome.status === 200);

export const whyNot = (outcome: Outcome): string =>
  outcome.kind === 'failed'
    ? `${outcome.code}, ${outcome.detail}`
    : outcome.kind === 'http'
      ? `http ${outcome.status} from ${outcome.path}`
      : outcome.kind;

/**
 * What anybody may ask the exchange, asked and recorded as it came: lists of markets with their best quotes, trades, and once
 * the events and series that fees and rules hang on. Every answer is a `reply` with a number of its own.
 */
export class RecordPolls {
  private readonly shell: KalshiShell;
  private readonly accept: Accept;
  private readonly now: () => EpochMs;
  private asked = 0;
  private tradesSince: number;

  constructor(shell: KalshiShell, accept: Accept, now: () => EpochMs) {
    this.shell = shell;
    this.accept = accept;
    this.now = now;
    this.tradesSince = now();
  }

  /** Every open market, or what went wrong. */
  async scan(): Promise<Result<readonly Market[], Outcome>> {
    const outcomes = await this.effect({ kind: 'scan' });
    const markets = new Map<Ticker, Market>();
    for (const outcome of outcomes) {
      if (!isGood(outcome)) return err(outcome);
      if (outcome.kind !== 'http') continue;
      const page = kalshiCodec.listing(outcome.body);
      if (page.ok) for (const market of page.value.markets) markets.set(market.ticker, market);
    }
    return ok([...markets.values()]);
  }

  /** Events of these markets, then their series. */
  async metadata(events: readonly EventTicker[]): Promise<Outcome | null> {
    if (events.length === 0) return null;
    const answers = await this.effect({ kind: 'metadata', events, series: [] });
    const infos = answers.flatMap((outcome) => {
      const page = outcome.kind === 'http' ? kalshiCodec.events(outcome.body) : null;
      return page?.ok === true ? page.value : [];
    });
    const series = [...new Set(infos.map(({ seriesTicker }) => seriesTicker))];
    const more =
      series.length === 0 ? [] : await this.effect({ kind: 'metadata', events: [], series });
    return [...answers, ...more].find((outcome) => !isGood(outcome)) ?? null;
  }

  /** The listings of these markets, whatever has become of them, as one list. */
  async listings(tickers: readonly Ticker[]): Promise<Outcome | null> {
    const size = limits.recordTickersPerRequestMax;
    const chunks = Array.from({ length: Math.ceil(tickers.length / size) }, (_, at) =>
      tickers.slice(at * size, (at + 1) * size),
    );
    return await this.lists(
      chunks.map((chunk): Lists => ['/markets', { tickers: chunk.join(','), limit: size }]),
    );
  }

  /** What was traded since it was asked last. */
  async trades(tickers: readonly Ticker[]): Promise<Outcome | null> {
    const since = Math.floor((this.tradesSince - limits.recordTradesOverlapMs) / 1_000);
    const now = this.now();
    const query = { min_ts: since };
    const failed = await this.lists(
      tickers.length <= limits.recordTradesByMarketMax
        ? tickers.map((ticker): Lists => ['/markets/trades', { ticker, ...query }])
        : [['/markets/trades', query]],
    );
    if (failed === null) this.tradesSince = now;
    return failed;
  }

  private async effect(request: EffectRequest): Promise<readonly Outcome[]> {
    const reply = this.replies(requestHash(request));
    const heard = this.shell
      .perform(request)
      .pipe(tap(({ outcome, last }) => reply(outcome, last)));
    return outcomesOf(heard);
  }

  /** Several lists as the parts of one answer; the first thing that went wrong ends it. */
  private async lists(lists: readonly Lists[]): Promise<Outcome | null> {
    const reply = this.replies(sha256(JSON.stringify(lists)).slice(0, 16));
    let parts = 0;
    for (const list of lists) {
      const outcomes = await outcomesOf(this.shell.publicList(...list));
      for (const outcome of outcomes) {
        if (outcome.kind === 'end') continue;
        parts += 1;
        reply(outcome, !isGood(outcome));
        if (!isGood(outcome)) return outcome;
      }
    }
    reply({ kind: 'end', parts }, true);
    return null;
  }

  private replies(hash: string): (outcome: Outcome, last: boolean) => void {
    this.asked += 1;
    const effectId = this.asked;
    let part = 0;
    return (outcome, last) => {
      const reply = { effectId, requestHash: hash, part, last, outcome };
      part += 1;
      this.accept('venue', { kind: 'reply', reply });
    };
  }
}

const outcomesOf = async (parts$: Observable<Part>): Promise<readonly Outcome[]> =>
  (await lastValueFrom(parts$.pipe(toArray()))).map(({ outcome }) => outcome);
