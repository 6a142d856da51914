import { resolve } from 'node:path';
import type { Environ, Flags } from '../config/layers.js';
import { isSettingKey, keyOfEnv, metaOf } from '../config/schema.js';
import type { ConfigPlan } from '../dashboard/plan.js';

/** Where a run's settings come from, for a process that may know no secret: sensitive ones are left out. */
export function configPlan(path: string, env: Environ, flags: Flags): ConfigPlan {
  const isPlain = (name: string): boolean => {
    const key = keyOfEnv.get(name) ?? (isSettingKey(name) ? name : undefined);
    return key !== undefined && metaOf(key).sensitive !== true;
  };
  const plain = (values: Environ): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(values).filter(
        (entry): entry is [string, string] => entry[1] !== undefined && isPlain(entry[0]),
      ),
    );
  return { path: resolve(path), env: plain(env), flags: plain(flags) };
}
