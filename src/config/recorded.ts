import { err, ok, type Result } from '../domain/result.js';
import { type ConfigProblem, shown } from './problems.js';
import { relationProblems } from './relations.js';
import {
  isSettingKey,
  metaOf,
  type SettingKey,
  type Settings,
  settingKeys,
  settingsSchema,
  spell,
} from './schema.js';

export type RecordedSettings = {
  readonly settings: Settings;
  /** Settings that did not exist when it was recorded: they have their defaults. */
  readonly added: readonly SettingKey[];
};

/**
 * Settings out of a recording, checked against the schema of today: a value that is no longer allowed, or a setting that is
 * gone, would be another run.
 */
export function recordedSettings(recorded: unknown): Result<RecordedSettings, ConfigProblem[]> {
  const invalid = (what: string, subject: string): ConfigProblem => ({
    code: 'invalid_value',
    subject,
    message: `recorded settings: ${what}`,
  });
  if (typeof recorded !== 'object' || recorded === null)
    return err([invalid('there are none', 'settings')]);
  const problems = Object.keys(recorded)
    .filter((key) => !isSettingKey(key))
    .map((key) => invalid(`this build has no setting ${shown(key)}`, key));
  const values = new Map(Object.entries(recorded));
  const texts: Record<string, string> = {};
  const added: SettingKey[] = [];
  const sensitive: [SettingKey, unknown][] = [];
  for (const key of settingKeys) {
    if (metaOf(key).sensitive === true) {
      // A hash, which has no spelling.
      if (values.has(key)) sensitive.push([key, values.get(key)]);
      texts[key] = metaOf(key).default;
      continue;
    }
    if (!values.has(key)) added.push(key);
    texts[key] = values.has(key) ? spelt(key, values.get(key)) : metaOf(key).default;
    const decoded = settingsSchema.shape[key].safeParse(texts[key]);
    if (!decoded.success || (values.has(key) && !isSame(decoded.data, values.get(key))))
      problems.push(
        invalid(
          `${key} is ${shown(JSON.stringify(values.get(key)) ?? '')}: must be ${metaOf(key).allowed}`,
          key,
        ),
      );
  }
  if (problems.length > 0) return err(problems);
  const settings: Settings = Object.freeze({
    ...settingsSchema.parse(texts),
    ...Object.fromEntries(sensitive),
  });
  const related = relationProblems(settings);
  return related.length > 0 ? err([...related]) : ok({ settings, added });
}

/** The environment's spelling; a text that no setting allows when the value has another type than it should. */
function spelt(key: SettingKey, value: unknown): string {
  try {
    return spell(key, value as Settings[SettingKey]);
  } catch {
    return '\0';
  }
}

const isSame = (decoded: unknown, recorded: unknown): boolean =>
  JSON.stringify(decoded) === JSON.stringify(recorded);
