import { describe, expect, it } from 'vitest';
import { loaded, problems } from './helpers.js';

// Goal: what somebody measured is read exactly, and what nobody could have measured is refused with its reason.
const tableOf = (text: string) =>
  loaded({ env: { BOT_SPORTS_REACTIONS: text } }).settings.sportsReactions;
const refusal = (text: string): string =>
  problems({ env: { BOT_SPORTS_REACTIONS: text } })
    .map(({ message }) => message)
    .join();

describe('measured reactions', () => {
  it('are none unless somebody gives them', () => {
    expect(loaded().settings.sportsReactions).toEqual([]);
  });

  it('are read by league and position', () => {
    expect(tableOf('NFL:QB=0.9/120/0.4, NFL=0.2/90')).toEqual([
      { league: 'NFL', position: 'QB', beta: 0.9, betaError: 0.4, halfLifeMs: 120_000 },
      { league: 'NFL', position: null, beta: 0.2, betaError: 0.5, halfLifeMs: 90_000 },
    ]);
  });

  it('may be an object in the file', () => {
    const fileText = '{"sportsReactions": {"NBA": "0.5/60", "NBA:C": "1.25/45.5/0.3"}}';
    expect(loaded({ fileText }).settings.sportsReactions).toEqual([
      { league: 'NBA', position: null, beta: 0.5, betaError: 0.5, halfLifeMs: 60_000 },
      { league: 'NBA', position: 'C', beta: 1.25, betaError: 0.3, halfLifeMs: 45_500 },
    ]);
  });

  it.each([
    ['XFL=0.9/120', '"XFL" is not'],
    ['NFL:qb=0.9/120', 'position in capitals'],
    ['NFL:QB:WR=0.9/120', 'named after one of NFL'],
    ['NFL', 'beta above 0'],
    ['NFL=0/120', 'beta above 0'],
    ['NFL=-0.9/120', 'beta above 0'],
    ['NFL=9/120', 'at most 5 for NFL'],
    ['NFL=NaN/120', 'beta above 0'],
    ['NFL=1e0/120', 'beta above 0'],
    ['NFL=0.9', 'half-life above 0'],
    ['NFL=0.9/0', 'half-life above 0'],
    ['NFL=0.9/1801', 'at most 1800 seconds'],
    ['NFL=0.9/120/0', 'error above 0'],
    ['NFL=0.9/120/0.5/1', 'beta above 0'],
    ['NFL=0.9/120,NFL=0.8/120', 'NFL is there twice'],
    ['NFL=0.9/120,', '"" is not'],
  ])('%s is refused', (text, why) => {
    expect(refusal(text)).toContain(why);
    expect(refusal(text)).toContain('BOT_SPORTS_REACTIONS');
  });
});
