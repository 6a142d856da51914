/** The HTTP shell: bodies in, replies out, signatures, token buckets, faults. The routes decide nothing about these. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusals } from '../core/refusals.js';
import type { Faults } from '../faults.js';
import type { Hub } from '../socket/hub.js';
import type { RunningVenue } from '../venue.js';
import {
  badRequest,
  internalError,
  nestedError,
  type Reply,
  serviceUnavailable,
  tooManyRequests,
} from '../wire/replies.js';
import { accountRoutes } from './account-routes.js';
import { type AdminControls, handleAdmin } from './admin-routes.js';
import { type ApiKey, authenticate, keyIdOf, type SkewWindow } from './auth.js';
import type { Buckets } from './buckets.js';
import { handleEvidence } from './evidence-routes.js';
import { historyRoutes } from './history-routes.js';
import { marketRoutes } from './market-routes.js';
import { orderRoutes } from './order-routes.js';
import { portfolioRoutes } from './portfolio-routes.js';
import { type Call, makeRouter, type Route } from './route.js';

const PREFIX = '/trade-api/v2/';
export const SOCKET_PATH = '/trade-api/ws/v2';
const BODY_BYTES_MAX = 1_048_576;
const HEADERS_MS_MAX = 10_000;
/** Longer than any client's pause between requests, so that it is the client who closes. */
const KEEP_ALIVE_MS = 65_000;

export type ServerParts = {
  readonly venue: RunningVenue;
  readonly hub: Hub;
  readonly faults: Faults;
  readonly buckets: Buckets;
  readonly keys: ReadonlyMap<string, ApiKey>;
  readonly skew: SkewWindow;
  readonly admin: AdminControls;
  /** The wall clock that signatures are checked against, as the faults have bent it. */
  readonly realNow: () => number;
};

const routes: readonly Route[] = [
  ...marketRoutes,
  ...historyRoutes,
  ...portfolioRoutes,
  ...orderRoutes,
  ...accountRoutes,
];
const findRoute = makeRouter(routes);

type Body =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'lost' };

function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_BYTES_MAX) {
        request.pause();
        resolve({ kind: 'too_large' });
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve({ kind: 'bytes', bytes: Buffer.concat(chunks) }));
    request.on('error', () => resolve({ kind: 'lost' }));
    request.on('close', () => resolve({ kind: 'lost' }));
  });
}

function parseBody(bytes: Buffer): { readonly value: unknown } | Reply {
  if (bytes.length === 0) return { value: undefined };
  try {
    return { value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return badRequest('invalid JSON body');
  }
}

function write(response: ServerResponse, reply: Reply, contentType = 'application/json'): void {
  if (response.destroyed) return;
  const body = reply.body ?? '';
  const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
  response.writeHead(reply.status, reply.body === null ? {} : headers);
  response.end(body);
}

const later = (ms: number, act: () => void): void => {
  setTimeout(act, ms).unref();
};

/** Answers a call of the trading API: route, signature, budget, then the handler. */
function answer(parts: ServerParts, request: IncomingMessage, url: URL, bytes: Buffer): Reply {
  const method = request.method ?? 'GET';
  const found = findRoute(method, url.pathname.slice(PREFIX.length));
  if (found === 'no_path') return nestedError(refusals.notFound);
  if (found === 'no_method')
    return nestedError({ status: 405, code: 'method_not_allowed', message: 'method not allowed' });
  const { route } = found;
  const who = { method, path: url.pathname, headers: request.headers };
  const claimed = parts.keys.get(keyIdOf(request.headers));
  let biller = claimed?.account.id ?? `address ${request.socket.remoteAddress ?? ''}`;
  let key: ApiKey | null = null;
  if (route.access === 'private') {
    const known = authenticate(parts.keys, who, parts.realNow(), parts.skew);
    if (!known.ok) return nestedError(known.refusal);
    key = known.value;
    biller = key.account.id;
  }
  const body = parseBody(bytes);
  if ('status' in body) return body;
  const call: Call = {
    venue: parts.venue,
    params: found.params,
    query: url.searchParams,
    body: body.value,
  };
  const cost = route.cost?.(call) ?? {
    tokens: 10,
    buckets: [method === 'GET' || method === 'HEAD' ? 'read' : 'write'],
  };
  if (!parts.buckets.take(biller, cost.buckets, cost.tokens, performance.now()))
    return tooManyRequests;
  // Queries, too, are of the venue as it is now.
  parts.venue.send({ kind: 'advance' });
  if (route.access === 'public') return route.handle(call);
  if (key === null) return internalError;
  return route.handle({ ...call, account: key.account, keyId: key.id });
}

function serveTrading(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  bytes: Buffer,
): void {
  const { faults } = parts;
  const aim = { method: request.method ?? 'GET', path: url.pathname };
  if (faults.hit('rate_limit', aim) !== null) {
    write(response, tooManyRequests);
    return;
  }
  if (faults.hit('error_before', aim) !== null) {
    write(response, serviceUnavailable);
    return;
  }
  let reply = answer(parts, request, url, bytes);
  if (faults.hit('drop_reply', aim) !== null) {
    request.socket.destroy();
    return;
  }
  if (faults.hit('error_after', aim) !== null) reply = serviceUnavailable;
  const delay = faults.hit('delay_reply', aim);
  if (delay === null) write(response, reply);
  else later(delay.ms, () => write(response, reply));
}

async function serve(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body.kind === 'lost') return;
  if (body.kind === 'too_large') {
    response.setHeader('connection', 'close');
    write(
      response,
      nestedError({ status: 413, code: 'request_too_large', message: 'request too large' }),
    );
    return;
  }
  const url = URL.canParse(request.url ?? '', 'http://127.0.0.1')
    ? new URL(request.url ?? '', 'http://127.0.0.1')
    : null;
  if (url === null) {
    write(response, badRequest('invalid URL'));
  } else if (url.pathname.startsWith(PREFIX)) {
    serveTrading(parts, request, response, url, body.bytes);
  } else if (url.pathname.startsWith('/evidence/')) {
    const reply = handleEvidence(parts.venue, url);
    write(response, reply, reply.contentType);
  } else if (url.pathname.startsWith('/simulator/')) {
    const parsed = parseBody(body.bytes);
    write(
      response,
      'status' in parsed ? parsed : handleAdmin(parts.admin, request, url.pathname, parsed.value),
    );
  } else {
    write(response, nestedError(refusals.notFound));
  }
}

function upgrade(parts: ServerParts, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const refuse = (reply: Reply): void => {
    const body = reply.body ?? '';
    socket.end(
      `HTTP/1.1 ${reply.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  };
  socket.on('error', () => socket.destroy());
  if (path !== SOCKET_PATH) {
    refuse(nestedError(refusals.notFound));
    return;
  }
  const known = authenticate(
    parts.keys,
    { method: 'GET', path, headers: request.headers },
    parts.realNow(),
    parts.skew,
  );
  if (known.ok) parts.hub.upgrade(request, socket, head, known.value.account);
  else refuse(nestedError(known.refusal));
}

/** Makes the server; whoever calls listens. */
export function makeServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      // A bug in a handler must not look like a refusal.
      process.stderr.write(
        `simulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      write(response, internalError);
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + HEADERS_MS_MAX;
  server.on('upgrade', (request, socket, head) => upgrade(parts, request, socket, head));
  return server;
}
