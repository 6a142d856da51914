import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.js';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';
import { Crowd } from './crowd.js';
import {
  bodyOf,
  hostRefusal,
  isRefusal,
  originRefusal,
  pathOf,
  type Refusal,
  typeRefusal,
} from './guards.js';
import { commonHeaders } from './headers.js';
import type { Login, Who } from './login.js';
import { type Answer, type Route, refused } from './route.js';
import { Router } from './router.js';
import { readInSips } from './sips.js';
import type { EventHub } from './sse.js';

/** The stream of events is the one answer that does not end. */
export const eventsPath = '/api/events';

export type ServerParts = {
  readonly routes: readonly Route[];
  /** Addresses that a person may come to by a link from anywhere. */
  readonly pages: ReadonlySet<string>;
  readonly login: Login;
  readonly events: EventHub;
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
};

export type ListenProblem = {
  readonly code: 'address_in_use' | 'not_listening';
  /** What to do about it. */
  readonly detail: string;
};

export type DashboardServer = { readonly port: number; readonly close: () => Promise<void> };

/** Listens on loopback, and on nothing else. `address_in_use` names the port that is taken. */
export async function serve(
  parts: ServerParts,
  port: number,
): Promise<Result<DashboardServer, ListenProblem>> {
  const handler = new Handler(parts);
  const server = createServer(
    {
      maxHeaderSize: limits.dashboardHeaderBytesMax,
      headersTimeout: limits.dashboardHeadersMsMax,
      requestTimeout: limits.dashboardRequestMsMax,
      connectionsCheckingInterval: 1_000,
      // Node's own refusal would lack the headers of ours.
      requireHostHeader: false,
    },
    (request, response) => void handler.handle(request, response),
  );
  // Whatever somebody expects, they are answered as anybody; Node's own refusal would lack our headers, too.
  server.on('checkExpectation', (request, response) => void handler.handle(request, response));
  server.maxConnections = limits.dashboardConnectionsMax;
  readInSips(server, (connection) => handler.enter(connection));
  server.on('clientError', (_, socket) => void socket.destroy());
  // What neither reads nor says anything is cut; an open stream of events hears a heartbeat more often.
  server.timeout = 4 * limits.dashboardHeartbeatMs;
  const listening = await listen(server, port);
  if (!listening.ok) return listening;
  handler.port = listening.value;
  return ok({
    port: listening.value,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  });
}

function listen(server: Server, port: number): Promise<Result<number, ListenProblem>> {
  return new Promise((done) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const isTaken = code === 'EADDRINUSE';
      const taken = `port ${port} is taken: set BOT_UI_PORT to another, or to 0 for any that is free`;
      done(
        err({
          code: isTaken ? 'address_in_use' : 'not_listening',
          detail: isTaken ? taken : message,
        }),
      );
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      done(ok((server.address() as AddressInfo).port)),
    );
  });
}

type Entry = { readonly path: string; readonly who: Who };

class Handler {
  port = 0;
  private readonly parts: ServerParts;
  private readonly router: Router;
  private readonly crowd: Crowd;

  constructor(parts: ServerParts) {
    this.parts = parts;
    this.router = new Router(parts.routes);
    this.crowd = new Crowd(parts.clock);
  }

  enter(connection: Duplex): void {
    this.crowd.enter(connection);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    if (!this.crowd.admits(socket)) return;
    response.on('error', () => {});
    const entry = this.entry(request);
    const isKnown = !isRefusal(entry) && entry.who.kind === 'known';
    if (isKnown) this.crowd.leave(socket);
    else await this.crowd.queued(socket);
    const answer = isRefusal(entry)
      ? this.refuse(request, entry)
      : await this.answer(request, response, entry);
    if (answer === null) return;
    response.writeHead(answer.status, {
      ...commonHeaders,
      'content-type': answer.type,
      ...(isKnown ? {} : { connection: 'close' }),
      ...answer.headers,
    });
    response.end(answer.body);
  }

