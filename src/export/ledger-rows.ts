import { type Account, applyRecord, postingsOf } from '../domain/account.js';
import { type Order, outcomeOf } from '../domain/order.js';
import type { LedgerRecord, RecordBody, VerdictRow } from '../domain/records.js';
import type { ClientOrderId } from '../domain/units.js';
import type { AddRow } from './rows.js';

/**
 * Decisions, orders, fills and postings from a ledger's records, oldest first. An order's row comes with `end`, when all is
 * known of it: memory grows with orders.
 */
export class LedgerRows {
  private readonly put: AddRow;
  private readonly orders = new Map<ClientOrderId, { order: Order; readonly run: number }>();
  private account: Account | null = null;

  constructor(put: AddRow) {
    this.put = put;
  }

  hear(record: LedgerRecord): void {
    const before = this.account;
    const account = applyRecord(before, record);
    this.account = account;
    const { body, seq, at, run } = record;
    if (before !== null)
      for (const { account: name, amount } of postingsOf(before, body))
        this.put('postings', {
          record_seq: seq,
          at,
          run,
          kind: body.kind,
          ticker: 'ticker' in body ? body.ticker : null,
          account: name,
          amount_micros: amount,
        });
    if (body.kind === 'cycle')
      for (const row of body.verdicts) this.decision(record, body.cycle, row);
    else if (body.kind === 'fill') this.fill(record, body);
    const id =
      body.kind === 'intent'
        ? body.terms.clientOrderId
        : body.kind === 'order' || body.kind === 'fill'
          ? body.clientOrderId
          : null;
    const order = id === null ? undefined : account.orders.get(id);
    if (id === null || order === undefined) return;
    const known = this.orders.get(id);
    if (known === undefined) this.orders.set(id, { order, run });
    else known.order = order;
  }

  private decision({ seq, at, run }: LedgerRecord, cycle: number, row: VerdictRow): void {
    const [ticker, side, model, fair, sigma, mid2, cost, edge, confidence, kelly, fraction] = row;
    const [reason, threshold, wordModel, word, evidenceAgeMs, quoteAgeMs] = row.slice(11, 17);
    this.put('decisions', {
      record_seq: seq,
      at,
      run,
      cycle,
      ticker,
      vertical: row[18],
      side,
      reason: reason ?? null,
      model,
      fair_e9: fair,
      sigma_e9: sigma,
      twice_mid_e4: mid2,
      cost_e9: cost,
      edge_e9: edge,
      threshold_e9: threshold ?? null,
      confidence_e9: confidence,
      kelly_e9: kelly,
      fraction_e9: fraction,
      word_model: wordModel ?? null,
      word_e9: word ?? null,
      evidence_age_ms: evidenceAgeMs ?? null,
      quote_age_ms: quoteAgeMs ?? null,
      volume_24h_e2: row[17],
      no_signal: row[19],
    });
  }

  private fill({ seq, at, run }: LedgerRecord, fill: Extract<RecordBody, { kind: 'fill' }>): void {
    this.put('fills', {
      record_seq: seq,
      at,
      executed_at: fill.executedAt,
      run,
      trade_id: fill.tradeId,
      client_order_id: fill.clientOrderId,
      ticker: fill.ticker,
      count_e2: fill.count,
      yes_price_e4: fill.yesPrice,
      fee_micros: fill.fee,
      is_taker: fill.isTaker,
    });
  }

  end(): void {
    for (const [id, { order, run }] of this.orders) {
      const { terms } = order;
      this.put('orders', {
        intent_seq: order.intentSeq,
        intended_at: order.intendedAt,
        sent_at: order.sentAt,
        changed_at: order.changedAt,
        run,
        cycle: terms.cycle,
        client_order_id: id,
        order_id: order.orderId,
        ticker: terms.ticker,
        shard: terms.shard,
        side: terms.side,
        reason: terms.reason,
        limit_e4: terms.limit,
        count_e2: terms.count,
        worst_cost_micros: terms.worstCost,
        fair_e9: terms.fair,
        edge_e9: terms.edge,
        outcome: outcomeOf(order),
        filled_e2: order.filled,
        fees_micros: order.fees,
        why: order.why,
      });
    }
  }
}
