import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TokenUsage } from '../../src/domain/inference-prices.js';

/**
 * A Messages API on loopback, version 2026-10-21, as far as this engine can tell it from the real one: authorization,
 * fields it refuses, usage with a cache that is written once and read afterwards, errors, models. Its answers are worked
 * out from the questions in the prompt; faults come from a queue, one a request.
 */

/** What a question is to the one who answers it: what stands inside `<untrusted>`. */
export type AskedMarket = { readonly id: string } & Readonly<Record<string, unknown>>;

export type Fault =
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'refusal' }
  /** Stops at `max_tokens`, in the middle of the JSON. */
  | { readonly kind: 'cut' }
  /** Every estimate with these fields in place of its own. */
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, unknown>> }
  /** The answer's text, whatever was asked. */
  | { readonly kind: 'text'; readonly text: string }
  /** This body, status 200. */
  | { readonly kind: 'body'; readonly body: string }
  | { readonly kind: 'huge'; readonly bytes: number }
  | { readonly kind: 'hang' }
  /** Reads the request, then hangs up. */
  | { readonly kind: 'drop' }
  /** Half of the right body, then hangs up; with an error's status if one is given. */
  | { readonly kind: 'half'; readonly status?: number }
  /** Half of the right body, and after so many milliseconds the rest. */
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'redirect'; readonly status: number; readonly to: string };

export type ApiUsage = {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  };
};

type Logged = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** A message that was made and is charged, whether or not it reached anybody. */
type Charged = { readonly id: string; readonly model: string; readonly usage: ApiUsage };

export type MessagesApiOptions = {
  readonly apiKey?: string;
  /** Probability of YES. */
  readonly p?: (market: AskedMarket) => number;
  /** `lifecycle` by model id; others are not found. */
  readonly models?: Readonly<Record<string, string>>;
};

const allowedFields: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'system',
  'messages',
  'output_config',
  'thinking',
  'metadata',
  'stop_sequences',
  'stream',
  'tools',
  'tool_choice',
  'service_tier',
]);
/** What a schema may not say: the real API does not enforce it and refuses it. */
const refusedKeywords = ['minimum', 'maximum', 'maxLength', 'minLength', 'pattern', '$schema'];
/** Shorter prefixes are silently not cached (Haiku 5.5). */
const cachedTokensMin = 512;

const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

type Body = {
  readonly model: string;
  readonly max_tokens: number;
  readonly system?: readonly {
    readonly text: string;
    readonly cache_control?: { readonly type: string; readonly ttl?: string };
  }[];
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly output_config?: { readonly format?: { readonly schema?: unknown } };
};

