import { err, ok, type Result } from '../domain/result.js';
import { type LoadedConfig, revisionOf } from './load.js';
import type { ConfigProblem, ConfigWarning } from './problems.js';
import { relationProblems } from './relations.js';
import { metaOf, type SettingKey, type Settings, settingKeys } from './schema.js';

/** Why a changed value waits for a restart. */
export type Waiting = {
  readonly key: SettingKey;
  readonly why: 'not_hot' | 'loosens_cap';
  readonly message: string;
};

/** What a changed file leads to. `settings` is whole and in force from now on. */
export type ConfigChange =
  | {
      readonly kind: 'changed';
      readonly settings: Settings;
      readonly changedKeys: readonly SettingKey[];
      /** Keys whose new value waits for a restart; `waiting` says why. */
      readonly restartKeys: readonly SettingKey[];
      readonly waiting: readonly Waiting[];
      readonly warnings: readonly ConfigWarning[];
      readonly revision: string;
    }
  /** The last good settings stay in force. */
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** A cap is loosened when it lets more happen. Booleans count as 0 and 1; what cannot be compared is loosened. */
function loosens(key: SettingKey, running: Settings, wanted: Settings): boolean {
  const { riskCap } = metaOf(key);
  if (riskCap === undefined) return false;
  const from = Number(running[key]);
  const to = Number(wanted[key]);
  return riskCap === 'max' ? !(to <= from) : !(to >= from);
}

function waitingFor(key: SettingKey, running: Settings, wanted: Settings): Waiting | undefined {
  if (!metaOf(key).hot)
    return { key, why: 'not_hot', message: `${key} takes effect after a restart` };
  if (loosens(key, running, wanted))
    return {
      key,
      why: 'loosens_cap',
      message: `${key} is a risk cap: it tightens at once, and loosening it waits for a restart`,
    };
  return undefined;
}

/**
 * What of `wanted` may come into force while `running` does. Hot settings do, risk caps only when tightened; the rest
 * waits. A mixture that breaks a relation is refused whole.
 */
export function applyReload(
  running: Settings,
  wanted: LoadedConfig,
): Result<Extract<ConfigChange, { kind: 'changed' }>, ConfigProblem[]> {
  const differing = settingKeys.filter((key) => !same(running[key], wanted.settings[key]));
  const waiting: Waiting[] = [];
  const changedKeys: SettingKey[] = [];
  for (const key of differing) {
    const wait = waitingFor(key, running, wanted.settings);
    if (wait === undefined) changedKeys.push(key);
    else waiting.push(wait);
  }
  const settings: Settings = Object.freeze({
    ...running,
    ...Object.fromEntries(changedKeys.map((key) => [key, wanted.settings[key]])),
  });
  const problems = relationProblems(settings);
  if (problems.length > 0)
    return err(
      problems.map((problem) => ({
        ...problem,
        message: `${problem.message} (with the settings that only a restart can change)`,
      })),
    );
  return ok({
    kind: 'changed',
    settings,
    changedKeys,
    restartKeys: waiting.map((wait) => wait.key),
    waiting,
    warnings: wanted.warnings,
    revision: revisionOf(settings),
  });
}
