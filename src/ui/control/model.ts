import { computed, effect, signal } from '@preact/signals';
import type { SettingRow, SettingsAnswer, SettingsCatalog } from '../../messages/settings.js';
import { chosen, type Draft, problemsOf, valueIn } from './draft.js';
import { keepDraft, keptDraft } from './kept.js';
import { closedBecause, type Verdict, verdictOf } from './verdict.js';

/** The page's state: one draft of a command line, and, beside a running engine, what its settings are and are to be. */

const data = document.getElementById('catalog')?.textContent ?? '{"settings":[],"orders":[]}';
export const catalog: SettingsCatalog = JSON.parse(data);

export const draft = signal<Draft>(keptDraft(localStorage, catalog));
effect(() => keepDraft(localStorage, draft.value));

export const draftProblems = computed(() =>
  problemsOf(catalog, (about) => valueIn(draft.value, about)),
);
export const draftChosen = computed(() => chosen(draft.value, catalog));

/** Words that a setting's name, key or meaning must have all of. */
export const search = signal('');
export const isOnlyChanged = signal(false);

export type EngineState =
  /** The page was opened from a disk. */
  | { readonly kind: 'none' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'away'; readonly why: string; readonly isSignedOut: boolean }
  /** `lost`: why the last look came to nothing; what is shown is what was heard before. Null: it is as of now. */
  | { readonly kind: 'there'; readonly answer: SettingsAnswer; readonly lost: string | null };

export const engine = signal<EngineState>(
  location.protocol.startsWith('http') ? { kind: 'asking' } : { kind: 'none' },
);
export const isForEngine = signal(engine.peek().kind !== 'none');

/** Typed for the running engine and not sent, by environment name. Never kept: it would wait there for another engine. */
export const edits = signal<Readonly<Record<string, string>>>({});

export type Edit = { readonly row: SettingRow; readonly text: string; readonly verdict: Verdict };

export const edited = computed((): readonly Edit[] => {
  const state = engine.value;
  if (state.kind !== 'there') return [];
  return state.answer.settings.flatMap((row): readonly Edit[] => {
    const text = edits.value[row.env];
    if (text === undefined || closedBecause(row) !== null) return [];
    const verdict = verdictOf(row, text);
    return verdict.kind === 'same' ? [] : [{ row, text, verdict }];
  });
});

/** What is wrong between the values as they would be together. */
export const editProblems = computed(() => {
  const state = engine.value;
  const sent = edited.value.filter(({ verdict }) => verdict.kind === 'apply');
  if (state.kind !== 'there' || sent.length === 0) return [];
  const values = new Map(state.answer.settings.map(({ env, value }) => [env, value]));
  for (const { row, text } of sent) values.set(row.env, text);
  return problemsOf(catalog, ({ env, default: initial }) => values.get(env) ?? initial);
});
