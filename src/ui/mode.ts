import type { Header, ReplayBar } from '../messages/dashboard.js';

export type Mode = { readonly text: string; readonly tone: 'paper' | 'live' | 'replay' | 'demo' };

/** What the pill says: whether money is at stake, in one word. */
export function modeOf({ source, mode, venue, environment }: Header): Mode {
  if (source === 'replay') return { text: 'REPLAY', tone: 'replay' };
  if (mode === 'paper') return { text: 'PAPER', tone: 'paper' };
  if (venue === 'paper_sim' || environment !== 'production') return { text: 'DEMO', tone: 'demo' };
  return { text: 'LIVE', tone: 'live' };
}

const states: Readonly<Record<Header['state'], string>> = {
  starting: 'starting',
  running: 'running',
  paused: 'paused',
  canceling: 'orders canceled, reducing only',
  halted: 'halted',
  draining: 'finishing',
  stopped: 'stopped',
};

/** Of a replay: what the engine was then; the same of one that is not heard any more (`isOld`). */
export function stateText(head: Header, isOld: boolean, replay?: ReplayBar | null): string {
  if (head.source === 'finished') return 'finished run';
  if (replay?.isOver === true) return 'at the end of the recording';
  const text = states[head.state];
  const isNow = head.source === 'live' && (hasEnded(head) || !isOld);
  return isNow ? text : `was ${text}`;
}

/** Nothing is sent or watched any more, and nobody will say anything else. */
export const hasEnded = ({ source, state }: Header): boolean =>
  source === 'live' && state === 'stopped';

/** Whether somebody stopped it, so that somebody has to say it may go on. */
export const isHeld = ({ state, holds }: Header): boolean =>
  holds.length > 0 || state === 'paused' || state === 'canceling' || state === 'halted';
