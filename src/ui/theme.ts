import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const key = 'theme';
const themes: readonly Theme[] = ['system', 'light', 'dark'];

const kept = (): Theme => {
  const found = localStorage.getItem(key);
  return themes.find((theme) => theme === found) ?? 'system';
};

export const theme = signal<Theme>(kept());
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
/** Moves whenever colours do, so that what is drawn on a canvas is drawn again. */
export const painted = signal(0);

export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    localStorage.setItem(key, theme.value);
    painted.value = painted.peek() + 1;
  });
  systemIsDark.addEventListener('change', () => {
    painted.value += 1;
  });
}

/** From what is seen now to the other. */
export function toggleTheme(): void {
  const isDark = theme.value === 'dark' || (theme.value === 'system' && systemIsDark.matches);
  theme.value = isDark ? 'light' : 'dark';
}

/** A colour of the styles, as a canvas wants it. */
export function colour(host: HTMLElement, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  host.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
