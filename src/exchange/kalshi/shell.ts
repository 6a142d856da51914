import { NEVER, Observable, tap } from 'rxjs';
import { z } from 'zod';
import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { EffectRequest, Outcome } from '../../messages/effect.js';
import type { SocketEvent, VenueShell } from '../venue.js';
import { KeyStanding } from './key-standing.js';
import { isObject, parseJson, readBody } from './problem.js';
import {
  type ApiRequest,
  createPath,
  limitsRequest,
  type PublicList,
  type PublicOne,
  planOf,
  publicOne,
  publicPages,
  type Query,
} from './requests.js';
import { Rest, type VenueNote } from './rest.js';
import { type Credentials, Signer } from './sign.js';
import { FeedSocket } from './socket.js';

export type KalshiShellOptions = {
  /** Origin of the REST API, with or without `/trade-api/v2`. */
  readonly baseUrl: string;
  /** Whole URL of the socket. */
  readonly wsUrl: string;
  /** Null: public reads only. The private effects answer `no_key`, and there is no feed. */
  readonly credentials: Credentials | null;
  /** False, as in paper mode: no write ever leaves, and each answers `read_only`. */
  readonly mayWrite: boolean;
  readonly clock: Clock;
  readonly log: (note: VenueNote) => void;
};

type Part = { readonly outcome: Outcome; readonly last: boolean };
type Emit = (part: Part) => void;

const defaultRoot = '/trade-api/v2';

/** Besides what an engine asks for: what anybody may read. Parts as of `perform`. */
export interface KalshiShell extends VenueShell {
  readonly publicList: (path: PublicList, query: Query) => Observable<Part>;
  readonly publicOne: (path: PublicOne, query: Query) => Observable<Part>;
}

/** The exchange over real sockets. Owns connections, deadlines, rate limits and signatures; all of it in real time. */
export function kalshiShell(options: KalshiShellOptions): KalshiShell {
  const shell = new Shell(options);
  return {
    perform: shell.perform,
    publicList: shell.publicList,
    publicOne: shell.publicOne,
    socket: shell.socket$,
    send: shell.send,
    recall: shell.recall,
    close: shell.close,
  };
}

class Shell {
  private readonly clock: Clock;
  private readonly rest: Rest;
  private readonly root: string;
  private readonly signer: Signer | null;
  private readonly feed: FeedSocket | null;
  private readonly note: (note: VenueNote) => void;
  private limitsAskedAt: number | null = null;
  private cancelPrepare: () => void = () => {};
  private lastOrderAt = Number.NEGATIVE_INFINITY;
  private isClosed = false;
  readonly socket$: VenueShell['socket'];

  constructor(options: KalshiShellOptions) {
    const { baseUrl, wsUrl, credentials, mayWrite, clock, log } = options;
    this.clock = clock;
    this.note = atMostEvery(limits.restNoteEveryMs, clock, log);
    this.signer = this.signerOf(credentials);
    const url = new URL(baseUrl);
    const path = url.pathname.replace(/\/+$/, '');
    this.root = path === '' ? defaultRoot : path;
    // Past the limit on notes: somebody halts on it, each time.
    const standing = new KeyStanding((detail) => log({ code: 'key_revoked', detail }));
    this.rest = new Rest({
      origin: url.origin,
      root: this.root,
      signer: this.signer,
      mayWrite,
      clock,
      standing,
      note: this.note,
    });
    const { signer } = this;
    const socketPath = new URL(wsUrl).pathname;
    this.feed =
      signer === null
        ? null
        : new FeedSocket({ url: wsUrl, clock, headers: () => signer.headers('GET', socketPath) });
    this.socket$ = this.feed?.events$.pipe(tap((event) => judgeDial(event, standing))) ?? NEVER;
  }

