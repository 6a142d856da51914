import { signal } from '@preact/signals';
import type {
  AppliedChange,
  SettingProblem,
  SettingsAnswer,
  SettingsApplied,
  SettingsChange,
} from '../../messages/settings.js';
import { get, post } from '../api.js';
import { edits, engine } from './model.js';

/** What the page says to the engine's dashboard, and what it hears. */

export type Outcome =
  | {
      readonly kind: 'applied';
      readonly changes: readonly AppliedChange[];
      readonly isConfirmed: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly why: string;
      readonly problems: readonly SettingProblem[];
    };

/** Of the last thing that was sent. */
export const outcome = signal<Outcome | null>(null);
export const isSending = signal(false);

const signedOut = 401;

export async function refresh(): Promise<void> {
  const answer = await get('/api/settings');
  const before = engine.value;
  if (answer.ok)
    engine.value = { kind: 'there', answer: answer.body as SettingsAnswer, lost: null };
  else if (before.kind === 'there' && answer.status !== signedOut)
    engine.value = { ...before, lost: answer.why };
  else engine.value = { kind: 'away', why: answer.why, isSignedOut: answer.status === signedOut };
}

/** Asks the running engine for changes, against the state of the file that this page shows. */
export async function send(changes: Readonly<Record<string, string | null>>): Promise<void> {
  const state = engine.value;
  if (state.kind !== 'there' || state.lost !== null || isSending.value) return;
  isSending.value = true;
  const answer = await post('/api/settings', { revision: state.answer.revision, changes });
  isSending.value = false;
  if (answer.ok) {
    const { applied, isConfirmed } = answer.body as SettingsApplied;
    outcome.value = { kind: 'applied', changes: applied, isConfirmed };
    edits.value = Object.fromEntries(
      Object.entries(edits.value).filter(([env]) => changes[env] === undefined),
    );
  } else {
    const problems = (answer.body as { readonly problems?: readonly SettingProblem[] } | null)
      ?.problems;
    outcome.value = { kind: 'refused', why: answer.why, problems: problems ?? [] };
  }
  await refresh();
}

/** What would take one change back: each value as the file had it before. */
export const takenBack = ({ changes }: SettingsChange): Readonly<Record<string, string | null>> =>
  Object.fromEntries(changes.map(({ env, before }) => [env, before]));
