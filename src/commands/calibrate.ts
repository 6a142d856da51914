import type { Command } from 'commander';
import { limits } from '../limits.js';
import { LineFile } from '../replay/lines.js';
import { table } from '../sinks/console/text.js';
import {
  type CalibrationReport,
  type OrTooSmall,
  type Score,
  Scorer,
  tooSmall,
} from '../valuation/calibration.js';
import type { ReliabilityRow } from '../valuation/reliability.js';
import { columnsOf, columnsText, snapshotOf } from './calibration-csv.js';

type CalibrateOptions = { readonly csv: string; readonly json?: true };

const failure = 1;
const usage = 2;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * Scores a history of forecasts, line by line. Lines that say nothing usable are named and left out, and the exit code
 * is then 1; a file that is not such a history at all is 2.
 */
export async function calibrate({ csv, json }: CalibrateOptions): Promise<number> {
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
      const text = file.bytes.toString('utf8', file.start, file.end);
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
  else for (const line of lines(report)) process.stdout.write(`${line}\n`);
  return bad > 0 || problem !== null || report.rows === 0 ? failure : 0;
}

const digits = (value: number | null): string => (value === null ? '–' : value.toFixed(4));
const shown = <T>(value: OrTooSmall<T>, text: (value: T) => string): string =>
  value === tooSmall ? tooSmall : text(value);

const row = (name: string, score: Score): readonly string[] => [
  name,
  String(score.n),
  String(score.events),
  digits(score.brier),
  digits(score.marketBrier),
  shown(score.difference, ({ mean, low, high }) => {
    const sign = mean > 0 ? '+' : '';
    return `${sign}${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
  }),
  digits(score.logLoss),
  digits(score.marketLogLoss),
  shown(score.fit, ({ weight }) => weight.toFixed(2)),
  shown(score.fit, ({ alpha, beta }) => `${alpha.toFixed(2)} ${beta.toFixed(2)}`),
];

const reliabilityRows = (rows: readonly ReliabilityRow[]): readonly (readonly string[])[] =>
  rows.map(({ from, to, n, events, forecast, outcome, interval }) => [
    `${from.toFixed(1)}–${to.toFixed(1)}`,
    String(n),
    String(events),
    forecast.toFixed(3),
    outcome.toFixed(3),
    shown(interval, ({ low, high }) => `[${low.toFixed(3)}, ${high.toFixed(3)}]`),
  ]);

function lines(report: CalibrationReport): readonly string[] {
  const head = [
    '',
    'n',
    'events',
    'Brier',
    'market',
    'engine − market, 95 %',
    'log loss',
    'market',
    'best weight',
    'Platt α β',
  ];
  const bins = ['forecast', 'n', 'events', 'mean', 'came true', '95 %'];
  const verticals = Object.entries(report.byVertical);
  const reliability = (name: string, rows: readonly ReliabilityRow[]): readonly string[] =>
    rows.length === 0
      ? []
      : ['', name, ...table(['<', '>', '>', '>', '>', '<'], [bins, ...reliabilityRows(rows)])];
  return [
    `${report.rows} snapshots, ${report.withoutP} without a forecast`,
    '',
    ...table(
      ['<', '>', '>', '>', '>', '<', '>', '>', '>', '>'],
      [head, ...verticals.map(([name, score]) => row(name, score)), row('all', report)],
    ),
    ...reliability('Engine: forecasts and what came true', report.reliability),
    ...reliability('Market: mids and what came true', report.marketReliability),
  ];
}

/** `calibrate`: forecasts of a CSV against the market and against what happened. */
export function registerCalibrate(program: Command): void {
  program
    .command('calibrate')
    .description('score a history of forecasts against the market and against what came true')
    .requiredOption('--csv <file>', `lines of ${columnsText}; plain or gzip`)
    .option('--json', 'one line of JSON on stdout')
    .action(async (options: CalibrateOptions) => {
      process.exitCode = await calibrate(options);
    });
}
