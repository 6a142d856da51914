import { isSameValue, keepsRule, mustBe } from '../../messages/setting-values.js';
import type { SettingAbout, SettingsCatalog } from '../../messages/settings.js';
import { type Preset, presetOf, presets } from './presets.js';

/** What a person has put together so far. Only what differs from the defaults is in `values`. */
export type Draft = {
  readonly preset: string;
  /** By environment name. */
  readonly values: Readonly<Record<string, string>>;
  /** By preset and name of the argument. */
  readonly arguments: Readonly<Record<string, string>>;
};

export const emptyDraft: Draft = { preset: 'paper', values: {}, arguments: {} };

export function presetOfDraft({ preset }: Draft): Preset {
  const found = presetOf(preset) ?? presets[0];
  // Presets are data of this page; there is always one.
  return found as Preset;
}

/** The keys of a secret, or one process's own affair that its preset answers: no field is made for them. */
export const isForPeople = ({ sensitive }: SettingAbout): boolean => !sensitive;

export const valueIn = (draft: Draft, { env, default: initial }: SettingAbout): string =>
  presetOfDraft(draft).fixed[env] ?? draft.values[env] ?? initial;

export function withValue(draft: Draft, about: SettingAbout, text: string): Draft {
  const { [about.env]: _, ...others } = draft.values;
  const isDefault = isSameValue(about.rule, text, about.default);
  return { ...draft, values: isDefault ? others : { ...others, [about.env]: text } };
}

const argumentKey = (preset: string, name: string): string => `${preset}.${name}`;

export const argumentIn = (draft: Draft, name: string): string => {
  const preset = presetOfDraft(draft);
  const found = preset.arguments.find((one) => one.name === name);
  return draft.arguments[argumentKey(preset.id, name)] ?? found?.initial ?? '';
};

export const withArgument = (draft: Draft, name: string, text: string): Draft => ({
  ...draft,
  arguments: { ...draft.arguments, [argumentKey(draft.preset, name)]: text },
});

export type Chosen = { readonly about: SettingAbout; readonly text: string };

/** Every setting that is to be spelt out: it differs from its default, and its command does not bring it. */
export function chosen(draft: Draft, { settings }: SettingsCatalog): readonly Chosen[] {
  const preset = presetOfDraft(draft);
  return settings.filter(isForPeople).flatMap((about): readonly Chosen[] => {
    if (preset.isFixedByCommand && preset.fixed[about.env] !== undefined) return [];
    const text = valueIn(draft, about);
    return isSameValue(about.rule, text, about.default) ? [] : [{ about, text }];
  });
}

/** What is wrong with one value; null: nothing that data can say. */
export function problemOf({ allowed, unit, rule }: SettingAbout, text: string): string | null {
  if (keepsRule(rule, text)) return null;
  return `Must be ${mustBe(allowed, text)}${unit === '' ? '' : ` (${unit})`}.`;
}

export type Problem = { readonly env: string; readonly text: string };

const commandFlags = [
  'BOT_RUN_ONCE',
  'BOT_RUN_SUMMARY_ONLY',
  'BOT_RUN_SMOKE_TEST',
  'BOT_RUN_REPLAY',
];

/** What is wrong with values by `env`, alone and together. */
export function problemsOf(
  { settings, orders }: SettingsCatalog,
  textOf: (about: SettingAbout) => string,
): readonly Problem[] {
  const single = settings.filter(isForPeople).flatMap((about): readonly Problem[] => {
    const text = problemOf(about, textOf(about));
    return text === null ? [] : [{ env: about.env, text }];
  });
  if (single.length > 0) return single;
  const texts = new Map(settings.map((about) => [about.env, textOf(about)]));
  const numberOf = (env: string): number => {
    const text = texts.get(env)?.trim() ?? '';
    return text === 'true' ? 1 : Number(text === 'false' ? 0 : text);
  };
  const together = orders.flatMap(({ low, high, onlyIf }): readonly Problem[] => {
    if (onlyIf !== null && !(numberOf(onlyIf) > 0)) return [];
    if (numberOf(low) <= numberOf(high)) return [];
    return [{ env: low, text: `${low} must not exceed ${high} (${texts.get(high)}).` }];
  });
  const asked = commandFlags.filter((env) => numberOf(env) === 1);
  const [, second] = asked;
  return second === undefined
    ? together
    : [...together, { env: second, text: `${asked.join(' and ')} ask for different commands.` }];
}
