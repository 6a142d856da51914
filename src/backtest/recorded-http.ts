import type { EpochMs } from '../domain/units.js';
import type { Outcome, Reply } from '../messages/effect.js';

export type HttpOutcome = Outcome & { readonly kind: 'http' };
export type At<Thing> = { readonly value: Thing; readonly at: EpochMs };

/** A recorded market list of all its pages. `at`: when its last page came. */
export type RecordedListing = { readonly pages: readonly HttpOutcome[]; readonly at: EpochMs };

const whole = /^\/markets(?:\?|$)/;
const events = /^\/events(?:\?|$)/;
const ofOneEvent = /[?&]event_ticker=/;
const named = /^\/(markets|series)\/([^/?]+)(\/orderbook)?(?:\?|$)/;
/** Below `/markets/`, and no market's name. */
const notMarkets: ReadonlySet<string> = new Set(['trades', 'candlesticks', 'orderbooks']);

/**
 * What the exchange said over HTTP, up to now, whatever it was asked for by: the last whole list, and the last word on
 * each event, series, market and book. Only what has passed is here, so nothing here can look ahead.
 */
export class RecordedHttp {
  listing: RecordedListing | null = null;
  listings = 0;
  readonly events = new Map<string, At<unknown>>();
  readonly series = new Map<string, At<string>>();
  readonly books = new Map<string, At<string>>();
  /** From their own pages. */
  readonly markets = new Map<string, At<unknown>>();
  /** Entries of the last list, read once they are asked for. */
  private entries: ReadonlyMap<string, unknown> | null = null;
  /** Lists whose last page has not come, by the effect that asked. */
  private readonly open = new Map<number, HttpOutcome[]>();

  /** A list is coming in. */
  get isListing(): boolean {
    return this.open.size > 0;
  }

  hear({ effectId, outcome, last }: Reply, at: EpochMs): void {
    if (outcome.kind === 'http' && outcome.status === 200) this.read(effectId, outcome, at);
    else if (outcome.kind !== 'end') this.open.delete(effectId);
    const pages = this.open.get(effectId);
    if (!last || pages === undefined) return;
    this.open.delete(effectId);
    this.listing = { pages, at };
    this.entries = null;
    this.listings += 1;
  }

  private read(effectId: number, outcome: HttpOutcome, at: EpochMs): void {
    const { path, body } = outcome;
    if (whole.test(path)) {
      if (ofOneEvent.test(path)) return;
      const pages = this.open.get(effectId);
      if (pages === undefined) this.open.set(effectId, [outcome]);
      else pages.push(outcome);
      return;
    }
    if (events.test(path)) {
      for (const [name, event] of eventsOf(body)) this.events.set(name, { value: event, at });
      return;
    }
    const [, kind, segment = '', book] = named.exec(path) ?? [];
    if (kind === undefined || notMarkets.has(segment)) return;
    const name = decodeURIComponent(segment);
    if (kind === 'series') this.series.set(name, { value: body, at });
    else if (book !== undefined) this.books.set(name, { value: body, at });
    else this.markets.set(name, { value: (JSON.parse(body) as Named).market, at });
  }

  /** The newest entry of one market, from its own body or the last list; null: in neither. */
  market(name: string): At<unknown> | null {
    const own = this.markets.get(name) ?? null;
    const { listing } = this;
    if (listing === null || (own !== null && own.at >= listing.at)) return own;
    this.entries ??= entriesOf(listing);
    const entry = this.entries.get(name);
    return entry === undefined ? own : { value: entry, at: listing.at };
  }
}

type Named = { readonly market?: unknown };

const entriesOf = ({ pages }: RecordedListing): ReadonlyMap<string, unknown> =>
  new Map(
    pages.flatMap(({ body }) => {
      const { markets } = JSON.parse(body) as { readonly markets?: readonly Entry[] };
      return (markets ?? []).map((entry) => [entry.ticker, entry] as const);
    }),
  );

type Entry = { readonly ticker: string };

function eventsOf(body: string): readonly (readonly [string, unknown])[] {
  const { events } = JSON.parse(body) as { readonly events?: readonly Listed[] };
  return (events ?? []).flatMap((event) =>
    typeof event.event_ticker === 'string' ? [[event.event_ticker, event] as const] : [],
  );
}

type Listed = { readonly event_ticker?: unknown };
