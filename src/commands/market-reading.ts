import { lastValueFrom, map, of, toArray } from 'rxjs';
import type { Settings } from '../config/schema.js';
import type { ListedMarket, Market } from '../domain/market.js';
import { MarketNames, namedOutright, nameProblemText } from '../domain/market-names.js';
import { err, ok, type Result } from '../domain/result.js';
import { type EpochMs, type Ticker, ticker } from '../domain/units.js';
import { selectionSettings } from '../engine/derived-settings.js';
import type { VenueCodec, VenueShell } from '../exchange/venue.js';
import { limits } from '../limits.js';
import { LogScheduler } from '../log-scheduler.js';
import type { EffectRequest, Outcome } from '../messages/effect.js';
import type { MarketEvent } from '../messages/market-event.js';
import type { Catalog, SelectedMarket, Window } from '../messages/window.js';
import { readHindrance } from '../runtime/contact.js';
import { BookStore } from '../streams/book-store.js';
import { listingSnapshot } from '../streams/listing-snapshots.js';
import { Metadata } from '../streams/metadata.js';
import { RunningSummaries } from '../streams/running-summaries.js';
import { selections } from '../streams/selections.js';
import { verticalOf } from '../valuation/vertical.js';
import { askSources, type SourceAsked, type SourcePorts } from './ask-sources.js';

/** What a look at one market needs of the world. */
export type ReadingPorts = SourcePorts & {
  readonly settings: Settings;
  readonly speed: number;
  readonly venue: Pick<VenueShell, 'perform'>;
  readonly codec: VenueCodec;
  readonly warn: (text: string) => void;
};

export type ReadingProblem = { readonly text: string; readonly exitCode: 1 | 2 | 4 | 5 };

/** One market as the engine would select it now, with those of its event that it would select too. */
export type MarketReading = {
  readonly at: EpochMs;
  readonly markets: readonly SelectedMarket[];
  /** Place of the market in question. */
  readonly index: number;
  readonly asked: readonly SourceAsked[];
};

type Read<Value> = Result<Value, ReadingProblem>;

/**
 * The ticker that an input means: an alias, a ticker, or the one open market that a search finds. What means none is a
 * problem where names are strict or it cannot be a ticker, else a warning, and the input itself is taken for the ticker.
 */
export async function resolvedTicker(input: string, ports: ReadingPorts): Promise<Read<Ticker>> {
  const { settings, warn } = ports;
  if (input.trim() === '')
    return err({
      text: 'no market is named; give a ticker, an alias or words of its title',
      exitCode: 2,
    });
  const outright = namedOutright(input, settings.marketAliases);
  if (outright !== null) return ok(outright.ticker);
  const listed = await listing({ kind: 'scan' }, ports);
  if (!listed.ok) return listed;
  const found = new MarketNames(listed.value).search(input);
  if (found.ok) return ok(found.value.ticker);
  const text = nameProblemText(found.error);
  // What has a blank in it is no ticker: the exchange need not be asked.
  const isNone = settings.marketResolution === 'strict' || /\s/.test(input.trim());
  if (isNone) return err({ text, exitCode: 2 });
  warn(`${text}; it is asked for as it is`);
  return ok(ticker(input.trim()));
}

/**
 * Reads a market, its event, its book and its evidence, and selects it by the engine's own streams. Without a feed a
 * book is one fetched for it; the other markets of the event have what the list says of them.
 */
export async function readMarket(name: Ticker, ports: ReadingPorts): Promise<Read<MarketReading>> {
  const { codec, speed, now } = ports;
  const own = await ownListing(name, ports);
  if (!own.ok) return own;
  const siblings = await listing({ kind: 'scan', event: own.value.eventTicker }, ports);
  if (!siblings.ok) return siblings;
  const open = siblings.value.filter(
    (market) => market.ticker !== name && !market.isMultivariate && !market.isProvisional,
  );
  const metadata = await described([own.value, ...open], ports);
  const markets = [own.value, ...open].map((market) => metadata.listed(market, verticalOf, now()));
  const asked = await askSources(markets, ports);

  const store = new BookStore({ speed, hasFeed: false });
  const running = new RunningSummaries(store);
  const hear = (event: MarketEvent): void => {
    const change = store.apply(event, now());
    if (change !== null) running.add(change);
  };
  for (const market of markets) hear(listingSnapshot(market));
  const [book] = await partsOf({ kind: 'book', ticker: name }, ports);
  if (book?.kind === 'http' && book.status === 200) {
    const snapshot = codec.book(name, book.body);
    if (snapshot.ok) hear(snapshot.value);
  }
  const at = now();
  const selected = await selectedNow(name, markets, store, running, at, ports);
  const index = selected.findIndex(({ market }) => market.ticker === name);
  return index < 0
    ? err({ text: `${name}: it could not be selected`, exitCode: 1 })
    : ok({ at, markets: selected, index, asked });
}

