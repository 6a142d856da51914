import type { Header } from '../messages/dashboard.js';
import { count } from './format.js';

/** Why no decision is shown. */
export function noDecision({ source, cycle }: Header): string {
  if (source === 'finished') return 'This run valued no market.';
  return cycle === 0
    ? 'No market has been valued yet: the first window is cut as soon as the first list of markets is there.'
    : `No market has been valued up to window ${count(cycle)}: “Why not traded” says what each was left out for.`;
}

/** Why no order is shown, beside so many decisions. */
export const noOrder = (decisions: number): string =>
  decisions === 0
    ? 'No order yet: it takes a decision first.'
    : 'No order yet. Decisions above say why each market was refused.';
