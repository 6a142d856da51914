import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { Outcome } from '../../src/messages/effect.js';
import {
  type InjuriesKnown,
  injuriesKnownAfter,
  injuryRequests,
  noInjuriesKnown,
  sportsEvidence,
} from '../../src/sources/injuries/injuries-known.js';
import { parseInjuries } from '../../src/sources/injuries/parse.js';
import { statusOf } from '../../src/sources/injuries/status.js';
import { hostileBodies, mutated } from './fuzz.js';

// Goal: four forms of one feed become the same records, and two polls of it become the changes between them.

const at = epochMs(Date.UTC(2026, 8, 27, 12));
const http = (body: string, status = 200): Outcome => ({ kind: 'http', status, path: '', body });
const espn = (rows: readonly unknown[], team = 'Miami Dolphins'): string =>
  JSON.stringify({
    timestamp: '2026-09-27T12:00:00Z',
    injuries: [{ id: '1', displayName: team, injuries: rows }],
  });
const espnRow = (over: Readonly<Record<string, unknown>> = {}) => ({
  id: '-57577',
  date: '2026-09-27T11:50Z',
  status: 'Questionable',
  details: null,
  athlete: {
    displayName: 'A. Quarterback',
    links: [{ href: 'https://www.espn.com/nfl/player/_/id/4040805/a-quarterback' }],
    team: { id: '22' },
  },
  ...over,
});

describe('a feed of injuries', () => {
  it.each([
    ['of a sports site', espn([espnRow()]), 'NFL|4040805'],
    [
      'as data with cursor',
      JSON.stringify({
        data: [
          {
            player: { id: 237, first_name: 'A.', last_name: 'Quarterback', team_id: 14 },
            team: { name: 'Miami Dolphins' },
            status: 'GTD',
            updatedAt: 1_790_509_800,
            return_date: 'Nov 18',
          },
        ],
        meta: { next_cursor: null, per_page: 100 },
      }),
      'NFL|237',
    ],
    [
      'as a bare array',
      JSON.stringify([
        {
          PlayerID: 99,
          FirstName: 'A.',
          LastName: 'Quarterback',
          Team: 'Miami Dolphins',
          InjuryStatus: 'Questionable',
          date: '2026-09-27T07:50:00-04:00',
        },
      ]),
      'NFL|99',
    ],
    [
      'as items',
      JSON.stringify({
        items: [
          {
            league: 'NFL',
            playerName: 'A. Quarterback',
            teamName: 'Miami Dolphins',
            status: 'questionable',
            reportedAt: '1790509800000',
          },
        ],
      }),
      'NFL|a. quarterback|miami dolphins',
    ],
  ])('is read %s', (_, body, key) => {
    expect(parseInjuries(body, 'NFL')).toMatchObject({
      ok: true,
      value: {
        records: [
          {
            league: 'NFL',
            team: 'Miami Dolphins',
            player: 'A. Quarterback',
            key,
            status: 'questionable',
            reportedAt: Date.UTC(2026, 8, 27, 11, 50),
          },
        ],
        next: null,
      },
    });
  });

  for (const league of ['nba', 'nfl'] as const) {
    const sample = new URL(
      `../../../shared/data/feeds/espn_injuries_${league}_2026-09-27.json`,
      import.meta.url,
    );
    it.skipIf(!existsSync(sample))(`is read from a recorded sample of the ${league}`, () => {
      const read = parseInjuries(readFileSync(sample, 'utf8'), null);
      if (!read.ok) throw new Error(read.error.where);
      expect(read.value.records).toHaveLength(2);
      expect(read.value.madeAt).not.toBeNull();
      for (const record of read.value.records) {
        expect(record.reportedAt).not.toBeNull();
        expect(record.key).toMatch(/^null\|\d+$/);
        expect(record.status).not.toBe('unknown');
      }
    });
  }

  it.each([
    ['Out', 'out'],
    ['INACTIVE', 'out'],
    ['Day-To-Day', 'day_to_day'],
    ['Game Time Decision', 'questionable'],
    ['60-Day-IL', 'injured_reserve'],
    ['IR', 'injured_reserve'],
    ['Suspended', 'suspended'],
    ['Active', 'active'],
    ['Feeling great', 'unknown'],
    ['', 'unknown'],
    ['x'.repeat(1_000), 'unknown'],
  ])('calls %s %s', (word, status) => {
    expect(statusOf(word)).toBe(status);
  });

  it('loses a bad row and no other, and takes no free text for a time', () => {
    const read = parseInjuries(
      espn([
        espnRow(),
        { status: 'Out' },
        null,
        7,
        espnRow({ athlete: null }),
        espnRow({ date: 'Nov 18' }),
      ]),
      'NFL',
    );
    expect(read.ok && read.value.records.map(({ reportedAt }) => reportedAt !== null)).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    ['nothing readable', espn([{ status: 'Out' }]), 'unknown_shape'],
    ['no list', '{"teams":[]}', 'unknown_shape'],
    ['text', '"injuries"', 'unknown_shape'],
    [
      'a list without end',
      JSON.stringify(Array.from({ length: 10_001 }, () => 0)),
      'unknown_shape',
    ],
    [
      'a cursor with a query of its own',
      '{"data":[],"meta":{"next_cursor":"1&key=x"}}',
      'bad_value',
    ],
    ['half a character for a cursor', '{"data":[],"meta":{"next_cursor":"\\ud800"}}', 'bad_value'],
  ])('with %s is a problem', (_, body, code) => {
    const read = parseInjuries(body, null);
    expect(read.ok ? 'read' : read.error.code).toBe(code);
  });

  it('never makes the parser throw', () => {
    const body = espn([espnRow(), espnRow({ athlete: { id: 7, displayName: 'B' } })]);
    for (const hostile of hostileBodies)
      expect(typeof parseInjuries(hostile, null).ok).toBe('boolean');
    fc.assert(
      fc.property(mutated(body), (text) => typeof parseInjuries(text, null).ok === 'boolean'),
      { numRuns: 300 },
    );
  });
});

