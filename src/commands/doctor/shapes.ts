import { eventTicker, seriesTicker, type Ticker, ticker } from '../../domain/units.js';
import { isId } from '../../exchange/kalshi/fields.js';
import { type ApiRequest, looks, planOf } from '../../exchange/kalshi/requests.js';
import { frameShapes, type Shape, type ShapeName, shapes } from '../../exchange/kalshi/shapes.js';
import { limits } from '../../limits.js';
import type { EffectRequest, Outcome } from '../../messages/effect.js';
import { type Check, type Finding, failure, pass, unchecked, warning } from './check.js';
import { type Drift, driftOf, isBreaking } from './drift.js';

/** The exchange as the canary asks it. */
export type ShapePorts = {
  readonly canSign: boolean;
  readonly ask: (request: ApiRequest) => Promise<Outcome>;
  /** The first frame of each type that comes for these markets, or as many as come in time. */
  readonly frames: (
    markets: readonly Ticker[],
    types: readonly string[],
  ) => Promise<ReadonlyMap<string, string>>;
};

/** The first request of an effect: what a run would send, to the letter. */
function firstOf(effect: EffectRequest): ApiRequest | null {
  const plan = planOf(effect);
  if (plan.kind === 'one') return plan.request;
  if (plan.kind === 'pages') return plan.page('');
  return plan.kind === 'list' ? (plan.requests[0] ?? null) : null;
}

type Ask = readonly [name: ShapeName, request: ApiRequest | null];

const accountAsks: readonly Ask[] = [
  ['balance', firstOf({ kind: 'balance' })],
  ['orders', firstOf({ kind: 'orders', since: null, ticker: null })],
  ['fills', firstOf({ kind: 'fills', since: null, orderId: null })],
  ['positions', firstOf({ kind: 'positions' })],
  ['settlements', firstOf({ kind: 'settlements', since: null, ticker: null })],
  ['limits', looks.limits],
  ['keys', looks.keys],
];
/** A run does without these, on what it assumes then: what is wrong with them is a warning. */
const optional: ReadonlySet<ShapeName> = new Set(['schedule', 'limits', 'keys']);

/**
 * The canary: every answer that a run reads is asked for once and held against the names that its reader goes by, before
 * money depends on it.
 */
export function shapeChecks(ports: ShapePorts): readonly Check[] {
  let busiest: readonly Ticker[] = [];
  return [
    {
      code: 'public_shapes',
      proves: 'markets, books, events and series still come as the engine reads them',
      exitCode: 1,
      needs: ['exchange_reachable'],
      atStart: true,
      run: async () => {
        const said = new Gathered(ports);
        await said.look(['status', looks.status]);
        await said.look(['schedule', looks.schedule]);
        const list = await said.look(['markets', firstOf({ kind: 'scan' })]);
        const rows = list === null ? [] : openMarkets(list);
        busiest = rows.map((row) => row.ticker).slice(0, limits.canaryMarketsMax);
        const [first] = rows;
        if (first === undefined) said.note('no market is open, so books and events were not seen');
        else {
          await said.look(['market', firstOf({ kind: 'market', ticker: first.ticker })]);
          if (first.isTwoSided)
            await said.look(['book', firstOf({ kind: 'book', ticker: first.ticker })]);
          else said.note('no market has quotes on both sides, so no book was seen');
          const events = await said.look(['events', metadataOf('events', first.event)]);
          const series = events === null ? null : seriesOf(events);
          if (series !== null) await said.look(['series', metadataOf('series', series)]);
        }
        return said.finding();
      },
    },
    {
      code: 'account_shapes',
      proves:
        'balance, orders, fills, positions and settlements still come as the engine reads them',
      exitCode: 1,
      needs: ['exchange_reachable'],
      atStart: true,
      run: async () => {
        if (!ports.canSign) return unchecked('no key that could sign');
        const said = new Gathered(ports);
        for (const ask of accountAsks) await said.look(ask);
        return said.finding();
      },
    },
    {
      code: 'feed_shapes',
      proves: 'the frames of the feed still come as the engine reads them',
      exitCode: 1,
      needs: ['feed_speaks', 'public_shapes'],
      atStart: false,
      run: async () => {
        if (busiest.length === 0) return unchecked('no market is open that could be listened to');
        const types = [...frameShapes.keys()];
        const heard = await ports.frames(busiest, types);
        const said = new Gathered(ports);
        for (const [type, text] of heard) {
          const shape = frameShapes.get(type);
          if (shape !== undefined) said.take(shape, text);
        }
        const missed = types.filter((type) => !heard.has(type));
        if (missed.length > 0) said.note(`not heard within seconds: ${missed.join(', ')}`);
        return said.finding();
      },
    },
  ];
}