export class MessagesApi {
  readonly faults: Fault[] = [];
  readonly requests: Logged[] = [];
  readonly charged: Charged[] = [];
  private readonly options: MessagesApiOptions;
  private readonly cached = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      this.requests.push({ method, path: url, headers, body });
      this.answer(method, url, headers, body, response);
    });
  });

  private constructor(options: MessagesApiOptions) {
    this.options = options;
  }

  /** On a port of its own unless one is given. */
  static async start(options: MessagesApiOptions = {}, port = 0): Promise<MessagesApi> {
    const api = new MessagesApi(options);
    await new Promise<void>((done) => api.server.listen(port, '127.0.0.1', done));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await new Promise((done) => {
      this.server.closeAllConnections();
      this.server.close(done);
    });
  }

  /** What all that was charged for comes to, if one message costs `costOf` its tokens. */
  cost(costOf: (usage: TokenUsage) => number): number {
    let sum = 0;
    for (const { usage } of this.charged)
      sum += costOf({
        input: usage.input_tokens,
        output: usage.output_tokens,
        cacheRead: usage.cache_read_input_tokens,
        cacheWrite5m: usage.cache_creation.ephemeral_5m_input_tokens,
        cacheWrite1h: usage.cache_creation.ephemeral_1h_input_tokens,
      });
    return sum;
  }

  private answer(
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    text: string,
    response: ServerResponse,
  ): void {
    const requestId = `req_${String(this.requests.length).padStart(24, '0')}`;
    response.setHeader('request-id', requestId);
    response.setHeader('content-type', 'application/json');
    const refuse = (status: number, type: string, message: string): void => {
      const error = { type: 'error', error: { type, message }, request_id: requestId };
      response.writeHead(status).end(JSON.stringify(error));
    };
    if (headers.authorization !== `Bearer ${this.options.apiKey ?? 'test-key'}`)
      refuse(401, 'authentication_error', 'invalid bearer token');
    else if (method === 'GET' && path.startsWith('/v1/models/')) {
      const id = decodeURIComponent(path.slice('/v1/models/'.length));
      const lifecycle = this.options.models?.[id];
      if (lifecycle === undefined) refuse(404, 'not_found_error', `model: ${id}`);
      else response.end(JSON.stringify(modelEntry(id, lifecycle)));
    } else if (method !== 'POST' || path !== '/v1/messages')
      refuse(404, 'not_found_error', 'Not found');
    else {
      const body = JSON.parse(text) as Body;
      const problem = problemOf(body, headers['anthropic-version']);
      if (problem !== null) refuse(400, 'invalid_request_error', problem);
      else this.serve(body, this.faults.shift() ?? null, response, refuse);
    }
  }

  private serve(
    body: Body,
    fault: Fault | null,
    response: ServerResponse,
    refuse: (status: number, type: string, message: string) => void,
  ): void {
    if (fault?.kind === 'error') {
      for (const [name, value] of Object.entries(fault.headers ?? {}))
        response.setHeader(name, value);
      refuse(fault.status, fault.type, fault.message ?? fault.type);
      return;
    }
    if (fault?.kind === 'redirect') {
      response.writeHead(fault.status, { location: fault.to }).end();
      return;
    }
    const message = JSON.stringify(this.message(body, fault));
    const half = message.length >> 1;
    switch (fault?.kind) {
      case 'hang':
        break;
      case 'drop':
        response.destroy();
        break;
      case 'half':
        response.writeHead(fault.status ?? 200);
        response.write(message.slice(0, half), () => response.destroy());
        break;
      case 'slow':
        response.write(message.slice(0, half));
        this.timers.add(setTimeout(() => response.end(message.slice(half)), fault.ms));
        break;
      case 'huge':
        response.end(Buffer.alloc(fault.bytes, 32));
        break;
      case 'body':
        response.end(fault.body);
        break;
      default:
        response.end(message);
    }
  }

  private message(body: Body, fault: Fault | null): unknown {
    const id = `msg_${String(this.charged.length + 1).padStart(24, '0')}`;
    const turn = body.messages[0]?.content ?? '';
    const full = fault?.kind === 'text' ? fault.text : JSON.stringify(this.estimates(turn, fault));
    const text = fault?.kind === 'cut' ? full.slice(0, full.length >> 1) : full;
    const thinking = 'Rules, base rate, status quo.';
    const content =
      fault?.kind === 'refusal'
        ? []
        : [
            { type: 'thinking', thinking, signature: 'c2lnbmF0dXJl' },
            { type: 'text', text, citations: null },
          ];
    const usage = { ...this.promptUsage(body, turn), output_tokens: tokensOf(thinking + text) };
    this.charged.push({ id, model: body.model, usage });
    return {
      id,
      type: 'message',
      role: 'assistant',
      model: body.model,
      content,
      stop_reason:
        fault?.kind === 'refusal' ? 'refusal' : fault?.kind === 'cut' ? 'max_tokens' : 'end_turn',
      stop_sequence: null,
      stop_details:
        fault?.kind === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null,
      usage: {
        ...usage,
        output_tokens_details: { thinking_tokens: tokensOf(thinking) },
        server_tool_use: null,
        service_tier: 'standard',
        inference_geo: null,
        speed: 'standard',
      },
    };
  }

  private estimates(turn: string, fault: Fault | null): unknown {
    const isNegated = turn.includes('does NOT resolve YES');
    const estimates = marketsIn(turn).map((market) => {
      const p = this.options.p?.(market) ?? 0.5;
      return {
        id: market.id,
        p: isNegated ? 1 - p : p,
        base_rate: 0.5,
        rules_ambiguity: 0.1,
        key_uncertainty: 'What happens next.',
        evidence_ids: [],
        ...(fault?.kind === 'fields' ? fault.fields : {}),
      };
    });
    return { estimates };
  }

  private promptUsage(body: Body, turn: string): Omit<ApiUsage, 'output_tokens'> {
    const prefix = (body.system ?? []).map(({ text }) => text).join('');
    const schema = tokensOf(JSON.stringify(body.output_config?.format?.schema ?? ''));
    const control = body.system?.find(({ cache_control: cache }) => cache !== undefined);
    const isCached = control !== undefined && tokensOf(prefix) >= cachedTokensMin;
    const key = `${body.model}\n${prefix}`;
    const isRead = isCached && this.cached.has(key);
    if (isCached) this.cached.add(key);
    const written = isCached && !isRead ? tokensOf(prefix) : 0;
    const isHour = control?.cache_control?.ttl === '1h';
    return {
      input_tokens: tokensOf(turn) + schema + (isCached ? 0 : tokensOf(prefix)),
      cache_creation_input_tokens: written,
      cache_read_input_tokens: isRead ? tokensOf(prefix) : 0,
      cache_creation: {
        ephemeral_5m_input_tokens: isHour ? 0 : written,
        ephemeral_1h_input_tokens: isHour ? written : 0,
      },
    };
  }
}

/** Every market in a prompt, as its envelope and JSON say. */
export const marketsIn = (turn: string): readonly AskedMarket[] =>
  [...turn.matchAll(/<untrusted id="([^"]*)" nonce="[0-9a-f]{32}">\n(.*)\n<\/untrusted>/g)].map(
    ([, id = '', json = '']) => ({ ...(JSON.parse(json) as object), id }),
  );

function problemOf(body: Body, version: string | string[] | undefined): string | null {
  for (const field of Object.keys(body))
    if (!allowedFields.has(field)) return `${field}: Extra inputs are not permitted`;
  if (version !== '2026-10-21') return `anthropic-version: ${String(version)} is not a version`;
  if (typeof body.model !== 'string') return 'model: Field required';
  if (!(Number.isInteger(body.max_tokens) && body.max_tokens > 0))
    return 'max_tokens: Input should be a valid integer';
  if (!(body.messages.at(-1)?.role === 'user'))
    return 'messages: final message must be from the user';
  const schema = JSON.stringify(body.output_config?.format?.schema ?? {});
  const keyword = refusedKeywords.find((name) => schema.includes(`"${name}":`));
  return keyword === undefined ? null : `output_config.format.schema: ${keyword} is not supported`;
}

const modelEntry = (id: string, lifecycle: string): unknown => ({
  type: 'model',
  id,
  display_name: id,
  created_at: '2026-10-07T00:00:00Z',
  lifecycle,
  deprecated_at: lifecycle === 'active' ? null : '2026-11-01T00:00:00Z',
  retires_at: lifecycle === 'active' ? null : '2027-01-31T00:00:00Z',
  max_input_tokens: 200_000,
  max_tokens: 64_000,
  capabilities: null,
  line: null,
});
