import { type ConfigFile, type FileValue, readFileLayer } from './file.js';
import { type ConfigProblem, type Origin, shown } from './problems.js';
import { isSettingKey, keyOfEnv, metaOf, type SettingKey, settingKeys } from './schema.js';
import { secretNames } from './secret-names.js';
import { didYouMean } from './suggest.js';

export type Environ = Readonly<Record<string, string | undefined>>;
/** By setting key, each value in its environment spelling. */
export type Flags = Readonly<Record<string, string>>;

/** The value that won for one setting, in its environment spelling. */
export type Layered = {
  readonly text: string;
  readonly origin: Origin;
  /** As a message names it: "environment", "config.jsonc:3:5". */
  readonly where: string;
};

const ourPrefixes = [
  'BOT_',
  'KALSHI_',
  'NOAA_',
  'SPORTS_INJURY_',
  'CRYPTO_SENTIMENT_',
  'CLAUDE_',
] as const;
/** Names under our prefixes that belong to another widespread program and say nothing to us. */
const foreignPrefixes = ['CLAUDE_CODE_', 'CLAUDE_CONFIG_DIR'] as const;

const startsWithOne = (name: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => name.startsWith(prefix));

/** The environment's settings, and every name under our prefixes that is nobody's. */
function readEnvLayer(env: Environ): {
  readonly values: readonly FileValue[];
  readonly problems: readonly ConfigProblem[];
} {
  const values: FileValue[] = [];
  const problems: ConfigProblem[] = [];
  const known = [...keyOfEnv.keys(), ...secretNames];
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (text === undefined) continue;
    const key = keyOfEnv.get(name);
    if (key !== undefined) values.push({ key, text, where: 'environment' });
    else if (
      startsWithOne(name, ourPrefixes) &&
      !secretNames.includes(name) &&
      !startsWithOne(name, foreignPrefixes)
    )
      problems.push({
        code: 'unknown_name',
        subject: name,
        message: `environment: unknown setting ${shown(name)}${didYouMean(name, known)}`,
      });
  }
  return { values, problems };
}

function readFlagLayer(flags: Flags): {
  readonly values: readonly FileValue[];
  readonly problems: readonly ConfigProblem[];
} {
  const values: FileValue[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(flags)) {
    const key = keyOfEnv.get(name) ?? (isSettingKey(name) ? name : undefined);
    if (key !== undefined) values.push({ key, text, where: 'command line' });
    else
      problems.push({
        code: 'unknown_name',
        subject: name,
        message: `command line: unknown setting ${shown(name)}${didYouMean(name, [...settingKeys, ...keyOfEnv.keys()])}`,
      });
  }
  return { values, problems };
}

export type Layers = {
  readonly values: ReadonlyMap<SettingKey, Layered>;
  readonly problems: readonly ConfigProblem[];
};

/** Defaults < file < environment < flags. A map has every setting, whatever is wrong elsewhere. */
export function mergeLayers(env: Environ, file: ConfigFile | null, flags: Flags): Layers {
  const values = new Map<SettingKey, Layered>(
    settingKeys.map((key) => [
      key,
      { text: metaOf(key).default, origin: 'default', where: 'default' },
    ]),
  );
  const problems: ConfigProblem[] = [];
  const add = (layer: readonly FileValue[], origin: Origin): void => {
    for (const { key, text, where } of layer) values.set(key, { text, origin, where });
  };
  if (file !== null) {
    const read = readFileLayer(file);
    if (read.ok) add(read.value, 'file');
    else problems.push(...read.error);
  }
  const fromEnv = readEnvLayer(env);
  add(fromEnv.values, 'env');
  const fromFlags = readFlagLayer(flags);
  add(fromFlags.values, 'flag');
  return { values, problems: [...problems, ...fromEnv.problems, ...fromFlags.problems] };
}
