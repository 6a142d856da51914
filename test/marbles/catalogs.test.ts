import { map, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import type { Market, MarketEventInfo, Series } from '../../src/domain/market.js';
import { ok } from '../../src/domain/result.js';
import { epochMs, eventTicker, quantity, seriesTicker, ticker } from '../../src/domain/units.js';
import type { WatchList } from '../../src/domain/watch-list.js';
import type { EffectRequest, Outcome } from '../../src/messages/effect.js';
import type { LifecycleChange } from '../../src/messages/market-event.js';
import type { Catalog } from '../../src/messages/window.js';
import type { Ask } from '../../src/streams/ask.js';
import { type CatalogPorts, catalogs, type LifecycleEvent } from '../../src/streams/catalogs.js';
import type { Scan } from '../../src/streams/scans.js';
import { verticalOf } from '../../src/valuation/vertical.js';
import { aMarket } from '../support/fixtures.js';
import { type Drawing, marbles } from '../support/marbles.js';

// Goal: the best markets of the last whole list, with their fees, as the venue last described them.
const event = eventTicker('KXHIGHNY-26AUG10');
const info: MarketEventInfo = {
  ticker: event,
  seriesTicker: seriesTicker('KXHIGHNY'),
  title: '',
  mutuallyExclusive: true,
  feeOverride: null,
};
const series: Series = {
  ticker: seriesTicker('KXHIGHNY'),
  title: '',
  category: 'Climate and Weather',
  tags: [],
  fees: { type: 'quadratic', multiplierPpm: 500_000 },
  settlementSources: [],
};
const listOf = (
  markets: readonly Market[],
  problems: readonly string[] = [],
  malformed = 0,
): Scan => ({
  startedAt: epochMs(0),
  scannedAt: epochMs(0),
  markets,
  malformed,
  scanned: markets.length + malformed,
  problems,
});
const volume = (contracts: number) => ({ volume24h: quantity(contracts * 100) });
const scans: Record<string, Scan> = {
  a: listOf([aMarket('A'), aMarket('B')]),
  // C trades most, but nothing is known of its subject; M is the third best of the weather.
  r: listOf([
    aMarket('C', { ...volume(99_000), eventTicker: eventTicker('KXELECTION') }),
    aMarket('B', volume(500)),
    aMarket('A', volume(500)),
    aMarket('M', volume(700)),
    aMarket('N', volume(1)),
  ]),
  f: listOf(
    [
      aMarket('A', { isMultivariate: true }),
      aMarket('B', { isProvisional: true }),
      aMarket('C', { status: 'closed' }),
      aMarket('D', { status: 'unknown' }),
      aMarket('E'),
    ],
    [],
    2,
  ),
  h: listOf([aMarket('Z')], ['page 2: http 503']),
  x: listOf([], ['no page came']),
};
const heard = (name: string, change: LifecycleChange): LifecycleEvent => ({
  kind: 'lifecycle',
  ticker: ticker(name),
  change,
});
const lifecycles: Record<string, LifecycleEvent> = {
  d: heard('A', { kind: 'deactivated' }),
  u: heard('A', { kind: 'activated' }),
  o: heard('OTHER', { kind: 'deactivated' }),
  m: heard('A', { kind: 'metadata' }),
};

const answer: Outcome = { kind: 'http', status: 200, path: '/events', body: '' };
const failure: Outcome = { kind: 'failed', code: 'timeout', sent: true, detail: '' };
/** Answers a question about events after 1 ms and one about series after 1 ms more. */
const asker =
  ({ cold }: Drawing, outcome: Outcome = answer): Ask =>
  (_request: EffectRequest) =>
    cold<Outcome>('-(a|)', { a: outcome });
const ports = (
  ask: Ask,
  marketsMax = 1_000,
  watchList: WatchList = { inputs: [], aliases: [], isStrict: false },
): CatalogPorts => ({
  ask,
  parse: { events: () => ok([info]), series: () => ok([series]) },
  verticalOf,
  marketsMax: () => marketsMax,
  watchList: () => watchList,
  speed: 1,
});

/** Each market with its status and fee, then drops and problems. */
const lines = (catalogs$: Observable<Catalog>) =>
  catalogs$.pipe(
    map(({ markets, dropped, problems }) => [
      ...markets.map(
        ({ ticker: name, status, fees }) => `${name} ${status} ${fees?.multiplierPpm}`,
      ),
      ...Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`),
      ...problems,
    ]),
  );
const bothActive = ['A active 500000', 'B active 500000'];

describe('catalogs', () => {
  it(
    'reads events and series once, and follows what the venue says between scans',
    marbles((drawing) => {
      const { hot, scheduler, expectObservable, expectSubscriptions } = drawing;
      const scans$ = hot('     -a---------a|', scans);
      const lifecycles$ = hot('-----d-o----|', lifecycles);
      const subs = '           ^-----------!';
      // The list was asked for at 0: what was heard since then is newer than what it says.
      const expected = '       ---a-d-----d|';

      const catalogs$ = catalogs(scans$, lifecycles$, ports(asker(drawing)), scheduler);
      expectObservable(lines(catalogs$)).toBe(expected, {
        a: bothActive,
        d: ['A inactive 500000', 'B active 500000'],
      });
      expectSubscriptions(scans$.subscriptions).toBe(subs);
      expectSubscriptions(lifecycles$.subscriptions).toBe(subs);
    }),
  );

  it(
    'keeps the best by subject, then by volume, then by name, and counts the rest',
    marbles((drawing) => {
      const { hot, cold, scheduler, expectObservable } = drawing;
      const scans$ = hot('     -r|', scans);
      const lifecycles$ = cold('|', lifecycles);
      const expected = '       ---(r|)';

      const catalogs$ = catalogs(scans$, lifecycles$, ports(asker(drawing), 3), scheduler);
      expectObservable(lines(catalogs$)).toBe(expected, {
        r: ['M active 500000', 'A active 500000', 'B active 500000', 'over_scan_max 2'],
      });
    }),
  );

  it(
    'keeps what is watched first, however it ranks, and beyond the bound when there is more of it',
    marbles((drawing) => {
      const { hot, cold, scheduler, expectObservable } = drawing;
      const scans$ = hot('     -r---r|', scans);
      const lifecycles$ = cold('|', lifecycles);
      const expected = '       ---r--(s|)';

      const lists = [
        { inputs: ['n', 'nobody'], aliases: [], isStrict: false },
        {
          inputs: ['far', 'c', 'N'],
          aliases: [{ alias: 'far', ticker: 'B' }],
          isStrict: true,
        },
      ];
      const asked = {
        ...ports(asker(drawing), 2),
        // Changed while the engine runs.
        watchList: () => lists[scheduler.now() < 5 ? 0 : 1] as WatchList,
      };
      const watched$ = catalogs(scans$, lifecycles$, asked, scheduler).pipe(
        map(({ markets, watched, dropped }) => [
          markets.map(({ ticker: name }) => name).join(' '),
          watched
            .map(({ input, ticker: name, problem }) => `${input}=${name ?? problem?.code}`)
            .join(' '),
          dropped.over_scan_max,
        ]),
      );
      expectObservable(watched$).toBe(expected, {
        r: ['N M', 'n=N nobody=unresolved', 3],
        s: ['B N C', 'far=B c=C N=N', 2],
      });
    }),
  );

  it(
    'takes half a list for none when names are strict, until there is a whole one',
    marbles((drawing) => {
      const { hot, cold, scheduler, expectObservable } = drawing;
      const scans$ = hot('     -h---a|', scans);
      const lifecycles$ = cold('|', lifecycles);
      const expected = '       -------(a|)';

      const strict = { inputs: ['A'], aliases: [], isStrict: true };
      const catalogs$ = catalogs(scans$, lifecycles$, ports(asker(drawing), 9, strict), scheduler);
      expectObservable(lines(catalogs$)).toBe(expected, { a: bothActive });
    }),
  );

  it(
    'drops what cannot be traded and counts it by reason',
    marbles((drawing) => {
      const { hot, cold, scheduler, expectObservable } = drawing;
      const scans$ = hot('     -f|', scans);
      const lifecycles$ = cold('|', lifecycles);
      const expected = '       ---(f|)';

      const catalogs$ = catalogs(scans$, lifecycles$, ports(asker(drawing)), scheduler);
      expectObservable(lines(catalogs$)).toBe(expected, {
        f: ['E active 500000', 'malformed 2', 'multivariate 1', 'provisional 1', 'not_active 2'],
      });
    }),
  );

  it(
    'leaves the fees unknown when the venue does not give them, and asks again with the next list',
    marbles((drawing) => {
      const { hot, cold, scheduler, expectObservable } = drawing;
      const scans$ = hot('     -a---a|', scans);
      const lifecycles$ = cold('|', lifecycles);
      const expected = '       --u---(u|)';

      const silent = ports(asker(drawing, failure));
      expectObservable(lines(catalogs(scans$, lifecycles$, silent, scheduler))).toBe(expected, {
        u: ['A active undefined', 'B active undefined'],
      });
    }),
  );

  it(
    'keeps the last good list when the next is not whole, and takes half a list only when it has none',
    marbles((drawing) => {
      const { hot, cold, scheduler, expectObservable } = drawing;
      const scans$ = hot('     -x-h---a---h|', scans);
      const lifecycles$ = cold('|', lifecycles);
      const expected = '       -----h-a---c|';

      const catalogs$ = catalogs(scans$, lifecycles$, ports(asker(drawing)), scheduler);
      expectObservable(lines(catalogs$)).toBe(expected, {
        h: ['Z active 500000', 'page 2: http 503'],
        a: bothActive,
        c: [...bothActive, 'page 2: http 503'],
      });
    }),
  );

  it(
    'is one catalog for each of a burst of changes',
    marbles((drawing) => {
      const { hot, scheduler, expectObservable } = drawing;
      const scans$ = hot('     -a--------|', scans);
      const lifecycles$ = hot('-----(dum)|', lifecycles);
      const expected = '       ---a-(da)-|';

      const catalogs$ = catalogs(scans$, lifecycles$, ports(asker(drawing)), scheduler);
      expectObservable(lines(catalogs$)).toBe(expected, {
        a: bothActive,
        d: ['A inactive 500000', 'B active 500000'],
      });
    }),
  );

  it(
    'asks for nothing more when its consumer leaves',
    marbles((drawing) => {
      const { hot, cold, scheduler, expectObservable, expectSubscriptions } = drawing;
      const scans$ = hot('     -a-------', scans);
      const lifecycles$ = hot('-----d---', lifecycles);
      const answer$ = cold('    ----|', { a: answer });
      const unsub = '          ---!';
      const subs = '           ^--!';
      const asked = '          -^-!';
      const expected = '       ----';

      const catalogs$ = catalogs(
        scans$,
        lifecycles$,
        ports(() => answer$),
        scheduler,
      );
      expectObservable(catalogs$, unsub).toBe(expected);
      expectSubscriptions(scans$.subscriptions).toBe(subs);
      expectSubscriptions(lifecycles$.subscriptions).toBe(subs);
      expectSubscriptions(answer$.subscriptions).toBe(asked);
    }),
  );
});
