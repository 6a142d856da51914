import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import { environmentOf } from '../config/addresses.js';
import type { Flags } from '../config/layers.js';
import type { LoadedConfig } from '../config/load.js';
import { type ConfigProblem, exitCodeOf } from '../config/problems.js';
import { readConfig } from '../config/read.js';
import { loadSecrets } from '../config/secrets.js';
import { paintFor } from '../sinks/console/text.js';
import { type Check, examine, exitCodeOfRows, failure, type Row } from './doctor/check.js';
import { machineChecks, thisMachine } from './doctor/machine.js';
import { loadModule, nativeCheck } from './doctor/native.js';
import { type NextStep, nextSteps } from './doctor/next-steps.js';
import { doctorText, nextText } from './doctor/text.js';
import { collectSet, flagsOf } from './settings-options.js';

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

/** What every answer of `doctor` is about. */
type Answer = {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly next: readonly NextStep[];
};

async function doctor(options: DoctorOptions): Promise<number> {
  // What reads the ledger cannot even be loaded where it was compiled for another machine.
  const native = await examine([nativeCheck(loadModule)], systemClock);
  const read = readConfig(process.env, flagsOf(options));
  if (!read.ok) return tell(await ofMachine(read.error), options);
  if (exitCodeOfRows(native) !== 0) return tell(await ofMachine([]), options);
  return tell(await ofSettings(read.value.loaded), options);
}

async function ofSettings({ settings, warnings: spoken }: LoadedConfig): Promise<Answer> {
  const { examined } = await import('./doctor/table.js');
  const { hasDemo, hasPaper } = await import('./doctor/surroundings.js');
  const rows = await examined({ settings, spoken, loaded: loadSecrets(process.env) }, () => true);
  const statusOf = (name: string): Row['status'] | undefined =>
    rows.find(({ code }) => code === name)?.status;
  const environment = environmentOf(settings);
  return {
    title: `doctor: ${settings.executionMode} mode, ${environment} exchange at ${settings.kalshiApiBaseUrl}`,
    rows,
    next: nextSteps({
      failed: failedOf(rows),
      mode: settings.executionMode,
      environment,
      hasDemo: hasDemo(settings),
      hasPaper: hasPaper(settings),
      hasKey: environment !== 'loopback' && statusOf('signed_read') === 'pass',
      isPaperGood: statusOf('paper_record') === 'pass',
    }),
  };
}

const failedOf = (rows: readonly Row[]): readonly string[] =>
  rows.filter(({ status }) => status === 'fail').map(({ code }) => code);

/** Where there is nothing to go by but the machine: no settings, or no ledger that could be read. */
async function ofMachine(problems: readonly ConfigProblem[]): Promise<Answer> {
  const wrong = problems.map(({ message }) => message).join('; ');
  const settings: readonly Check[] =
    problems.length === 0
      ? []
      : [
          {
            code: 'settings_valid',
            proves: 'every setting is understood and none contradicts another',
            exitCode: exitCodeOf(problems) === 4 ? 4 : 3,
            atStart: false,
            run: () => failure(wrong),
          },
        ];
  const checks = [...machineChecks(thisMachine(), false), nativeCheck(loadModule), ...settings];
  const rows = await examine(checks, systemClock);
  const nothing = { hasDemo: false, hasPaper: false, hasKey: false, isPaperGood: false };
  const way = { ...nothing, mode: 'paper', environment: 'demo', failed: failedOf(rows) } as const;
  return { title: 'doctor: this machine', rows, next: nextSteps(way) };
}

function tell({ rows, title, next }: Answer, { json }: DoctorOptions): number {
  const exitCode = exitCodeOfRows(rows);
  if (json === true) {
    const ok = exitCode === 0;
    const line = { schemaVersion: 1, title, ok, exitCode, checks: rows, next };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return exitCode;
  }
  const paint = paintFor(process.stdout);
  for (const line of [...doctorText(rows, title, paint), '', ...nextText(next, paint)])
    process.stdout.write(`${line}\n`);
  return exitCode;
}
