import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { FailureCode, Outcome } from '../../messages/effect.js';
import { RateLimits } from './buckets.js';
import { excerpt } from './problem.js';
import type { ApiRequest } from './requests.js';
import type { Signer } from './sign.js';

/** Something the operator should know; never a secret. Each code at most once a minute. */
export type VenueNote = {
  readonly code: 'no_key' | 'key_unusable' | 'auth_refused' | 'clock_skew' | 'limits_unknown';
  readonly detail: string;
};

type Answer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
};
type Failed = Outcome & { readonly kind: 'failed' };

const failed = (code: FailureCode, sent: boolean, detail: string): Failed => ({
  kind: 'failed',
  code,
  sent,
  detail,
});

export type RestOptions = {
  readonly origin: string;
  /** `/trade-api/v2`. */
  readonly root: string;
  readonly signer: Signer | null;
  readonly clock: Clock;
  readonly note: (note: VenueNote) => void;
};

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
    if (request.lane !== 'create') return this.attempts(request, signal, null);
    const recalled = new AbortController();
    const takeBack = (): void => recalled.abort();
    this.waiting.add(takeBack);
    try {
      return await this.attempts(request, signal, recalled.signal);
    } finally {
      this.waiting.delete(takeBack);
    }
  }

  private async attempts(
    request: ApiRequest,
    signal: AbortSignal,
    recalled: AbortSignal | null,
  ): Promise<Outcome> {
    const { signer, note, clock } = this.options;
    if (request.isPrivate && signer === null)
      return failed('no_key', false, `${request.method} ${request.path} needs a key`);
    const attemptsMax = request.method === 'GET' ? limits.restReadAttemptsMax : 1;
    for (let attempt = 1; ; attempt += 1) {
      const { lane, shard, cost } = request;
      if (!(await this.rates.acquire(lane, shard, cost)))
        return failed('rate_limited_locally', false, `no ${lane} tokens in time`);
      if (signal.aborted) return failed('aborted', false, 'given up before it was sent');
      if (recalled?.aborted === true)
        return failed('aborted', false, 'taken back before it was sent');
      const result = await this.attempt(request, signal, recalled);
      if (result.kind === 'answer' && result.status === 429) this.rates.empty(lane, shard);
      if (result.kind === 'answer' && (result.status === 401 || result.status === 403))
        note({ code: 'auth_refused', detail: `${result.status} ${excerpt(result.body)}` });
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
    recalled: AbortSignal | null,
  ): Promise<Answer | Failed> {
    const { clock, signer, root } = this.options;
    const path = root + request.path;
    const startedAt = clock.realNow();
    const deadlineMs =
      request.method === 'GET' ? limits.restReadDeadlineMs : limits.restWriteDeadlineMs;
    return new Promise((resolve) => {
      const exchange = new Exchange((result) => {
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
        recalled?.removeEventListener('abort', onRecall);
        if (result.kind === 'answer') this.checkSkew(result.headers, startedAt);
        resolve(result);
      });
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
            ...signer?.headers(request.method, path),
          },
        },
        exchange,
      );
    });
  }

  /** The `Date` header has whole seconds; a cached answer says with `Age` how old its date is. */
  private checkSkew(headers: IncomingHttpHeaders, startedAt: number): void {
    const { clock, note } = this.options;
    const sent = Date.parse(String(headers.date ?? ''));
    const ageMs = Number(headers.age ?? 0) * 1_000;
    const now = clock.realNow();
    const skewMs = sent + 500 + ageMs - (startedAt + now) / 2;
    if (Math.abs(skewMs) > limits.restSkewMsMax + (now - startedAt) / 2)
      note({ code: 'clock_skew', detail: `exchange clock minus ours: ${Math.round(skewMs)} ms` });
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

const isTransient = (result: Answer | Failed): boolean =>
  result.kind === 'answer'
    ? result.status === 429 || result.status >= 500
    : result.code === 'network' || result.code === 'timeout';

/** Seconds, clamped: a server may not park us. The form with a date is taken as none. */
function retryAfterMs(headers: IncomingHttpHeaders): number {
  const seconds = Number(headers['retry-after'] ?? 0);
  return seconds > 0 ? Math.min(seconds * 1_000, limits.restRetryAfterMsMax) : 0;
}

const stopped = new Error('stopped');

/** One request on the wire: collects its answer under the byte cap and settles exactly once. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly settle: (result: Answer | Failed) => void;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private status = 0;
  private headers: IncomingHttpHeaders = {};
  private controller: Dispatcher.DispatchController | null = null;
  private isSent = false;
  private isSettled = false;

  constructor(settle: (result: Answer | Failed) => void) {
    this.settle = settle;
  }

  /** From outside: the deadline, or nobody wants the answer any more. */
  stop(code: FailureCode, detail: string): void {
    this.finish(failed(code, this.isSent, detail));
    this.controller?.abort(stopped);
  }

  /** Stops it unless it has started. */
  takeBack(): void {
    if (!this.isSent) this.stop('aborted', 'taken back before it was sent');
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Called before the first byte is written: aborting here keeps a request that was given up from leaving at all.
    if (this.isSettled) controller.abort(stopped);
    else {
      this.controller = controller;
      this.isSent = true;
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    if (status >= 300 && status < 400) this.stop('redirect', `HTTP ${status} is not followed`);
    else if (Number(headers['content-length'] ?? 0) > limits.restBodyBytesMax) this.tooLarge();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > limits.restBodyBytesMax) this.tooLarge();
    else if (!this.isSettled) this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.chunks, this.bytes).toString('utf8');
    this.finish({ kind: 'answer', status: this.status, body, headers: this.headers });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const code = (error as { readonly code?: unknown }).code;
    const name = typeof code === 'string' ? code : error.name;
    const isClosed = name === 'UND_ERR_CLOSED' || name === 'UND_ERR_DESTROYED';
    const detail = `${name}: ${excerpt(error.message)}`;
    this.finish(failed(isClosed ? 'aborted' : 'network', this.isSent, detail));
  }

  private tooLarge(): void {
    this.stop('too_large', `body over ${limits.restBodyBytesMax} bytes`);
  }

  private finish(result: Answer | Failed): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.settle(result);
  }
}
