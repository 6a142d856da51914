import { signal } from '@preact/signals';
import { limits } from '../limits.js';

/** The reader's own clock, ms since the epoch; moves twice a second while the page is looked at. */
export const now = signal(Date.now());

export const realNow = (): number => Date.now();

export function startClock(): void {
  setInterval(() => {
    now.value = Date.now();
  }, limits.pageClockMs);
}

/** Calls once after `ms`; what it answers calls it off. */
export function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}
