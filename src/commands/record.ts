import { type Command, InvalidArgumentError } from 'commander';
import type { Flags } from '../config/layers.js';
import { exitCodeOf } from '../config/problems.js';
import { readConfig } from '../config/read.js';
import { loadSecrets } from '../config/secrets.js';
import { foreign } from '../sinks/console/text.js';
import { collectSet } from './config.js';
import { type RecordOptions, recordRun } from './record-run.js';

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
      const flags = {
        ...options.set,
        ...(options.config === undefined ? {} : { configPath: options.config }),
      };
      const config = readConfig(process.env, flags);
      if (!config.ok) {
        for (const problem of config.error) say(problem.message);
        process.exitCode = exitCodeOf(config.error);
        return;
      }
      const { settings } = config.value.loaded;
      const secrets = loadSecrets(process.env);
      if (!secrets.ok) {
        for (const problem of secrets.error) say(problem.message);
        process.exitCode = exitCodeOf(secrets.error);
        return;
      }
      for (const { message } of secrets.value.warnings) say(`warning: ${message}`);
      process.exitCode = await recordRun(settings, secrets.value.secrets, options);
    });
}