  private signerOf(credentials: Credentials | null): Signer | null {
    if (credentials === null) {
      this.note({ code: 'no_key', detail: 'public REST only: no feed, no orders, no account' });
      return null;
    }
    const signer = Signer.of(credentials, this.clock);
    if (signer.ok) return signer.value;
    this.note({ code: 'key_unusable', detail: signer.error.detail });
    return null;
  }

  readonly send = (connection: number, text: string): void => this.feed?.send(connection, text);

  readonly recall = (): void => this.rest.recall();

  readonly close = (): Promise<void> => {
    this.isClosed = true;
    this.cancelPrepare();
    return this.rest.close();
  };

  readonly perform = (request: EffectRequest): Observable<Part> =>
    parts((emit, signal) => this.run(request, emit, signal));

  readonly publicList = (path: PublicList, query: Query): Observable<Part> =>
    parts((emit, signal) => this.pages(publicPages(path, query), emit, signal));

  readonly publicOne = (path: PublicOne, query: Query): Observable<Part> =>
    parts(async (emit, signal) => {
      const outcome = await this.rest.call(publicOne(path, query), signal);
      emit({ outcome, last: true });
    });

  private async run(request: EffectRequest, emit: Emit, signal: AbortSignal): Promise<void> {
    void this.learnLimits();
    const plan = planOf(request);
    switch (plan.kind) {
      case 'one':
        emit({ outcome: await this.rest.call(plan.request, signal), last: true });
        if (plan.request.lane === 'create') this.prepareNext();
        return;
      case 'pages':
        return this.pages(plan.page, emit, signal);
      case 'list':
        return this.list(plan.requests, emit, signal);
      case 'none':
        if (request.kind === 'send') this.send(request.connection, request.text);
        else {
          const detail = `${request.kind} is not for the exchange`;
          const outcome: Outcome = { kind: 'failed', code: 'aborted', sent: false, detail };
          emit({ outcome, last: true });
        }
        return;
      default:
        return plan satisfies never;
    }
  }

  /** Follows the cursor to the empty one. A cursor seen before, or too many pages, ends it as a failure. */
  private async pages(
    page: (cursor: string) => ApiRequest,
    emit: Emit,
    signal: AbortSignal,
  ): Promise<void> {
    const seen = new Set<string>(['']);
    let cursor = '';
    for (let parts = 1; ; parts += 1) {
      const outcome = await this.rest.call(page(cursor), signal);
      const isGood = outcome.kind === 'http' && outcome.status === 200;
      emit({ outcome, last: !isGood });
      if (!isGood) return;
      // No cursor where one belongs: the reader will refuse the body, and there is nothing to follow.
      cursor = cursorOf(outcome.body) ?? '';
      const fail = (code: 'cursor_loop' | 'too_large', detail: string): void =>
        emit({ outcome: { kind: 'failed', code, sent: true, detail }, last: true });
      if (cursor === '') return emit({ outcome: { kind: 'end', parts }, last: true });
      if (seen.has(cursor)) return fail('cursor_loop', `page ${parts} repeats a cursor`);
      if (parts >= limits.listingPagesMax) return fail('too_large', `more than ${parts} pages`);
      seen.add(cursor);
    }
  }

  /** All of them, a few at a time, answered in order. A failure or a refused key ends the list. */
  private async list(
    requests: readonly ApiRequest[],
    emit: Emit,
    signal: AbortSignal,
  ): Promise<void> {
    const inFlight: Promise<Outcome>[] = [];
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    let next = 0;
    for (let parts = 0; parts < requests.length; parts += 1) {
      for (
        ;
        next < requests.length && inFlight.length < limits.restMetadataInFlightMax;
        next += 1
      ) {
        const request = requests[next];
        if (request !== undefined) inFlight.push(this.rest.call(request, either));
      }
      const outcome = await inFlight.shift();
      if (outcome === undefined) break;
      const isEnd = outcome.kind !== 'http' || outcome.status === 401 || outcome.status === 403;
      emit({ outcome, last: isEnd });
      if (isEnd) return stop.abort();
    }
    emit({ outcome: { kind: 'end', parts: requests.length }, last: true });
  }

