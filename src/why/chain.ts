import { isBetReason, isFinal, outcomeOf } from '../domain/order.js';
import type { Result } from '../domain/result.js';
import { type CallId, priceMax } from '../domain/units.js';
import type { CallAt, ChainLine } from '../messages/chain-line.js';
import type {
  ChainCall,
  ChainFill,
  ChainGap,
  ChainOpinion,
  ChainOrder,
  ChainOutcome,
  ChainScore,
  ChainSettlement,
  ChainVerdict,
  DecisionChain,
} from '../messages/decision-chain.js';
import { type DecisionKey, idOf } from './ids.js';
import { eventText, type Story } from './story.js';

type Line<Kind extends ChainLine['kind']> = Extract<ChainLine, { readonly kind: Kind }>;
export type StoredCallLine = Line<'call'>;

/** What the chain files hold of a decision. `problem`: why there is no line of it. */
export type Kept = {
  readonly line: Line<'window'> | Line<'repriced'> | null;
  readonly look: Line<'look'> | null;
  readonly problem: string | null;
};

type Calls = ReadonlyMap<CallId, Result<StoredCallLine, string>>;

const unit = 1e9;
const ofUnit = (value: number | null): number | null => (value === null ? null : value / unit);

/** What was decided, why, and what came of it: the kept line joined with the ledger's records. Invents nothing. */
export function chainOf(key: DecisionKey, story: Story, kept: Kept, calls: Calls): DecisionChain {
  const { run, cycle, ticker, n } = key;
  const { line } = kept;
  const parts = line?.parts ?? null;
  const order = orderOf(story);
  const verdict = verdictOf(story, kept);
  return {
    schemaVersion: 1,
    id: idOf(key),
    kind: n === null ? 'window' : 'between_windows',
    run,
    cycle,
    ticker,
    at: line?.at ?? story.intent?.decidedAt ?? story.verdict?.at ?? 0,
    outcome: outcome(story, kept, verdict),
    missing: gaps(story, kept, calls),
    market: parts?.market ?? null,
    book: parts?.book ?? null,
    evidence: parts?.evidence ?? null,
    claude:
      parts === null ? null : { ...parts.claude, calls: callsOf(line?.calls ?? [], calls, story) },
    opinion: parts?.opinion ?? opinionOf(story),
    edge: parts?.edge ?? null,
    size: parts?.size ?? null,
    verdict,
    order,
    settlement: settlementOf(story, order),
    score: scoreOf(story, verdict),
  };
}

function gaps(story: Story, { problem }: Kept, calls: Calls): readonly ChainGap[] {
  const missing: ChainGap[] = [];
  if (problem !== null) missing.push({ part: 'chain', why: problem });
  for (const [callId, call] of calls)
    if (!call.ok) missing.push({ part: 'claude', why: `question ${callId}: ${call.error}` });
  if (story.verdict === null && story.intent === null && problem === null)
    missing.push({ part: 'ledger', why: 'the ledger does not hold its window' });
  return missing;
}

function callsOf(asked: readonly CallAt[], calls: Calls, { bills }: Story): readonly ChainCall[] {
  return asked.map(({ callId }): ChainCall => {
    const found = calls.get(callId);
    const line = found?.ok === true ? found.value : null;
    const bill = bills.get(callId);
    const usage = bill?.usage ?? null;
    return {
      callId,
      model: bill?.model ?? line?.model ?? 'unknown',
      at: line?.askedAt ?? bill?.at ?? 0,
      tickers: line?.tickers ?? [],
      request: line?.request ?? null,
      answer: line?.answer ?? null,
      failure: line?.failure ?? null,
      maxCostMicros: line?.maxCost ?? null,
      costMicros: bill === undefined ? null : bill.cost + bill.estimated,
      estimatedMicros: bill?.estimated ?? null,
      inputTokens:
        usage === null
          ? null
          : usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h,
      outputTokens: usage?.output ?? null,
    };
  });
}

/** As much of it as a window's record holds. */
function opinionOf({ verdict }: Story): ChainOpinion | null {
  if (verdict === null) return null;
  const [, , model, fair, sigma] = verdict.row;
  const [, , , , , , , , , , , , , wordModel, word, evidenceAgeMs] = verdict.row;
  return {
    quotes: null,
    word:
      wordModel === null || word === null
        ? null
        : { model: wordModel, fair: word / unit, sigma: null },
    wordAgeMs: evidenceAgeMs,
    noSignal: verdict.row[19],
    pool: null,
    fair:
      model === null || fair === null ? null : { model, fair: fair / unit, sigma: ofUnit(sigma) },
    before: null,
  };
}

function verdictOf(story: Story, { line, look }: Kept): ChainVerdict | null {
  const told = line?.parts.verdict ?? rowVerdict(story);
  if (told === null) return null;
  const reason = line?.kind === 'repriced' && told.taken ? 'between_windows' : told.reason;
  return { ...told, reason, look: look?.look ?? null };
}