const site = 'https://site.example/apis/site/v2/sports/{sport}/{league}/injuries';
const unmeasured = { reactions: [], midAt: () => null };
const game = { league: 'NFL', team: 'Miami', opponent: 'Buffalo' } as const;

/** One poll: every page that is due, answered by what `bodies` hold for its address. */
function polled(
  known: InjuriesKnown,
  when: number,
  bodyOf: (url: string) => string | Outcome,
  address = site,
): InjuriesKnown {
  let after = known;
  for (let page = 0; page < 20; page += 1) {
    const [request] = injuryRequests(address, ['NFL'], after, epochMs(when));
    if (request === undefined) break;
    const body = bodyOf(request.url);
    after = injuriesKnownAfter(
      after,
      request,
      typeof body === 'string' ? http(body) : body,
      epochMs(when),
    );
  }
  return after;
}
const changesOf = (known: InjuriesKnown, when: number) => {
  const evidence = sportsEvidence(site, game, known, epochMs(when), unmeasured);
  return evidence.ok ? evidence.value.changes : evidence.error;
};

describe('changes between polls', () => {
  const minute = 60_000;
  const first = polled(noInjuriesKnown, at, () => espn([espnRow()]));

  it('ask each league’s feed once', () => {
    const asked = injuryRequests(site, ['NFL', 'NBA', 'NFL'], noInjuriesKnown, at);
    expect(asked.map(({ url }) => url)).toEqual([
      'https://site.example/apis/site/v2/sports/football/nfl/injuries',
      'https://site.example/apis/site/v2/sports/basketball/nba/injuries',
    ]);
  });

  it('are none at the first poll and none when nothing changed', () => {
    expect(changesOf(noInjuriesKnown, at)).toBe('not_asked');
    expect(changesOf(first, at)).toEqual([]);
    expect(
      changesOf(
        polled(first, at + minute, () => espn([espnRow()])),
        at + minute,
      ),
    ).toEqual([]);
  });

  it('carry both times, newest first', () => {
    const second = polled(first, at + minute, () =>
      espn([espnRow({ status: 'Out', date: '2026-09-27T12:00Z' })]),
    );
    const third = polled(second, at + 2 * minute, () =>
      espn([
        espnRow({ status: 'Out', date: '2026-09-27T12:00Z' }),
        espnRow({
          status: 'Doubtful',
          date: 'today',
          athlete: { id: '7', displayName: 'B. Receiver', position: { abbreviation: 'wr' } },
        }),
      ]),
    );
    expect(changesOf(third, at + 2 * minute)).toEqual([
      {
        team: 'Miami Dolphins',
        player: 'B. Receiver',
        position: 'WR',
        from: 'active',
        to: 'doubtful',
        reportedAt: null,
        seenAt: at + 2 * minute,
        midBefore: null,
      },
      {
        team: 'Miami Dolphins',
        player: 'A. Quarterback',
        position: null,
        from: 'questionable',
        to: 'out',
        reportedAt: at,
        seenAt: at + minute,
        midBefore: null,
      },
    ]);
    const elsewhere = sportsEvidence(
      site,
      { ...game, team: 'Denver' },
      third,
      epochMs(at + 2 * minute),
      unmeasured,
    );
    expect(elsewhere.ok && elsewhere.value.changes).toEqual([]);
  });

  it('carry the market’s price of a minute before the report, and what was measured of the league', () => {
    const second = polled(first, at + minute, () =>
      espn([espnRow({ status: 'Out', date: '2026-09-27T12:00Z' })]),
    );
    const measured = { position: null, beta: 1, betaError: 0.5, halfLifeMs: 90_000 };
    const evidence = sportsEvidence(site, game, second, epochMs(at + minute), {
      reactions: [
        { league: 'NFL', ...measured },
        { league: 'NBA', ...measured },
      ],
      midAt: (moment) => (moment === at - minute ? 0.61 : null),
    });
    if (!evidence.ok) throw new Error(evidence.error);
    expect(evidence.value.changes.map(({ midBefore }) => midBefore)).toEqual([0.61]);
    expect(evidence.value.reactions.map(({ league }) => league)).toEqual(['NFL']);
  });

  it('outlive a failed poll, and go stale with the feed', () => {
    const second = polled(first, at + minute, () => espn([espnRow({ status: 'Out' })]));
    const failed = polled(second, at + 2 * minute, () => http('{}', 503));
    expect(changesOf(failed, at + 2 * minute)).toHaveLength(1);
    expect(changesOf(failed, at + 17 * minute)).toBe('source_stale');
    const frozen = polled(second, at + 20 * minute, () => espn([espnRow({ status: 'Out' })]));
    expect(changesOf(frozen, at + 20 * minute)).toBe('source_stale');
  });

  it('forget after a day', () => {
    const fresh = (body: string, when: number) =>
      body.replace('2026-09-27T12:00:00Z', new Date(when).toISOString());
    const second = polled(first, at + minute, () => espn([espnRow({ status: 'Out' })]));
    const later = at + 25 * 60 * minute;
    const third = polled(second, later, () => fresh(espn([espnRow({ status: 'Out' })]), later));
    expect(changesOf(third, later)).toEqual([]);
  });

  it('read a feed of many pages as one, and only when it is whole', () => {
    const address = 'https://feed.example/injuries?per_page=1';
    const page = (name: string, next: number | null, status = 'Questionable') =>
      JSON.stringify({
        data: [{ league: 'NFL', player: name, team: 'Buffalo Bills', status, reportedAt: at }],
        meta: { next_cursor: next },
      });
    const feed = (status: string) => (url: string) =>
      url.includes('cursor=2')
        ? page('C', null)
        : url.includes('cursor=1')
          ? page('B', 2, status)
          : page('A', 1);
    const one = polled(noInjuriesKnown, at, feed('Questionable'), address);
    expect(one.polls.get(address)?.records.size).toBe(3);
    const broken = polled(
      one,
      at + 61_000,
      (url) => (url.includes('cursor=2') ? http('', 500) : feed('Out')(url)),
      address,
    );
    expect(broken.changes).toEqual([]);
    const whole = polled(broken, at + 70_000, feed('Out'), address);
    expect(whole.changes.map(({ player, to }) => `${player} ${to}`)).toEqual(['B out']);
    const endless = polled(noInjuriesKnown, at, () => page('A', 1), address);
    expect(endless.polls.size).toBe(0);
    expect(endless.pages.size).toBeLessThan(11);
  });

  it('keep no page whose cursor is gone', () => {
    const address = 'https://feed.example/injuries';
    let known = noInjuriesKnown;
    for (let poll = 0; poll < 60; poll += 1)
      known = polled(
        known,
        at + poll * minute,
        (url) => `{"data":[],"meta":{"next_cursor":${url === address ? `"c${poll}"` : 'null'}}}`,
        address,
      );
    expect(known.pages.size).toBeLessThan(20);
  });

  it('never throw, whatever comes back', () => {
    for (const body of hostileBodies) {
      const known = polled(noInjuriesKnown, at, () => body);
      expect(typeof changesOf(known, at)).not.toBe('undefined');
    }
  });
});
