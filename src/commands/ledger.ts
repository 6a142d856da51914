import type { Command } from 'commander';
import { exportRecords, inspectLedger } from '../sinks/ledger/inspect.js';
import { backup } from './ledger-backup.js';
import { homeFor, type LedgerCommandOptions, withLedgerOptions } from './ledger-home.js';

/** Recomputes the ledger from its records. Exit code 1 when something does not hold, with one line that says what. */
async function verify(options: LedgerCommandOptions): Promise<number> {
  const home = homeFor(options);
  if (typeof home === 'number') return home;
  const { records, headHash, isBalanced, problem } = await inspectLedger(home);
  if (problem !== null) process.stderr.write(`${problem.text}\n`);
  if (options.json === true) {
    const line = {
      schemaVersion: 1,
      records,
      headHash,
      balanced: isBalanced,
      ok: problem === null,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } else if (problem === null)
    process.stdout.write(
      `${records} records, head ${headHash}: chain, books, views and mark agree\n`,
    );
  return problem === null ? 0 : 1;
}

/** One canonical record a line, oldest first, as far as they can be read. */
async function exportAll(options: LedgerCommandOptions): Promise<number> {
  const home = homeFor(options);
  if (typeof home === 'number') return home;
  const { stdout } = process;
  const problem = await exportRecords(home, (line) => {
    if (stdout.destroyed || stdout.write(`${line}\n`)) return null;
    return new Promise((goOn) => {
      // A reader that left (`| head`) never drains it.
      const events = ['drain', 'close', 'error'] as const;
      const once = (): void => {
        for (const event of events) stdout.off(event, once);
        goOn();
      };
      for (const event of events) stdout.on(event, once);
    });
  });
  if (problem !== null) process.stderr.write(`${problem.text}\n`);
  return problem === null ? 0 : 1;
}

/** `ledger verify`, `ledger export`, `ledger backup`. All may run beside the engine. */
export function registerLedger(program: Command): void {
  const ledger = program.command('ledger').description('check or print the ledger');
  const add = (name: string, description: string): Command =>
    withLedgerOptions(ledger.command(name).description(description));
  add('verify', 'recompute chain, books, views and mark from the records')
    .option('--json', 'one line of JSON on stdout')
    .action(async (options: LedgerCommandOptions) => {
      process.exitCode = await verify(options);
    });
  add('backup <path>', 'copy the ledger to a new directory, and verify the copy')
    .option('--json', 'one line of JSON on stdout')
    .action(async (path: string, options: LedgerCommandOptions) => {
      const home = homeFor(options);
      process.exitCode =
        typeof home === 'number' ? home : await backup(home, path, options.json === true);
    });
  add('export', 'print every record as one line of JSON').action(
    async (options: LedgerCommandOptions) => {
      process.exitCode = await exportAll(options);
    },
  );
}