/** What the engine's own streams make of a list at a moment. The market in question is watched, the others compete. */
function selectedNow(
  name: Ticker,
  markets: readonly ListedMarket[],
  books: BookStore,
  running: RunningSummaries,
  at: EpochMs,
  { desk, settings }: ReadingPorts,
): Promise<readonly SelectedMarket[]> {
  const tickers = markets.map((market) => market.ticker);
  const summaries = running.cut(tickers, at);
  const window: Window = { index: 0, from: at, to: at, summaries };
  const catalog: Catalog = {
    scannedAt: at,
    scanned: markets.length,
    markets,
    dropped: {},
    watched: [{ input: name, ticker: name, problem: null }],
    problems: [],
  };
  const scheduler = new LogScheduler();
  scheduler.advanceTo(at);
  return lastValueFrom(
    selections(
      of(window),
      of(catalog),
      books,
      () => selectionSettings(settings),
      desk.evidenceOf,
      scheduler,
    ).pipe(map((selection) => selection.markets)),
  );
}

const partsOf = (request: EffectRequest, { venue }: ReadingPorts): Promise<readonly Outcome[]> =>
  lastValueFrom(
    venue.perform(request).pipe(
      map(({ outcome }) => outcome),
      toArray(),
    ),
  );

const hindered = (outcome: Outcome, { settings }: ReadingPorts): ReadingProblem | null => {
  const hindrance = readHindrance(outcome, settings.kalshiApiBaseUrl);
  return hindrance === null ? null : { text: hindrance.text, exitCode: hindrance.exitCode };
};

const unreadable = (what: string, detail: string, { settings }: ReadingPorts): ReadingProblem => ({
  text: `${settings.kalshiApiBaseUrl}: ${what} cannot be read (${detail}); check KALSHI_API_BASE_URL`,
  exitCode: 5,
});

async function ownListing(name: Ticker, ports: ReadingPorts): Promise<Read<Market>> {
  const [outcome] = await partsOf({ kind: 'market', ticker: name }, ports);
  if (outcome === undefined) return err(unreadable(name, 'no answer', ports));
  if (outcome.kind === 'http' && outcome.status === 404)
    return err({
      text: `${JSON.stringify(name)}: the exchange knows no such market; give a ticker, an alias or words of its title`,
      exitCode: 2,
    });
  if (outcome.kind !== 'http' || outcome.status !== 200)
    return err(hindered(outcome, ports) ?? unreadable(name, outcome.kind, ports));
  const market = ports.codec.market(outcome.body);
  if (market.ok && market.value.ticker === name) return market;
  if (market.ok) return err(unreadable(name, `it is ${market.value.ticker} there`, ports));
  return err(unreadable(name, `${market.error.code} at ${market.error.where}`, ports));
}

/** Every market of a list; a list that did not come whole is a problem. */
async function listing(
  request: EffectRequest & { readonly kind: 'scan' },
  ports: ReadingPorts,
): Promise<Read<readonly Market[]>> {
  const markets = new Map<Ticker, Market>();
  for (const outcome of await partsOf(request, ports)) {
    if (outcome.kind === 'end') continue;
    if (outcome.kind !== 'http' || outcome.status !== 200)
      return err(hindered(outcome, ports) ?? unreadable('the list', outcome.kind, ports));
    const page = ports.codec.listing(outcome.body);
    if (!page.ok)
      return err(unreadable('the list', `${page.error.code} at ${page.error.where}`, ports));
    for (const market of page.value.markets) markets.set(market.ticker, market);
  }
  return ok([...markets.values()]);
}

/** Events and series of these markets. What the exchange does not say stays unknown, as it does for the engine. */
async function described(markets: readonly Market[], ports: ReadingPorts): Promise<Metadata> {
  const { codec, speed, now } = ports;
  const metadata = new Metadata(codec, limits.metadataAgeMsMax * speed);
  const events = metadata.eventsMissing(markets, now());
  for (const outcome of await partsOf({ kind: 'metadata', events, series: [] }, ports))
    metadata.learnEvents(outcome, now());
  const series = metadata.seriesMissing(markets, now());
  if (series.length === 0) return metadata;
  for (const outcome of await partsOf({ kind: 'metadata', events: [], series }, ports))
    metadata.learnSeries(outcome, now());
  return metadata;
}
