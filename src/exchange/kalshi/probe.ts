import { filter, firstValueFrom, map, Observable, race, take } from 'rxjs';
import type { Clock } from '../../clock.js';
import type { Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { Outcome } from '../../messages/effect.js';
import { subscribeText } from './channels.js';
import { envelopeOf } from './envelope.js';
import { KeyStanding } from './key-standing.js';
import { type ApiRequest, type LookName, looks } from './requests.js';
import { Rest } from './rest.js';
import { type Credentials, Signer } from './sign.js';
import { FeedSocket } from './socket.js';

export type ProbeOptions = {
  /** Origin of the REST API. */
  readonly baseUrl: string;
  readonly wsUrl: string;
  readonly credentials: Credentials | null;
  readonly clock: Clock;
};

/** `connection` ended or never came about, with the reason of `FeedSocket`; `silent`: it is up and says nothing. */
export type Dial =
  | { readonly kind: 'heard' }
  | { readonly kind: 'ended'; readonly reason: string }
  | { readonly kind: 'silent' };

const root = '/trade-api/v2';
const listenedTo = ['orderbook_delta', 'ticker', 'trade'] as const;

/** Looks at an exchange and changes nothing: GETs and one handshake, through the same parts that a run uses. */
export class KalshiProbe {
  private readonly options: ProbeOptions;
  private readonly signer: Signer | null;
  private readonly rest: Rest;
  private readonly closing = new AbortController();

  constructor(options: ProbeOptions) {
    this.options = options;
    const { baseUrl, credentials, clock } = options;
    const signer = credentials === null ? null : Signer.of(credentials, clock);
    this.signer = signer?.ok === true ? signer.value : null;
    this.rest = new Rest({
      origin: baseUrl,
      root,
      signer: this.signer,
      mayWrite: false,
      clock,
      standing: new KeyStanding(() => {}),
      note: () => {},
    });
  }

  /** Whether private things can be asked. */
  get canSign(): boolean {
    return this.signer !== null;
  }

  /** The exchange's clock minus ours over what was answered so far, and by how much they differ at least. */
  get skew(): { readonly skewMs: number; readonly provenMs: number } | null {
    const { skewMs, provenMs } = this.rest.skew;
    return skewMs === null || provenMs === null ? null : { skewMs, provenMs };
  }

  look(name: LookName): Promise<Outcome> {
    return this.ask(looks[name]);
  }

  /** Nothing but a GET ever leaves. */
  readonly ask = (request: ApiRequest): Promise<Outcome> =>
    this.rest.call(request, this.closing.signal);

  /** Dials the feed once, signed, and asks it something harmless. */
  dial(): Promise<Dial> {
    const { signer, options } = this;
    if (signer === null) return Promise.resolve({ kind: 'ended', reason: 'no_key' });
    const { clock } = options;
    const socket = this.socketOf(signer);
    const told = socket.events$.pipe(
      map((event): Dial | null => {
        if (event.kind === 'connected') {
          socket.send(event.connection, '{"id":1,"cmd":"list_subscriptions"}');
          return null;
        }
        if (event.kind === 'disconnected') return { kind: 'ended', reason: event.reason };
        return { kind: 'heard' };
      }),
      filter((dial) => dial !== null),
    );
    const silence = new Observable<Dial>((subscriber) =>
      clock.setTimer(limits.probeDialMsMax, () => subscriber.next({ kind: 'silent' })),
    );
    return firstValueFrom(race(told, silence).pipe(take(1)));
  }

  /** Listens to these markets as a run does: the first frame of each type, or as many as come in time. */
  readonly frames = async (
    markets: readonly Ticker[],
    types: readonly string[],
  ): Promise<ReadonlyMap<string, string>> => {
    const { signer, options } = this;
    const heard = new Map<string, string>();
    if (signer === null) return heard;
    const socket = this.socketOf(signer);
    const all = socket.events$.pipe(
      filter((event) => {
        if (event.kind === 'connected')
          for (const [at, channel] of listenedTo.entries())
            socket.send(event.connection, subscribeText(at + 1, channel, markets));
        if (event.kind !== 'frame') return event.kind === 'disconnected';
        const envelope = envelopeOf(event.text);
        const type = envelope.ok ? envelope.value.type : '';
        if (types.includes(type) && !heard.has(type)) heard.set(type, event.text);
        return types.every((each) => heard.has(each));
      }),
    );
    const late = new Observable<unknown>((subscriber) =>
      options.clock.setTimer(limits.probeFramesMsMax, () => subscriber.next(null)),
    );
    await firstValueFrom(race(all, late).pipe(take(1)));
    return heard;
  };

  private socketOf(signer: Signer): FeedSocket {
    const { wsUrl: url, clock } = this.options;
    const path = new URL(url).pathname;
    return new FeedSocket({ url, clock, headers: () => signer.headers('GET', path) });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.rest.close();
  }
}
