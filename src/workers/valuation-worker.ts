import { gzipSync } from 'node:zlib';
import type { ChainEntry } from '../messages/chain-line.js';
import type { ValuationJob, ValuationResult } from '../messages/valuation.js';
import { chainLines } from '../valuation/chain-lines.js';
import { decideTogether, valueMarkets, valueRange } from '../valuation/value.js';
import type { Valued } from '../valuation/value-one.js';

/** The whole protocol between the pool and its threads. Everything in it is plain and cloneable. */
export type Task =
  /** A small job in one go. */
  | { readonly kind: 'whole'; readonly job: ValuationJob }
  /** Some of a job's markets, each on its own. */
  | { readonly kind: 'each'; readonly job: ValuationJob }
  /** All of them together, given what each is worth. */
  | { readonly kind: 'together'; readonly job: ValuationJob; readonly valued: readonly Valued[] }
  /** What was decided, as lines for people: a gzip member. */
  | { readonly kind: 'chains'; readonly entries: readonly ChainEntry[] };

export type TaskResult<Kind extends Task['kind']> = Kind extends 'each'
  ? readonly Valued[]
  : Kind extends 'chains'
    ? Uint8Array
    : ValuationResult;

/** What a thread does: pure functions on a message. Nothing is kept between tasks. */
export default function perform(task: Task): readonly Valued[] | ValuationResult | Uint8Array {
  switch (task.kind) {
    case 'whole':
      return valueMarkets(task.job);
    case 'each':
      return valueRange(task.job, 0, task.job.markets.length);
    case 'together':
      return decideTogether(task.job, task.valued);
    case 'chains':
      return packed(task.entries);
  }
}

const packed = (entries: readonly ChainEntry[]): Uint8Array =>
  gzipSync(
    entries
      .flatMap(chainLines)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  );
