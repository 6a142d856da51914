import { map, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import type { Market } from '../../src/domain/market.js';
import { err, ok } from '../../src/domain/result.js';
import { epochMs } from '../../src/domain/units.js';
import type { Outcome } from '../../src/messages/effect.js';
import type { Cut } from '../../src/streams/cuts.js';
import { type Listing, type ParseListing, type Scan, scans } from '../../src/streams/scans.js';
import { aMarket } from '../support/fixtures.js';
import { marbles } from '../support/marbles.js';

// Goal: a list is read at once, and again shortly before it is needed; half a list is never taken for a whole one.
// Answers: digits are pages, `e` the end of the reply, `h` a server error, `f` a dropped connection, `j` no JSON.
const page = (body: string): Outcome => ({ kind: 'http', status: 200, path: '/markets', body });
const answers: Record<string, Outcome> = {
  1: page('1'),
  2: page('2'),
  h: { kind: 'http', status: 503, path: '/markets', body: '' },
  f: { kind: 'failed', code: 'network', sent: true, detail: 'reset' },
  j: page('<html>'),
  e: { kind: 'end', parts: 2 },
};
const pages: Record<string, Listing> = {
  1: { markets: [aMarket('A'), aMarket('B')], refused: [{ ticker: 'M' }], cursor: 'more' },
  // B again, now with another title; M could be read this time.
  2: { markets: [aMarket('B', { title: 'newer' }), aMarket('M')], refused: [], cursor: '' },
};
const parseListing: ParseListing = (body) => {
  const found = pages[body];
  return found === undefined ? err({ code: 'not_json', where: '$' }) : ok(found);
};
const cut = (to: number, next: number): Cut => ({
  index: 1,
  from: epochMs(0),
  to: epochMs(to),
  next: epochMs(next),
});

const told = ({ startedAt, scannedAt, markets, malformed, scanned, problems }: Scan) =>
  `${startedAt}-${scannedAt} ${names(markets)} of ${scanned}, ${malformed} malformed${problems.map((problem) => `; ${problem}`).join('')}`;
const names = (markets: readonly Market[]): string =>
  markets.map(({ ticker, title }) => (title === 'newer' ? `${ticker}'` : ticker)).join('');
const lines = (scans$: Observable<Scan>) => scans$.pipe(map(told));

describe('scans', () => {
  it(
    'reads the whole list at once, each market once, and again ahead of the next cut',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      // The next cut is due at 17, 10 ms after this one: half of that is the most a scan goes ahead.
      const cuts$ = hot('   -------c---------|', { c: cut(7, 17) });
      const scan$ = cold('  -12(e|)', answers);
      const subs = '        ^----------------!';
      const asked = ['      ^--!', '          ------------^--!'];
      const expected = '    ---a-----------b-|';

      expectObservable(lines(scans(cuts$, () => scan$, parseListing, 1, scheduler))).toBe(
        expected,
        {
          a: "0-3 AB'M of 3, 0 malformed",
          b: "12-15 AB'M of 3, 0 malformed",
        },
      );
      expectSubscriptions(cuts$.subscriptions).toBe(subs);
      expectSubscriptions(scan$.subscriptions).toBe(asked);
    }),
  );

  it(
    'says what is missing of a list that was cut short, and tries again later and later until it is whole',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const cuts$ = hot('  -', { c: cut(5, 7) });
      const scan$ = cold(' -1(e|)', answers);
      const unsub = '      --- 9999ms --- 19999ms --- 39999ms --- 79999ms --- 79999ms ---!';
      const expected = '   --a 9999ms --a 19999ms --a 39999ms --a 79999ms --a 79999ms --a';

      const problems$ = scans(cuts$, () => scan$, parseListing, 1, scheduler).pipe(
        map(({ problems, scanned, malformed }) => [scanned, malformed, ...problems]),
      );
      expectObservable(problems$, unsub).toBe(expected, {
        a: [3, 1, 'cut short: more pages after 1'],
      });
    }),
  );

  it(
    'names each way a page can fail',
    marbles(({ hot, cold, scheduler, expectObservable }) => {
      const first = (answer: string) => {
        const scan$ = cold(answer, answers);
        return scans(hot('-', { c: cut(5, 7) }), () => scan$, parseListing, 1, scheduler).pipe(
          map(({ problems }) => problems),
        );
      };
      expectObservable(first('(he|)'), '---!').toBe('a', { a: ['page 1: http 503'] });
      expectObservable(first('(je|)'), '---!').toBe('a', { a: ['page 1: not_json at $'] });
      expectObservable(first('(1f|)'), '---!').toBe('a', {
        a: ['after page 1: network, reset', 'cut short: more pages after 1'],
      });
      expectObservable(first('(12|)'), '---!').toBe('a', { a: ['cut short: no end'] });
      expectObservable(first('|'), '---!').toBe('a', { a: ['no page came'] });
    }),
  );

  it(
    'reads one list at a time, however the cuts crowd',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      const cuts$ = hot('  -(ccc)--|', { c: cut(1, 3) });
      const scan$ = cold(' ---12(e|)', answers);
      const asked = '      ^----!';
      const expected = '   -----a--|';

      expectObservable(lines(scans(cuts$, () => scan$, parseListing, 1, scheduler))).toBe(
        expected,
        {
          a: "0-5 AB'M of 3, 0 malformed",
        },
      );
      expectSubscriptions(scan$.subscriptions).toBe(asked);
    }),
  );

  it(
    'asks for nothing more when its consumer leaves',
    marbles(({ hot, cold, scheduler, expectObservable, expectSubscriptions }) => {
      const cuts$ = hot('  -----c--', { c: cut(5, 7) });
      const scan$ = cold(' -12(e|)', answers);
      const unsub = '      --!';
      const subs = '       ^-!';
      const expected = '   ---';

      expectObservable(
        scans(cuts$, () => scan$, parseListing, 1, scheduler),
        unsub,
      ).toBe(expected);
      expectSubscriptions(cuts$.subscriptions).toBe(subs);
      expectSubscriptions(scan$.subscriptions).toBe(subs);
    }),
  );
});