  /** Who asks for what, once it is clear that nobody else made them. */
  private entry(request: IncomingMessage): Entry | Refusal {
    const { headers, method = '', url = '' } = request;
    const wrongHost = hostRefusal(request, this.port);
    if (wrongHost !== null) return wrongHost;
    const path = pathOf(url);
    if (isRefusal(path)) return path;
    const isPage = this.parts.pages.has(path);
    const wrongOrigin = originRefusal({ method, headers }, this.port, isPage);
    return wrongOrigin ?? { path, who: this.parts.login.who(headers) };
  }

  /** Null: the response belongs to the stream of events. */
  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    { path, who }: Entry,
  ): Promise<Answer | null> {
    const { headers, method = '' } = request;
    if (path === eventsPath)
      return method === 'GET' ? this.listen(who, response) : this.refuse(request, onlyGet);
    const found = this.router.find(method, path);
    if (isRefusal(found)) return this.refuse(request, found);
    const { route, params } = found;
    const barred = this.barred(route, who) ?? forgeable(request, who);
    if (barred !== null) return this.refuse(request, barred);
    const body = method === 'POST' ? await bodyIn(request) : { value: null };
    if (isRefusal(body)) return this.refuse(request, body);
    const ifMatch = headers['if-match'] ?? null;
    try {
      return await route.handle({ params, body: body.value, ifMatch });
    } catch {
      // What went wrong inside is nothing for a page: it may name paths.
      return refused(500, 'internal', 'the dashboard could not do that');
    }
  }

  private barred({ access }: Pick<Route, 'access'>, who: Who): Refusal | null {
    if (access === 'open') return null;
    if (who.kind !== 'known') {
      const isSlowed = who.kind === 'refused' && this.parts.login.isGuessedAt;
      return isSlowed
        ? { status: 429, code: 'too_many_tokens', why: 'too many wrong tokens; wait a minute' }
        : {
            status: 401,
            code: 'not_logged_in',
            why: 'log in: run the command dashboard for a link',
          };
    }
    if (access === 'full' && who.power !== 'full')
      return { status: 403, code: 'look_only', why: 'this token may only look' };
    return null;
  }

  private listen(who: Who, response: ServerResponse): Answer | null {
    const barred = this.barred({ access: 'read' }, who);
    if (barred !== null) return refused(barred.status, barred.code, barred.why);
    if (this.parts.events.isFull)
      return refused(503, 'too_many_pages', 'too many pages are open; close one');
    response.writeHead(200, {
      ...commonHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
    });
    this.parts.events.add(response);
    return null;
  }

  private refuse(request: IncomingMessage, { status, code, why }: Refusal): Answer {
    // What it still sends is not read.
    const isUnread = request.method !== 'GET' && !request.complete;
    const answer = refused(status, code, why);
    return isUnread ? { ...answer, headers: { connection: 'close' } } : answer;
  }
}

/** A cookie goes along with whatever a browser sends, so its request must say where it comes from. */
function forgeable({ method, headers }: IncomingMessage, who: Who): Refusal | null {
  const isByCookie = who.kind === 'known' && who.by === 'cookie';
  return method !== 'GET' && isByCookie && headers.origin === undefined
    ? { status: 403, code: 'wrong_origin', why: 'a request with a cookie says its origin' }
    : null;
}

async function bodyIn(request: IncomingMessage): Promise<{ readonly value: unknown } | Refusal> {
  const wrongType = typeRefusal(request.headers);
  if (wrongType !== null) return wrongType;
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > limits.dashboardBodyBytesMax) return tooLarge;
      parts.push(part);
    }
  } catch {
    return { status: 400, code: 'bad_json', why: 'the body was cut off' };
  }
  return bodyOf(Buffer.concat(parts).toString('utf8'));
}

const onlyGet: Refusal = { status: 405, code: 'wrong_method', why: 'this takes GET' };
const tooLarge: Refusal = { status: 413, code: 'body_too_large', why: 'the body is too large' };
