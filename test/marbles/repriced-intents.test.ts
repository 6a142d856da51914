import { map, NEVER, type Observable, tap } from 'rxjs';
import { describe, it } from 'vitest';
import { err, ok, type Result } from '../../src/domain/result.js';
import {
  durationMs,
  epochMs,
  eventTicker,
  micros,
  probability,
  type Ticker,
  ticker,
} from '../../src/domain/units.js';
import type { MarketEvidence } from '../../src/messages/evidence.js';
import type { MarketEvent } from '../../src/messages/market-event.js';
import type {
  Allocation,
  RefusalCode,
  ValuationSettings,
  Verdict,
} from '../../src/messages/valuation.js';
import { BookStore } from '../../src/streams/book-store.js';
import { books } from '../../src/streams/books.js';
import type { IntentItem } from '../../src/streams/intent-item.js';
import { type RepricePorts, repricedIntents } from '../../src/streams/repriced-intents.js';
import type { JobInputs, Valuation } from '../../src/streams/valuations.js';
import { startingBlend } from '../../src/valuation/blend.js';
import {
  aDelta,
  aListedMarket,
  anAllocation,
  aSelectedMarket,
  aSelection,
  aSnapshot,
  aVerdict,
  someSettings,
} from '../support/fixtures.js';
import { type Drawing, marbles } from '../support/marbles.js';

// Goal: a quote that opens an edge after the window is taken at once, once, and within the window's own caps.
// Everyone believes 60; whoever may buy YES at 50 or less has an edge. `s` shows 52, `a`–`c` offer A–C at 50.
const told: Record<string, MarketEvent> = {
  s: aSnapshot('A', [[4_000, 100]], [[4_800, 100]]),
  t: aSnapshot('B', [[4_000, 100]], [[4_800, 100]]),
  u: aSnapshot('C', [[4_000, 100]], [[4_800, 100]]),
  a: aDelta('A', 'no', 5_000, 100),
  b: aDelta('B', 'no', 5_000, 100),
  c: aDelta('C', 'no', 5_000, 100),
  // Somebody bids a little more: the quote moved, and no edge opened.
  m: aDelta('A', 'yes', 4_100, 100),
  o: aSnapshot('A', [[4_000, 100]], [[5_000, 100]]),
  g: { kind: 'gap', tickers: [ticker('A')], reason: 'seq_hole' },
};
const selection = aSelection(
  7,
  ['A', 'B', 'C'].map((name) =>
    aSelectedMarket(name, {
      market: aListedMarket(name, { eventTicker: eventTicker(name === 'C' ? 'OTHER' : 'ONE') }),
    }),
  ),
);
const valued = (
  verdicts: readonly Verdict[],
  allocations: readonly Allocation[] = [],
): Valuation => ({
  kind: 'valued',
  selection,
  result: { cycle: 7, verdicts, allocations },
});
const all = [aVerdict('A'), aVerdict('B'), aVerdict('C')];
const valuations: Record<string, Valuation> = {
  v: valued(all),
  // B was taken at the window; A and B belong to one event.
  w: valued([aVerdict('A'), aVerdict('C')], [anAllocation('B')]),
  // A was refused, and not for its price.
  x: valued([aVerdict('A', { reason: 'closes_too_soon' })]),
  f: { kind: 'failed', selection, code: 'timeout', detail: '' },
};
const inputs: JobInputs = {
  settings: someSettings,
  bankroll: micros(100_000_000),
  holdings: [],
  barred: [],
  blend: startingBlend,
};
type Setup = {
  readonly isOn?: boolean;
  /** The pool's own rules find nothing left of the caps. */
  readonly capped?: boolean;
  readonly settings?: Partial<ValuationSettings>;
  readonly barred?: JobInputs['barred'];
  /** What was learnt, by market. */
  readonly news$?: Observable<readonly Ticker[]>;
  /** Evidence is as old as the last news; else it is always of this very moment. */
  readonly ages?: boolean;
  /** Called whenever the executor is asked for its inputs. */
  readonly asked?: () => void;
};

