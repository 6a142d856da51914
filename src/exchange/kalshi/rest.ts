import type { IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';
import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { Outcome } from '../../messages/effect.js';
import { RateLimits } from './buckets.js';
import { venueError } from './errors.js';
import { type Answer, Exchange, type Failed, failed } from './http-exchange.js';
import type { KeyStanding } from './key-standing.js';
import { excerpt } from './problem.js';
import type { ApiRequest } from './requests.js';
import type { Signer } from './sign.js';
import { SkewWatch } from './skew-watch.js';

/** Something the operator should know; never a secret. Each code at most once a minute, but `key_revoked` every time. */
export type VenueNote = {
  readonly code:
    | 'no_key'
    | 'key_unusable'
    | 'auth_refused'
    | 'key_revoked'
    | 'clock_skew'
    | 'limits_unknown';
  readonly detail: string;
};

export type RestOptions = {
  readonly origin: string;
  /** `/trade-api/v2`. */
  readonly root: string;
  readonly signer: Signer | null;
  /** False: nothing but a GET ever leaves, whoever asks. */
  readonly mayWrite: boolean;
  readonly clock: Clock;
  readonly standing: KeyStanding;
  readonly note: (note: VenueNote) => void;
};

/** What keeps a request that has not started from starting. */
type StartGuard = { readonly recalled: AbortSignal | null; readonly isTooLate: () => boolean };
const always: StartGuard = { recalled: null, isTooLate: () => false };

/**
 * The exchange's REST API as outcomes. Every attempt ends: by a deadline over all of it, by a cap on the body; a redirect
 * is never followed. Reads are tried again on network failures, 5xx and 429, with backoff and jitter; writes never, because only
 * the executor knows what an unanswered write means. `sent: false` is proof: the request was never given to a socket.
 */
export class Rest {
  private readonly options: RestOptions;
  private readonly reads: Pool;
  /** Connections of their own, so that no order waits behind a page of markets. */
  private readonly writes: Pool;
  readonly rates: RateLimits;
  readonly skew = new SkewWatch();
  /** Creates that may not have started, each with what takes it back. */
  private readonly waiting = new Set<() => void>();

  constructor(options: RestOptions) {
    this.options = options;
    this.rates = new RateLimits(options.clock);
    this.reads = poolOf(options.origin, limits.restReadKeepAliveMs);
    this.writes = poolOf(options.origin, limits.restWriteKeepAliveMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.reads.destroy(), this.writes.destroy()]);
  }

  /** No create that has not been given to a socket by now ever is. */
  recall(): void {
    for (const takeBack of this.waiting) takeBack();
  }

  async call(request: ApiRequest, signal: AbortSignal): Promise<Outcome> {
    if (request.method !== 'GET' && !this.options.mayWrite)
      return failed('read_only', false, `${request.method} ${request.path} is only for live mode`);
    if (request.lane !== 'create') return this.attempts(request, signal, always);
    const recalled = new AbortController();
    const takeBack = (): void => recalled.abort();
    this.waiting.add(takeBack);
    try {
      const start = { recalled: recalled.signal, isTooLate: this.lateAfterNow() };
      return await this.attempts(request, signal, start);
    } finally {
      this.waiting.delete(takeBack);
    }
  }

  /**
   * Whether so much time has gone by that a create may not start any more: the process may have been stopped, or the machine
   * asleep, between the decision and the first byte. The monotonic clock stands still in a sleep, the wall's does not.
   */
  private lateAfterNow(): () => boolean {
    const { clock } = this.options;
    const [monotonic, real] = [clock.monotonicMs(), clock.realNow()];
    // Written so that NaN refuses.
    return () =>
      !(
        clock.monotonicMs() - monotonic <= limits.restCreateStartMsMax &&
        clock.realNow() - real <= limits.restCreateStartMsMax
      );
  }

  private async attempts(
    request: ApiRequest,
    signal: AbortSignal,
    start: StartGuard,
  ): Promise<Outcome> {
    const { signer, clock } = this.options;
    if (request.isPrivate && signer === null)
      return failed('no_key', false, `${request.method} ${request.path} needs a key`);
    const attemptsMax = request.method === 'GET' ? limits.restReadAttemptsMax : 1;
    for (let attempt = 1; ; attempt += 1) {
      const { lane, shard, cost } = request;
      if (!(await this.rates.acquire(lane, shard, cost)))
        return failed('rate_limited_locally', false, `no ${lane} tokens in time`);
      if (signal.aborted) return failed('aborted', false, 'given up before it was sent');
      if (start.recalled?.aborted === true)
        return failed('aborted', false, 'taken back before it was sent');
      if (lane === 'create' && this.skew.isTooFar)
        return failed('clock_skew', false, this.skewText());
      const result = await this.attempt(request, signal, start);
      if (result.kind === 'answer' && result.status === 429) this.rates.empty(lane, shard);
      if (result.kind === 'answer') this.judgeKey(request, result);
      if (attempt >= attemptsMax || signal.aborted || !isTransient(result))
        return result.kind === 'failed' ? result : this.outcome(request, result);
      const backoffMs = clock.random() * limits.restBackoffMs * 2 ** attempt;
      const askedMs = result.kind === 'answer' ? retryAfterMs(result.headers) : 0;
      await new Promise<void>((done) => void clock.setTimer(backoffMs + askedMs, done));
    }
  }

  private outcome(request: ApiRequest, { status, body }: Answer): Outcome {
    return { kind: 'http', status, path: request.path + request.query, body };
  }

  private attempt(
    request: ApiRequest,
    signal: AbortSignal,
    { recalled, isTooLate }: StartGuard,
  ): Promise<Answer | Failed> {
    const { clock, signer, root } = this.options;
    const path = root + request.path;
    const startedAt = clock.realNow();
    const deadlineMs =
      request.method === 'GET' ? limits.restReadDeadlineMs : limits.restWriteDeadlineMs;
    const signed: Readonly<Record<string, string>> = signer?.headers(request.method, path) ?? {};
    // What answers may repeat what it was sent, and answers are kept: key id and signature are cut out of them.
    const cut = (body: string): string =>
      Object.values(signed)
        .filter((value) => value.length > timestampCharsMax && body.includes(value))
        .reduce((text, value) => text.replaceAll(value, redacted), body);
    return new Promise((resolve) => {
      const exchange = new Exchange((result) => {
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
        recalled?.removeEventListener('abort', onRecall);
        if (result.kind === 'answer') this.checkSkew(result, startedAt);
        resolve(result.kind === 'answer' ? { ...result, body: cut(result.body) } : result);
      }, isTooLate);
      const onAbort = (): void => exchange.stop('aborted', 'given up');
      signal.addEventListener('abort', onAbort, { once: true });
      const onRecall = (): void => exchange.takeBack();
      recalled?.addEventListener('abort', onRecall, { once: true });
      const cancelTimer = clock.setTimer(deadlineMs, () =>
        exchange.stop('timeout', `no whole answer within ${deadlineMs} ms`),
      );
      const pool = request.method === 'GET' ? this.reads : this.writes;
      pool.dispatch(
        {
          method: request.method,
          path: path + request.query,
          body: request.body,
          headers: {
            accept: 'application/json',
            ...(request.body === null ? {} : { 'content-type': 'application/json' }),
            ...signed,
          },
        },
        exchange,
      );
    });
  }

  private checkSkew({ headers }: Answer, startedAt: number): void {
    const { clock, note } = this.options;
    this.skew.heard(headers, startedAt, clock.realNow());
    if ((this.skew.provenMs ?? 0) > limits.skewWarnMs)
      note({ code: 'clock_skew', detail: this.skewText() });
  }

  private judgeKey({ isPrivate }: ApiRequest, { status, body }: Answer): void {
    const { note, standing } = this.options;
    const isRefused = status === 401 || status === 403;
    const detail = `${status} ${excerpt(body)}`;
    if (isRefused) note({ code: 'auth_refused', detail });
    // A signature that is too old or too new is the clock's fault, and says nothing of the key.
    const isOfClock = isRefused && venueError(status, body).code === 'header_timestamp_expired';
    if (isPrivate && isRefused && !isOfClock) standing.refused(detail);
    else if (isPrivate && status >= 200 && status < 300) standing.taken();
  }

  private skewText(): string {
    return `exchange clock minus ours: ${Math.round(this.skew.skewMs ?? 0)} ms`;
  }
}

const poolOf = (origin: string, keepAliveTimeout: number): Pool =>
  new Pool(origin, {
    connections: limits.restConnectionsMax,
    pipelining: 1,
    connect: { timeout: limits.restConnectMsMax },
    // The deadline is ours and covers everything; undici's own would add a second answer.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout,
  });

/** What stands in an answer where it repeated our key id or signature. */
export const redacted = '[redacted]';

/** A time is no secret, and stands in many answers. */
const timestampCharsMax = 13;

const isTransient = (result: Answer | Failed): boolean =>
  result.kind === 'answer'
    ? result.status === 429 || result.status >= 500
    : result.code === 'network' || result.code === 'timeout';

/** Seconds, clamped: a server may not park us. The form with a date is taken as none. */
function retryAfterMs(headers: IncomingHttpHeaders): number {
  const seconds = Number(headers['retry-after'] ?? 0);
  return seconds > 0 ? Math.min(seconds * 1_000, limits.restRetryAfterMsMax) : 0;
}
