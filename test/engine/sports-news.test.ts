// Goal: an injury report becomes a sports verdict where a reaction to it was measured, and moves nothing where none was.
import { expect, it } from 'vitest';
import type { Verdict } from '../../src/messages/valuation.js';
import { shifted } from '../../src/valuation/sports.js';
import { marketSample } from '../exchange/samples.js';
import { dollars, json, openedWith, origin, pages, ScriptedRun, settings } from './scripted-run.js';

const second = 1_000;
const event = 'KXNFLGAME-26SEP01BUFMIA';
const name = `${event}-MIA`;
const feed = 'https://feed.example/{sport}/{league}/injuries';
const quote = { bid: 59, ask: 61 };

const game = marketSample({
  ticker: name,
  event_ticker: event,
  title: 'Buffalo at Miami winner?',
  yes_sub_title: 'Miami',
  strike_type: 'structured',
  floor_strike: null,
  cap_strike: null,
  rules_primary:
    'If Miami wins the Buffalo at Miami pro football game originally scheduled for Sep 1, 2026, then the market resolves to Yes.',
  open_time: '2026-08-31T00:00:00Z',
  close_time: '2026-09-01T11:00:00Z',
  volume_fp: '90000.00',
  volume_24h_fp: '80000.00',
  yes_bid_dollars: dollars(quote.bid),
  yes_ask_dollars: dollars(quote.ask),
  yes_bid_size_fp: '500.00',
  yes_ask_size_fp: '500.00',
});
const events = pages({
  events: [
    { event_ticker: event, series_ticker: 'KXNFLGAME', title: 'Game', mutually_exclusive: true },
  ],
  cursor: '',
});
const series = pages({
  series: {
    ticker: 'KXNFLGAME',
    title: 'Game',
    category: 'Sports',
    tags: [],
    fee_type: 'quadratic',
    fee_multiplier: 1,
  },
});

const poll = (run: ScriptedRun, status: string, reportedAt: number) =>
  run.reply('evidence', [
    json([
      {
        PlayerID: 99,
        FirstName: 'A.',
        LastName: 'Quarterback',
        Position: 'QB',
        Team: 'Miami Dolphins',
        InjuryStatus: status,
        date: new Date(reportedAt).toISOString(),
      },
    ]),
    { kind: 'end', parts: 1 },
  ]);

/** The quarterback is out, a minute and more after the engine saw the price; verdicts before and after it knows. */
function verdicts(reactions: string): { readonly run: ScriptedRun; readonly all: Verdict[] } {
  const run = new ScriptedRun();
  const configured = settings({ sportsInjuryApiUrl: feed, sportsReactions: reactions });
  run.give('engine', openedWith({ settings: configured }));
  run.reply('scan', pages({ markets: [game], cursor: '' }));
  run.reply('metadata', events).reply('metadata', series);
  run.connect(new Map([[name, quote]]));
  for (const kind of ['balance', 'settlements', 'positions', 'fills', 'orders'] as const)
    run.reply(kind);
  poll(run, 'Questionable', origin - 3_600 * second);
  run.tick(2_010).reply('value');
  const answer = (status: string, reportedAt: number): void => {
    for (const { request } of run.waiting.slice())
      if (request.kind === 'evidence') poll(run, status, reportedAt);
      else if (request.kind === 'scan') run.reply('scan', pages({ markets: [game], cursor: '' }));
      else if (request.kind === 'metadata')
        run.reply('metadata', request.events.length > 0 ? events : series);
  };
  // Windows end every minute; the feed is asked as often, two seconds later.
  const reportedAt = origin + 90 * second;
  while (run.at < origin + 181.5 * second) {
    const isOut = run.at >= reportedAt + 5 * second;
    run.tick(500);
    answer(isOut ? 'Out' : 'Questionable', isOut ? reportedAt : origin - 3_600 * second);
    // Somebody deals behind the best price: the book is young and its middle stands.
    run.delta(name, { cents: 30, by: '1.00' });
    if (run.waiting.some(({ request }) => request.kind === 'value')) run.reply('value');
  }
  run.tick(second);
  while (run.waiting.some(({ request }) => request.kind === 'value')) run.reply('value');
  const all = run.steps.flatMap((step) =>
    step.kind === 'cycle' ? step.report.result.verdicts : [],
  );
  return { run, all: [...all] };
}

it('with a measured reaction the verdict after the report is the specialist’s, from the price before it', () => {
  const { run, all } = verdicts('NFL:QB=0.9/120');
  expect(run.problems).toEqual([]);
  expect(all.map(({ model }) => model)).toEqual(['heuristic', 'heuristic', 'heuristic', 'sports']);
  const first = all[0];
  const last = all.at(-1);
  expect(first).toMatchObject({ noSignal: 'no_data', word: null });
  expect(last).toMatchObject({ ticker: name, vertical: 'sports', noSignal: null });
  // Questionable plays with 0.6, out with 0; the price of a minute before was 60 cents.
  expect(last?.word?.p).toBeCloseTo(shifted(0.6, -0.9 * 0.6), 9);
  expect(last?.fair).toBeLessThan(first?.fair ?? 0);
});

it.each([
  ['none was measured', ''],
  ['one of another league was', 'NBA=0.9/120'],
])('where %s the same report leaves the quotes alone', (_, reactions) => {
  const { all } = verdicts(reactions);
  expect(all.map(({ model, word }) => [model, word])).toEqual(
    Array.from({ length: 4 }, () => ['heuristic', null]),
  );
});
