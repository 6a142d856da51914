import { signal } from '@preact/signals';
import { toggleTheme } from './theme.js';

export const isHelpOpen = signal(false);
/** The decision whose drawer is open. */
export const openDecision = signal<string | null>(null);

type Key = { readonly key: string; readonly does: string; readonly act: () => void };

const goTo = (id: string) => () => {
  const panel = document.getElementById(id);
  panel?.scrollIntoView({ block: 'start' });
  panel?.querySelector<HTMLElement>('input, select, [tabindex="0"], button')?.focus();
};

export const keys: readonly Key[] = [
  {
    key: '/',
    does: 'search the decisions',
    act: () => document.getElementById('decision-text')?.focus(),
  },
  { key: 'd', does: 'go to decisions', act: goTo('decisions') },
  { key: 'p', does: 'go to positions', act: goTo('positions') },
  { key: 'm', does: 'go to markets', act: goTo('markets') },
  { key: 'l', does: 'go to the log', act: goTo('log') },
  { key: 't', does: 'light or dark', act: toggleTheme },
  {
    key: '?',
    does: 'this list',
    act: () => {
      isHelpOpen.value = !isHelpOpen.value;
    },
  },
];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, select, textarea');

export function startKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const found = keys.find(({ key }) => key === event.key);
    if (found === undefined) return;
    event.preventDefault();
    found.act();
  });
}
