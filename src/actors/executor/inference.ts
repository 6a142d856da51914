import { costOf, priceOf } from '../../domain/inference-prices.js';
import { realizedNet } from '../../domain/postings.js';
import { latchLevel } from '../../domain/risk.js';
import { appropriation, type Hold, inferenceFunds } from '../../domain/treasury.js';
import { type CallId, micros } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { InferenceCall, InferenceRefusal } from '../../messages/inference.js';
import type { ExecutorMessage } from './messages.js';
import type { ExecutorState } from './state.js';
import type { Turn } from './turn.js';

/** Most attempts that one question may take: the provider may charge each. */
const attemptsMax = 1 + limits.inferenceRetriesMax;

const holdFor = (call: Pick<InferenceCall, 'maxCost'>): number => call.maxCost * attemptsMax;

/**
 * Why a question to Claude may not be asked now; null when it may. The only gate: reserve, grant and the day's cap have to
 * cover it with all its attempts. Written so that NaN refuses.
 */
function inferenceRefusal(
  { account, session }: ExecutorState,
  call: Pick<InferenceCall, 'maxCost' | 'model'>,
): InferenceRefusal | null {
  if (account === null || session === null) return 'trading_held';
  if (session.isDraining || session.isStopped) return 'trading_held';
  if (session.diskFailure !== null || session.isSpaceLow) return 'trading_held';
  if (latchLevel(account) !== null) return 'trading_held';
  const { model, providerRefusal, settings } = session;
  if (model === null || model.name !== call.model) return 'model_unchecked';
  if (model.problem !== null) return 'model_unusable';
  if (providerRefusal !== null) return 'provider_refused';
  const amount = holdFor(call);
  const { treasury, balances, holds } = account;
  const { covered, leftToday } = inferenceFunds(balances, treasury, holds.values(), settings);
  if (!(amount > 0 && amount <= covered)) return 'reserve_drained';
  if (!(amount <= leftToday)) return 'daily_cap';
  return null;
}

/** Sets the money aside and lets the question leave once that is durable; or says, once, why not. */
export function onInferenceWanted(turn: Turn, call: InferenceCall): void {
  const refusal = inferenceRefusal({ account: turn.account, session: turn.session }, call);
  if (refusal !== turn.session.inferenceRefusal) {
    turn.update({ inferenceRefusal: refusal });
    if (refusal !== null)
      turn.note('warn', `inference_${refusal}`, `Claude is not asked: ${said[refusal]}`);
  }
  if (refusal !== null) return;
  const { callId, model, tickers, maxCost: perAttempt } = call;
  const held = turn.record({
    kind: 'inference_held',
    callId,
    model,
    markets: tickers.length,
    perAttempt,
    amount: micros(holdFor(call)),
  });
  turn.effect({ kind: 'infer', call, holdSeq: held.seq });
}

const said: Readonly<Record<InferenceRefusal, string>> = {
  trading_held: 'trading is held back',
  model_unchecked: 'the model has not been looked up yet',
  model_unusable: 'the model may not be used',
  provider_refused: 'the provider refused the key or the account',
  reserve_drained: 'neither the reserve from profit nor the grant covers it; the heuristic goes on',
  daily_cap: "the day's cap is reached; the heuristic goes on",
};

/** The key, the account or the bill is not in order: asking again only repeats it. */
const providerRefusals: ReadonlySet<number> = new Set([401, 402, 403]);

