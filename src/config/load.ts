import { join } from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { environmentOf } from './addresses.js';
import type { ConfigFile } from './file.js';
import { sha256Hex } from './hash.js';
import { type Environ, type Flags, type Layered, mergeLayers } from './layers.js';
import { type ConfigProblem, type ConfigWarning, type Origin, shown } from './problems.js';
import { relationProblems, relationWarnings } from './relations.js';
import {
  metaOf,
  type SettingKey,
  type Settings,
  settingKeys,
  settingsSchema,
  spell,
} from './schema.js';

export type ConfigSources = {
  readonly env: Environ;
  /** The settings file as read, null when there is none. */
  readonly file: ConfigFile | null;
  readonly flags: Flags;
};

export type LoadedConfig = {
  readonly settings: Settings;
  readonly origins: Readonly<Record<SettingKey, Origin>>;
  /** As written where they came from, in environment spelling; sensitive ones are redacted. */
  readonly texts: Readonly<Record<SettingKey, string>>;
  readonly warnings: readonly ConfigWarning[];
  /** SHA-256 over all values, however they are spelt. */
  readonly revision: string;
};

/** Equal settings have equal revisions, whatever their layers and spelling. */
export const revisionOf = (settings: Settings): string =>
  sha256Hex(settingKeys.map((key) => `${key}=${JSON.stringify(settings[key])}\n`).join(''));

const problemLine = (key: SettingKey, layered: Layered, must: string): string => {
  const meta = metaOf(key);
  const name = layered.origin === 'file' ? key : meta.env;
  const value = meta.sensitive === true ? 'not valid' : shown(layered.text);
  return `${layered.where}: ${name} is ${value}: must be ${must}`;
};

type Values = ReadonlyMap<SettingKey, Layered>;

const texts = (values: Values): Record<string, string> =>
  Object.fromEntries([...values].map(([key, layered]) => [key, layered.text]));

function decodeAll(values: Values): Result<Settings, ConfigProblem[]> {
  const parsed = settingsSchema.safeParse(texts(values));
  if (parsed.success) return ok(parsed.data);
  return err(
    parsed.error.issues.map((issue): ConfigProblem => {
      const key = settingKeys.find((name) => name === issue.path[0]);
      const layered = key === undefined ? undefined : values.get(key);
      if (key === undefined || layered === undefined)
        return { code: 'unknown_key', subject: issue.path.join('.'), message: issue.message };
      return {
        code: 'invalid_value',
        subject: key,
        message: problemLine(key, layered, issue.message),
      };
    }),
  );
}

/** Paths that nobody set lie in the data directory. */
function followDataDir(values: Values): Values {
  const moved = new Map(values);
  const dataDir = values.get('dataDir');
  if (dataDir === undefined || dataDir.origin === 'default') return values;
  const follow = (key: SettingKey, inside: string): void => {
    const layered = values.get(key);
    if (layered?.origin === 'default')
      moved.set(key, { ...layered, text: join(dataDir.text, inside) });
  };
  follow('statePath', 'state/runtime_state.json');
  follow('journalPath', 'logs/trade_journal.jsonl');
  follow('cycleArtifactsDir', 'cycles');
  return moved;
}

function tlsProblems(env: Environ, settings: Settings): readonly ConfigProblem[] {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0' || environmentOf(settings) === 'loopback')
    return [];
  const message =
    'environment: NODE_TLS_REJECT_UNAUTHORIZED=0 lets anyone pose as the exchange; unset it';
  return [{ code: 'tls_disabled', subject: 'NODE_TLS_REJECT_UNAUTHORIZED', message }];
}

/** One record over all settings. */
function byKey<Value>(of: (key: SettingKey) => Value): Readonly<Record<SettingKey, Value>> {
  return Object.fromEntries(settingKeys.map((key) => [key, of(key)])) as Record<SettingKey, Value>;
}

/**
 * Defaults < file < environment < flags, decoded and checked, or every problem at once. Pure: reads nothing but its
 * argument. Values named in the result never include a secret.
 */
export function loadConfig(sources: ConfigSources): Result<LoadedConfig, ConfigProblem[]> {
  const layers = mergeLayers(sources.env, sources.file, sources.flags);
  const values = followDataDir(layers.values);
  const decodedValues = decodeAll(values);
  const problems = [...layers.problems];
  if (!decodedValues.ok) return err([...problems, ...decodedValues.error]);
  const settings: Settings = Object.freeze(decodedValues.value);
  problems.push(...relationProblems(settings), ...tlsProblems(sources.env, settings));
  if (problems.length > 0) return err(problems);
  return ok({
    settings,
    origins: byKey((key) => values.get(key)?.origin ?? 'default'),
    texts: byKey((key) =>
      metaOf(key).sensitive === true ? spell(key, settings[key]) : (values.get(key)?.text ?? ''),
    ),
    warnings: relationWarnings(settings),
    revision: revisionOf(settings),
  });
}
