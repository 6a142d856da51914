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

/** Of a replay: what the engine was then. */
export function stateText({ source, state }: Header, replay?: ReplayBar | null): string {
  if (source === 'finished') return 'finished run';
  if (source === 'live') return states[state];
  return replay?.isOver === true ? 'at the end of the recording' : `was ${states[state]}`;
}

/** Whether somebody stopped it, so that somebody has to say it may go on. */
export const isHeld = ({ state, holds }: Header): boolean =>
  holds.length > 0 || state === 'paused' || state === 'canceling' || state === 'halted';
