import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../domain/result.js';
import type { ConfigFile } from './file.js';
import type { Environ, Flags } from './layers.js';
import { type LoadedConfig, loadConfig } from './load.js';
import type { ConfigProblem } from './problems.js';
import { metaOf } from './schema.js';

/** The settings file, null when there is none and `required` is false. */
export function readConfigFile(
  path: string,
  required: boolean,
): Result<ConfigFile | null, ConfigProblem> {
  try {
    return ok({ path, text: readFileSync(path, 'utf8') });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT')
      return required
        ? err({ code: 'file_missing', subject: path, message: `${path}: does not exist` })
        : ok(null);
    return err({
      code: 'file_unreadable',
      subject: path,
      message: `${path}: cannot be read (${code})`,
    });
  }
}

export type ReadConfig = {
  readonly loaded: LoadedConfig;
  /** Where the settings file is, or would be: what to watch. */
  readonly path: string;
  readonly file: ConfigFile | null;
};

/** Reads the settings file that environment and flags name (`config.jsonc` by default) and loads all layers. */
export function readConfig(env: Environ, flags: Flags): Result<ReadConfig, ConfigProblem[]> {
  const { env: name, default: usual } = metaOf('configPath');
  const named = flags['configPath'] ?? env[name];
  const path = named ?? usual;
  // An empty path is refused with the settings, by name.
  const read = path === '' ? ok(null) : readConfigFile(path, named !== undefined);
  const loaded = loadConfig({ env, file: read.ok ? read.value : null, flags });
  if (!read.ok) return err([read.error, ...(loaded.ok ? [] : loaded.error)]);
  return loaded.ok ? ok({ loaded: loaded.value, path, file: read.value }) : loaded;
}
