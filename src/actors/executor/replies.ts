import { isWorse, type Order } from '../../domain/order.js';
import type { ClientOrderId, Shard } from '../../domain/units.js';
import { epochMs } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { CancelAnswer, PlaceAnswer } from '../../messages/desk.js';
import { unpark } from './fills.js';
import { onGroupTripped, onGroupUnknown } from './groups.js';
import { release } from './release.js';
import type { Turn } from './turn.js';
import { askRoundSoon, watchOwed } from './waits.js';

/** What came of sending an order. A late answer to an order in doubt is as good as a prompt one. */
export function onPlaced(turn: Turn, id: ClientOrderId, answer: PlaceAnswer): void {
  const order = turn.order(id);
  if (order === null) {
    turn.anomaly('answer_without_order', `an answer to ${id}, which is not ours`, {}, false, {
      clientOrderId: id,
      answer: answer.kind,
    });
    return;
  }
  answered(turn, order, answer);
  // What was said cannot be: the order is where it was, and nobody will say more of its own accord.
  if (turn.order(id)?.status === 'sent') doubt(turn, id, `told ${answer.kind}, which cannot be`);
}

function answered(turn: Turn, order: Order, answer: PlaceAnswer): void {
  const { ticker, clientOrderId: id } = order.terms;
  const about = { ticker, clientOrderId: id };
  switch (answer.kind) {
    case 'accepted': {
      const { orderId, filled, remaining, averageYesPrice } = answer;
      turn.advance(id, { kind: 'accepted', orderId, filled, remaining });
      if (averageYesPrice !== null && isWorse(order.terms, averageYesPrice)) {
        const text = `filled at ${averageYesPrice} on average, worse than its limit`;
        turn.anomaly('worse_than_limit', text, about, true, { averageYesPrice });
        turn.latch('anomaly', 'halt', text);
      }
      unpark(turn);
      watchOwed(turn, id);
      return;
    }
    case 'rejected':
      // The id is taken: something of ours is there, or was.
      if (/exists|duplicate/.test(answer.code)) doubt(turn, id, answer.code);
      else {
        turn.advance(id, { kind: 'rejected', why: answer.code });
        turn.note('warn', 'order_rejected', `${answer.code}: ${answer.detail}`, about);
        groupRefusal(turn, order.terms.shard, answer.code);
      }
      return;
    case 'not_sent':
      turn.advance(id, { kind: 'rejected', why: answer.code });
      turn.note('warn', 'order_not_sent', `${answer.code}: ${answer.detail}`, about);
      return;
    case 'rate_limited': {
      turn.note('warn', 'rate_limited', 'the exchange wants fewer requests', about);
      if (order.resends >= limits.resendsOf429Max) {
        turn.advance(id, { kind: 'rejected', why: 'rate_limited' });
        return;
      }
      const next = turn.advance(id, { kind: 'rate_limited' });
      if (next.status !== 'durable') return;
      const wait = (turn.session.settings.fillsQueryAfterMs / 4) * 2 ** order.resends;
      const at = epochMs(Math.round(turn.now + wait));
      turn.update({ resends: new Map(turn.session.resends).set(id, at) });
      return;
    }
    case 'unknown':
      doubt(turn, id, answer.detail);
  }
}

/** A refusal for the group's sake says how it stands. */
function groupRefusal(turn: Turn, shard: Shard, code: string): void {
  if (!code.includes('order_group')) return;
  const groupId = turn.account.groups.get(String(shard));
  if (code.includes('not_found') || groupId === undefined) onGroupUnknown(turn, shard);
  else onGroupTripped(turn, groupId, code);
}

/** Nobody knows: the market freezes, and orders, fills and positions are read until somebody does. */
function doubt(turn: Turn, id: ClientOrderId, why: string): void {
  const order = turn.order(id);
  if (order === null) return;
  const about = { ticker: order.terms.ticker, clientOrderId: id };
  if (turn.session.mode === 'paper') {
    turn.advance(id, { kind: 'withdrawn', why: 'paper_lost' });
    turn.note('warn', 'paper_lost', why, about);
    return;
  }
  const next = turn.advance(id, { kind: 'unknown', why: why.slice(0, 200) });
  if (next.status !== 'unknown') return;
  turn.note('alert', 'order_unknown', `may or may not be on the exchange: ${why}`, about);
  askRoundSoon(turn);
}

export function onCancelAnswered(turn: Turn, id: ClientOrderId, answer: CancelAnswer): void {
  const order = turn.order(id);
  if (order === null) {
    turn.note('warn', 'cancel_without_order', `a cancel was answered for ${id}, which is not ours`);
    return;
  }
  const about = { ticker: order.terms.ticker, clientOrderId: id };
  switch (answer.kind) {
    case 'canceled':
      turn.advance(id, { kind: 'canceled', reducedBy: answer.reducedBy });
      watchOwed(turn, id);
      return;
    case 'gone':
      askRoundSoon(turn);
      return;
    case 'failed':
      // The sweep asks again.
      turn.note('warn', 'cancel_failed', `${answer.code}: ${answer.detail}`, about);
  }
}

/** Orders that a 429 sent back leave again, after a new look at the book. */
export function resendDue(turn: Turn): void {
  for (const [id, at] of turn.session.resends) {
    if (turn.now < at) continue;
    const resends = new Map(turn.session.resends);
    resends.delete(id);
    turn.update({ resends });
    release(turn, id);
  }
}
