/**
 * What the control page and the dashboard's server tell each other about settings. Values are texts, spelt as in the
 * environment. No text of a sensitive setting ever crosses.
 */

/** What a value must be, as far as data can say it. A text that keeps it may still be refused by the engine's own loader. */
export type ValueRule =
  /** A plain decimal from `min` to `max` with at most `decimals` places that are not 0, or one of `words`. */
  | {
      readonly kind: 'number';
      readonly min: string;
      readonly max: string;
      readonly decimals: number;
      readonly words: readonly string[];
    }
  | { readonly kind: 'choice'; readonly words: readonly string[] }
  | { readonly kind: 'flag' }
  /** `pattern`: a regular expression over the whole text. */
  | { readonly kind: 'text'; readonly mayBeEmpty: boolean; readonly pattern: string | null };

/** The one way in which a page may move a setting of a running engine, and why not the other. */
export type OneWay = { readonly way: 'up' | 'down'; readonly because: string };

/** One setting, whatever its value. */
export type SettingAbout = {
  /** Its name in `config.jsonc`. */
  readonly key: string;
  readonly env: string;
  readonly section: string;
  readonly unit: string;
  readonly default: string;
  readonly description: string;
  /** Completes "must be …". */
  readonly allowed: string;
  readonly hot: boolean;
  /** A `max` is tightened by lowering, a `min` by raising; null: no cap. */
  readonly riskCap: 'max' | 'min' | null;
  readonly environmentOnly: boolean;
  readonly sensitive: boolean;
  readonly rule: ValueRule;
  /** As `config.schema.json` has it. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Why no page may change it in a running engine; null: one may, if it is hot. */
  readonly neverBecause: string | null;
  /** Null: a page may move it either way, if it may at all. */
  readonly oneWay: OneWay | null;
};

/** The value of `low` may not exceed that of `high`, where `onlyIf` is on or above 0. Environment names. */
export type SettingOrder = {
  readonly low: string;
  readonly high: string;
  readonly onlyIf: string | null;
};

/** What the page is made from. */
export type SettingsCatalog = {
  readonly settings: readonly SettingAbout[];
  readonly orders: readonly SettingOrder[];
};

export type SettingOrigin = 'default' | 'file' | 'env' | 'flag';

/** One setting of a running engine. */
export type SettingRow = SettingAbout & {
  /** In force. */
  readonly value: string;
  /** The layer that decides about it. */
  readonly origin: SettingOrigin;
  /** What the file says; null: nothing. */
  readonly inFile: string | null;
  /** The file's value waits for a restart. */
  readonly waits: boolean;
};

/** One value of the file; null: the file does not name it. */
export type FileChange = {
  readonly env: string;
  readonly before: string | null;
  readonly after: string | null;
};

/** One change of the file, by whom and when (real ms). */
export type SettingsChange = {
  readonly n: number;
  readonly at: number;
  readonly who: 'page' | 'file';
  readonly changes: readonly FileChange[];
};

/** `GET /api/settings`. */
export type SettingsAnswer = {
  readonly schemaVersion: 1;
  /** Of the file: a change says which one it was made against. */
  readonly revision: string;
  /** Of the settings in force, as the dashboard's header shows it. */
  readonly inForce: string;
  readonly file: { readonly path: string; readonly exists: boolean };
  readonly settings: readonly SettingRow[];
  /** Newest first. */
  readonly history: readonly SettingsChange[];
  /** Why the file as it is now cannot be taken; the last good settings are in force. */
  readonly problems: readonly string[];
};

/** `POST /api/settings`. By environment name: a value, or null to take it out of the file. */
export type SettingsRequest = {
  readonly revision: string;
  readonly changes: Readonly<Record<string, string | null>>;
};

export type AppliedChange = {
  readonly env: string;
  readonly before: string;
  readonly after: string;
};

/** 200: what was written, and what of it the engine says is in force. */
export type SettingsApplied = {
  readonly revision: string;
  readonly inForce: string;
  readonly applied: readonly AppliedChange[];
  /** False: it is in the file, and the engine has not said in time that it took it. */
  readonly isConfirmed: boolean;
};

/** Why one setting cannot be changed; `line` is what to put in the file by hand, where that is the way. */
export type SettingProblem = {
  /** Null: it is about the file or the request. */
  readonly env: string | null;
  readonly code: string;
  readonly text: string;
  readonly line: string | null;
};

/** 409 and 422, in the shape of every refusal of the server. */
export type SettingsRefused = {
  readonly error: { readonly code: string; readonly text: string };
  readonly problems: readonly SettingProblem[];
};
