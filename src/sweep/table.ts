import type { Plan } from './plan.js';
import type { FoldRow, Row } from './rows.js';

const dollars = (micros: number | null): string =>
  micros === null ? '-' : `${micros < 0 ? '' : '+'}${(micros / 1e6).toFixed(4)}`;
const percent = (share: number): string => `${Number((share * 100).toFixed(1))}%`;
const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** The sweep as people read it. The same outcomes make the same bytes, wherever and in whatever order they came. */
export function tableOf(plan: Plan, rows: readonly Row[], folds: readonly FoldRow[]): string {
  const { spec } = plan;
  const names = [...spec.vary.keys()];
  const head = [
    '#',
    ...names,
    'saw',
    'in sample $',
    'out of sample $',
    ...spec.fills.map((fills) => `PnL ${fills} $`),
    'drawdown $',
    'orders',
    'settled',
    '',
  ];
  const lines = rows.map((row) => [
    String(row.rank),
    ...names.map((name) => row.settings[name] ?? ''),
    percent(row.share),
    dollars(row.inSampleMicros),
    dollars(row.outOfSampleMicros),
    ...spec.fills.map((fills) => dollars(row.pnlMicros[fills] ?? null)),
    (row.drawdownMicros / 1e6).toFixed(4),
    String(row.orders),
    String(row.settled),
    row.failure === null ? '' : `failed: ${row.failure.code}: ${row.failure.detail}`,
  ]);
  const { pnl, drawdownPenalty, fills } = spec.objective;
  return [
    `Score: ${pnl} PnL - ${drawdownPenalty} x largest drawdown, ${fills} fills, summed over folds and recordings.`,
    '',
    ...aligned([head, ...lines]),
    '',
    ...foldLines(plan, rows, folds),
    '',
  ].join('\n');
}

/** Columns padded to their widest; what is last may be as long as it likes. */
const aligned = (lines: readonly (readonly string[])[]): readonly string[] => {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines.map((cells) =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
};

function foldLines(plan: Plan, rows: readonly Row[], folds: readonly FoldRow[]): readonly string[] {
  const nameOf = (index: number): string => {
    const row = rows.find((one) => one.index === index);
    const settings = Object.entries(row?.settings ?? {});
    return `#${row?.rank} (${settings.map(([key, text]) => `${key}=${text}`).join(', ')})`;
  };
  if (plan.spec.walkForward === null)
    return ['Nothing was held back: the best of many is best by luck, too. Set "walkForward".'];
  const told = folds.map(
    ({ fold, train, test, winner, inSampleMicros, outOfSampleMicros }) =>
      `Fold ${fold}: train ${moment(train.fromMs)} to ${moment(train.toMs)}, test to ${moment(test?.toMs ?? train.toMs)} UTC: ${
        winner === null
          ? 'no candidate could be scored'
          : `${nameOf(winner)} wins with ${dollars(inSampleMicros)} in sample, and makes ${dollars(outOfSampleMicros)} out of sample`
      }`,
  );
  const known = folds.map((fold) => fold.outOfSampleMicros);
  const isWhole = known.every((micros) => micros !== null);
  const sum = isWhole ? known.reduce((all, micros) => all + micros, 0) : null;
  return [...told, `Winners out of sample, all folds: ${dollars(sum)}`];
}
