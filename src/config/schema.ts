import { z } from 'zod';
import { assert } from '../domain/assert.js';
import { alerts } from './schema/alerts.js';
import { edge } from './schema/edge.js';
import { evidence } from './schema/evidence.js';
import { inference } from './schema/inference.js';
import { risk } from './schema/risk.js';
import { run } from './schema/run.js';
import { scan } from './schema/scan.js';
import { type Meta, settingRegistry } from './schema/setting.js';
import { sizing } from './schema/sizing.js';
import { venue } from './schema/venue.js';

/** The only shape of the configuration. Input: every value in its environment spelling. Output: `Settings`. */
export const settingsSchema = z.strictObject({
  ...venue,
  ...scan,
  ...edge,
  ...sizing,
  ...risk,
  ...inference,
  ...evidence,
  ...alerts,
  ...run,
});

/** Plain, readonly and structured-cloneable; holds no secret. Money is in micro-dollars, seconds are named so. */
export type Settings = Readonly<z.output<typeof settingsSchema>>;
export type SettingKey = keyof Settings;

/** How the settings are grouped for people, in reading order. */
export const sections: readonly { readonly title: string; readonly keys: readonly SettingKey[] }[] =
  [
    { title: 'Exchange and account', keys: Object.keys(venue) as SettingKey[] },
    { title: 'Cycle and scan', keys: Object.keys(scan) as SettingKey[] },
    { title: 'Edge', keys: Object.keys(edge) as SettingKey[] },
    { title: 'Sizing', keys: Object.keys(sizing) as SettingKey[] },
    { title: 'Risk', keys: Object.keys(risk) as SettingKey[] },
    { title: 'Valuation and Claude', keys: Object.keys(inference) as SettingKey[] },
    { title: 'Evidence', keys: Object.keys(evidence) as SettingKey[] },
    { title: 'Alerts', keys: Object.keys(alerts) as SettingKey[] },
    { title: 'Runs and files', keys: Object.keys(run) as SettingKey[] },
  ];

export const settingKeys: readonly SettingKey[] = sections.flatMap((section) => section.keys);

export function metaOf(key: SettingKey): Meta {
  const meta = settingRegistry.get(settingsSchema.shape[key]);
  assert(meta !== undefined, `setting ${key} is not registered`);
  return meta;
}

export const keyOfEnv: ReadonlyMap<string, SettingKey> = new Map(
  settingKeys.map((key) => [metaOf(key).env, key]),
);
export const isSettingKey = (name: string): name is SettingKey =>
  Object.hasOwn(settingsSchema.shape, name);

/** The environment spelling of a value; `decode` of it is the value again. */
export function spell<Key extends SettingKey>(key: Key, value: Settings[Key]): string {
  const meta = metaOf(key);
  if (meta.sensitive === true) return value === null ? '' : '[redacted]';
  return z.encode(settingsSchema.shape[key] as z.ZodType<unknown, string>, value);
}