function drawn(
  { scheduler }: Drawing,
  events$: Observable<MarketEvent>,
  valuations$: Observable<Valuation>,
  setup: Setup = {},
): Observable<string> {
  const { isOn = true, capped = false, settings = {}, barred = [], asked = () => {} } = setup;
  const { news$ = NEVER, ages = false } = setup;
  let heardAt = 0;
  const heard$ = news$.pipe(
    tap(() => {
      heardAt = scheduler.now();
    }),
  );
  const store = new BookStore({ speed: 1, hasFeed: true });
  const changes$ = books(events$, NEVER, store, scheduler);
  const ports: RepricePorts = {
    books: store,
    isOn: () => isOn,
    leastEdge: () => 0.01,
    jobInputs: () => {
      asked();
      return { ...inputs, settings: { ...someSettings, ...settings }, barred };
    },
    informed: (selected, at) => ({
      ...selected,
      evidence: evidenceOf(ages ? at - heardAt : 0),
    }),
    reprice: ({ selected, fair, isNews }) => ({
      fair: { ...fair, fair: formed },
      bet:
        (isNews && !ages) || (selected.book.yesAsks[0]?.[0] ?? 10_000) <= 5_000
          ? repriced(selected.market.ticker, capped)
          : err('below_threshold'),
    }),
    speed: 1,
  };
  return repricedIntents(changes$, heard$, valuations$, ports, scheduler).pipe(map(line));
}
const evidenceOf = (ageMs: number): MarketEvidence => ({
  evidence: {
    kind: 'crypto',
    asset: 'BTC',
    spot: 1,
    spotAt: epochMs(0),
    volatility: 0.5,
    window: null,
    volatilityAt: epochMs(0),
    features: {},
  },
  noSignal: null,
  ageMs: durationMs(ageMs),
});
/** What a market comes to be worth. */
const formed = probability(0.61);
const repriced = (name: string, isCapped: boolean): Result<Allocation, RefusalCode> =>
  isCapped ? err('per_cycle_cap') : ok(anAllocation(name));
const line = (item: IntentItem): string =>
  item.kind === 'refused'
    ? `${item.ticker} refused: ${item.code}, worth ${item.basis?.kind === 'repriced' && item.basis.fair}`
    : `${item.intent.cycle} ${item.intent.ticker} ${item.intent.reason} at ${item.intent.decidedAt}`;
const values = {
  a: '7 A between_windows at 5',
  e: 'A refused: event_mutex, worth 0.61',
  t: 'A refused: trades_per_cycle, worth 0.61',
  p: 'A refused: per_cycle_cap, worth 0.61',
};

