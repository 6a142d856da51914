import { loadConfig } from '../config/load.js';
import type { ConfigProblem } from '../config/problems.js';
import { isSettingKey, metaOf, type Settings, settingKeys, spell } from '../config/schema.js';
import { err, ok, type Result } from '../domain/result.js';

/**
 * The settings a recorded run had, with others laid over them, checked as a whole. What the recording does not know yet
 * has its default. Sensitive ones are not in a recording, and nothing here needs them.
 */
export function settingsOver(
  recorded: unknown,
  over: Readonly<Record<string, string>>,
): Result<Settings, readonly ConfigProblem[]> {
  const flags: Record<string, string> = {};
  const had = recorded as Readonly<Record<string, unknown>>;
  for (const key of settingKeys) {
    if (!(key in had) || metaOf(key).sensitive === true) continue;
    flags[key] = spell(key, had[key] as Settings[typeof key]);
  }
  for (const [name, text] of Object.entries(over)) {
    const key = settingKeys.find((one) => one === name || metaOf(one).env === name);
    flags[key ?? name] = text;
  }
  const loaded = loadConfig({ env: {}, file: null, flags });
  if (loaded.ok) return ok(loaded.value.settings);
  return err(
    loaded.error.map((problem) => ({
      ...problem,
      message: problem.message.replace(/^command line: /, 'recorded, or given with --set: '),
    })),
  );
}

/** Settings of the recording that this build does not have. */
export const unknownSettings = (recorded: unknown): readonly string[] =>
  Object.keys(recorded as object).filter((name) => !isSettingKey(name));
