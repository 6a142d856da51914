import { err, ok, type Result } from '../../domain/result.js';
import { type EpochMs, epochMs } from '../../domain/units.js';
import type { Outcome } from '../../messages/effect.js';
import type { League, NoSignal, SportsEvidence, SportsReaction } from '../../messages/evidence.js';
import { beforeNewsMs } from '../../valuation/sports.js';
import { isTeam, type SportsTerms } from '../../valuation/sports-terms.js';
import {
  entryAfter,
  isDue,
  noSignalOf,
  problem,
  type SourceEntry,
  type SourceRequest,
} from '../known.js';
import { type InjuryPage, type InjuryRecord, leagueOf, parseInjuries } from './parse.js';

/** One page of the feed. `feed` is the address of its first page, by which a whole poll is known. */
export type InjuriesRequest = SourceRequest<'injuries'> & { readonly feed: string };

type Change = Omit<SportsEvidence['changes'][number], 'midBefore'> & {
  readonly league: League | null;
};

/** Everything known of injuries: the feeds' pages, the standing of every player, and what has changed lately. */
export type InjuriesKnown = {
  readonly pages: ReadonlyMap<string, SourceEntry<InjuryPage>>;
  /** By feed: the last whole poll. */
  readonly polls: ReadonlyMap<
    string,
    { readonly at: EpochMs; readonly records: ReadonlyMap<string, InjuryRecord> }
  >;
  /** Newest first. */
  readonly changes: readonly Change[];
};

export const noInjuriesKnown: InjuriesKnown = {
  pages: new Map(),
  polls: new Map(),
  changes: [],
};

/** How often a feed is polled, market time. Half of it is lost of every report's lead. */
const ttlMs = 60_000;
const pagesMax = 10;
const changesMax = 500;
const changesKeptMs = 86_400_000;
/** A feed that is older says nothing about now. */
const staleMs = 900_000;

const sportOf: Readonly<Record<League, string>> = {
  NFL: 'football',
  NBA: 'basketball',
  WNBA: 'basketball',
  MLB: 'baseball',
  NHL: 'hockey',
};

/** The first page of a league's feed: `{league}` and `{sport}` in the configured address stand for `nfl` and `football`. */
export const injuryFeed = (address: string, league: League): string =>
  address.replaceAll('{league}', league.toLowerCase()).replaceAll('{sport}', sportOf[league]);

/** What to ask now for markets of these leagues: pages that are due, a next page once the one before names it. */
export function injuryRequests(
  address: string,
  leagues: Iterable<League>,
  known: InjuriesKnown,
  at: EpochMs,
): readonly InjuriesRequest[] {
  const feeds = new Set([...leagues].map((league) => injuryFeed(address, league)));
  return [...feeds].flatMap((feed) =>
    pagesOf(feed, known)
      .filter(({ entry }) => isDue(entry, ttlMs, at))
      .map(
        ({ url }): InjuriesRequest => ({ kind: 'injuries', source: 'injuries', url, ttlMs, feed }),
      ),
  );
}

type PageOf = { readonly url: string; readonly entry: SourceEntry<InjuryPage> | undefined };

/** The pages of a feed, as far as their addresses are known. */
function pagesOf(feed: string, known: InjuriesKnown): readonly PageOf[] {
  const pages: PageOf[] = [];
  let url: string | null = feed;
  while (url !== null && pages.length < pagesMax && !pages.some((page) => page.url === url)) {
    const entry: SourceEntry<InjuryPage> | undefined = known.pages.get(url);
    pages.push({ url, entry });
    const next: string | null = entry?.good?.value.next ?? null;
    url = next === null ? null : withCursor(feed, next);
  }
  return pages;
}

function withCursor(feed: string, cursor: string): string {
  const joint = feed.includes('?') ? '&' : '?';
  return `${feed}${joint}cursor=${encodeURIComponent(cursor)}`;
}

/**
 * What is known after an answer that arrived at `at`, market time. A poll that is whole is compared with the one before:
 * what differs is a change, seen now. The first poll of a feed changes nothing. Never throws, whatever the body.
 */
