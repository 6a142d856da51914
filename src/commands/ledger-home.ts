import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Flags } from '../config/layers.js';
import { demoHomeOf, homeOf } from '../config/modes.js';
import { readConfig } from '../config/read.js';
import { foreign } from '../sinks/console/text.js';
import { ledgerPath } from '../sinks/ledger/ledger.js';
import { ledgerExitCode } from '../sinks/ledger/problem.js';
import { newestDemoHome } from './demo-home.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';

const usage = 2;

export type LedgerCommandOptions = {
  readonly json?: true;
  readonly demo?: true;
  readonly home?: string;
  readonly config?: string;
  readonly set: Flags;
};

/** Which ledger a command reads. */
export const withLedgerOptions = (command: Command): Command =>
  command
    .option('--demo', "the latest demo's ledger")
    .option('--home <path>', 'directory of the ledger, instead of the one the settings select')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {});

const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

/** The ledger that the settings select, the latest demo's, or the one that was named; else the exit code of what is wrong. */
export function homeFor(options: LedgerCommandOptions): string | number {
  if (options.home !== undefined) return existing(options.home, '');
  const read = readConfig(process.env, flagsOf(options));
  if (!read.ok) return refuse(read.error);
  const { settings } = read.value.loaded;
  const demo = newestDemoHome(settings, demoHomeOf);
  if (options.demo !== true)
    return existing(homeOf(settings), demo === null ? '' : "; --demo reads the latest demo's");
  if (demo !== null) return existing(demo, '');
  say(`${settings.dataDir}: there is no demo yet; \`demo\` makes one`);
  return usage;
}

function existing(home: string, hint: string): string | number {
  if (existsSync(ledgerPath(home))) return home;
  say(`${ledgerPath(home)}: there is no ledger yet${hint}`);
  return ledgerExitCode;
}
