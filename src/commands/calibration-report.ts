import { table } from '../sinks/console/text.js';
import {
  type CalibrationReport,
  type OrTooSmall,
  type Score,
  tooSmall,
} from '../valuation/calibration.js';
import type { LearntPart } from '../valuation/learn.js';
import type { ReliabilityRow } from '../valuation/reliability.js';

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

/** The report as tables. */
export function reportLines(report: CalibrationReport): readonly string[] {
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

const keptWords = {
  too_few_events: 'start: n too small',
  no_gain: 'start: no gain later',
} as const;

/** What settled history says of each model's weight. */
export function learntLines(parts: readonly LearntPart[]): readonly string[] {
  if (parts.length === 0) return ['', 'No model has a word on a settled market yet.'];
  const head = ['', 'n', 'events', 'weight', '±', 'thin', 'Platt α β', '±', 'from'];
  const rows = parts.map(({ model, vertical, snapshots, events, kept, terms }) => {
    const { weight, weightSigma, weightThin, calibration } = terms;
    return [
      `${model}/${vertical}`,
      String(snapshots),
      String(events),
      weight.toFixed(3),
      weightSigma.toFixed(3),
      weightThin.toFixed(3),
      `${calibration.alpha.toFixed(2)} ${calibration.beta.toFixed(2)}`,
      calibration.sigma.toFixed(2),
      kept === null ? 'history' : keptWords[kept],
    ];
  });
  return [
    '',
    'Weights of the models’ words beside the market, one word an hour',
    ...table(['<', '>', '>', '>', '>', '>', '>', '>', '<'], [head, ...rows]),
  ];
}
