import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { LedgerRecord } from '../domain/records.js';
import { LedgerRows } from '../export/ledger-rows.js';
import { MarketRows } from '../export/market-rows.js';
import { ParquetTable } from '../export/parquet-table.js';
import type { AddRow } from '../export/rows.js';
import { ledgerTables, marketTables, type TableName, tables } from '../export/tables.js';
import { openRecording, type RecordingProblem, readRecording } from '../replay/recording-reader.js';
import { exportRecords } from '../sinks/ledger/inspect.js';
import { homeFor, type LedgerCommandOptions, withLedgerOptions } from './ledger-home.js';

type ExportOptions = LedgerCommandOptions & {
  readonly parquet: string;
  readonly recording: readonly string[];
  readonly force?: true;
};

const failure = 1;
const usage = 2;
const damaged = 7;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** `export --parquet`: a ledger and its recordings as tables for other tools. */
export function registerExport(program: Command): void {
  withLedgerOptions(
    program
      .command('export')
      .description('quotes, trades, decisions, orders, fills and postings as Parquet files'),
  )
    .requiredOption('--parquet <folder>', 'where to write; made if absent')
    .option(
      '--recording <path>',
      'a recording alone, without a ledger; may be repeated',
      (path: string, before: readonly string[]) => [...before, path],
      [],
    )
    .option('--force', 'replace files that are there')
    .option('--json', 'one line of JSON on stdout')
    .action(async (options: ExportOptions) => {
      process.exitCode = await exportTables(options);
    });
}

async function exportTables(options: ExportOptions): Promise<number> {
  const { parquet: folder, recording } = options;
  const isNamed = options.home !== undefined || options.demo === true;
  const home = recording.length > 0 && !isNamed ? null : homeFor(options);
  if (typeof home === 'number') return home;
  const recordings = recording.length > 0 || home === null ? recording : recordingsOf(home);
  const names: readonly TableName[] = [
    ...(recordings.length > 0 ? marketTables : []),
    ...(home === null ? [] : ledgerTables),
  ];
  const pathOf = (name: TableName): string => join(folder, `${name}.parquet`);
  const there = names.map(pathOf).filter((path) => existsSync(path));
  if (there.length > 0 && options.force !== true) {
    say(`${there.join(', ')}: there already; --force replaces them, or name another folder`);
    return usage;
  }
  // Before anything is written: what was named has to be a recording.
  for (const path of recording) {
    const opened = await openRecording(path);
    if (!opened.ok) return told(opened.error, usage);
  }
  const open = new Map<TableName, ParquetTable>();
  const add: AddRow = (name, row) => open.get(name)?.add(row);
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of names) open.set(name, new ParquetTable(pathOf(name), tables[name]));
    let exitCode = 0;
    if (home !== null && !(await ledgerRows(home, add))) exitCode = failure;
    for (const path of recordings)
      exitCode = (await marketRows(path, recording.length > 0, add)) || exitCode;
    for (const table of open.values()) table.close();
    const rows = Object.fromEntries([...open].map(([name, table]) => [name, table.rows]));
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify({ schemaVersion: 1, folder, rows })}\n`
        : `${Object.entries(rows)
            .map(([name, count]) => `${name} ${count}`)
            .join(', ')} rows in ${folder}\n`,
    );
    return exitCode;
  } catch (error) {
    for (const table of open.values()) table.discard();
    say(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    return failure;
  }
}

/** Every run's recording beside a ledger, oldest first. */
function recordingsOf(home: string): readonly string[] {
  const folder = join(home, 'recordings');
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
    : [];
}

/** False: what could be read was taken, and it was not all. */
async function ledgerRows(home: string, add: AddRow): Promise<boolean> {
  const rows = new LedgerRows(add);
  const problem = await exportRecords(home, (line) => {
    rows.hear(JSON.parse(line) as LedgerRecord);
    return null;
  });
  rows.end();
  if (problem !== null) say(problem.text);
  return problem === null;
}

/** The exit code: what is sound is taken, and the first thing that is not is named. */
async function marketRows(path: string, isNamed: boolean, add: AddRow): Promise<number> {
  const opened = await openRecording(path);
  if (!opened.ok) return told(opened.error, usage);
  const rows = new MarketRows(add);
  const { inputs, problem, torn } = await readRecording(opened.value, (input) => {
    rows.hear(input);
    return true;
  });
  if (inputs === 0 && problem === null) {
    say(`${path}: not_a_recording: it holds no input; name the folder of a whole run`);
    // A run that died at its start leaves one, too.
    return isNamed ? usage : 0;
  }
  if (torn !== null) say(`${torn.path}: cut off after input ${torn.afterSeq}, as after a crash`);
  return problem === null ? 0 : told(problem, damaged);
}

function told({ path, code, detail, fix }: RecordingProblem, exitCode: number): number {
  say(`${path}: ${code}: ${detail}; ${fix}`);
  return exitCode;
}
