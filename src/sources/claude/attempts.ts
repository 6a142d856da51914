import { type Agent, type Dispatcher, type RequestInit, fetch as undiciFetch } from 'undici';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';

/** A whole answer of the API. */
type Answer = { readonly status: number; readonly body: string };

/** How one exchange with the API went. */
type Exchange =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly headers: Headers }
  /** Nothing whole came back. `retriable` false: the same would come again, or nobody waits any more. */
  | { readonly kind: 'broken'; readonly why: string; readonly retriable: boolean };

export type AttemptsOptions = {
  readonly agent: Agent;
  /** Ends every attempt, and the waits between them. */
  readonly signal: AbortSignal;
  /** Real milliseconds until that is due. */
  readonly msLeft: () => number;
  /** Whether a whole 2xx tells what it cost; what does not is paid for and lost. */
  readonly isBill: (body: string) => boolean;
};

/** All that the SDK may hear of a reply's headers: what it retries by. */
const heardHeaders = ['content-type', 'retry-after', 'retry-after-ms', 'x-should-retry'];
/** All that leaves beside the content: nothing that the environment adds. */
const sentHeaders =
  /^(?:accept|authorization|content-type|user-agent|anthropic-version|x-stainless-[a-z-]+)$/;

/**
 * The SDK's way to the network for one call. It decides when to try again; this reads each reply whole under a byte cap,
 * follows no redirect, and counts what may be charged without a bill having come.
 */
export class Attempts {
  private readonly options: AttemptsOptions;
  private isSent = false;
  private lostCount = 0;
  private last: Answer | null = null;
  private lastProblem = '';

  constructor(options: AttemptsOptions) {
    this.options = options;
  }

  /** Whether any request was written to a connection. */
  get sent(): boolean {
    return this.isSent;
  }
  /** Attempts that may be charged and whose bill never came. */
  get lost(): number {
    return this.lostCount;
  }
  /** Of the last attempt that got a whole one. */
  get answer(): Answer | null {
    return this.last;
  }
  /** Of the last attempt, in our own words; empty when it was answered. */
  get problem(): string {
    return this.lastProblem;
  }

  readonly fetch = async (
    url: string | URL | Request,
    init: RequestInitOfSdk = {},
  ): Promise<Response> => {
    const attempt = { sent: false };
    const address = typeof url === 'string' ? url : url instanceof URL ? url.href : url.url;
    const exchange = await this.exchange(address, init, attempt);
    if (attempt.sent) this.isSent = true;
    if (exchange.kind === 'broken') {
      this.lastProblem = exchange.why;
      if (attempt.sent) this.lostCount += 1;
      // Only an error makes the SDK try again, and only an answer makes it stop.
      if (exchange.retriable) return Promise.reject(new TypeError(exchange.why));
      return new Response('', { status: 400, headers: { 'x-should-retry': 'false' } });
    }
    const { answer, headers } = exchange;
    this.lastProblem = '';
    this.last = answer;
    if (answer.status >= 200 && answer.status < 300 && !this.options.isBill(answer.body))
      this.lostCount += 1;
    // The platform builds no response with a body from these; the SDK need not know which it was.
    const isOdd = answer.status > 599 || [204, 205, 304].includes(answer.status);
    const status = isOdd ? 400 : answer.status;
    return new Response(answer.body, { status, headers: this.heard(headers) });
  };

  private async exchange(
    url: string,
    { method, headers, body, signal }: RequestInitOfSdk,
    attempt: { sent: boolean },
  ): Promise<Exchange> {
    try {
      const response = await undiciFetch(url, {
        method: method ?? 'GET',
        headers: [...new Headers(headers)].filter(([name]) => sentHeaders.test(name)),
        ...(typeof body === 'string' ? { body } : {}),
        ...(signal == null ? {} : { signal }),
        redirect: 'manual',
        dispatcher: noticing(this.options.agent, () => {
          attempt.sent = true;
        }),
      } satisfies RequestInit);
      const read = await readBody(response.body);
      // An error is one whatever it says about itself; only an answer has to be whole.
      if (!read.ok && response.status < 300) {
        const retriable = read.error !== tooLarge && !this.options.signal.aborted;
        return { kind: 'broken', why: read.error, retriable };
      }
      return {
        kind: 'answered',
        answer: { status: response.status, body: read.ok ? read.value : '' },
        headers: new Headers([...response.headers]),
      };
    } catch (error) {
      return { kind: 'broken', why: codeOf(error), retriable: !this.options.signal.aborted };
    }
  }

  /** A wait that outlasts the call is not begun. */
  private heard(headers: Headers): Headers {
    const heard = new Headers();
    for (const name of heardHeaders) {
      const value = headers.get(name);
      if (value !== null) heard.set(name, value);
    }
    const waitMs = Math.max(
      Number(headers.get('retry-after-ms') ?? 0),
      Number(headers.get('retry-after') ?? 0) * 1_000,
    );
    if (waitMs >= this.options.msLeft()) heard.set('x-should-retry', 'false');
    return heard;
  }
}

const tooLarge = `over ${limits.inferenceBytesMax} bytes`;

async function readBody(body: AsyncIterable<Uint8Array> | null): Promise<Result<string, string>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.length;
      if (bytes > limits.inferenceBytesMax) return err(tooLarge);
      chunks.push(chunk);
    }
  } catch (error) {
    return err(codeOf(error));
  }
  return ok(Buffer.concat(chunks, bytes).toString('utf8'));
}

/** What the SDK hands to a `fetch`. */
type RequestInitOfSdk = globalThis.RequestInit;

/** Tells when a request is about to be written to a connection that stands: before that, nothing has left. */
const noticing = (agent: Agent, sent: () => void): Dispatcher =>
  agent.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => {
          sent();
          handler.onRequestStart?.(controller, context);
        },
        onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
        onResponseStart: (...given) => handler.onResponseStart?.(...given),
        onResponseData: (...given) => handler.onResponseData?.(...given),
        onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
        onResponseError: (...given) => handler.onResponseError?.(...given),
      }),
  );

/** The code of an error or of what caused it; never its words, which may quote a header. */
function codeOf(error: unknown): string {
  for (
    let at: unknown = error, depth = 0;
    at instanceof Error && depth < 4;
    at = at.cause, depth += 1
  ) {
    const code = (at as Error & { readonly code?: unknown }).code;
    if (typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code)) return code;
    if (at.name === 'AbortError') return 'aborted';
  }
  return 'connection failed';
}
