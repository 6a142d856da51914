import type { SettingsCatalog } from '../../messages/settings.js';
import { type Draft, emptyDraft, isForPeople } from './draft.js';
import { presetOf } from './presets.js';

/** What the browser remembers between visits. Never a secret: only names of settings and arguments that have a field. */

/** As `localStorage` is one. */
type Store = {
  readonly getItem: (name: string) => string | null;
  readonly setItem: (name: string, text: string) => void;
};

const name = 'event-trading-bot.control';
const textMax = 8_192;

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= textMax;

function texts(
  found: unknown,
  isKnown: (name: string) => boolean,
): Readonly<Record<string, string>> {
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(
    Object.entries(found).filter(
      (pair): pair is [string, string] => isKnown(pair[0]) && isText(pair[1]),
    ),
  );
}

const isArgument = (key: string): boolean => {
  const [id = '', argument] = key.split('.');
  return presetOf(id)?.arguments.some((one) => one.name === argument) === true;
};

/** The draft of the last visit; what is not known here any more, or was tampered with, is left out. */
export function keptDraft(store: Store, { settings }: SettingsCatalog): Draft {
  let found: Partial<Record<keyof Draft, unknown>> | null;
  try {
    found = JSON.parse(store.getItem(name) ?? 'null');
  } catch {
    return emptyDraft;
  }
  if (typeof found !== 'object' || found === null) return emptyDraft;
  const known = new Set(settings.filter(isForPeople).map(({ env }) => env));
  const { preset } = found;
  return {
    preset: isText(preset) && presetOf(preset) !== undefined ? preset : emptyDraft.preset,
    values: texts(found.values, (env) => known.has(env)),
    arguments: texts(found.arguments, isArgument),
  };
}

export function keepDraft(store: Store, draft: Draft): void {
  try {
    store.setItem(name, JSON.stringify(draft));
  } catch {
    // A browser that keeps nothing for this page: the texts are there all the same.
  }
}