const metadataOf = (which: 'events' | 'series', name: string): ApiRequest | null =>
  firstOf({
    kind: 'metadata',
    events: which === 'events' ? [eventTicker(name)] : [],
    series: which === 'series' ? [seriesTicker(name)] : [],
  });

/** What the answers of one check came to. */
class Gathered {
  private readonly ports: ShapePorts;
  /** One list for each answer. */
  private readonly seen: (readonly Drift[])[] = [];
  private readonly broken: string[] = [];
  private readonly doubts: string[] = [];
  private readonly notes: string[] = [];

  constructor(ports: ShapePorts) {
    this.ports = ports;
  }

  note(text: string): void {
    this.notes.push(text);
  }

  take(shape: Shape, body: string, isOptional = false): void {
    const drifts = driftOf(shape, body);
    this.seen.push(drifts);
    const broken = drifts.filter(isBreaking).map(({ text }) => text);
    (isOptional ? this.doubts : this.broken).push(...broken);
  }

  /** The body, or null where nothing came that could be looked at. */
  async look([name, request]: Ask): Promise<string | null> {
    const shape: Shape = shapes[name];
    if (request === null) return null;
    const outcome = await this.ports.ask(request);
    if (outcome.kind === 'http' && outcome.status === 200) {
      this.take(shape, outcome.body, optional.has(name));
      return outcome.body;
    }
    const why =
      outcome.kind === 'http'
        ? `HTTP ${outcome.status}`
        : outcome.kind === 'failed'
          ? outcome.code
          : outcome.kind;
    const text = `${shape.endpoint}: no answer that could be looked at (${why})`;
    if (optional.has(name)) this.notes.push(text);
    else this.broken.push(text);
    return null;
  }

  finding(): Finding {
    const { broken, doubts, notes, seen } = this;
    const added = seen.flat().filter((drift) => !isBreaking(drift));
    const details = bounded([...broken, ...doubts, ...added.map(({ text }) => text), ...notes]);
    const first = broken[0] ?? doubts[0];
    if (first !== undefined) {
      const count = broken.length + doubts.length;
      const text = `${first}${count === 1 ? '' : ` (and ${count - 1} more)`}`;
      return broken.length > 0
        ? { ...failure(`${text}; update the engine before it trades`), details }
        : { ...warning(`${text}; a run does without it`), details };
    }
    if (seen.length === 0) return { ...warning('nothing came to look at'), details };
    const news = added.length === 0 ? '' : `; ${added.length} fields are new, and not read`;
    return {
      ...pass(`${seen.length} kinds of answers are as the engine reads them${news}`),
      details,
    };
  }
}

/** However much an answer differs, the table stays one that can be read. */
const bounded = (lines: readonly string[]): readonly string[] =>
  lines.length <= limits.canaryLinesMax
    ? lines
    : [
        ...lines.slice(0, limits.canaryLinesMax),
        `… and ${lines.length - limits.canaryLinesMax} more`,
      ];

type Open = { readonly ticker: Ticker; readonly event: string; readonly isTwoSided: boolean };

/** Read past the reader, which may be what is wrong: the busiest markets first, those with quotes on both sides before. */
function openMarkets(body: string): readonly Open[] {
  const number = (row: Readonly<Record<string, unknown>>, name: string): number => {
    const value = row[name];
    return typeof value === 'string' ? Number(value) : Number.NaN;
  };
  const found = rowsIn(body, 'markets').flatMap((row) => {
    const { ticker: name, event_ticker: event } = row;
    if (!isId(name) || !isId(event)) return [];
    const [bid, ask] = [number(row, 'yes_bid_dollars'), number(row, 'yes_ask_dollars')];
    const volume = number(row, 'volume_24h_fp');
    const isTwoSided = bid > 0 && ask > 0 && ask < 1;
    return [
      { ticker: ticker(name), event, isTwoSided, volume: Number.isFinite(volume) ? volume : 0 },
    ];
  });
  return found.sort(
    (one, other) => Number(other.isTwoSided) - Number(one.isTwoSided) || other.volume - one.volume,
  );
}

const seriesOf = (body: string): string | null => {
  const name = rowsIn(body, 'events')[0]?.['series_ticker'];
  return isId(name) ? name : null;
};

function rowsIn(body: string, list: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const rows = (JSON.parse(body) as Readonly<Record<string, unknown>> | null)?.[list];
    return Array.isArray(rows)
      ? rows.filter((row): row is Readonly<Record<string, unknown>> => row instanceof Object)
      : [];
  } catch {
    return [];
  }
}
