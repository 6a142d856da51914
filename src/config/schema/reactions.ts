import { parseDecimal } from '../../domain/units.js';
import type { League, SportsReaction } from '../../messages/evidence.js';
import { type About, type Decoded, decoded, refused, setting } from './setting.js';

const leagues: readonly League[] = ['NFL', 'NBA', 'WNBA', 'MLB', 'NHL'];
const betaErrorDefault = 0.5;
const betaMax = 5;
/** A market that takes longer has not heard of the news; the memory of prices is cut by it. */
const halfLifeSecondsMax = 1_800;

/** A decimal above zero and at most `max`; null for anything else. */
function above(text: string, max: number): number | null {
  const value = parseDecimal(text, 6);
  return value.ok && value.value > 0 && value.value <= max * 1e6 ? value.value / 1e6 : null;
}

/** One entry, or what it must be. */
function entryOf(part: string): SportsReaction | string {
  const [name = '', measured = '', ...rest] = part.split('=').map((word) => word.trim());
  const [leagueName, position, ...more] = name.split(':');
  const league = leagues.find((known) => known === leagueName);
  if (league === undefined || rest.length > 0 || more.length > 0)
    return `entries named after one of ${leagues.join(', ')}, and "${name.slice(0, 40)}" is not`;
  if (position !== undefined && !/^[A-Z0-9]{1,4}$/.test(position))
    return `with a position in capitals as the feed abbreviates it, and "${name.slice(0, 40)}" has none`;
  const [betaText = '', secondsText = '', errorText, ...tail] = measured.split('/');
  const beta = above(betaText, betaMax);
  const seconds = above(secondsText, halfLifeSecondsMax);
  const betaError = errorText === undefined ? betaErrorDefault : above(errorText, betaMax);
  if (beta === null || tail.length > 0)
    return `with a beta above 0 and at most ${betaMax} for ${name}`;
  if (seconds === null)
    return `with a half-life above 0 and at most ${halfLifeSecondsMax} seconds for ${name}`;
  if (betaError === null) return `with an error above 0 and at most ${betaMax} for ${name}`;
  return { league, position: position ?? null, beta, betaError, halfLifeMs: seconds * 1_000 };
}

function decodeAll(text: string): Decoded<readonly SportsReaction[]> {
  if (text.trim() === '') return decoded([]);
  const table: SportsReaction[] = [];
  for (const part of text.split(',')) {
    const entry = entryOf(part);
    if (typeof entry === 'string') return refused(entry);
    const isTwice = table.some(
      ({ league, position }) => league === entry.league && position === entry.position,
    );
    if (isTwice) return refused(`each league and position once: ${spelt(entry)} is there twice`);
    table.push(entry);
  }
  return decoded(table);
}

const spelt = ({ league, position }: SportsReaction): string =>
  position === null ? league : `${league}:${position}`;

/** `LEAGUE[:POSITION]=BETA/HALF-LIFE[/ERROR]`, with commas between; empty: nothing was measured. */
export const reactions = (about: About) =>
  setting<readonly SportsReaction[]>(
    about,
    {
      allowed:
        'LEAGUE[:POSITION]=BETA/HALF-LIFE[/ERROR] with commas between, each league and position once, or empty',
      fileKinds: ['object', 'string'],
      fileSchema: { type: ['object', 'string'], additionalProperties: { type: 'string' } },
      rule: { kind: 'text', mayBeEmpty: true, pattern: null },
      optional: true,
    },
    decodeAll,
    (table) =>
      table
        .map(
          (entry) => `${spelt(entry)}=${entry.beta}/${entry.halfLifeMs / 1_000}/${entry.betaError}`,
        )
        .join(','),
  );