function rowVerdict({ verdict, intent }: Story): Omit<ChainVerdict, 'look'> | null {
  if (intent !== null && intent.terms.reason === 'between_windows') {
    const { side, fair, edge, reason, limit, count, worstCost } = intent.terms;
    return {
      taken: true,
      reason,
      side,
      model: null,
      fair: fair / unit,
      sigma: null,
      mid2: null,
      cost: null,
      edge: edge / unit,
      fraction: 0,
      bet: { limit, count, worstCostMicros: worstCost, sum: null },
    };
  }
  if (verdict === null) return null;
  const [, side, model, fair, sigma, mid2, cost, edge, , , fraction, reason] = verdict.row;
  return {
    taken: isBetReason(reason),
    reason,
    side: side === 'yes' || side === 'no' ? side : null,
    model,
    fair: ofUnit(fair),
    sigma: ofUnit(sigma),
    mid2,
    cost: ofUnit(cost),
    edge: ofUnit(edge),
    fraction: fraction / unit,
    bet: null,
  };
}

function outcome(
  { order, refused }: Story,
  { line, look }: Kept,
  verdict: ChainVerdict | null,
): ChainOutcome {
  if (order !== null) {
    const isOurs = order.sentAt === null && isFinal(order.status);
    const how = outcomeOf(order);
    return {
      kind: 'ordered',
      by: isOurs || order.sentAt === null ? 'executor' : 'exchange',
      code: isOurs ? (order.why ?? how) : how === 'open' ? order.status : how,
    };
  }
  if (refused !== null) return { kind: 'refused', by: 'executor', code: refused.code };
  const answer = line?.kind === 'repriced' ? line : look;
  if (answer?.refusal != null)
    return { kind: 'refused', by: answer.by ?? 'second_look', code: answer.refusal };
  if (verdict === null || verdict.taken)
    return { kind: 'open', by: 'valuation', code: verdict?.reason ?? 'unknown' };
  return { kind: 'refused', by: 'valuation', code: verdict.reason };
}

function orderOf({ order, intent, events, fills }: Story): ChainOrder | null {
  if (order === null || intent === null) return null;
  const { terms } = order;
  const told = fills.map((fill): ChainFill => {
    const count = Math.abs(fill.count);
    const price = terms.side === 'yes' ? fill.yesPrice : priceMax - fill.yesPrice;
    return {
      tradeId: fill.tradeId,
      at: fill.executedAt,
      count,
      price,
      costMicros: price * count,
      feeMicros: fill.fee,
      isTaker: fill.isTaker,
    };
  });
  const sum = (of: (fill: ChainFill) => number): number =>
    told.reduce((total, fill) => total + of(fill), 0);
  return {
    clientOrderId: terms.clientOrderId,
    orderId: order.orderId,
    side: terms.side,
    limit: terms.limit,
    count: terms.count,
    worstCostMicros: terms.worstCost,
    fair: terms.fair / unit,
    edge: terms.edge / unit,
    reason: terms.reason,
    status: order.status,
    why: order.why,
    events: [
      { at: intent.at, kind: 'intended', text: 'written down' },
      ...events.map(({ at, event }) => ({ at, kind: event.kind, text: eventText(event) })),
    ],
    fills: told,
    filled: sum((fill) => fill.count),
    fillMicros: sum((fill) => fill.costMicros),
    feeMicros: sum((fill) => fill.feeMicros),
  };
}

/** A fill's part is exact whatever closed what: count × (payout − price) − fee. */
function settlementOf({ value, settled }: Story, order: ChainOrder | null): ChainSettlement | null {
  if (value === null) return null;
  const { yesValue, at } = value;
  const isFilled = order !== null && order.fills.length > 0;
  const payout = order?.side === 'no' ? priceMax - yesValue : yesValue;
  return {
    at,
    yesValue,
    profitMicros: isFilled ? payout * order.filled - order.fillMicros - order.feeMicros : null,
    realizedMicros: settled?.realized ?? null,
  };
}

/** One that settled at neither 0 nor 1 proves nobody right. */
function scoreOf({ value }: Story, verdict: ChainVerdict | null): ChainScore | null {
  if (value === null || (value.yesValue !== 0 && value.yesValue !== priceMax)) return null;
  const fair = verdict?.fair ?? null;
  const mid2 = verdict?.mid2 ?? null;
  if (fair === null || mid2 === null) return null;
  const outcomeIs = value.yesValue === priceMax ? 1 : 0;
  const mid = mid2 / 2 / priceMax;
  return {
    outcome: outcomeIs,
    fair,
    mid,
    ours: (fair - outcomeIs) ** 2,
    market: (mid - outcomeIs) ** 2,
  };
}