/** Books what a question cost, before anybody reads its answer. Attempts without a bill count at their most. */
export function onInferenceAnswered(
  turn: Turn,
  answer: Extract<ExecutorMessage, { kind: 'inference_answered' }>,
): void {
  const { callId, status, bill, lost } = answer;
  const hold = turn.account.holds.get(callId);
  if (hold === undefined) {
    turn.note('alert', 'inference_unknown', `an answer to question ${callId}, which nobody asked`);
    return;
  }
  if (status !== null && providerRefusals.has(status)) {
    turn.update({ providerRefusal: status });
    turn.note('alert', 'inference_provider', `HTTP ${status}: no more questions in this run`);
  }
  const price =
    bill === null ? null : (priceOf(bill.model, turn.now) ?? priceOf(hold.model, turn.now));
  // A whole answer whose bill cannot be read, or priced, was paid for all the same.
  const isBlind = status === 200 && (bill === null || price === null) && lost === 0;
  const attempts = Math.min(attemptsMax, lost + (isBlind ? 1 : 0));
  const cost = bill === null || price === null ? micros(0) : costOf(price, bill.usage);
  const estimated = micros(hold.perAttempt * attempts);
  if (cost + estimated === 0) {
    turn.record({ kind: 'inference_released', callId, code: answer.code });
    return;
  }
  turn.record({
    kind: 'inference_billed',
    callId,
    messageId: bill?.messageId ?? null,
    model: bill?.model ?? hold.model,
    usage: bill?.usage ?? null,
    cost,
    estimated,
  });
  if (estimated > 0)
    turn.note(
      'warn',
      'inference_estimated',
      `no bill for ${attempts} attempts; booked at their most`,
    );
}

/** Whatever was asked when the last run ended may have been charged, and nobody will say any more. */
export function bookLostQuestions(turn: Turn): void {
  for (const [callId, hold] of turn.account.holds) bookAtMost(turn, callId, hold);
}

function bookAtMost(turn: Turn, callId: CallId, { model, amount }: Hold): void {
  const cost = micros(0);
  turn.record({
    kind: 'inference_billed',
    callId,
    messageId: null,
    model,
    usage: null,
    cost,
    estimated: amount,
  });
  turn.note(
    'warn',
    'inference_estimated',
    `a question of an earlier run has no bill; booked at its most`,
  );
}

/** Asks for the model's entry where it has not been looked up; settings may name another one. */
export function checkModel(turn: Turn): void {
  const { model, hasClaude, settings } = turn.session;
  if (!hasClaude || model?.name === settings.claudeModel) return;
  const isPriced = priceOf(settings.claudeModel, turn.now) !== null;
  const problem = isPriced ? null : 'no price is known for it';
  if (problem !== null) refuseModel(turn, settings.claudeModel, problem);
  else turn.effect({ kind: 'model', model: settings.claudeModel });
}

/** An API that cannot be asked now says nothing about the model: it is looked up again. */
export function onModelChecked(
  turn: Turn,
  { model: name, problem, isPassing, notice }: Extract<ExecutorMessage, { kind: 'model_checked' }>,
): void {
  const { settings, modelAgain } = turn.session;
  if (name !== settings.claudeModel) return;
  if (problem === null) {
    turn.update({ model: { name, problem }, modelAgain: null });
    if (notice !== null) turn.note('warn', 'inference_model', notice);
  } else if (!isPassing) refuseModel(turn, name, problem);
  else {
    if (modelAgain === null) turn.update({ modelAgain: turn.retry(0, settings.modelAgainAfterMs) });
    turn.note('warn', 'inference_model', `${name} is not asked yet: ${problem}; looked up again`);
  }
}

export function sweepModel(turn: Turn): void {
  const { modelAgain, settings } = turn.session;
  if (modelAgain === null || !(turn.now >= modelAgain.nextAt)) return;
  turn.update({ modelAgain: turn.retry(modelAgain.tries + 1, settings.modelAgainAfterMs) });
  checkModel(turn);
}

function refuseModel(turn: Turn, name: string, problem: string): void {
  turn.update({ model: { name, problem }, modelAgain: null });
  turn.note(
    'alert',
    'inference_model',
    `${name} is not asked: ${problem}; CLAUDE_MODEL names another`,
  );
}

/** Realized profit above the highest so far: a share of it is set aside in the step that made it. */
export function appropriate(turn: Turn): void {
  const { balances, treasury } = turn.account;
  const net = realizedNet(balances);
  const amount = appropriation(net, treasury.highWater, turn.session.settings.inferenceProfitShare);
  if (amount !== null) turn.record({ kind: 'appropriated', amount, highWater: net });
}
