import type { Vertical } from '../domain/market.js';
import type { EpochMs } from '../domain/units.js';
import type { BlendTable, BlendTerms, Calibration, Model } from '../messages/valuation.js';
import { blendTermsOf, calibrated, standsAlone, weightAt, within } from './blend.js';
import { clipFair, expit, logit } from './numbers.js';
import { fitPlatt, LogitCounts, type PlattPrior, plattError } from './platt.js';
import { eventsMin, type Row, weighted } from './stacking.js';

/** What a model said of a market, what the market said, and what came of it. Ages in real ms. */
export type LearningSnapshot = {
  readonly model: Model;
  readonly vertical: Vertical;
  readonly at: EpochMs;
  /** Snapshots of one event share its fate. */
  readonly event: string;
  /** The model's word, before any blending. */
  readonly p: number;
  readonly mid: number;
  readonly evidenceAgeMs: number | null;
  readonly quoteAgeMs: number | null;
  /** The market hardly traded. */
  readonly isThin: boolean;
  readonly outcome: 0 | 1;
};

/** What came of one model in one vertical. */
export type LearntPart = {
  readonly model: Model;
  readonly vertical: Vertical;
  readonly snapshots: number;
  readonly events: number;
  /** Why the starting values stay: too few events, or what the earlier ones taught was worse for the later ones. */
  readonly kept: 'too_few_events' | 'no_gain' | null;
  readonly terms: BlendTerms;
};

export type Learnt = {
  /** The starting table and what history says instead, by `model/vertical`. */
  readonly table: BlendTable;
  readonly parts: readonly LearntPart[];
};

/** Rows that are looked at in one go. */
const pieceRows = 5_000;
/** Share of the events that teach; the later rest judges (VALUATION §4.2-6). */
const earlyShare = 0.7;
/** How loosely a fit is held to what is above it: all words to "no correction", a model to all, a vertical to its model. */
const top: PlattPrior = { alpha: 0, beta: 1, sd: 0.5 };
const belowSd = 0.3;

type Group = {
  readonly key: string;
  readonly model: Model;
  readonly vertical: Vertical;
  readonly start: BlendTerms;
  /** By event, in order of time. */
  readonly events: readonly (readonly LearntRow[])[];
};
/** `p` is the word itself, before it was put in log-odds. */
type LearntRow = Row & { readonly p: number };

/**
 * What settled history teaches about the weights, in steps that leave room for other work between them.
 *
 * Per model and vertical: Platt's calibration of the word, shrunk from vertical to model to all (VALUATION §4.2-6); then
 * a stacked logistic regression logit q = logit m + f·w₀·(logit c − logit m), in which f multiplies the starting weights
 * w₀ and is held to 1 with the standard deviation that they claim (§4.2-7), first over all ages, then per age of evidence
 * and quote, held to the former. Every event counts as one snapshot, whatever its markets and windows: few data are the
 * start. Errors of the fits go into `weightSigma` and `calibration.sigma` (§4.2-8). Values that the later 30 % of the
 * events contradict are not taken.
 */
export function* learning(
  snapshots: readonly LearningSnapshot[],
  start: BlendTable,
): Generator<null, Learnt> {
  const groups = yield* groupsOf(snapshots, start);
  const early = yield* fitted(groups.map(earlyOf), eventsMin * earlyShare);
  const whole = yield* fitted(groups, eventsMin);
  const table: Record<string, BlendTerms> = { ...start };
  const parts: LearntPart[] = [];
  for (const group of groups) {
    const { key, model, vertical, events } = group;
    const [fit, trial] = [whole.get(key), early.get(key)];
    const kept =
      fit === undefined || trial === undefined
        ? 'too_few_events'
        : isWorse(group, trial)
          ? 'no_gain'
          : null;
    const terms = kept === null && fit !== undefined ? fit : group.start;
    if (kept === null) table[key] = terms;
    const count = events.reduce((sum, rows) => sum + rows.length, 0);
    parts.push({ model, vertical, snapshots: count, events: events.length, kept, terms });
    yield null;
  }
  return { table, parts };
}

