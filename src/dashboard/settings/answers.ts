import { resolve } from 'node:path';
import type { ConfigFile } from '../../config/file.js';
import { sha256Hex } from '../../config/hash.js';
import { mergeLayers } from '../../config/layers.js';
import { loadConfig } from '../../config/load.js';
import { applyReload } from '../../config/reload.js';
import { type SettingKey, type Settings, spell } from '../../config/schema.js';
import type { SettingRow, SettingsAnswer } from '../../messages/settings.js';
import type { ConfigPlan } from '../plan.js';
import { settingAbouts } from './catalog.js';
import { fileTexts, type SettingsHistory } from './history.js';

/** What the engine says is in force. */
export type InForce = { readonly settings: Settings; readonly revision: string };

/** Names one text of the file; a file that is not there has one, too. */
export const fileRevision = (file: ConfigFile | null): string =>
  sha256Hex(file === null ? 'none' : `file ${file.text}`);

/** The keys whose wanted value is not in force before a restart, and why the file cannot be taken at all, if so. */
function standing(
  plan: ConfigPlan,
  file: ConfigFile | null,
  running: Settings,
): { readonly restart: ReadonlySet<SettingKey>; readonly problems: readonly string[] } {
  const loaded = loadConfig({ ...plan, file });
  const change = loaded.ok ? applyReload(running, loaded.value) : loaded;
  return change.ok
    ? { restart: new Set(change.value.restartKeys), problems: [] }
    : { restart: new Set(), problems: change.error.map(({ message }) => message) };
}

/** The answer to `GET /api/settings`. */
export function settingsAnswer(
  plan: ConfigPlan,
  file: ConfigFile | null,
  { settings: running, revision }: InForce,
  history: SettingsHistory,
): SettingsAnswer {
  const layers = mergeLayers(plan.env, file, plan.flags);
  const texts = fileTexts(file);
  const { restart, problems } = standing(plan, file, running);
  const settings = settingAbouts().map((about): SettingRow => {
    const { key } = about;
    const origin = layers.values.get(key)?.origin ?? 'default';
    return {
      ...about,
      value: spell(key, running[key]),
      origin,
      inFile: texts?.get(key) ?? null,
      // Paths that a run moves into its own folder differ from the defaults, and wait for nothing.
      waits: restart.has(key) && !about.sensitive && (origin === 'file' || about.hot),
    };
  });
  return {
    schemaVersion: 1,
    revision: fileRevision(file),
    inForce: revision,
    file: { path: resolve(plan.path), exists: file !== null },
    settings,
    history: history.newestFirst,
    problems,
  };
}
