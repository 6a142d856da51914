import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { readConfig } from '../config/read.js';
import { foreign, paintFor } from '../sinks/console/text.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';
import { readState } from './state-reading.js';
import { statusText } from './status-text.js';

type StatusOptions = {
  readonly json?: true;
  readonly maxAge?: number;
  readonly config?: string;
  readonly set: Flags;
};

const failure = 1;

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !(value > 0))
    throw new InvalidArgumentError('must be a whole number of seconds');
  return value;
}

/** `status`: the account the settings select, as the engine last wrote it. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('the account as the engine last wrote it, and whether an engine runs')
    .option('--json', 'one line of JSON on stdout')
    .option(
      '--max-age <seconds>',
      'end with 1 when no engine runs or what it wrote is older, for a health check',
      seconds,
    )
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (options: StatusOptions) => {
      process.exitCode = await status(options);
    });
}

async function status(options: StatusOptions): Promise<number> {
  const { json, maxAge } = options;
  const read = readConfig(process.env, flagsOf(options));
  if (!read.ok) return refuse(read.error);
  const { settings } = read.value.loaded;
  const reading = await readState(settings, systemClock.realNow);
  if (typeof reading === 'string') {
    process.stderr.write(`${foreign(reading)}\n`);
    return failure;
  }
  const { state, ageMs, engine, waiting } = reading;
  if (json === true)
    process.stdout.write(`${JSON.stringify({ ...state, ageMs, engine, waiting })}\n`);
  else
    for (const line of statusText(reading, settings, paintFor(process.stdout)))
      process.stdout.write(`${line}\n`);
  if (maxAge === undefined) return 0;
  const isFresh = engine !== null && ageMs <= maxAge * 1_000;
  if (!isFresh)
    process.stderr.write(
      engine === null
        ? 'no engine runs here\n'
        : `the state is ${Math.round(ageMs / 1_000)} s old, more than ${maxAge} s\n`,
    );
  return isFresh ? 0 : failure;
}
