import { expect, it } from 'vitest';
import { ticker } from '../../src/domain/units.js';
import type { WatchEntry } from '../../src/domain/watch-list.js';
import { WatchReport } from '../../src/engine/watch-report.js';
import { aCatalog } from '../support/fixtures.js';

// Goal: an entry is told once, until it means something else; half a list condemns nobody.
const good: WatchEntry = { input: 'btc', ticker: ticker('A'), problem: null };
const bad = (input: string, code: 'unresolved' | 'ambiguous' = 'unresolved'): WatchEntry => ({
  input,
  ticker: null,
  problem: { code, text: `"${input}" is wrong` },
});
const list = (watched: readonly WatchEntry[], problems: readonly string[] = []) =>
  aCatalog([], { watched, problems });
const codes = (report: WatchReport, catalog: ReturnType<typeof list>, isStrict = false) =>
  report.take(catalog, isStrict).map(({ level, code }) => `${level} ${code}`);

it('tells each entry once, and again when it changes', () => {
  const report = new WatchReport();
  const first = list([good, bad('x')]);
  expect(codes(report, first)).toEqual(['info watch_resolved', 'warn watch_unresolved']);
  expect(codes(report, first)).toEqual([]);
  expect(codes(report, list([bad('btc', 'ambiguous'), bad('x')]))).toEqual([
    'warn watch_ambiguous',
  ]);
  expect(codes(report, list([good, bad('x')]))).toEqual(['info watch_resolved']);
  expect(codes(report, list([good, bad('x'), bad('new')]))).toEqual(['warn watch_unresolved']);
  expect(report.refusal).toBeNull();
});

it('strict: the first whole list decides, once', () => {
  const report = new WatchReport();
  expect(codes(report, list([bad('x')], ['page 2: http 503']), true)).toEqual([]);
  expect(report.refusal).toBeNull();
  report.take(list([good, bad('x'), bad('y')]), true);
  expect(report.refusal).toMatch(/^BOT_WATCH_LIST: "x" is wrong · "y" is wrong; .*strict/);
  const other = new WatchReport();
  other.take(list([good]), true);
  // A market that closes later ends nothing.
  expect(codes(other, list([bad('btc')]), true)).toEqual(['warn watch_unresolved']);
  expect(other.refusal).toBeNull();
});