  /** The account's own rate limits; asked again after a minute if there was no answer. */
  private async learnLimits(): Promise<void> {
    const now = this.clock.monotonicMs();
    if (this.signer === null) return;
    if (this.limitsAskedAt !== null && now - this.limitsAskedAt < limits.restNoteEveryMs) return;
    this.limitsAskedAt = now;
    const outcome = await this.rest.call(limitsRequest, new AbortController().signal);
    const wire =
      outcome.kind === 'http' && outcome.status === 200
        ? readBody(LimitsWire, outcome.body, 'limits')
        : null;
    if (wire?.ok === true) {
      this.limitsAskedAt = Number.POSITIVE_INFINITY;
      this.rest.rates.learn(wire.value.read, wire.value.write);
    }
    // A dead line and a refused key are told as what they are.
    else if (!this.isClosed && outcome.kind === 'http' && outcome.status !== 401)
      this.note({ code: 'limits_unknown', detail: 'the Basic tier is assumed' });
  }

  /** While orders are being placed, the next create's signature is always ready and at most half its age old. */
  private prepareNext(): void {
    this.lastOrderAt = this.clock.monotonicMs();
    this.cancelPrepare();
    this.prepare();
  }

  private readonly prepare = (): void => {
    const idleMs = this.clock.monotonicMs() - this.lastOrderAt;
    if (this.isClosed || idleMs > limits.restNoteEveryMs) return;
    this.signer?.prepare('POST', this.root + createPath);
    this.cancelPrepare = this.clock.setTimer(limits.signatureAgeMsMax / 2, this.prepare);
  };
}

const parts = (work: (emit: Emit, signal: AbortSignal) => Promise<void>): Observable<Part> =>
  new Observable<Part>((subscriber) => {
    const giveUp = new AbortController();
    void work((part) => subscriber.next(part), giveUp.signal).then(() => subscriber.complete());
    return () => giveUp.abort();
  });

/** Every handshake is signed. */
function judgeDial(event: SocketEvent, standing: KeyStanding): void {
  if (event.kind === 'connected') standing.taken();
  else if (event.kind === 'disconnected' && event.reason.startsWith('auth_'))
    standing.refused(`the feed: ${event.reason.replace('auth_', 'HTTP ')}`);
}

const SizeWire = z
  .object({ refill_rate: z.number().positive(), bucket_capacity: z.number().positive() })
  .transform((wire) => ({ capacity: wire.bucket_capacity, perSecond: wire.refill_rate }));
const LimitsWire = z.object({ read: SizeWire, write: SizeWire });

const cursorFirst = /^\s*\{\s*"cursor"\s*:\s*"([^"\\]*)"/;
const cursorLast = /,\s*"cursor"\s*:\s*"([^"\\]*)"\s*\}\s*$/;

/** The next page's cursor. Usually the first or last field, so that a page of megabytes is not parsed twice. */
export function cursorOf(body: string): string | null {
  const ends = cursorFirst.exec(body.slice(0, 8_192)) ?? cursorLast.exec(body.slice(-8_192));
  if (ends?.[1] !== undefined) return ends[1];
  const json = parseJson(body);
  const cursor = json.ok && isObject(json.value) ? json.value['cursor'] : undefined;
  return typeof cursor === 'string' ? cursor : null;
}

/** Each code at most once in `ms`. */
function atMostEvery(
  ms: number,
  clock: Clock,
  log: (note: VenueNote) => void,
): (note: VenueNote) => void {
  const saidAt = new Map<VenueNote['code'], number>();
  return (note) => {
    const now = clock.monotonicMs();
    const last = saidAt.get(note.code);
    if (last !== undefined && now - last < ms) return;
    saidAt.set(note.code, now);
    log(note);
  };
}
