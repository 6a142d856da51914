import { type ConfigFile, readFileLayer } from '../../config/file.js';
import { keyOfEnv, metaOf, type SettingKey, settingKeys } from '../../config/schema.js';
import { limits } from '../../limits.js';
import type { FileChange, SettingsChange } from '../../messages/settings.js';

/** What the file says, by setting. A file that cannot be read says nothing: then nothing is known to have changed. */
export type FileTexts = ReadonlyMap<SettingKey, string>;

export function fileTexts(file: ConfigFile | null): FileTexts | null {
  if (file === null) return new Map();
  const read = readFileLayer(file);
  if (!read.ok) return null;
  return new Map(
    read.value.map(({ key, text }) => [key, metaOf(key).sensitive === true ? '[redacted]' : text]),
  );
}

function difference(before: FileTexts, after: FileTexts): readonly FileChange[] {
  return settingKeys.flatMap((key): readonly FileChange[] => {
    const [was, is] = [before.get(key) ?? null, after.get(key) ?? null];
    return was === is ? [] : [{ env: metaOf(key).env, before: was, after: is }];
  });
}

export type HistoryPorts = {
  /** The kept history, oldest first; null: there is none, or it cannot be read. */
  readonly read: () => string | null;
  readonly write: (text: string) => void;
  readonly now: () => number;
};

/** Who changed what in the file, and when, through restarts: changes of the page, and what others wrote into it. */
export class SettingsHistory {
  private readonly ports: HistoryPorts;
  private rows: readonly SettingsChange[];
  private last: FileTexts;

  /** `file`: as it is now; what it says already is no change. */
  constructor(ports: HistoryPorts, file: ConfigFile | null) {
    this.ports = ports;
    this.rows = parsed(ports.read());
    this.last = fileTexts(file) ?? new Map();
  }

  get newestFirst(): readonly SettingsChange[] {
    return [...this.rows].reverse();
  }

  /** Notes what changed since the file was last seen. */
  see(file: ConfigFile | null, who: SettingsChange['who']): void {
    const texts = fileTexts(file);
    if (texts === null) return;
    const changes = difference(this.last, texts);
    this.last = texts;
    if (changes.length === 0) return;
    const n = (this.rows.at(-1)?.n ?? 0) + 1;
    const row: SettingsChange = { n, at: this.ports.now(), who, changes };
    this.rows = [...this.rows, row].slice(-limits.settingsHistoryMax);
    this.ports.write(this.rows.map((kept) => `${JSON.stringify(kept)}\n`).join(''));
  }
}

const isText = (value: unknown): value is string | null =>
  value === null || typeof value === 'string';

/** A line that somebody broke is left out: a history is for people, nothing is decided by it. */
function parsed(text: string | null): readonly SettingsChange[] {
  return (text ?? '').split('\n').flatMap((line): readonly SettingsChange[] => {
    const row = rowOf(line);
    return row === null ? [] : [row];
  });
}

function rowOf(line: string): SettingsChange | null {
  let row: Partial<SettingsChange> | null;
  try {
    row = JSON.parse(line);
  } catch {
    return null;
  }
  const { n, at, who, changes } = row ?? {};
  if (typeof n !== 'number' || typeof at !== 'number') return null;
  if ((who !== 'page' && who !== 'file') || !Array.isArray(changes)) return null;
  const isWhole = changes.every(
    (change) => keyOfEnv.has(change?.env) && isText(change?.before) && isText(change?.after),
  );
  return isWhole ? { n, at, who, changes } : null;
}