export function injuriesKnownAfter(
  known: InjuriesKnown,
  { url, feed }: InjuriesRequest,
  outcome: Outcome,
  at: EpochMs,
): InjuriesKnown {
  const entry = entryAfter(known.pages.get(url), 'injuries', outcome, at, (body) => {
    const page = parseInjuries(body, leagueOf(feed));
    if (!page.ok || page.value.madeAt === null || at - page.value.madeAt <= staleMs) return page;
    return problem('stale', 'injuries', `made ${at - page.value.madeAt} ms before it was sent`);
  });
  const after: InjuriesKnown = { ...known, pages: recentPages(known, at).set(url, entry) };
  const whole = entry.failed === null ? wholePoll(feed, after, at) : null;
  return whole === null ? after : compared(feed, after, whole, at);
}

/** Without pages that were not asked for lately: cursors come and go. */
function recentPages({ pages }: InjuriesKnown, at: EpochMs): Map<string, SourceEntry<InjuryPage>> {
  const lastOf = ({ good, failed }: SourceEntry<InjuryPage>): number =>
    Math.max(good?.receivedAt ?? 0, failed?.at ?? 0);
  return new Map([...pages].filter(([, entry]) => at - lastOf(entry) <= staleMs));
}

/** Every player of a feed whose pages are all fresh; the newest report of a player counts. */
function wholePoll(
  feed: string,
  known: InjuriesKnown,
  at: EpochMs,
): ReadonlyMap<string, InjuryRecord> | null {
  const pages = pagesOf(feed, known);
  const records = new Map<string, InjuryRecord>();
  for (const { entry } of pages) {
    if (entry?.good == null || at - entry.good.receivedAt > ttlMs) return null;
    for (const record of entry.good.value.records) {
      const other = records.get(record.key);
      if (other === undefined || (record.reportedAt ?? 0) >= (other.reportedAt ?? 0))
        records.set(record.key, record);
    }
  }
  // Cut off at the most pages we read, the poll is not whole: who is missing may be on the next one.
  return pages.at(-1)?.entry?.good?.value.next == null ? records : null;
}

function compared(
  feed: string,
  known: InjuriesKnown,
  records: ReadonlyMap<string, InjuryRecord>,
  at: EpochMs,
): InjuriesKnown {
  const before = known.polls.get(feed)?.records;
  const changes: Change[] = [];
  for (const [key, { league, team, player, position, status: to, reportedAt }] of before
    ? records
    : []) {
    // Who was not on the list was fit to play.
    const from = before?.get(key)?.status ?? 'active';
    if (from !== to)
      changes.push({ league, team, player, position, from, to, reportedAt, seenAt: at });
  }
  const kept = known.changes.filter(({ seenAt }) => at - seenAt <= changesKeptMs);
  return {
    ...known,
    polls: new Map(known.polls).set(feed, { at, records }),
    changes: [...changes, ...kept].slice(0, changesMax),
  };
}

/** What a game's evidence holds beside the feed's word. */
type SportsContext = {
  readonly reactions: readonly SportsReaction[];
  /** The market's middle price (0..1) at a moment; null: not known. */
  readonly midAt: (at: EpochMs) => number | null;
};

/** What has lately changed for either side of a game, from a feed that is up to date. */
export function sportsEvidence(
  address: string,
  terms: SportsTerms,
  known: InjuriesKnown,
  at: EpochMs,
  { reactions, midAt }: SportsContext,
): Result<SportsEvidence, NoSignal> {
  const feed = injuryFeed(address, terms.league);
  const poll = known.polls.get(feed);
  if (poll === undefined) {
    const heard = pagesOf(feed, known).flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
    const failed = heard.find((entry) => entry.failed !== null)?.failed ?? null;
    if (failed !== null) return err(noSignalOf(failed.problem));
    return err(heard.length === 0 ? 'not_asked' : 'source_failed');
  }
  if (at - poll.at > staleMs) return err('source_stale');
  const changes = known.changes.filter(
    ({ league, team }) =>
      league === terms.league && (isTeam(team, terms.team) || isTeam(team, terms.opponent)),
  );
  return ok({
    kind: 'sports',
    changes: changes.map(({ team, player, position, from, to, reportedAt, seenAt }) => {
      const midBefore = reportedAt === null ? null : midAt(epochMs(reportedAt - beforeNewsMs));
      return { team, player, position, from, to, reportedAt, seenAt, midBefore };
    }),
    reactions: reactions.filter(({ league }) => league === terms.league),
  });
}

/** When a game's feed was last whole; null: never. */
export const polledAt = (
  address: string,
  { league }: SportsTerms,
  known: InjuriesKnown,
): EpochMs | null => known.polls.get(injuryFeed(address, league))?.at ?? null;
