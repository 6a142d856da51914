import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import { type EpochMs, epochMs } from '../../domain/units.js';
import type { InjuryStatus, League } from '../../messages/evidence.js';
import { problem, readJson, type SourceProblem } from '../known.js';
import { statusOf } from './status.js';

/** One player's standing, as much of it as becomes evidence. Texts are a stranger's: compared, never interpreted. */
export type InjuryRecord = {
  /** Null: the feed does not say. */
  readonly league: League | null;
  readonly team: string;
  readonly player: string;
  /** In capitals, as the feed abbreviates it; null: the feed does not say. */
  readonly position: string | null;
  /** What tells players apart: the league with the feed's id, else with name and team. */
  readonly key: string;
  readonly status: InjuryStatus;
  /** As the source reported it; null when it does not say. */
  readonly reportedAt: EpochMs | null;
};

/** One page of a feed. */
export type InjuryPage = {
  readonly records: readonly InjuryRecord[];
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
  /** When the feed says it was made; null when it does not. */
  readonly madeAt: EpochMs | null;
};

const rowsMax = 10_000;
const text = z.string().max(400).nullish().catch(null);
const id = z
  .union([z.string().max(80), z.number()])
  .nullish()
  .catch(null);
const list = z.array(z.unknown()).max(rowsMax);

const Page = z.union([
  list.transform((rows) => ({ rows, meta: null, timestamp: null })),
  z
    .object({
      data: list.optional(),
      injuries: list.optional(),
      items: list.optional(),
      meta: z.object({ next_cursor: id }).nullish().catch(null),
      timestamp: text,
    })
    .transform((body, context) => {
      const rows = body.data ?? body.injuries ?? body.items;
      if (rows !== undefined) return { rows, meta: body.meta, timestamp: body.timestamp };
      context.issues.push({ code: 'custom', message: 'no list of injuries', input: body });
      return z.NEVER;
    }),
]);

/** ESPN nests players in teams; everybody else gives rows. */
const Team = z.object({ displayName: text, injuries: list });

/** `"QB"`, or an object that has it. */
const position = z
  .union([
    z.string(),
    z.object({ abbreviation: z.string() }).transform(({ abbreviation }) => abbreviation),
  ])
  .transform((text) => (/^[A-Za-z0-9]{1,4}$/.test(text) ? text.toUpperCase() : null))
  .nullish()
  .catch(null);

const named = z
  .union([
    z.string().max(400),
    z.object({
      id,
      position,
      displayName: text,
      name: text,
      first_name: text,
      last_name: text,
      links: z
        .array(z.object({ href: text }))
        .max(100)
        .nullish()
        .catch(null),
    }),
  ])
  .nullish()
  .catch(null);

const Row = z.object({
  league: text,
  sport: text,
  team: named,
  Team: text,
  teamName: text,
  playerId: id,
  PlayerID: id,
  player: named,
  athlete: named,
  playerName: text,
  name: text,
  Name: text,
  FirstName: text,
  LastName: text,
  position,
  Position: position,
  status: text,
  InjuryStatus: text,
  report_status: text,
  reportedAt: id,
  reported_at: id,
  status_updated_at: id,
  updatedAt: id,
  date: id,
});
type Row = z.infer<typeof Row>;

/**
 * A feed of injuries in any of its forms: a bare array, `{data}`, `{items}`, `{injuries}` of rows or of teams. A row
 * without player, team or status costs only itself; a page of which nothing can be read is a problem. Never throws.
 */
export function parseInjuries(
  body: string,
  league: League | null,
): Result<InjuryPage, SourceProblem> {
  const where = 'injuries';
  const read = readJson(Page, body, where);
  if (!read.ok) return read;
  const { rows, meta, timestamp } = read.value;
  const records: InjuryRecord[] = [];
  let seen = 0;
  const take = (row: unknown, team: string | null): void => {
    seen += 1;
    const parsed = Row.safeParse(row);
    const record = parsed.success ? recordOf(parsed.data, team, league) : null;
    if (record !== null) records.push(record);
  };
  for (const row of rows) {
    const team = Team.safeParse(row);
    if (!team.success) take(row, null);
    else for (const player of team.data.injuries) take(player, team.data.displayName ?? null);
  }
  if (seen > rowsMax) return problem('too_large', where, `${seen} rows`);
  if (seen > 0 && records.length === 0) return problem('unknown_shape', where, 'no readable row');
  const next = String(meta?.next_cursor ?? '');
  if (!/^[\w.~=+/-]{0,80}$/.test(next)) return problem('bad_value', where, 'next_cursor');
  return ok({ records, next: next === '' ? null : next, madeAt: timeOf(timestamp) });
}

function recordOf(row: Row, group: string | null, league: League | null): InjuryRecord | null {
  const player =
    nameOf(row.player) ??
    nameOf(row.athlete) ??
    row.playerName ??
    row.name ??
    row.Name ??
    full(row.FirstName, row.LastName) ??
    null;
  const team = nameOf(row.team) ?? row.teamName ?? row.Team ?? group;
  const status = row.status ?? row.InjuryStatus ?? row.report_status;
  if (!player || !team || !status) return null;
  const known = row.playerId ?? row.PlayerID ?? idOf(row.player) ?? idOf(row.athlete);
  const ownLeague = leagueOf(row.league ?? row.sport ?? '') ?? league;
  return {
    league: ownLeague,
    team,
    player,
    position: row.position ?? row.Position ?? positionOf(row.player) ?? positionOf(row.athlete),
    key: `${ownLeague}|${known ?? `${player}|${team}`.toLowerCase()}`,
    status: statusOf(status),
    reportedAt: timeOf(
      row.reportedAt ?? row.reported_at ?? row.status_updated_at ?? row.updatedAt ?? row.date,
    ),
  };
}

type Named = z.infer<typeof named>;

const full = (first?: string | null, last?: string | null): string | null =>
  first && last ? `${first} ${last}` : null;

function nameOf(value: Named): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  return value.displayName ?? value.name ?? full(value.first_name, value.last_name);
}

const positionOf = (value: Named): string | null =>
  value === null || value === undefined || typeof value === 'string'
    ? null
    : (value.position ?? null);

/** The id itself, or the number in a link to the player's page. */
function idOf(value: Named): string | number | null {
  if (value === null || value === undefined || typeof value === 'string') return null;
  if (value.id !== null && value.id !== undefined) return value.id;
  for (const { href } of value.links ?? []) {
    const found = /\/id\/(\d{1,12})(?:\/|$)/.exec(href ?? '')?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/** The league that a text names as a word of its own: `NFL`, or part of an address. */
export const leagueOf = (name: string): League | null =>
  (/(?<![a-z])(?:nfl|nba|wnba|mlb|nhl)(?![a-z])/i.exec(name)?.[0].toUpperCase() as
    | League
    | undefined) ?? null;

const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/** ISO text with a zone, or seconds or milliseconds since the epoch; null for anything else, a free text among it. */
function timeOf(value: string | number | null | undefined): EpochMs | null {
  if (value === null || value === undefined) return null;
  const isIso =
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const isNumber = typeof value === 'number' || /^\d{9,13}$/.test(value);
  const number = isIso ? Date.parse(value) : isNumber ? Number(value) : Number.NaN;
  const ms = Math.floor(isNumber && number < 1e11 ? number * 1_000 : number);
  return ms >= earliest && ms < latest ? epochMs(ms) : null;
}
