import { sha256 } from '../domain/chain.js';
import type { EffectRequest } from '../messages/effect.js';
import { ChainReader } from '../replay/chain-reader.js';
import type { Recording } from '../replay/recording-reader.js';

/** What the recorded run asked that its replies do not say themselves, by effect. */
export type RecordedAsks = {
  /** When orders left, market time. */
  readonly orders: ReadonlyMap<number, number>;
  /** What Claude was asked, by content. */
  readonly questions: ReadonlyMap<number, string>;
};

/** Every call's own mark stands in it; what is asked is the same with another. */
const nonce = /nonce=\\"[0-9a-f]{32}\\"/g;

/** The same for two calls that ask the same of the same markets. */
export const questionKey = (body: string): string => sha256(body.replace(nonce, ''));

/** Reads them from the second stream, as far as that is whole; an older recording has none. */
export async function recordedAsks({ decisionFiles, isOnePart }: Recording): Promise<RecordedAsks> {
  const orders = new Map<number, number>();
  const questions = new Map<number, string>();
  const chain = new ChainReader<Line>(decisionFiles, {
    noun: 'decision',
    parse: lineOf,
    startsAnywhere: isOnePart,
  });
  for (;;) {
    if (!chain.next() && !(await chain.fill())) break;
    const { line } = chain;
    if (line?.asked === undefined) continue;
    const { effect, of } = line.asked;
    if (of === null) orders.set(effect, line.at);
    else questions.set(effect, of);
  }
  await chain.close();
  return { orders, questions };
}

type Line = {
  readonly seq: number;
  readonly at: number;
  /** `of`: of a question its key, of an order null. */
  readonly asked?: { readonly effect: number; readonly of: string | null };
};

const head = /^\{"seq":(\d+),"at":(\d+),/;
const wanted = /\\"kind\\":\\"(?:place|infer)\\"/;

/** Most lines are of no interest here, and are not parsed. */
function lineOf(text: string): Line | null {
  const [, seq, at] = head.exec(text) ?? [];
  if (seq === undefined || at === undefined) return null;
  const line = { seq: Number(seq), at: Number(at) };
  if (!wanted.test(text)) return line;
  const { payload } = JSON.parse(text) as { readonly payload: Said };
  const { effect, kind } = JSON.parse(payload.line) as Decided;
  if (typeof effect !== 'number') return line;
  if (kind === 'place') return { ...line, asked: { effect, of: null } };
  if (kind !== 'infer' || payload.of === null) return line;
  const request = JSON.parse(payload.of) as EffectRequest & { readonly kind: 'infer' };
  return { ...line, asked: { effect, of: questionKey(request.call.body) } };
}

type Said = { readonly line: string; readonly of: string | null };
type Decided = { readonly effect?: unknown; readonly kind?: unknown };