/** The same in one go. */
export function learn(snapshots: readonly LearningSnapshot[], start: BlendTable): Learnt {
  const steps = learning(snapshots, start);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Only models whose word is pooled have a weight to learn, and only where it would have counted. */
function* groupsOf(
  snapshots: readonly LearningSnapshot[],
  start: BlendTable,
): Generator<null, readonly Group[]> {
  const byKey = new Map<string, Map<string, LearningSnapshot[]>>();
  for (const [place, snapshot] of snapshots.entries()) {
    if (place % pieceRows === 0) yield null;
    const { model, vertical, event, p, mid, evidenceAgeMs } = snapshot;
    const terms = blendTermsOf(start, model, vertical);
    if (terms === undefined || standsAlone(terms) || !(terms.weight > 0)) continue;
    const { evidenceAgeMsMax: max } = terms;
    // Written so that NaN is left out.
    if (!(p >= 0 && p <= 1 && mid >= 0 && mid <= 1)) continue;
    if (!within(evidenceAgeMs, max)) continue;
    const key = `${model}/${vertical}`;
    const events = byKey.get(key) ?? new Map<string, LearningSnapshot[]>();
    byKey.set(key, events);
    const rows = events.get(event);
    if (rows === undefined) events.set(event, [snapshot]);
    else rows.push(snapshot);
  }
  const groups: Group[] = [];
  for (const [key, events] of [...byKey].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [model, vertical] = key.split('/') as [Model, Vertical];
    const terms = blendTermsOf(start, model, vertical);
    if (terms === undefined) continue;
    const inTime = [...events].map(([name, rows]) => ({ name, at: lastAt(rows), rows }));
    inTime.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
    const ordered: (readonly LearntRow[])[] = [];
    let done = 0;
    for (const { rows } of inTime) {
      ordered.push(rowsOf(rows));
      done += rows.length;
      if (done < pieceRows) continue;
      done = 0;
      yield null;
    }
    groups.push({ key, model, vertical, start: terms, events: ordered });
  }
  return groups;
}

const lastAt = (rows: readonly LearningSnapshot[]): number =>
  rows.reduce((last, { at }) => Math.max(last, at), 0);

const rowsOf = (snapshots: readonly LearningSnapshot[]): readonly LearntRow[] =>
  snapshots.map(({ p, mid, evidenceAgeMs, quoteAgeMs, isThin, outcome }) => ({
    p,
    evidenceAgeMs,
    quoteAgeMs,
    isThin,
    outcome,
    x: logit(clipFair(p)),
    m: logit(clipFair(mid)),
    share: 1 / snapshots.length,
  }));

const earlyOf = (group: Group): Group => ({
  ...group,
  events: group.events.slice(0, Math.round(group.events.length * earlyShare)),
});

/** Terms per group that has enough events. */
function* fitted(
  groups: readonly Group[],
  least: number,
): Generator<null, ReadonlyMap<string, BlendTerms>> {
  const terms = new Map<string, BlendTerms>();
  const all = countsOf(groups);
  const fitAll = fitPlatt(all, top);
  yield null;
  for (const group of groups) {
    if (group.events.length < least) continue;
    const ofModel = countsOf(groups.filter(({ model }) => model === group.model));
    yield null;
    const fitModel = fitPlatt(ofModel, { ...fitAll, sd: belowSd });
    const own = countsOf([group]);
    const prior = { ...fitModel, sd: belowSd };
    const fit = fitPlatt(own, prior);
    const calibration: Calibration = { ...fit, sigma: plattError(own, fit, prior) };
    yield null;
    terms.set(group.key, yield* weighted(group.events, group.start, calibration));
  }
  return terms;
}

function countsOf(groups: readonly Group[]): LogitCounts {
  const counts = new LogitCounts();
  for (const { events } of groups)
    for (const rows of events)
      for (const { x, outcome, share } of rows) counts.add(x, outcome, share);
  return counts;
}

/**
 * Whether what the early events taught loses against the starting values on the later ones, by more than two
 * standard errors of the difference: the prior guards against little, this against a world that changed. Too few
 * later ones judge nothing. NaN loses.
 */
function isWorse({ events, start }: Group, taught: BlendTerms): boolean {
  const later = events.slice(Math.round(events.length * earlyShare));
  if (later.length < eventsMin) return false;
  let [sum, squares] = [0, 0];
  for (const rows of later) {
    const difference = lossOf(rows, taught) - lossOf(rows, start);
    sum += difference;
    squares += difference * difference;
  }
  return !(sum <= 2 * Math.sqrt(squares));
}

function lossOf(rows: readonly LearntRow[], terms: BlendTerms): number {
  let loss = 0;
  for (const { p, m, isThin, evidenceAgeMs, quoteAgeMs, share, outcome } of rows) {
    const w = weightAt(terms, isThin, evidenceAgeMs, quoteAgeMs);
    const c = logit(clipFair(calibrated(clipFair(p), terms.calibration)));
    const q = expit((1 - w) * m + w * c);
    loss -= share * Math.log(outcome === 1 ? q : 1 - q);
  }
  return loss;
}
