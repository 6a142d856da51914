import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.js';
import { foreign, paintFor } from '../sinks/console/text.js';
import { type OperatedOptions, operatedBy, withOperatedOptions } from './operated.js';
import { readState } from './state-reading.js';
import { statusText } from './status-text.js';
import { program, reaching } from './terminal.js';

type StatusOptions = OperatedOptions & { readonly json?: true; readonly maxAge?: number };

const failure = 1;

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !(value > 0))
    throw new InvalidArgumentError('must be a whole number of seconds');
  return value;
}

/** `status`: the account the settings select, as the engine last wrote it. */
export function registerStatus(program: Command): void {
  const command = program
    .command('status')
    .description('the account as the engine last wrote it, and whether an engine runs')
    .option('--json', 'one line of JSON on stdout')
    .option(
      '--max-age <seconds>',
      'end with 1 when no engine runs or what it wrote is older, for a health check',
      seconds,
    );
  withOperatedOptions(command).action(async (options: StatusOptions) => {
    process.exitCode = await status(options);
  });
}

async function status(options: StatusOptions): Promise<number> {
  const { json, maxAge } = options;
  const operated = operatedBy(options);
  if (typeof operated === 'number') return operated;
  const { settings } = operated;
  const reading = await readState(operated, systemClock.realNow);
  if (typeof reading === 'string') {
    process.stderr.write(`${foreign(reading)}\n`);
    return failure;
  }
  const { state, ageMs, engine, waiting } = reading;
  const resume = `${program} resume${reaching(settings.dataDir)}`;
  if (json === true)
    process.stdout.write(`${JSON.stringify({ ...state, ageMs, engine, waiting })}\n`);
  else
    for (const line of statusText(reading, settings, resume, paintFor(process.stdout)))
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
