import { Observable } from 'rxjs';
import { Agent, request } from 'undici';
import type { Clock } from '../clock.js';
import { limits } from '../limits.js';
import type { EvidenceSource, FailureCode, Outcome } from '../messages/effect.js';

/** What one source wants in a header, told to its own origin and to nobody else. */
export type SourceKey = {
  readonly source: EvidenceSource;
  /** The configured address; the key goes wherever its origin is asked. */
  readonly address: string;
  readonly header: string;
  readonly scheme: string | null;
  readonly key: string;
};

export type FetcherOptions = {
  readonly clock: Clock;
  /** Says who asks and how to reach them: the weather service refuses requests without. */
  readonly userAgent: string;
  /** The core knows none of them: they are added here, and cut out of whatever comes back. */
  readonly keys: readonly SourceKey[];
};

type Cached = {
  readonly etag: string | null;
  readonly modified: string | null;
  readonly body: string;
};

const failed = (code: FailureCode, sent: boolean, detail: string): Outcome => ({
  kind: 'failed',
  code,
  sent,
  detail,
});

const text = (header: string | string[] | undefined): string | null =>
  typeof header === 'string' && header !== '' ? header : null;

/**
 * Reads evidence over HTTP: GET only, JSON or text, under a deadline and a byte cap, never following a redirect. An
 * unchanged answer (304) is given as the body it confirms, so that a recording holds what was decided on. One request at
 * a time and host, off loopback at most one a second; a 5xx is tried once more, as late as the service asks.
 */
export class Fetcher {
  private readonly options: FetcherOptions;
  private readonly agent = new Agent({
    connections: limits.evidenceConnectionsMax,
    connect: { timeout: limits.evidenceDeadlineMs },
  });
  private readonly cache = new Map<string, Cached>();
  /** The end of each host's queue. */
  private readonly turns = new Map<string, Promise<void>>();
  private readonly closing = new AbortController();

  constructor(options: FetcherOptions) {
    this.options = options;
  }

  /** Asks on subscription; one outcome. Never errors. The URL's query appears in no outcome: it may hold a key. */
  readonly fetch = (source: EvidenceSource, url: string): Observable<Outcome> =>
    new Observable((subscriber) => {
      void this.inTurn(source, new URL(url)).then((outcome) => {
        subscriber.next(outcome);
        subscriber.complete();
      });
    });

  async close(): Promise<void> {
    this.closing.abort();
    await this.agent.destroy();
  }

  private async inTurn(source: EvidenceSource, url: URL): Promise<Outcome> {
    const before = this.turns.get(url.host) ?? Promise.resolve();
    const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
    const answer = before.then(() => this.tried(source, url, isLocal));
    const pauseMs = isLocal ? 0 : limits.evidencePauseMs;
    this.turns.set(
      url.host,
      answer.then(() => this.wait(pauseMs)),
    );
    return answer;
  }

  private async tried(source: EvidenceSource, url: URL, isLocal: boolean): Promise<Outcome> {
    let askedMs = 0;
    const first = await this.once(source, url, (ms) => {
      askedMs = ms;
    });
    if (first.kind !== 'http' || first.status < 500) return first;
    const leastMs = isLocal ? 0 : limits.evidenceRetryMs;
    await this.wait(Math.min(Math.max(leastMs, askedMs), limits.evidenceRetryMsMax));
    return this.once(source, url);
  }

  /** `later`: how long the service asks to be left alone, ms. */
  private async once(
    source: EvidenceSource,
    url: URL,
    later: (ms: number) => void = () => {},
  ): Promise<Outcome> {
    const where = `${source} ${url.origin}${url.pathname}`;
    if (this.closing.signal.aborted) return failed('aborted', false, where);
    const deadline = new AbortController();
    const disarm = this.options.clock.setTimer(limits.evidenceDeadlineMs, () => deadline.abort());
    const cached = this.cache.get(url.href);
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: this.agent,
        signal: AbortSignal.any([deadline.signal, this.closing.signal]),
        headers: {
          'user-agent': this.options.userAgent,
          accept: 'application/json, application/geo+json, text/plain;q=0.5',
          ...(cached?.etag == null ? {} : { 'if-none-match': cached.etag }),
          ...(cached?.modified == null ? {} : { 'if-modified-since': cached.modified }),
          ...this.keyHeaders(source, url),
        },
      });
      const seconds = text(headers['retry-after']);
      if (seconds !== null && /^\d{1,6}$/.test(seconds)) later(Number(seconds) * 1_000);
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > limits.evidenceBytesMax) {
          body.destroy();
          return failed('too_large', true, `${where}: over ${limits.evidenceBytesMax} bytes`);
        }
        chunks.push(chunk);
      }
      if (statusCode === 304 && cached !== undefined) return this.whole(where, cached.body);
      if (statusCode >= 300 && statusCode < 400)
        return failed('redirect', true, `${where}: HTTP ${statusCode}`);
      const content = this.withoutKeys(Buffer.concat(chunks, bytes).toString('utf8'));
      if (statusCode === 200)
        this.keep(url.href, text(headers['etag']), text(headers['last-modified']), content);
      return { kind: 'http', status: statusCode, path: where, body: content };
    } catch (error) {
      const code = deadline.signal.aborted
        ? 'timeout'
        : this.closing.signal.aborted
          ? 'aborted'
          : 'network';
      const why = error instanceof Error ? error.message : 'failed';
      return failed(code, true, this.withoutKeys(`${where}: ${why}`));
    } finally {
      disarm();
    }
  }

  private keyHeaders(source: EvidenceSource, { origin }: URL): Readonly<Record<string, string>> {
    const own = this.options.keys.filter(
      (key) => key.source === source && new URL(key.address).origin === origin,
    );
    return Object.fromEntries(
      own.map(({ header, scheme, key }) => [header, scheme === null ? key : `${scheme} ${key}`]),
    );
  }

  /** A service that repeats what it was sent must not put a key into a recording. */
  private withoutKeys(text: string): string {
    return this.options.keys.reduce((cut, { key }) => cut.replaceAll(key, '[redacted]'), text);
  }

  private whole(where: string, body: string): Outcome {
    return { kind: 'http', status: 200, path: where, body };
  }

  /** Bodies worth asking about conditionally; the oldest go first. */
  private keep(href: string, etag: string | null, modified: string | null, body: string): void {
    this.cache.delete(href);
    if (etag === null && modified === null) return;
    this.cache.set(href, { etag, modified, body });
    for (const oldest of this.cache.keys()) {
      if (this.cache.size <= limits.evidenceCachedMax) break;
      this.cache.delete(oldest);
    }
  }

  private wait(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((done) => void this.options.clock.setTimer(ms, done));
  }
}
