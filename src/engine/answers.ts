import type { ExecutorMessage } from '../actors/executor/messages.js';
import { assertNever } from '../domain/assert.js';
import type { ListedMarket, Market } from '../domain/market.js';
import type { CallId } from '../domain/units.js';
import { decodePaper } from '../exchange/paper/answer.js';
import type { VenueCodec } from '../exchange/venue.js';
import type { EffectRequest, Outcome } from '../messages/effect.js';
import type { InferenceReply } from '../messages/inference.js';
import { billOf } from '../sources/claude/answer.js';
import { isPassing, modelNotice, modelProblem } from '../sources/claude/model-check.js';

/** A market listed on its own, dressed with what is known of its event and series. */
export type Dress = (market: Market) => ListedMarket;

/**
 * What the executor is told when an effect it asked for is answered. One reply may say several things: a paper fill
 * comes with its answer.
 */
export function answersOf(
  request: EffectRequest,
  parts: readonly Outcome[],
  codec: VenueCodec,
  dress: Dress,
): readonly ExecutorMessage[] {
  const first = parts[0] ?? { kind: 'failed', code: 'aborted', sent: true, detail: 'no answer' };
  switch (request.kind) {
    case 'flush':
      return first.kind === 'flushed'
        ? [{ kind: 'durable', recordSeq: first.recordSeq }]
        : [{ kind: 'disk_failed', detail: first.kind === 'failed' ? first.detail : first.kind }];
    case 'place': {
      const { clientOrderId } = request.order;
      if (first.kind === 'paper') {
        const { answer, fills } = decodePaper(first.answer);
        return [
          { kind: 'placed', clientOrderId, answer },
          ...fills.map(
            (fill): ExecutorMessage => ({ kind: 'account', event: { kind: 'fill', fill } }),
          ),
        ];
      }
      return [{ kind: 'placed', clientOrderId, answer: codec.placed(first) }];
    }
    case 'cancel': {
      const { clientOrderId } = request;
      const answer = first.kind === 'paper' ? ({ kind: 'gone' } as const) : codec.canceled(first);
      return [{ kind: 'cancel_answered', clientOrderId, answer }];
    }
    case 'group': {
      const { op, shard, contracts } = request;
      return [{ kind: 'group_answered', op, shard, contracts, answer: codec.group(op, first) }];
    }
    case 'transfer': {
      const { transferSeq } = request;
      return [{ kind: 'transfer_answered', transferSeq, answer: codec.transferred(first) }];
    }
    case 'transfers': {
      const { transferSeq, venueId } = request;
      const answer = codec.transfers(parts, venueId !== null);
      return [{ kind: 'transfers', transferSeq, answer }];
    }
    case 'orders': {
      const { since, ticker } = request;
      return [{ kind: 'orders', since, ticker, answer: codec.orders(parts) }];
    }
    case 'fills': {
      const { since, orderId } = request;
      return [{ kind: 'fills', since, orderId, answer: codec.fills(parts) }];
    }
    case 'positions':
      return [{ kind: 'positions', answer: codec.positions(parts) }];
    case 'settlements': {
      const { since, ticker } = request;
      return [{ kind: 'settlements', since, ticker, answer: codec.settlements(parts) }];
    }
    case 'balance':
      return [{ kind: 'balance', answer: codec.balance(parts) }];
    case 'infer':
      return [inferenceAnswer(request.call.callId, first)];
    case 'model': {
      const { model } = request;
      const problem = modelProblem(first, model);
      const notice = modelNotice(first, model);
      return [{ kind: 'model_checked', model, problem, isPassing: isPassing(first), notice }];
    }
    case 'market':
      return [marketAnswer(request.ticker, first, codec, dress)];
    case 'scan':
    case 'metadata':
    case 'book':
    case 'evidence':
    case 'value':
    case 'calibrate':
    case 'send':
      return [];
    default:
      return assertNever(request);
  }
}

function marketAnswer(
  ticker: Market['ticker'],
  outcome: Outcome,
  codec: VenueCodec,
  dress: Dress,
): ExecutorMessage {
  const nothing = {
    kind: 'market',
    ticker,
    market: null,
    settlementValue: null,
    isFinal: false,
  } as const;
  if (outcome.kind !== 'http' || outcome.status !== 200) return nothing;
  const market = codec.market(outcome.body);
  if (!market.ok || market.value.ticker !== ticker) return nothing;
  const { status, settlementValue } = market.value;
  return {
    kind: 'market',
    ticker,
    market: dress(market.value),
    settlementValue,
    isFinal: status === 'finalized',
  };
}

/** The bill is read here, whatever the rest of the answer is worth. */
function inferenceAnswer(callId: CallId, outcome: Outcome): ExecutorMessage {
  const told = { kind: 'inference_answered', callId } as const;
  if (outcome.kind !== 'inference')
    // Provably not sent, or an outcome of something else: nothing was charged.
    return { ...told, status: null, bill: null, lost: 0, code: codeOf(outcome) };
  const { status, body, lost } = outcome;
  return {
    ...told,
    status,
    bill: status !== null && status >= 200 && status < 300 ? billOf(body) : null,
    lost,
    code: codeOf(outcome),
  };
}

/** The same for whoever asked, once the bill is booked. */
export function inferenceReply(outcome: Outcome): InferenceReply {
  if (outcome.kind === 'inference' && outcome.status === 200)
    return { kind: 'answered', body: outcome.body };
  const detail = 'detail' in outcome ? outcome.detail : '';
  return { kind: 'failed', code: codeOf(outcome), detail };
}

function codeOf(outcome: Outcome): string {
  if (outcome.kind === 'failed') return outcome.code;
  if (outcome.kind !== 'inference') return 'odd_answer';
  return outcome.status === null ? 'no_answer' : `http_${outcome.status}`;
}
