import { computed, effect, signal } from '@preact/signals';
import type { Header } from '../messages/dashboard.js';
import type { Answer } from './api.js';
import { sentence } from './format.js';
import { header } from './store.js';

export type Stop = 'pause' | 'cancel' | 'halt';

/**
 * What came of a request to stop. `waits`: it is where the engine finds it, and had not taken it when the server answered.
 * `unknown`: nobody answered, so it may have been taken, or be taken later.
 */
export type Standing = 'sent' | 'waits' | 'unknown' | 'refused';
export type Asked = { readonly action: Stop; readonly standing: Standing; readonly why: string };

/** What each button says. */
export const buttons: Readonly<Record<Stop, string>> = {
  pause: 'Pause',
  cancel: 'Cancel orders',
  halt: 'Halt',
};

/** What was asked for and not yet seen to be done; null: nothing. Ends when it is seen to be done, whatever comes after. */
export const asked = signal<Asked | null>(null);

const done: Readonly<Record<Stop, readonly Header['state'][]>> = {
  pause: ['paused', 'canceling', 'halted'],
  cancel: ['canceling', 'halted'],
  halt: ['halted'],
};
const state = computed(() => header.value?.state);

export const isDone = (action: Stop): boolean =>
  state.value !== undefined && done[action].includes(state.value);

/** Forgets what was asked for once it is done. */
export const startAsked = (): (() => void) =>
  effect(() => {
    if (asked.value !== null && isDone(asked.value.action)) asked.value = null;
  });

/** What a request's answer leaves to be said of it; null: the ledger has it. */
export function answered(action: Stop, answer: Answer): Asked | null {
  if (answer.ok) {
    const { isTaken } = (answer.body ?? {}) as { readonly isTaken?: unknown };
    return isTaken === true ? null : { action, standing: 'waits', why: '' };
  }
  return { action, standing: answer.status === 0 ? 'unknown' : 'refused', why: answer.why };
}

/** `command`: what does the same from the terminal. */
export function askedText({ action, standing, why }: Asked, command: string): string {
  const what = buttons[action];
  if (standing === 'sent') return `${what}: asked for; the engine takes it within a second`;
  const otherwise = `From the terminal: ${command}`;
  if (standing === 'waits')
    return `${what}: asked for; the engine has not taken it yet, and finds it when it looks next. ${otherwise}`;
  return standing === 'unknown'
    ? `${what}: not known to be taken: ${sentence(why)} ${otherwise}`
    : `${what}: not taken: ${sentence(why)} ${otherwise}`;
}
