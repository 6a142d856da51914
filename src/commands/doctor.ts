import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import { environmentOf } from '../config/addresses.js';
import type { Flags } from '../config/layers.js';
import { type ConfigProblem, exitCodeOf } from '../config/problems.js';
import { readConfig } from '../config/read.js';
import { loadSecrets } from '../config/secrets.js';
import { paintFor } from '../sinks/console/text.js';
import { collectSet } from './config.js';
import { examine, exitCodeOfRows, failure, type Row } from './doctor/check.js';
import { machineChecks, thisMachine } from './doctor/machine.js';
import { examined } from './doctor/table.js';
import { doctorText } from './doctor/text.js';

type DoctorOptions = { readonly json?: true; readonly config?: string; readonly set: Flags };

/** `doctor`: looks at machine, settings, keys, disk, ledger, exchange and sources, and changes nothing. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'check machine, settings, keys, disk, ledger, exchange and sources; changes nothing',
    )
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (options: DoctorOptions) => {
      process.exitCode = await doctor(options);
    });
}

async function doctor(options: DoctorOptions): Promise<number> {
  const flags = options.config === undefined ? {} : { configPath: options.config };
  const read = readConfig(process.env, { ...options.set, ...flags });
  if (!read.ok) return tell(await withoutSettings(read.error), 'doctor: settings', options);
  const { settings, warnings: spoken } = read.value.loaded;
  const rows = await examined({ settings, spoken, loaded: loadSecrets(process.env) }, () => true);
  const where = `${environmentOf(settings)} exchange at ${settings.kalshiApiBaseUrl}`;
  return tell(rows, `doctor: ${settings.executionMode} mode, ${where}`, options);
}

/** Without settings there is only the machine to look at. */
async function withoutSettings(problems: readonly ConfigProblem[]): Promise<readonly Row[]> {
  const wrong = problems.map(({ message }) => message).join('; ');
  const settings = {
    code: 'settings_valid',
    proves: 'every setting is understood and none contradicts another',
    exitCode: exitCodeOf(problems) === 4 ? 4 : 3,
    atStart: false,
    run: () => failure(wrong),
  } as const;
  return examine([...machineChecks(thisMachine(), false), settings], systemClock);
}

function tell(rows: readonly Row[], title: string, { json }: DoctorOptions): number {
  const exitCode = exitCodeOfRows(rows);
  if (json === true) {
    const line = { schemaVersion: 1, ok: exitCode === 0, exitCode, checks: rows };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } else
    for (const line of doctorText(rows, title, paintFor(process.stdout)))
      process.stdout.write(`${line}\n`);
  return exitCode;
}
