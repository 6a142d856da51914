import { sha256 } from '../domain/chain.js';
import type { EffectRequest } from '../messages/effect.js';
import { ChainReader, type RecordingProblem, restore } from '../replay/chain-reader.js';
import { type Recording, streamShort } from '../replay/recording-reader.js';
import { hexCrc } from '../sinks/recorder/format.js';

/** What the recorded run asked that its replies do not say themselves. */
export type RecordedAsks = {
  /** When orders left, market time, by effect. */
  readonly orders: ReadonlyMap<number, number>;
  /** What Claude was asked, by content, by effect. */
  readonly questions: ReadonlyMap<number, string>;
  /** When a question was asked, by the hash of its request. */
  readonly asked: ReadonlyMap<string, Asked>;
};

/** One question, each time it was asked: when, market time, and the number of its effect, both rising. */
export type Asked = {
  readonly kind: string;
  readonly at: number[];
  readonly effects: number[];
};

/** The effect of a question when it was last asked, not after `now`; null: not yet. */
export function newestAsk({ at, effects }: Asked, now: number): number | null {
  let [low, high] = [0, at.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] ?? now) <= now) low = middle + 1;
    else high = middle;
  }
  return effects[low - 1] ?? null;
}

/** Every call's own mark stands in it; what is asked is the same with another. */
const nonce = /nonce=\\"[0-9a-f]{32}\\"/g;

/** The same for two calls that ask the same of the same markets. */
export const questionKey = (body: string): string => sha256(body.replace(nonce, ''));

export type ReadAsks = {
  readonly asks: RecordedAsks;
  /** What is wrong with the decisions: the asks are of what is sound before it. */
  readonly problem: RecordingProblem | null;
};

/** Reads them from the second stream, up to a market time; an older recording has none. */
export async function recordedAsks(recording: Recording, toMs: number | null): Promise<ReadAsks> {
  const { decisionFiles, isOnePart } = recording;
  const orders = new Map<number, number>();
  const questions = new Map<number, string>();
  const asked = new Map<string, Asked>();
  const chain = new ChainReader<Line>(decisionFiles, {
    noun: 'decision',
    parse: lineOf,
    startsAnywhere: isOnePart,
  });
  for (;;) {
    if (!chain.next() && !(await chain.fill())) break;
    const { line } = chain;
    if (toMs !== null && line !== null && line.at > toMs) break;
    if (line?.asked === undefined) continue;
    const { effect, hash, kind, question } = line.asked;
    if (question !== undefined) questions.set(effect, question);
    if (kind === 'place') {
      orders.set(effect, line.at);
      continue;
    }
    const times = asked.get(hash) ?? { kind, at: [], effects: [] };
    times.at.push(line.at);
    times.effects.push(effect);
    asked.set(hash, times);
  }
  await chain.close();
  const problem = chain.problem ?? (chain.isEnded ? wrongEnd(recording, chain) : null);
  return { asks: { orders, questions, asked }, problem };
}

/** Whole, each in itself, and yet not the decisions that the manifest closed. */
function wrongEnd(
  { path, manifest }: Recording,
  { seqLast, crc }: { readonly seqLast: number; readonly crc: number },
): RecordingProblem | null {
  const closed = manifest?.closed?.decisions ?? null;
  const short = streamShort('decision', path, seqLast, closed);
  if (short !== null || closed === null || hexCrc(crc) === closed.crcLast) return short;
  const detail = `ends with decision ${seqLast} and ${hexCrc(crc)}; its manifest says ${closed.seqLast} and ${closed.crcLast}: these are of another run`;
  return { code: 'line_changed', path, line: 0, seq: seqLast, detail, fix: restore };
}

type Line = {
  readonly seq: number;
  readonly at: number;
  readonly asked?: {
    readonly effect: number;
    readonly hash: string;
    readonly kind: string;
    /** To Claude, by content. */
    readonly question?: string;
  };
};

const head = /^\{"seq":(\d+),"at":(\d+),/;
const wanted =
  /"line":"\{\\"effect\\":(\d+),\\"hash\\":\\"([0-9a-f]+)\\",\\"kind\\":\\"(place|infer|model|evidence|scan|metadata|book|market)\\"/;

/** Most lines are of no interest here, and only questions to Claude are parsed. */
function lineOf(text: string): Line | null {
  const [, seq, at] = head.exec(text) ?? [];
  if (seq === undefined || at === undefined) return null;
  const line = { seq: Number(seq), at: Number(at) };
  const [, effect, hash, kind] = wanted.exec(text) ?? [];
  if (effect === undefined || hash === undefined || kind === undefined) return line;
  const asked = { effect: Number(effect), hash, kind };
  if (kind !== 'infer') return { ...line, asked };
  const { payload } = JSON.parse(text) as { readonly payload: Said };
  if (payload.of === null) return line;
  const request = JSON.parse(payload.of) as EffectRequest & { readonly kind: 'infer' };
  return { ...line, asked: { ...asked, question: questionKey(request.call.body) } };
}

type Said = { readonly of: string | null };
