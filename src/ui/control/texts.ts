import { fileValueOf } from '../../messages/setting-values.js';
import type { SettingAbout, SettingsCatalog } from '../../messages/settings.js';
import { argumentIn, type Chosen, chosen, type Draft, presetOfDraft } from './draft.js';
import type { Argument, Preset } from './presets.js';

/** What a draft stands for: a command line, or a file and a shorter one. Texts to copy, never executed here. */

const program = ['node', 'dist/main.js'];
/** Confirms live trading with what the shell has already: the page never sees a key. */
const confirmation = 'BOT_LIVE_CONFIRM="$KALSHI_API_KEY_ID"';

/** A word as a POSIX shell reads it back, whatever is in it. */
export const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+:,./=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

function argumentWords({ kind, flag, name }: Argument, draft: Draft): readonly string[] {
  const text = argumentIn(draft, name).trim();
  if (kind === 'switch') return text === 'true' && flag !== null ? [flag] : [];
  if (text === '') return [];
  return flag === null ? [quoted(text)] : [flag, quoted(text)];
}

const assignment = ({ about, text }: Chosen): string => `${about.env}=${quoted(text)}`;
const setFlag = ({ about, text }: Chosen): string => `--set ${quoted(`${about.key}=${text}`)}`;

/** Short lines stay one; longer ones are broken as a shell allows it. */
function joined(parts: readonly string[]): string {
  const line = parts.join(' ');
  return line.length <= 76 ? line : parts.join(' \\\n  ');
}

function line(draft: Draft, preset: Preset, settings: readonly Chosen[]): string {
  const words = preset.arguments.flatMap((one) => argumentWords(one, draft));
  const command = [...program, ...preset.command, ...words].join(' ');
  const isSet = (one: Chosen): boolean => preset.spelling === 'set' && !one.about.environmentOnly;
  return joined([
    ...settings.filter((one) => !isSet(one)).map(assignment),
    ...(preset.needsKey ? [confirmation] : []),
    command,
    ...settings.filter(isSet).map(setFlag),
  ]);
}

/** Everything on one command line; nothing else has to be there. */
export const commandLine = (draft: Draft, catalog: SettingsCatalog): string =>
  line(draft, presetOfDraft(draft), chosen(draft, catalog));

/** The command line beside a `config.jsonc` of `configText`: what no file may hold stays on it. */
export const commandWithFile = (draft: Draft, catalog: SettingsCatalog): string =>
  line(
    draft,
    presetOfDraft(draft),
    chosen(draft, catalog).filter(({ about }) => about.environmentOnly),
  );

/** A recording brings its own settings, so that no file is read beside it. */
export const takesFile = (draft: Draft): boolean => presetOfDraft(draft).spelling === 'environment';

/** One setting as the file has it. */
export const fileLine = ({ key, rule }: SettingAbout, text: string): string =>
  `${JSON.stringify(key)}: ${JSON.stringify(fileValueOf(rule, text))},`;

const remark = ({ unit, default: initial }: SettingAbout): string => {
  const usual = `default ${initial === '' ? 'not set' : initial}`;
  return unit === '' ? usual : `${unit}; ${usual}`;
};

/** The file: only what differs from the defaults, by section, each with its unit and what it would be otherwise. */
export function configText(draft: Draft, catalog: SettingsCatalog): string {
  const inFile = chosen(draft, catalog).filter(({ about }) => !about.environmentOnly);
  const titles = [...new Set(inFile.map(({ about }) => about.section))];
  const parts = titles.map((title) => {
    const lines = inFile
      .filter(({ about }) => about.section === title)
      .map(({ about, text }) => `  ${fileLine(about, text)} // ${remark(about)}`);
    return [`  // ${title}`, ...lines].join('\n');
  });
  return parts.length === 0 ? '{\n}\n' : `{\n${parts.join('\n\n')}\n}\n`;
}
