import type { Command } from 'commander';
import { limits } from '../limits.js';
import { LineFile } from '../replay/lines.js';
import { settledOf } from '../sinks/ledger/inspect.js';
import { startingBlend } from '../valuation/blend.js';
import { Scorer } from '../valuation/calibration.js';
import { learn } from '../valuation/learn.js';
import { WordsKept } from '../valuation/settled.js';
import { columnsOf, columnsText, snapshotOf, withoutMark } from './calibration-csv.js';
import { learntLines, reportLines } from './calibration-report.js';
import { homeFor, type LedgerCommandOptions, withLedgerOptions } from './ledger-home.js';

type CsvOptions = { readonly csv: string; readonly json?: true };

const failure = 1;
const usage = 2;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * Scores a history of forecasts, line by line. Lines that say nothing usable are named and left out, and the exit code
 * is then 1; a file that is not such a history at all is 2.
 */
export async function calibrate({ csv, json }: CsvOptions): Promise<number> {
  const opened = await LineFile.open(csv, { keepsLastLine: true });
  if (!opened.ok) {
    say(`${csv}: ${opened.error.detail}; check the path and its permissions`);
    return failure;
  }
  const file = opened.value;
  const scorer = new Scorer();
  let columns: ReturnType<typeof columnsOf> = null;
  let isFirst = true;
  let bad = 0;
  while (await file.fill()) {
    do {
      const line = file.bytes.toString('utf8', file.start, file.end);
      const text = isFirst ? withoutMark(line) : line;
      if (text.trim() === '') continue;
      if (isFirst) {
        isFirst = false;
        columns = columnsOf(text);
        if (columns === null) {
          say(
            `${csv}:${file.line}: no header; the first line must name the columns ${columnsText}`,
          );
          await file.close();
          return usage;
        }
        if (columns.isHeader) continue;
      }
      const snapshot = columns === null ? null : snapshotOf(text, columns);
      if (snapshot === null) continue;
      if (snapshot.ok) scorer.add(snapshot.value);
      else {
        bad += 1;
        if (bad <= limits.readProblemsKeptMax) say(`${csv}:${file.line}: ${snapshot.error}`);
      }
    } while (file.next());
  }
  const { problem } = file;
  await file.close();
  if (bad > limits.readProblemsKeptMax) say(`… and ${bad - limits.readProblemsKeptMax} more`);
  if (problem !== null)
    say(
      `${csv}:${problem.line}: ${problem.code}: ${problem.detail}; what came before it is scored`,
    );
  const report = scorer.report();
  if (report.rows === 0) say(`${csv}: no snapshot could be read; a line is ${columnsText}`);
  if (json === true)
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...report, badLines: bad })}\n`);
  else for (const line of reportLines(report)) process.stdout.write(`${line}\n`);
  return bad > 0 || problem !== null || report.rows === 0 ? failure : 0;
}

/**
 * Scores the fair values of a ledger on the markets whose outcome it knows, against the mids of the same windows, and
 * shows what the models' own words teach. May run beside the engine.
 */
export async function calibrateLedger(options: LedgerCommandOptions): Promise<number> {
  const home = homeFor(options);
  if (typeof home === 'number') return home;
  const scorer = new Scorer();
  const words = new WordsKept(limits.learnSnapshotsMax);
  const problem = await settledOf(home, ({ ticker, vertical, fair, mid, outcome, word }) => {
    scorer.add({ ticker, vertical, p: fair, mid, outcome });
    words.add(ticker, word);
  });
  if (problem !== null) {
    say(`${home}: ${problem.text}; \`ledger verify\` says more`);
    return failure;
  }
  const report = scorer.report();
  const { parts } = learn(words.snapshots(), startingBlend);
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...report, learnt: parts })}\n`);
  else if (report.rows === 0) process.stdout.write('no market that was valued has settled yet\n');
  else
    for (const line of [...reportLines(report), ...learntLines(parts)])
      process.stdout.write(`${line}\n`);
  return 0;
}

/** `calibrate`: the ledger's forecasts, or those of a CSV, against the market and against what happened. */
export function registerCalibrate(program: Command): void {
  withLedgerOptions(
    program
      .command('calibrate')
      .description(
        'score forecasts against the market and against what came true, and fit weights',
      ),
  )
    .option('--csv <file>', `lines of ${columnsText}, plain or gzip, instead of the ledger`)
    .option('--json', 'one line of JSON on stdout')
    .action(async ({ csv, ...options }: LedgerCommandOptions & { readonly csv?: string }) => {
      const { json } = options;
      process.exitCode =
        csv === undefined
          ? await calibrateLedger(options)
          : await calibrate({ csv, ...(json === undefined ? {} : { json }) });
    });
}
