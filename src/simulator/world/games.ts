import { HOUR, MINUTE } from './calendar.js';
import { between, choose, normal, pick, type Stream, stream, uuid } from './draws.js';
import { makeWalk } from './latent.js';
import type { Knowledge } from './plan.js';
import { BODY_PARTS, FIRST_NAMES, LAST_NAMES, type League } from './teams.js';

/** What a league's report says about a player, from the moment it is out. */
export type InjuryReport = {
  readonly atMs: number;
  readonly league: League;
  readonly team: string;
  readonly teamCode: string;
  readonly playerId: string;
  readonly player: string;
  readonly position: string;
  readonly status: 'Out' | 'Doubtful' | 'Questionable' | 'Active';
  readonly bodyPart: string;
  /** Change of the home side's strength in standard deviations of the game. */
  readonly effect: number;
};

/**
 * One game: the home side wins when a number that starts at its strength and is moved by injury reports before the
 * start, and by the play from start to end, finishes at or above zero.
 */
export type Game = {
  readonly league: League;
  readonly home: readonly [code: string, name: string];
  readonly away: readonly [code: string, name: string];
  readonly homeId: string;
  readonly awayId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly reports: readonly InjuryReport[];
  readonly known: (ms: number) => Knowledge;
  readonly final: () => number;
};

const REPORTS = 7;
/** Reports come in the last hours before the start. */
const REPORTS_SPAN_MS = 26 * HOUR;

export function makeGame(
  seed: number,
  name: string,
  league: League,
  sides: readonly [home: readonly [string, string], away: readonly [string, string]],
  endMs: number,
): Game {
  const of = stream(seed, `game/${name}`);
  const [home, away] = sides;
  const startMs = endMs - league.durationHours * HOUR;
  const strength = 0.55 * normal(of, 0);
  const play = makeWalk(seed, `game/${name}/play`, 0, 1, startMs, endMs, MINUTE);
  const reports = league.sport === 'Tennis' ? [] : makeReports(of, league, home, away, startMs);

  return {
    league,
    home,
    away,
    homeId: uuid(stream(seed, `side/${league.code}/${home[0]}`), 0),
    awayId: uuid(stream(seed, `side/${league.code}/${away[0]}`), 0),
    startMs,
    endMs,
    reports,
    known: (ms) => {
      let mean = strength + play.mean(ms);
      let variance = play.sd(ms) ** 2;
      for (const report of reports) {
        if (report.atMs <= ms) mean += report.effect;
        else variance += report.effect ** 2;
      }
      return { mean, sd: Math.sqrt(variance), floor: Number.NEGATIVE_INFINITY };
    },
    final: () => strength + play.final() + reports.reduce((sum, r) => sum + r.effect, 0),
  };
}

function makeReports(
  of: Stream,
  league: League,
  home: readonly [string, string],
  away: readonly [string, string],
  startMs: number,
): InjuryReport[] {
  return Array.from({ length: REPORTS }, (_, i) => {
    const n = 100 + i * 16;
    const isHome = pick(of, n, 2) === 0;
    // A player is ruled out, or cleared, with equal chance: the report is news either way.
    const out = pick(of, n + 1, 2) === 0;
    const weight = between(of, n + 2, 0.12, 0.42);
    const part = (i + between(of, n + 3, 0.1, 0.9)) / REPORTS;
    const side = isHome ? home : away;
    return {
      atMs: Math.round(startMs - REPORTS_SPAN_MS * (1 - part)),
      league,
      team: side[1],
      teamCode: side[0],
      playerId: String(400_000 + pick(of, n + 4, 200_000)),
      player: `${choose(of, n + 5, FIRST_NAMES)} ${choose(of, n + 6, LAST_NAMES)}`,
      position: choose(of, n + 7, league.positions),
      status: out ? (weight > 0.2 ? 'Out' : 'Doubtful') : 'Active',
      bodyPart: choose(of, n + 8, BODY_PARTS),
      effect: weight * (isHome === out ? -1 : 1),
    };
  });
}
