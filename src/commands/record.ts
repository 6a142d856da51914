import { type Command, InvalidArgumentError } from 'commander';
import type { Flags } from '../config/layers.js';
import { readConfig } from '../config/read.js';
import { loadSecrets } from '../config/secrets.js';
import { foreign } from '../sinks/console/text.js';
import { type RecordOptions, recordRun } from './record-run.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';

const say = (text: string): void => void process.stderr.write(`${foreign(text)}\n`);

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0) || !Number.isFinite(seconds))
    throw new InvalidArgumentError('must be a number of seconds');
  return seconds;
}

/** `record`: market data to disk, in the format of a run's recording. No key, no decisions, no ledger needed. */
export function registerRecord(program: Command): void {
  program
    .command('record')
    .description('record market data: quotes and trades without a key, full depth with one')
    .option('--out <path>', 'folder to write to; it must be empty or absent')
    .option('--seconds <n>', 'stop after so long; without it, when interrupted', parseSeconds)
    .option('--every <n>', 'seconds between polls; 10, or 600 with a key', parseSeconds)
    .option('--tickers <list>', 'markets, by comma; without it, the busiest ones', (text: string) =>
      text.split(',').filter((name) => name !== ''),
    )
    .option('--json', 'one line of JSON on stdout at the end')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (options: RecordOptions & { config?: string; set: Flags }) => {
      const config = readConfig(process.env, flagsOf(options));
      if (!config.ok) {
        process.exitCode = refuse(config.error);
        return;
      }
      const { settings } = config.value.loaded;
      const secrets = loadSecrets(process.env);
      if (!secrets.ok) {
        process.exitCode = refuse(secrets.error);
        return;
      }
      for (const { message } of secrets.value.warnings) say(`warning: ${message}`);
      process.exitCode = await recordRun(settings, secrets.value.secrets, options);
    });
}
