import type { Buffer } from 'node:buffer';
import { Observable, type Subscriber } from 'rxjs';
import WebSocket from 'ws';
import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { SocketEvent } from '../venue.js';
import type { SignedHeaders } from './sign.js';

export type SocketOptions = {
  readonly url: string;
  /** Fresh for every dial. */
  readonly headers: () => SignedHeaders;
  readonly clock: Clock;
  readonly silentMsMax?: number;
};

/**
 * Why a connection ended or could not be made: `closed_<code>`, `http_<status>` and `auth_<status>` (the handshake was
 * refused), `redirect`, `network`, `handshake_timeout`, `silent`, `binary_frame`, `bad_frame`, `too_large`.
 */
const networkReason = (error: Error): string => {
  const code = (error as { readonly code?: unknown }).code;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 'too_large';
  if (typeof code === 'string' && code.startsWith('WS_ERR_')) return 'bad_frame';
  return /timed out/i.test(error.message) ? 'handshake_timeout' : 'network';
};

const refusedReason = (status: number): string => {
  if (status === 401 || status === 403) return `auth_${status}`;
  return status >= 300 && status < 400 ? 'redirect' : `http_${status}`;
};

/** The feed's socket: dials on subscription, again after every end, with a new number each time; until unsubscribed. */
export class FeedSocket {
  private readonly options: SocketOptions;
  private connection = 0;
  private current: WebSocket | null = null;

  constructor(options: SocketOptions) {
    this.options = options;
  }

  readonly events$: Observable<SocketEvent> = new Observable((subscriber) => {
    const line = new Line(this.options, subscriber, () => this.nextNumber(), this.use);
    line.dial();
    return () => line.hangUp();
  });

  /** Dropped unless it is for the connection that is open: the session asks again for what was not answered. */
  send(connection: number, text: string): void {
    const { current } = this;
    if (connection !== this.connection || current?.readyState !== WebSocket.OPEN) return;
    if (current.bufferedAmount > limits.socketUnsentBytesMax) return;
    current.send(text);
  }

  private nextNumber(): number {
    this.connection += 1;
    return this.connection;
  }

  private readonly use = (socket: WebSocket | null): void => {
    this.current = socket;
  };
}

/** One subscriber's succession of connections. */
class Line {
  private readonly options: SocketOptions;
  private readonly subscriber: Subscriber<SocketEvent>;
  private readonly nextNumber: () => number;
  private readonly use: (socket: WebSocket | null) => void;
  private cancelRedial: () => void = () => {};
  private end: (reason: string) => void = () => {};
  private failures = 0;
  private isOver = false;

  constructor(
    options: SocketOptions,
    subscriber: Subscriber<SocketEvent>,
    nextNumber: () => number,
    use: (socket: WebSocket | null) => void,
  ) {
    this.options = options;
    this.subscriber = subscriber;
    this.nextNumber = nextNumber;
    this.use = use;
  }

  hangUp(): void {
    this.isOver = true;
    this.cancelRedial();
    this.end('hung_up');
  }

  dial(): void {
    const { url, clock, headers } = this.options;
    const connection = this.nextNumber();
    const socket = new WebSocket(url, {
      headers: { ...headers() },
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: limits.socketFrameBytesMax,
      handshakeTimeout: limits.socketHandshakeMsMax,
    });
    let lifeAt = clock.monotonicMs();
    let openedAt: number | null = null;
    let isEnded = false;
    let cancelWatch = (): void => {};
    const end = (reason: string): void => {
      if (isEnded) return;
      isEnded = true;
      cancelWatch();
      this.use(null);
      socket.terminate();
      const isHealthy =
        openedAt !== null && clock.monotonicMs() - openedAt >= limits.socketHealthyMs;
      this.failures = isHealthy ? 0 : this.failures + 1;
      if (this.isOver) return;
      this.subscriber.next({ kind: 'disconnected', connection, reason });
      // Whoever was told may have left.
      if (!this.isOver) this.redial(reason);
    };
    this.end = end;
    const watch = (): void => {
      const silentMs = clock.monotonicMs() - lifeAt;
      const leftMs = (this.options.silentMsMax ?? limits.connectionSilenceCutMs) - silentMs;
      if (leftMs <= 0) end('silent');
      else cancelWatch = clock.setTimer(leftMs, watch);
    };
    const live = (): void => {
      lifeAt = clock.monotonicMs();
    };
    socket.on('open', () => {
      if (isEnded) return;
      openedAt = clock.monotonicMs();
      live();
      this.use(socket);
      watch();
      this.subscriber.next({ kind: 'connected', connection });
    });
    socket.on('message', (data, isBinary) => {
      if (isEnded) return;
      live();
      if (isBinary) end('binary_frame');
      else
        this.subscriber.next({
          kind: 'frame',
          connection,
          text: (data as Buffer).toString('utf8'),
        });
    });
    // ws answers pings by itself.
    socket.on('ping', () => {
      if (isEnded) return;
      live();
      this.subscriber.next({ kind: 'alive', connection });
    });
    socket.on('unexpected-response', (_request, response) => {
      response.destroy();
      end(refusedReason(response.statusCode ?? 0));
    });
    socket.on('error', (error) => end(networkReason(error)));
    socket.on('close', (code) => end(`closed_${code}`));
  }

  /** Exponential backoff with full jitter. A refused key is not going to be taken a moment later. */
  private redial(reason: string): void {
    const { clock } = this.options;
    const steps = Math.min(Math.max(this.failures - 1, 0), 10);
    const capMs = reason.startsWith('auth_')
      ? limits.socketBackoffMsMax
      : Math.min(limits.socketBackoffMsMax, limits.socketBackoffMs * 2 ** steps);
    this.cancelRedial = clock.setTimer(clock.random() * capMs, () => this.dial());
  }
}
