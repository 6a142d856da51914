import type { ListedMarket } from '../domain/market.js';
import { epochMs, formatPrice, formatQuantity, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { LogScheduler } from '../log-scheduler.js';
import type { Effect, EffectRequest, Outcome, Reply } from '../messages/effect.js';
import type { Source } from '../messages/input.js';
import type { AnswerCounts } from './job.js';
import { broughtUpToDate, type MarketLives, marketBody } from './market-lives.js';
import { questionKey, type RecordedAsks } from './recorded-asks.js';
import { type At, RecordedHttp, type RecordedListing } from './recorded-http.js';
import type { TapeFeed } from './tape-feed.js';

export type TapePorts = {
  readonly scheduler: LogScheduler;
  readonly speed: number;
  readonly feed: TapeFeed;
  readonly lives: MarketLives;
  readonly market: (ticker: Ticker) => ListedMarket | null;
  readonly answer: (effect: Effect, source: Source, outcomes: readonly Outcome[]) => void;
  readonly asks: RecordedAsks;
  /** Real ms that evidence stands for when nothing newer was recorded. */
  readonly evidenceAgeMsMax: () => number;
};

type Asked = Extract<
  EffectRequest,
  { kind: 'scan' | 'metadata' | 'book' | 'market' | 'evidence' | 'infer' | 'model' }
>;

/** `older`: from before the question. */
type Found = { readonly outcomes: readonly Outcome[]; readonly grade: keyof AnswerCounts };

type Waiting = { readonly effect: Effect; readonly request: Asked; readonly askedAt: number };

const missing = (what: string): Found => ({
  outcomes: [
    {
      kind: 'failed',
      code: 'not_recorded',
      sent: false,
      detail: `${what} is not in the recording`,
    },
  ],
  grade: 'missing',
});

/**
 * Answers what a backtested engine asks of the outside with what its recording has passed so far. A question waits a
 * moment, in which the recorded run may have asked the same: then the answer comes when it came. After that the last
 * answer from before serves where it is young enough, and else the question fails as `not_recorded`. Nothing that is
 * still to come is ever used.
 */
export class Tape {
  readonly http = new RecordedHttp();
  private readonly ports: TapePorts;
  /** Of evidence and of Claude, by what was asked. */
  private readonly said = new Map<string, At<Outcome>>();
  private waiting: Waiting[] = [];
  private readonly counts = new Map<string, { -readonly [Grade in keyof AnswerCounts]: number }>();

  constructor(ports: TapePorts) {
    this.ports = ports;
  }

  /** A recorded reply passes. */
  hear(source: Source, reply: Reply): void {
    const at = epochMs(Math.floor(this.ports.scheduler.now()));
    if (source === 'evidence' || source === 'claude') {
      const key = this.ports.asks.questions.get(reply.effectId) ?? reply.requestHash;
      this.said.set(key, { value: reply.outcome, at });
    } else if (source === 'venue') this.http.hear(reply, at);
    else return;
    if (this.waiting.length === 0 || !reply.last) return;
    const still: Waiting[] = [];
    for (const waiting of this.waiting) {
      const found = this.fresh(waiting);
      if (found === null) still.push(waiting);
      else this.reply(waiting, found);
    }
    this.waiting = still;
  }

  ask(effect: Effect, request: Asked): void {
    const { scheduler, speed } = this.ports;
    const waiting = { effect, request, askedAt: scheduler.now() };
    if (request.kind === 'book' || request.kind === 'market') {
      const underWayMs = limits.backtestRequestMs * speed;
      scheduler.schedule(() => this.reply(waiting, this.known(request)), underWayMs);
      return;
    }
    // Old news are good enough: neither what a market is nor what Claude thinks of the same texts changes.
    if (request.kind === 'metadata' || request.kind === 'infer' || request.kind === 'model') {
      const found = this.fresh(waiting);
      if (found !== null) {
        const underWayMs = limits.backtestRequestMs * speed;
        scheduler.schedule(() => this.reply(waiting, found), underWayMs);
        return;
      }
    }
    this.waiting.push(waiting);
    // What Claude says is waited for as long as an engine waits: nothing older can stand for it.
    const waitsMs =
      sourceOf(request) === 'claude' ? limits.inferenceDeadlineMs : limits.backtestAnswerWaitMs;
    scheduler.schedule(() => this.overdue(waiting), waitsMs * speed);
  }

  count(kind: string, grade: keyof AnswerCounts): void {
    const counts = this.counts.get(kind) ?? { answered: 0, older: 0, missing: 0 };
    counts[grade] += 1;
    this.counts.set(kind, counts);
  }

  /** At the end: what still waits is not in the recording. */
  report(): Readonly<Record<string, AnswerCounts>> {
    for (const { request } of this.waiting.splice(0)) this.count(request.kind, 'missing');
    const sorted = [...this.counts].sort(([left], [right]) => (left < right ? -1 : 1));
    return Object.fromEntries(sorted);
  }

  private reply({ effect, request }: Waiting, { outcomes, grade }: Found): void {
    this.count(request.kind, grade);
    this.ports.answer(effect, sourceOf(request), outcomes);
  }

  private overdue(waiting: Waiting): void {
    if (!this.waiting.includes(waiting)) return;
    const found = this.older(waiting);
    // A list that is just coming in, or the first one, is waited for.
    if (found === null) return;
    this.waiting = this.waiting.filter((one) => one !== waiting);
    this.reply(waiting, found);
  }

  /** What was recorded since the question. */
  private fresh({ effect, request, askedAt }: Waiting): Found | null {
    if (request.kind === 'scan') {
      const { listing } = this.http;
      if (listing === null || listing.at < askedAt) return null;
      return { outcomes: outcomesOf(listing, null), grade: 'answered' };
    }
    if (request.kind === 'evidence') {
      const found = this.said.get(effect.hash);
      if (found === undefined || found.at < askedAt) return null;
      return { outcomes: [found.value], grade: 'answered' };
    }
    if (request.kind === 'infer' || request.kind === 'model') {
      const key = request.kind === 'infer' ? questionKey(request.call.body) : effect.hash;
      const found = this.said.get(key);
      return found === undefined ? null : { outcomes: [found.value], grade: 'answered' };
    }
    if (request.kind !== 'metadata') return null;
    const { events, series } = this.http;
    const isWhole =
      request.events.every((name) => events.has(name)) &&
      request.series.every((name) => series.has(name));
    return isWhole ? { outcomes: this.metadata(request), grade: 'answered' } : null;
  }

  private older({ effect, request }: Waiting): Found | null {
    const { scheduler, speed, lives, evidenceAgeMsMax } = this.ports;
    if (request.kind === 'scan') {
      const { listing, isListing } = this.http;
      if (listing === null || isListing) return null;
      // The engine itself believes a list for so long.
      const isYoung = (scheduler.now() - listing.at) / speed <= limits.keylessBookAgeMsMax;
      return { outcomes: outcomesOf(listing, lives), grade: isYoung ? 'answered' : 'older' };
    }
    if (request.kind === 'evidence') {
      const found = this.said.get(effect.hash);
      const isYoung =
        found !== undefined && (scheduler.now() - found.at) / speed <= evidenceAgeMsMax();
      return isYoung ? { outcomes: [found.value], grade: 'older' } : missing(request.source);
    }
    if (request.kind === 'metadata') return { outcomes: this.metadata(request), grade: 'missing' };
    return missing(request.kind);
  }

  /** The recorded book and the recorded life of one market, as they stand. */
  private known(request: Extract<Asked, { kind: 'book' | 'market' }>): Found {
    const { ticker } = request;
    const { feed, lives, market, scheduler, speed } = this.ports;
    if (request.kind === 'book') {
      const path = `/markets/${ticker}/orderbook`;
      const book = feed.book(ticker);
      if (book !== null) {
        const side = (name: 'yes' | 'no') =>
          book.levels(name).map(([at, size]) => [formatPrice(at), formatQuantity(size)]);
        const body = { orderbook_fp: { yes_dollars: side('yes'), no_dollars: side('no') } };
        return answered(path, JSON.stringify(body));
      }
      const read = this.http.books.get(ticker);
      const isYoung =
        read !== undefined && (scheduler.now() - read.at) / speed <= limits.backtestAnswerWaitMs;
      return isYoung ? answered(path, read.value) : missing(`the book of ${ticker}`);
    }
    const path = `/markets/${ticker}`;
    const life = lives.get(ticker);
    const newest = this.http.market(ticker);
    if (newest !== null) {
      const raw = broughtUpToDate(newest.value, life !== null && life.at > newest.at ? life : null);
      // Its quotes would be taken for those of now.
      const isYoung = (scheduler.now() - newest.at) / speed <= limits.keylessBookAgeMsMax;
      if (isYoung || !isActive(raw)) return answered(path, JSON.stringify({ market: raw }));
    }
    const listed = market(ticker);
    return listed === null || life === null
      ? missing(`the listing of ${ticker}`)
      : answered(path, marketBody(listed, life));
  }

  private metadata({ events, series }: Extract<Asked, { kind: 'metadata' }>): readonly Outcome[] {
    const { http } = this;
    const outcomes: Outcome[] = [];
    if (events.length > 0) {
      const found = events.flatMap((name) => http.events.get(name)?.value ?? []);
      outcomes.push(ok('/events', JSON.stringify({ events: found, cursor: '' })));
    }
    for (const name of series) {
      const found = http.series.get(name);
      const path = `/series/${name}`;
      if (found !== undefined) outcomes.push(ok(path, found.value));
      else outcomes.push(...missing(path).outcomes);
    }
    return [...outcomes, { kind: 'end', parts: outcomes.length }];
  }
}

function sourceOf({ kind }: Asked): Source {
  if (kind === 'evidence') return 'evidence';
  return kind === 'infer' || kind === 'model' ? 'claude' : 'venue';
}

const isActive = (raw: unknown): boolean =>
  (raw as { readonly status?: unknown }).status === 'active';

const ok = (path: string, body: string): Outcome => ({ kind: 'http', status: 200, path, body });
const answered = (path: string, body: string): Found => ({
  outcomes: [ok(path, body)],
  grade: 'answered',
});

/** `lives`: a list from before the question lists as open what has ended since. */
function outcomesOf({ pages, at }: RecordedListing, lives: MarketLives | null): readonly Outcome[] {
  const shown = pages.map((page): Outcome => {
    if (lives === null) return page;
    const body = JSON.parse(page.body) as { readonly markets?: readonly { ticker: string }[] };
    const markets = body.markets?.map((raw) => {
      const life = lives.get(raw.ticker);
      return broughtUpToDate(raw, life !== null && life.at > at ? life : null);
    });
    return { ...page, body: JSON.stringify({ ...body, markets }) };
  });
  return [...shown, { kind: 'end', parts: shown.length }];
}