describe('repricedIntents', () => {
  it(
    'takes an edge at once when a quote opens it, and the same market no second time',
    marbles((drawing) => {
      const events$ = drawing.hot('    -s---a 300ms m-|', told);
      const valuations$ = drawing.hot('--v--- 300ms --|', valuations);
      const subs = '                   ^----- 300ms --!';
      const unsub = '                  600ms !';
      const expected = '               -----a';

      const items$ = drawn(drawing, events$, valuations$);
      drawing.expectObservable(items$, unsub).toBe(expected, values);
      drawing.expectSubscriptions(events$.subscriptions).toBe(subs);
    }),
  );

  it(
    'stays quiet when a quote moves and opens nothing, or what it opens may not be taken',
    marbles((drawing) => {
      const { hot, expectObservable } = drawing;
      const moved = '    -s---m-----|';
      const opened = '   -s---a-----|';
      const before = '   --------v--|';
      const valued = '   --v--------|';
      const refused = '  --x--------|';
      const failed = '   --vf-------|';
      const expected = ' -----------';
      const unsub = '    ----------!';
      const quiet = (events: string, values: string, setup: Setup = {}) =>
        expectObservable(
          drawn(drawing, hot(events, told), hot(values, valuations), setup),
          unsub,
        ).toBe(expected);

      quiet(moved, valued);
      quiet(opened, before);
      quiet(opened, refused);
      quiet(opened, failed);
      quiet(opened, valued, { isOn: false });
      quiet(opened, valued, { barred: [{ ticker: ticker('A'), reason: 'in_flight' }] });
    }),
  );

  it(
    'counts the window’s own bets against the caps, and says which one refuses',
    marbles((drawing) => {
      const { hot, expectObservable } = drawing;
      const events = '  -s---a-----|';
      const taken = '   --w--------|';
      const unsub = '   ----------!';
      const mutex = '   -----e';
      const trades = '  -----t';
      const capped = '  -----p';
      const refused = (expected: string, settings: Partial<ValuationSettings>) =>
        expectObservable(
          drawn(drawing, hot(events, told), hot(taken, valuations), { settings }),
          unsub,
        ).toBe(expected, values);

      refused(mutex, {});
      refused(trades, { maxTradesPerCycle: 1 });
      // The window's bet and this one cost 1.10 together.
      refused(capped, { enforceEventMutex: false, maxTotalFractionPerCycle: 0.0109 });
    }),
  );

  it(
    'says once that nothing is left of the caps',
    marbles((drawing) => {
      const events$ = drawing.hot('    -s---a 300ms m', told);
      const valuations$ = drawing.hot('--v', valuations);
      const unsub = '                  400ms !';
      const expected = '               -----p';

      const items$ = drawn(drawing, events$, valuations$, { capped: true });
      drawing.expectObservable(items$, unsub).toBe(expected, values);
    }),
  );

  it(
    'looks once at a burst at once, and then not for a while, but at all that moved meanwhile',
    marbles((drawing) => {
      const events$ = drawing.hot('    -(stu)--(abcc)', told);
      const valuations$ = drawing.hot('------v', valuations);
      const unsub = '                  400ms !';
      const expected = '               --------a 49ms (bl)';

      const items$ = drawn(drawing, events$, valuations$, {
        settings: { enforceEventMutex: false },
      });
      drawing.expectObservable(items$, unsub).toBe(expected, {
        a: '7 A between_windows at 8',
        b: '7 B between_windows at 58',
        l: '7 C between_windows at 58',
      });
    }),
  );

  it(
    'bets against a quote only on evidence no older than it, and waits for that',
    marbles((drawing) => {
      const { hot, expectObservable } = drawing;
      const events = '  -s-----a 200ms |';
      const valued = '  ---v---- 200ms |';
      const unsub = '   -------- 200ms !';
      const before = '  -----e-- 200ms |';
      const nothing = ' -';
      const after = '   -----e-- 100ms e 99ms |';
      const taken = '   -------- 100ms a';
      const waits = (answers: string, frames: string) =>
        expectObservable(
          drawn(drawing, hot(events, told), hot(valued, valuations), {
            news$: hot(answers, { e: [ticker('A')] }),
            ages: true,
          }),
          unsub,
        ).toBe(frames, { a: '7 A between_windows at 108' });

      waits(before, nothing);
      waits(after, taken);
    }),
  );

  it(
    'asks the executor once a look, however many markets moved',
    marbles((drawing) => {
      const events$ = drawing.hot('    -(stu)--(abcc)', told);
      const valuations$ = drawing.hot('------v', valuations);
      const unsub = '                  400ms !';
      const expected = '               --------1 49ms (22)';

      let looks = 0;
      const asked = (): void => {
        looks += 1;
      };
      const settings = { enforceEventMutex: false };
      const items$ = drawn(drawing, events$, valuations$, { settings, asked }).pipe(
        map(() => String(looks)),
      );
      drawing.expectObservable(items$, unsub).toBe(expected);
    }),
  );

  it(
    'takes nothing on a book with a gap, and looks again when it is whole',
    marbles((drawing) => {
      const events$ = drawing.hot('    -s-ga 250ms o', told);
      const valuations$ = drawing.hot('--v', valuations);
      const unsub = '                  600ms !';
      const expected = '               ----- 250ms a';

      drawing.expectObservable(drawn(drawing, events$, valuations$), unsub).toBe(expected, {
        a: '7 A between_windows at 255',
      });
    }),
  );

  it(
    'forms the opinion anew when something is learnt, of a market it has one of, at most every so often',
    marbles((drawing) => {
      const events$ = drawing.hot('    -(stu)------', told);
      const valuations$ = drawing.hot('--v', valuations);
      const news$ = drawing.hot('      ---n-b------', {
        n: [ticker('A'), ticker('Z')],
        b: [ticker('B')],
      });
      const off$ = drawing.hot('       ---n', { n: [ticker('A')] });
      const unsub = '                  400ms !';
      const expected = '               ---a 49ms b';
      const none = '                   -';

      const settings = { enforceEventMutex: false };
      const items$ = drawn(drawing, events$, valuations$, { settings, news$ });
      drawing.expectObservable(items$, unsub).toBe(expected, {
        a: '7 A between_windows at 3',
        b: '7 B between_windows at 53',
      });
      const off = drawn(drawing, events$, valuations$, { news$: off$, isOn: false });
      drawing.expectObservable(off, unsub).toBe(none);
    }),
  );

  it(
    'stops listening when its consumer leaves',
    marbles((drawing) => {
      const events$ = drawing.hot('    -s-----a-', told);
      const valuations$ = drawing.hot('--v------', valuations);
      const unsub = '                  ----!';
      const subs = '                   ^---!';
      const expected = '               -----';

      drawing.expectObservable(drawn(drawing, events$, valuations$), unsub).toBe(expected);
      drawing.expectSubscriptions(events$.subscriptions).toBe(subs);
      drawing.expectSubscriptions(valuations$.subscriptions).toBe(subs);
    }),
  );
});
