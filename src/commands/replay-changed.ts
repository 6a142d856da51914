import { runEstimates } from '../backtest/backtest.js';
import type { BacktestProblem, BacktestTotals } from '../backtest/job.js';
import {
  type Change,
  type Changes,
  digestOf,
  type Sketch,
  VerdictSketches,
} from '../backtest/verdict-sketches.js';
import type { Flags } from '../config/layers.js';
import { err, ok, type Result } from '../domain/result.js';
import { limits } from '../limits.js';
import { ChainReader } from '../replay/chain-reader.js';
import { parseDecision } from '../replay/decision-check.js';
import { openRecording } from '../replay/recording-reader.js';
import { foreign } from '../sinks/console/text.js';

/** One run over the recording, with what it decided. */
type Decided = {
  readonly totals: BacktestTotals;
  readonly verdicts: VerdictSketches;
  /** The recording is damaged: it was compared up to there. */
  readonly isDamaged: boolean;
};
/** How many of the recorded verdicts the run with the recorded settings comes to again. */
type Faithful = { readonly verdicts: number; readonly same: number };

export type ReplayChangedOptions = {
  readonly set: Flags;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly json: boolean;
};

const seed = 1;
const fills = 'realistic';
const damagedCode = 7;

/**
 * What other settings would have decided. What follows from a decision, an answer to an order, was not recorded for orders
 * that were not sent: so both sides, with the recorded settings and with the changed ones, run over the recording with the
 * same simulated fills, and are compared with each other.
 */
export async function replayChanged(path: string, options: ReplayChangedOptions): Promise<number> {
  const before = await decided(path, {}, options, (text) =>
    process.stderr.write(`${foreign(text)}\n`),
  );
  if (!before.ok) return refuse(before.error);
  const after = await decided(path, options.set, options);
  if (!after.ok) return refuse(after.error);
  const changes = before.value.verdicts.changesTo(after.value.verdicts);
  const faithful = await compared(path, before.value.verdicts, options);
  const report = {
    settings: options.set,
    changes,
    before: before.value,
    after: after.value,
    faithful,
  };
  process.stdout.write(options.json ? lineOf(report) : textOf(report));
  return before.value.isDamaged ? damagedCode : 0;
}

async function decided(
  recording: string,
  settings: Flags,
  { fromMs, toMs }: ReplayChangedOptions,
  say: (text: string) => void = () => {},
): Promise<Result<Decided, BacktestProblem>> {
  const verdicts = new VerdictSketches();
  let isDamaged = false;
  const run = await runEstimates({ recording, settings, seed, fromMs, toMs }, [fills], {
    onStep: verdicts.hear,
    onProblem: ({ path, code, detail }) => {
      isDamaged = true;
      say(`${path}: ${code}: ${detail}; compared up to there`);
    },
  });
  if (!run.ok) return run;
  const [totals] = run.value;
  if (totals !== undefined) return ok({ totals, verdicts, isDamaged });
  return err({ code: 'nothing_in_span', path: recording, detail: '', fix: '', exitCode: 2 });
}

/** Against the recorded stream, as far as it can be read. */
async function compared(
  path: string,
  verdicts: VerdictSketches,
  { fromMs, toMs }: ReplayChangedOptions,
): Promise<Faithful> {
  const opened = await openRecording(path);
  const chain = new ChainReader(opened.ok ? opened.value.decisionFiles : [], {
    noun: 'decision',
    parse: parseDecision,
    startsAnywhere: false,
  });
  const counts = { verdicts: 0, same: 0 };
  while (chain.next() || (await chain.fill())) {
    const { at = 0, line = '' } = chain.line ?? {};
    if (at < (fromMs ?? at)) continue;
    if (at > (toMs ?? at)) break;
    const { cycle, verdict } = JSON.parse(line) as {
      cycle?: number;
      verdict?: { ticker: string };
    };
    if (cycle === undefined || verdict === undefined) continue;
    counts.verdicts += 1;
    if (verdicts.digest(cycle, verdict.ticker) === digestOf(line)) counts.same += 1;
  }
  await chain.close();
  return counts;
}

type Report = {
  readonly settings: Flags;
  readonly changes: Changes;
  readonly before: Decided;
  readonly after: Decided;
  readonly faithful: Faithful;
};

function lineOf({ settings, changes, before, after, faithful }: Report): string {
  const { verdicts, different, decided: otherwise } = changes;
  return `${JSON.stringify({
    schemaVersion: 1,
    settings,
    fills,
    verdicts: { all: verdicts, different, decidedOtherwise: otherwise.length },
    before: before.totals,
    after: after.totals,
    asRecorded: faithful,
    changes: otherwise,
  })}\n`;
}

const dollars = (micros: number): string => `$${(micros / 1e6).toFixed(2)}`;

function textOf({ settings, changes, before, after, faithful }: Report): string {
  const [one, other] = [before.totals, after.totals];
  const pair = (left: number, right: number, show: (value: number) => string = String): string =>
    `${show(left)} → ${show(right)}`;
  const rows: [string, string][] = [
    [
      'settings',
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
    ],
    [
      'verdicts',
      `${changes.verdicts}: ${changes.different} with other numbers, ${changes.decided.length} decided otherwise`,
    ],
    [
      'orders',
      `${pair(one.orders.submitted, other.orders.submitted)} submitted, ${pair(one.orders.filled, other.orders.filled)} filled, simulated on both sides`,
    ],
    ['fees', pair(one.feesMicros, other.feesMicros, dollars)],
    ['marked', pair(one.markedPnlMicros, other.markedPnlMicros, dollars)],
    [
      'as recorded',
      `${faithful.same} of the run's ${faithful.verdicts} verdicts come out again with its own settings`,
    ],
  ];
  const shown = changes.decided.slice(0, limits.changesShownMax).map(changeText);
  const more = changes.decided.length - shown.length;
  const lines = [
    ...rows.map(([name, value]) => `${name.padEnd(11)} ${value}`),
    ...shown,
    ...(more > 0 ? [`… and ${more} more; --json has them all`] : []),
  ];
  return lines.map((line) => `${foreign(line)}\n`).join('');
}

function changeText({ cycle, ticker, before, after }: Change): string {
  return `cycle ${cycle}  ${ticker}  ${sketchText(before)} → ${sketchText(after)}`;
}

function sketchText(sketch: Sketch | null): string {
  if (sketch === null) return 'not valued';
  const { side, reason, fraction, edge } = sketch;
  if (fraction > 0)
    return `${side} with ${(100 * fraction).toFixed(2)} % (edge ${edge?.toFixed(4)})`;
  return `nothing (${reason})`;
}

function refuse({ path, code, detail, fix, exitCode }: BacktestProblem): number {
  process.stderr.write(`${foreign(`${path}: ${code}: ${detail}; ${fix}`)}\n`);
  return exitCode;
}
