import type { Command } from 'commander';
import { demoHomeOf, homeOf, settingsAtHome } from '../config/modes.js';
import { readConfig } from '../config/read.js';
import type { Settings } from '../config/schema.js';
import { foreign } from '../sinks/console/text.js';
import { newestDemoHome } from './demo-home.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf, type SettingsOptions } from './settings-options.js';

const usage = 2;

export type OperatedOptions = SettingsOptions & { readonly demo?: true };

/** What an operator's command is about. Its settings' `dataDir` is where the engine looks for requests. */
export type Operated = { readonly settings: Settings; readonly home: string };

export const withOperatedOptions = (command: Command): Command =>
  command
    .option('--demo', 'of the latest demo, which has a directory of its own')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {});

/** The account that the settings select, or the latest demo's; else the exit code of what is wrong. */
export function operatedBy(options: OperatedOptions): Operated | number {
  const read = readConfig(process.env, flagsOf(options));
  if (!read.ok) return refuse(read.error);
  const { loaded } = read.value;
  const { settings } = loaded;
  if (options.demo !== true) return { settings, home: homeOf(settings) };
  const home = newestDemoHome(settings, demoHomeOf);
  if (home !== null) return { settings: { ...settingsAtHome(loaded, home), dataDir: home }, home };
  process.stderr.write(`${foreign(settings.dataDir)}: there is no demo yet; \`demo\` makes one\n`);
  return usage;
}
