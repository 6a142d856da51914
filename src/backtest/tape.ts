import type { ListedMarket } from '../domain/market.js';
import { epochMs, formatPrice, formatQuantity, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { LogScheduler } from '../log-scheduler.js';
import type { Effect, EffectRequest, Outcome, Reply } from '../messages/effect.js';
import type { Source } from '../messages/input.js';
import type { AnswerCounts } from './job.js';
import { broughtUpToDate, type MarketLives, marketBody } from './market-lives.js';
import { newestAsk, questionKey, type RecordedAsks } from './recorded-asks.js';
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

type Waiting = {
  readonly effect: Effect;
  readonly request: Asked;
  readonly askedAt: number;
  /** It has waited for as long as one waits for what the recorded run may yet ask. */
  isOverdue: boolean;
};

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
 * Answers what a backtested engine asks of the outside with what its recording has passed so far. A question that the
 * recorded run is asking, too, or asks within a moment, is answered when that was, however long it took. Else the last
 * answer from before serves where it is young enough, or the question fails as `not_recorded`. Nothing that is still to
 * come is ever used.
 */
export class Tape {
  readonly http = new RecordedHttp();
  private readonly ports: TapePorts;
  /** Of evidence and of Claude, by what was asked. */
  private readonly said = new Map<string, At<Outcome>>();
  /** The newest effect whose whole answer has passed, by the hash of its request. */
  private readonly ended = new Map<string, number>();
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
    if (!reply.last) return;
    const { requestHash, effectId } = reply;
    this.ended.set(requestHash, Math.max(effectId, this.ended.get(requestHash) ?? effectId));
    if (this.waiting.length > 0) this.settle();
  }

  ask(effect: Effect, request: Asked): void {
    const { scheduler, speed } = this.ports;
    const waiting: Waiting = { effect, request, askedAt: scheduler.now(), isOverdue: false };
    const underWayMs = limits.backtestRequestMs * speed;
    // Old news are good enough: neither what a market is nor what Claude thinks of the same texts changes.
    if (request.kind === 'metadata' || request.kind === 'infer' || request.kind === 'model') {
      const found = this.fresh(waiting);
      if (found !== null) {
        scheduler.schedule(() => this.reply(waiting, found), underWayMs);
        return;
      }
    }
    this.waiting.push(waiting);
    scheduler.schedule(() => {
      waiting.isOverdue = true;
      this.settle();
    }, waitsMs(request) * speed);
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

  /** Answers whom there is an answer for. */
  private settle(): void {
    const { waiting } = this;
    this.waiting = [];
    const still = waiting.filter((one) => {
      const found = this.fresh(one) ?? (this.isLeft(one) ? this.older(one) : null);
      if (found !== null) this.reply(one, found);
      return found === null;
    });
    this.waiting = [...still, ...this.waiting];
  }

  /** Nobody asked the same in time, or the recorded run was given nothing for it, either. */
  private isLeft({ effect, request, isOverdue }: Waiting): boolean {
    if (!isOverdue) return false;
    const { asks, scheduler } = this.ports;
    const isUnderWay = (hash: string): boolean => {
      const asked = asks.asked.get(hash);
      const newest = asked === undefined ? null : newestAsk(asked, scheduler.now());
      return newest !== null && newest > (this.ended.get(hash) ?? -1);
    };
    if (request.kind !== 'metadata') return !isUnderWay(effect.hash);
    // What it asks of other events serves as well.
    for (const [hash, { kind }] of asks.asked)
      if (kind === 'metadata' && isUnderWay(hash)) return false;
    return true;
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
    if (request.kind === 'book') {
      const read = this.http.books.get(request.ticker);
      return read === undefined || read.at < askedAt
        ? null
        : answered(bookPath(request), read.value);
    }
    if (request.kind === 'market') {
      const read = this.http.markets.get(request.ticker);
      return read === undefined || read.at < askedAt ? null : this.known(request);
    }
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
    if (request.kind === 'book' || request.kind === 'market') return this.known(request);
    return missing(request.kind);
  }

  /** The recorded book and the recorded life of one market, as they stand. */
  private known(request: Extract<Asked, { kind: 'book' | 'market' }>): Found {
    const { ticker } = request;
    const { feed, lives, market, scheduler, speed } = this.ports;
    if (request.kind === 'book') {
      const path = bookPath(request);
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

const bookPath = ({ ticker }: { readonly ticker: Ticker }): string =>
  `/markets/${ticker}/orderbook`;

/** Real ms in which the recorded run may come to ask the same. */
function waitsMs(request: Asked): number {
  if (request.kind === 'book' || request.kind === 'market') return limits.backtestRequestMs;
  // What Claude says is waited for as long as an engine waits: nothing older can stand for it.
  return sourceOf(request) === 'claude' ? limits.inferenceDeadlineMs : limits.backtestAnswerWaitMs;
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
