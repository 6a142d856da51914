import { z } from 'zod';
import { hasUnseen, mustBe } from '../../messages/setting-values.js';
import type { ValueRule } from '../../messages/settings.js';

/** Which way a risk cap is safe: a `max` may only fall while the engine runs, a `min` may only rise. */
export type RiskCap = 'max' | 'min';

/** JSON types that `config.jsonc` may use for a setting. */
export type FileKind = 'number' | 'string' | 'boolean' | 'object';

/** What an author says about a setting. */
export type About = {
  /** Name in the environment. */
  readonly env: string;
  /** What a value of 1 means: `s`, `ms`, `$`, `share of bankroll`; empty where there is no unit. */
  readonly unit: string;
  /** The default, spelt as in the environment. */
  readonly default: string;
  readonly description: string;
  /** Takes effect while the engine runs. */
  readonly hot: boolean;
  readonly riskCap?: RiskCap;
  /** Says what one process is to do, so a file that many processes share may not hold it. */
  readonly environmentOnly?: boolean;
  /** Its text is never printed, stored or recorded. */
  readonly sensitive?: boolean;
};

/** What the kind of value adds: one sentence for people, one fragment for `config.schema.json`, one rule for the page. */
export type Kind = {
  /** Completes the sentence "must be …". */
  readonly allowed: string;
  readonly fileKinds: readonly FileKind[];
  readonly fileSchema: Readonly<Record<string, unknown>>;
  /** For a page that checks while one types. */
  readonly rule: ValueRule;
  /** Empty text (or null in the file) means "not set". */
  readonly optional: boolean;
};

export type Meta = About & Kind;

/** Every setting's schema is registered here; `metaOf` reads it back with its type. */
export const settingRegistry = z.registry<Meta>();

/** A value decoded from its environment spelling, or why not (completes "must be …"; null means the kind's sentence). */
export type Decoded<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly must?: string };

export const decoded = <Value>(value: Value): Decoded<Value> => ({ ok: true, value });
export const refused = (must?: string): Decoded<never> =>
  must === undefined ? { ok: false } : { ok: false, must };

/**
 * One setting: a codec between its environment spelling and its value. `decode` never throws, and
 * `decode(encode(value))` is `value`.
 */
export function setting<Value>(
  about: About,
  kind: Kind,
  decode: (text: string) => Decoded<Value>,
  encode: (value: Value) => string,
) {
  const codec = z.codec(
    z.string(),
    z.custom<Value>(() => true),
    {
      decode: (text, context) => {
        const result = hasUnseen(text) ? refused(mustBe(kind.allowed, text)) : decode(text);
        if (result.ok) return result.value;
        context.issues.push({ code: 'custom', message: result.must ?? kind.allowed, input: text });
        return z.NEVER;
      },
      encode,
    },
  );
  settingRegistry.add(codec, { ...about, ...kind });
  return codec;
}
