import type { EpochMs } from '../domain/units.js';
import type { SelectedMarket } from '../messages/window.js';
import type { Note } from '../sources/claude/questions.js';

const minuteMs = 60_000;

/** The evidence of a market that no closed form reads, as notes for Claude: who changed from what to what, and when. */
export function notesOf({ evidence: { evidence } }: SelectedMarket, at: EpochMs): readonly Note[] {
  if (evidence?.kind !== 'sports') return [];
  return evidence.changes.map(({ team, player, from, to, reportedAt, seenAt }, place) => ({
    id: `injury-${place + 1}`,
    source: 'injury-report',
    ageMinutes: Math.max(0, (at - (reportedAt ?? seenAt)) / minuteMs),
    text: `${player} (${team}): ${from} → ${to}`,
  }));
}
