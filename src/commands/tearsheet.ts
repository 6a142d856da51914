import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readConfig } from '../config/read.js';
import type { LedgerRecord } from '../domain/records.js';
import { FiguresReader } from '../report/figures.js';
import { type Screening, ScreeningSum } from '../report/funnel.js';
import { exportRecords } from '../sinks/ledger/inspect.js';
import { homeFor, type LedgerCommandOptions, withLedgerOptions } from './ledger-home.js';
import { pageRefusal, writePage } from './page-file.js';
import { flagsOf } from './settings-options.js';

type TearsheetOptions = LedgerCommandOptions & {
  readonly out?: string;
  readonly run?: number;
  readonly force?: true;
};

const failure = 1;
const usage = 2;

function parseRun(text: string): number {
  const run = Number(text);
  if (!/^\d+$/.test(text) || !(run >= 1)) throw new InvalidArgumentError('must be a run’s number');
  return run;
}

/** `tearsheet`: one page of what a ledger came to, to be opened anywhere. */
export function registerTearsheet(program: Command): void {
  withLedgerOptions(
    program
      .command('tearsheet')
      .description(
        'one HTML page of a ledger: equity, calibration, fills, refusals, wins and losses',
      ),
  )
    .option('--out <path>', 'file to write; without it, tearsheet.html beside the ledger')
    .option('--run <n>', 'only what was booked in this run', parseRun)
    .option('--force', 'replace a file that is there')
    .option('--json', 'one line of JSON on stdout')
    .action(async (options: TearsheetOptions) => {
      process.exitCode = await tearsheet(options);
    });
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function tearsheet(options: TearsheetOptions): Promise<number> {
  const home = homeFor(options);
  if (typeof home === 'number') return home;
  const run = options.run ?? null;
  const path = options.out ?? join(home, 'tearsheet.html');
  // The usual place is the page's own: it is there to be replaced.
  const refusal = pageRefusal(path, options.out === undefined || options.force === true);
  if (refusal !== null) {
    say(refusal);
    return usage;
  }
  const read = readConfig(process.env, flagsOf(options));
  const reader = new FiguresReader(read.ok ? read.value.loaded.settings.dayZone : 'UTC', run);
  const problem = await exportRecords(home, (line) => {
    reader.add(JSON.parse(line) as LedgerRecord);
    return null;
  });
  const cycles = screeningIn(join(home, 'cycles'), run);
  const figures = reader.figures(cycles.screening);
  if (problem !== null || figures === null) {
    const empty = run === null ? 'the ledger has no records yet' : `there is no run ${run}`;
    say(problem?.text ?? `${home}: ${empty}`);
    return failure;
  }
  const { mode, environment, account } = figures.genesis;
  const title = `${mode} ${environment} ${account}${run === null ? '' : `, run ${run}`}`;
  const notes = [
    ...(mode === 'paper' ? ['Paper trading: no order ever reached an exchange.'] : []),
    ...(environment === 'loopback' ? ['A simulated exchange: no real money.'] : []),
    ...(cycles.unread > 0 ? [`${cycles.unread} cycle reports could not be read.`] : []),
  ];
  const written = writePage(path, { title, figures, notes, tables: [] });
  if (!written.ok) {
    say(written.problem);
    return failure;
  }
  const { records, realizedPnlMicros, feesMicros } = figures.totals;
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ schemaVersion: 1, path, bytes: written.bytes, records, realizedPnlMicros, feesMicros })}\n`
      : `${written.line}\n`,
  );
  return 0;
}

/** What the cycle reports beside a ledger say of scans: the ledger does not hold it. */
function screeningIn(
  folder: string,
  run: number | null,
): { readonly screening: Screening | null; readonly unread: number } {
  const sum = new ScreeningSum();
  let unread = 0;
  const prefix = run === null ? '' : `${String(run).padStart(6, '0')}-`;
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  for (const name of names) {
    if (!/^\d{6,}-\d{6,}\.json$/.test(name) || !name.startsWith(prefix)) continue;
    const report = reportIn(join(folder, name));
    if (report === null) unread += 1;
    else sum.add(report);
  }
  return { screening: sum.result(), unread };
}

function reportIn(path: string): Omit<Screening, 'windows'> | null {
  try {
    const { scanned, kept, selected, dropped } = JSON.parse(
      readFileSync(path, 'utf8'),
    ) as Screening;
    const isWhole = [scanned, kept, selected].every((each) => Number.isSafeInteger(each));
    return isWhole && typeof dropped === 'object' && dropped !== null
      ? { scanned, kept, selected, dropped }
      : null;
  } catch {
    return null;
  }
}
