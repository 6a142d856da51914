import type { Ticker } from '../../domain/units.js';
import type { CycleReport, Mark } from '../../messages/step.js';
import type { Verdict } from '../../messages/valuation.js';
import type { DropCounts } from '../../messages/window.js';
import { type ReasonRules, reasonText } from './reasons.js';
import {
  cents,
  clockTime,
  contracts,
  cut,
  cutMiddle,
  dollars,
  type Paint,
  percent,
  signedDollars,
  smallDollars,
  table,
  words,
  wrapped,
} from './text.js';

export type BlockPorts = {
  readonly paint: Paint;
  /** The rules in force, for the numbers of a reason; null while there are none. */
  readonly rules: () => ReasonRules | null;
  /** Where a person finds a market on the exchange's own pages; null where it has none. */
  readonly lookUp: (ticker: Ticker) => string | null;
};

/** How many rows of each kind a person is shown; the artifact has all of them. */
export const rowsMax = { candidates: 12, marks: 8 } as const;

/** Columns of the widest line; names are cut so that a row of ordinary numbers fits. */
const lineWidth = 110;
const nameWidth = { ticker: 27, title: 12 } as const;

function drops(counts: DropCounts, paint: Paint): readonly string[] {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${words(reason)} ${count}`);
  const label = '   left out    ';
  return wrapped(parts, ' · ', lineWidth - label.length).map((line, at) =>
    paint('dim', `${at === 0 ? label : ' '.repeat(label.length)}${line}`),
  );
}

/** Taken first, then what came closest: a refusal is a row, not a silence. */
function candidates(verdicts: readonly Verdict[]): readonly Verdict[] {
  const rank = (verdict: Verdict): number => verdict.edge ?? Number.NEGATIVE_INFINITY;
  return [...verdicts]
    .filter((verdict) => verdict.taken || (verdict.edge !== null && verdict.edge > 0))
    .sort(
      (a, b) =>
        Number(b.taken) - Number(a.taken) ||
        rank(b) - rank(a) ||
        (a.ticker < b.ticker ? -1 : a.ticker > b.ticker ? 1 : 0),
    );
}

function candidateRows(
  report: CycleReport,
  titles: ReadonlyMap<Ticker, string>,
  { paint, rules }: BlockPorts,
): string[] {
  const all = candidates(report.result.verdicts);
  const sizes = new Map(report.result.allocations.map((each) => [each.ticker, each]));
  const shown = all.slice(0, rowsMax.candidates);
  if (shown.length === 0) return ['   no candidate: no market is mispriced on either side'];
  const head = ['market', '', 'side', 'fair', 'cost', 'edge', '/day', 'verdict'].map((name) =>
    paint('dim', name),
  );
  const rows = shown.map((verdict) => {
    const size = sizes.get(verdict.ticker);
    const outcome = verdict.taken
      ? paint(
          'green',
          `${words(verdict.reason)}${size === undefined ? '' : `, ${dollars(size.worstCost)}`}`,
        )
      : paint(
          verdict.reason === 'edge_implausible' ? 'red' : 'yellow',
          reasonText(verdict, rules()),
        );
    return [
      cutMiddle(verdict.ticker, nameWidth.ticker),
      cut(titles.get(verdict.ticker) ?? '', nameWidth.title),
      (verdict.side ?? '–').toUpperCase(),
      verdict.fair === null ? '–' : cents(verdict.side === 'no' ? 1 - verdict.fair : verdict.fair),
      verdict.cost === null ? '–' : cents(verdict.cost),
      verdict.edge === null ? '–' : cents(verdict.edge),
      verdict.edgePerDay === null ? '–' : percent(verdict.edgePerDay),
      outcome,
    ];
  });
  const lines = table(['<', '<', '<', '>', '>', '>', '>', '<'], [head, ...rows]);
  const more = all.length - shown.length;
  return [
    ...lines.map((line) => `   ${line}`),
    ...(more > 0 ? [paint('dim', `   … and ${more} more with an edge`)] : []),
  ];
}

const sum = (marks: readonly Mark[], pick: (mark: Mark) => number | null): number =>
  marks.reduce((total, mark) => total + (pick(mark) ?? 0), 0);

/** The pages of the exchange that the first rows are on, each once. */
function lookUps(marks: readonly Mark[], lookUp: BlockPorts['lookUp']): readonly string[] {
  const pages = new Set(marks.flatMap(({ ticker }) => lookUp(ticker) ?? []));
  const label = '     look up  ';
  return wrapped([...pages], '  ', lineWidth - label.length).map(
    (line, at) => `${at === 0 ? label : ' '.repeat(label.length)}${line}`,
  );
}

function markRows(marks: readonly Mark[], { paint, lookUp }: BlockPorts): string[] {
  const known = marks.filter((mark) => mark.midValue !== null);
  const unrealized = sum(known, (mark) => (mark.midValue ?? 0) - mark.cost);
  const head = `   position marks: open_positions=${marks.length} marked_positions=${known.length} total_unrealized=${signedDollars(unrealized)}`;
  const rows = marks
    .slice(0, rowsMax.marks)
    .map((mark) => [
      cutMiddle(mark.ticker, nameWidth.ticker),
      cut(mark.title, nameWidth.title),
      `${mark.position > 0 ? 'YES' : 'NO'} ${contracts(Math.abs(mark.position))}`,
      `entry ${cents(mark.cost / Math.abs(mark.position) / 10_000)}`,
      mark.midValue === null
        ? 'mark unknown'
        : `mark ${cents(mark.midValue / Math.abs(mark.position) / 10_000)}`,
      mark.midValue === null ? '' : signedDollars(mark.midValue - mark.cost),
    ]);
  const more = marks.length - rows.length;
  return [
    head,
    ...table(['<', '<', '>', '>', '>', '>'], rows).map((line) => paint('dim', `     ${line}`)),
    ...(more > 0 ? [paint('dim', `     … and ${more} more`)] : []),
    ...lookUps(marks.slice(0, rowsMax.marks), lookUp).map((line) => paint('dim', line)),
  ];
}

/** Nothing where Claude was never asked and nothing is set aside for it. */
function purse({ calls, cost, costToday, reserve }: CycleReport['inference']): readonly string[] {
  if (calls === 0 && reserve === 0) return [];
  return [
    `   Claude      ${calls} questions, ${smallDollars(cost)}, of it ${smallDollars(costToday)} today · set aside from profit ${smallDollars(reserve)}`,
  ];
}

/** One window for a person: what was looked at, what it is worth, what was taken or refused and why, what is held. */
export function cycleBlock(
  report: CycleReport,
  titles: ReadonlyMap<Ticker, string>,
  ports: BlockPorts,
): readonly string[] {
  const { paint } = ports;
  const { window, result } = report;
  const title = `── cycle ${report.cycle} · ${clockTime(window.from)} → ${clockTime(window.to)} `;
  const taken = result.allocations.length;
  return [
    '',
    paint('bold', title.padEnd(lineWidth, '─')),
    `   markets     ${report.scanned} listed · ${report.kept} kept · ${report.selected} valued · ${taken} taken`,
    ...drops(report.dropped, paint),
    `   money       bankroll ${dollars(report.bankroll)} · cash ${dollars(report.cash)}`,
    ...purse(report.inference),
    ...(report.marks.length > 0 ? markRows(report.marks, ports) : []),
    ...candidateRows(report, titles, ports),
  ];
}
