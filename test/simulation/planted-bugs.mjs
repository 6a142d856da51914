// Bugs that the simulation has to convict, each as an exact text of a compiled file and what stands there instead. They exist
// in memory only. A text that is no longer there once is an error, so that the list cannot go stale unseen.

const executor = 'actors/executor/';
const swap = (file, from, to) => [{ file, from, to }];
/** Two lines of defence: either alone holds. */
const both = (one, other) => [...one, ...other];

export const plantedBugs = {
  unknown_is_sent_again: swap(
    `${executor}replies.js`,
    "case 'unknown':\n            doubt(turn, id, answer.detail);",
    "case 'unknown':\n            turn.advance(id, { kind: 'rate_limited' });\n            turn.update({ resends: new Map(turn.session.resends).set(id, turn.now) });",
  ),
  unknown_is_rejected: swap(
    `${executor}replies.js`,
    "case 'unknown':\n            doubt(turn, id, answer.detail);",
    "case 'unknown':\n            turn.advance(id, { kind: 'rejected', why: answer.detail });",
  ),
  limited_without_end: swap(
    `${executor}replies.js`,
    'order.resends >= limits.resendsOf429Max',
    'false',
  ),
  late_acceptance_ignored: swap(
    `${executor}replies.js`,
    "turn.advance(id, { kind: 'accepted', orderId, filled, remaining });",
    "turn.advance(id, { kind: 'accepted', orderId, filled: 0, remaining });",
  ),
  sent_before_durable: swap(
    'engine/answers.js',
    "[{ kind: 'durable', recordSeq: first.recordSeq }]",
    "[{ kind: 'durable', recordSeq: first.recordSeq + 1_000 }]",
  ),
  failed_flush_is_durable: swap(
    'engine/answers.js',
    "[{ kind: 'disk_failed', detail: first.kind === 'failed' ? first.detail : first.kind }]",
    "[{ kind: 'durable', recordSeq: request.recordSeq }]",
  ),
  flush_of_the_record_before: swap(
    `${executor}intents.js`,
    "turn.effect({ kind: 'flush', recordSeq: seq });",
    "turn.effect({ kind: 'flush', recordSeq: seq - 1 });",
  ),
  in_flight_forgotten_at_restart: swap(
    `${executor}opening.js`,
    "order.status !== 'resting')",
    "order.status !== 'resting' && order.status !== 'sent' && order.status !== 'durable')",
  ),
  in_flight_rejected_at_restart: swap(
    `${executor}opening.js`,
    "turn.advance(id, { kind: 'unknown', why: 'restart' })",
    "(turn.advance(id, { kind: 'unknown', why: 'restart' }), turn.advance(id, { kind: 'not_placed' }))",
  ),
  not_found_is_never_placed: swap(
    `${executor}unknown.js`,
    'if (!(age >= turn.session.settings.unknownQuarantineMs) || reads < limits.cleanReadsMin)',
    'if (!(age >= 0))',
  ),
  quarantine_of_ten_seconds: swap(
    `${executor}unknown.js`,
    'age >= turn.session.settings.unknownQuarantineMs',
    'age >= 10_000',
  ),
  unknown_market_not_frozen: swap(
    'domain/risk.js',
    "            : 'frozen';",
    '            : null;',
  ),
  unknown_counts_nothing: swap(
    'domain/order.js',
    'isFinal(order.status) ? missingCount(order)',
    "isFinal(order.status) || order.status === 'unknown' ? missingCount(order)",
  ),
  in_flight_counts_nothing: swap(
    'domain/risk.js',
    'for (const order of account.orders.values())\n        sum += reserveOf(account, order);\n    return micros(sum);',
    'return micros(sum);',
  ),
  exposure_cap_after_the_fact: both(
    swap(
      'domain/risk.js',
      'open + more <= limits.maxOpenExposure',
      'open + 0 <= limits.maxOpenExposure',
    ),
    swap('domain/risk.js', 'if (!(open <= limits.maxOpenExposure))', 'if (false)'),
  ),
  market_cap_of_one_order: both(
    swap(
      'domain/risk.js',
      'marketExposure(account, ticker) + more <= limits.maxNotionalPerMarket',
      'more <= limits.maxNotionalPerMarket',
    ),
    swap(
      'domain/risk.js',
      'marketExposure(account, ticker) <= limits.maxNotionalPerMarket',
      'true',
    ),
  ),
  tightened_cap_ignored: both(
    swap('domain/risk.js', 'if (!(open <= limits.maxOpenExposure))', 'if (false)'),
    swap(`${executor}watch.js`, 'if (!(open <= settings.maxOpenExposure))', 'if (false)'),
  ),
  tightened_market_cap_ignored: swap(
    'domain/risk.js',
    'marketExposure(account, ticker) <= limits.maxNotionalPerMarket',
    'true',
  ),
  closes_the_wrong_side: swap(
    'domain/risk.js',
    "side === 'yes' ? 0 - position.quantity : position.quantity);",
    "side === 'yes' ? position.quantity : 0 - position.quantity);",
  ),
  cooldown_forgotten: swap(
    'domain/risk.js',
    'sent !== undefined && !(now - sent >= limits.reentryCooldownMs)',
    'false',
  ),
  rate_not_counted: both(
    swap('domain/risk.js', 'ordersThisMinute(account, now) < limits.maxOrdersPerMinute', 'true'),
    swap(
      `${executor}release.js`,
      'sentThisMinute(account, now) + 1 <= settings.maxOrdersPerMinute',
      'true',
    ),
  ),
  kill_not_looked_at_after_commit: swap(
    `${executor}release.js`,
    "if (level === 'halt')\n        return 'halted';",
    '',
  ),
  pause_not_looked_at_after_commit: swap(
    `${executor}release.js`,
    'if (level !== null && !isReducing)',
    'if (false)',
  ),
  latch_in_memory: swap(
    'domain/account-codec.js',
    'account[name] = new Map(rows);',
    "account[name] = new Map(name === 'latches' ? [] : rows);",
  ),
  kill_is_a_note: swap(
    `${executor}turn.js`,
    "this.record({ kind: 'latch', cause, level, set: true, why });",
    '',
  ),
  trades_before_reconciling: swap(
    `${executor}reconcile.js`,
    'turn.update({ isLinked: true, isReady: false, round: null, nextRound: null });',
    'turn.update({ isLinked: true, isReady: true, round: null, nextRound: null });',
  ),
  link_gone_unnoticed: swap(
    `${executor}reconcile.js`,
    'turn.update({ isLinked: false, isReady: false, round: null, nextRound: null });',
    'turn.update({ isLinked: false, round: null, nextRound: null });',
  ),
  failed_reading_is_empty: both(
    swap(
      `${executor}reconcile.js`,
      "if (answer.kind === 'failed') {\n        const tries",
      'if (false) {\n        const tries',
    ),
    swap(
      `${executor}reconcile.js`,
      'const next = { ...round, [kind]: answer.items };',
      'const next = { ...round, [kind]: answer.items ?? [] };',
    ),
  ),
  cut_page_is_whole: swap(
    'exchange/kalshi/answers.js',
    "if ((cursor === '') !== isLast)",
    'if (false)',
  ),
  first_page_is_all: swap(
    'exchange/kalshi/answers.js',
    'if (index !== parts.length - 1 || part.parts !== texts.length)',
    'if (false)',
  ),
  deposit_without_waiting: swap(
    `${executor}reconcile.js`,
    'startedAt - before.since >= session.settings.unknownQuarantineMs &&\n            now',
    'now',
  ),
  missing_fills_not_asked_for: swap(
    `${executor}waits.js`,
    'missingCount(order) > 0 && order.orderId !== null',
    'false',
  ),
  fill_booked_by_report_too: swap(
    `${executor}fills.js`,
    'if (seen !== undefined) {',
    'if (seen !== undefined && fill.clientOrderId !== null) {',
  ),
  fees_in_cents: swap(
    `${executor}fills.js`,
    '        fee,\n        isTaker,',
    '        fee: Math.round(fee / 10_000) * 10_000,\n        isTaker,',
  ),
  settled_before_its_fills: swap(
    `${executor}settle.js`,
    'position === undefined || openOrderOf(account, ticker) !== null',
    'position === undefined',
  ),
  settled_when_determined: swap(
    `${executor}settle.js`,
    "    turn.record({ kind: 'determined', ticker, yesValue });",
    "    turn.record({ kind: 'determined', ticker, yesValue });\n    settle(turn, ticker, yesValue, null);",
  ),
  settlement_asked_for_once: swap(`${executor}settle.js`, 'now >= retry.nextAt', 'false'),
  hole_not_seen: swap(
    'exchange/kalshi/feed-trust.js',
    'last === undefined || seq === last + 1',
    'last === undefined || seq > last',
  ),
  snapshot_merged: swap(
    'domain/book.js',
    'applySnapshot(yes, no) {\n        this.clear();',
    'applySnapshot(yes, no) {',
  ),
  torn_frame_skipped: swap(
    'exchange/kalshi/feed-trust.js',
    'if (state !== undefined) {\n                state.isKnown = false;',
    'if (false) {\n                state.isKnown = false;',
  ),
  silence_not_seen: swap(
    'streams/book-freshness.js',
    'this.realSince(this.aliveAt, now) <= limits.connectionAliveMsMax',
    'true',
  ),
  lag_not_seen: swap(
    'streams/book-freshness.js',
    'isPrompt && this.feedLagMs / this.speed <= limits.messageLagMsMax',
    'true',
  ),
  late_timers_live_in_the_past: swap(
    'engine.js',
    'now: this.scheduler.reached(),\n                inputSeq: this.inputSeq,\n                book: (ticker) => this.opened.store.shot(ticker, this.scheduler.reached()),',
    'now: this.scheduler.now(),\n                inputSeq: this.inputSeq,\n                book: (ticker) => this.opened.store.shot(ticker, this.scheduler.now()),',
  ),
  lagging_positions_are_external: swap(
    `${executor}others.js`,
    'if (!(startedAt - since >= session.settings.unknownQuarantineMs)) {',
    'if (false) {',
  ),
  owed_fills_forgotten_at_restart: swap(`${executor}opening.js`, 'watchOwed(turn, id);', ';'),
  fetched_book_on_a_dead_connection: swap(
    'streams/book-freshness.js',
    'this.isYoung(entry, now) && (!this.hasFeed || this.isAlive(now))',
    'this.isYoung(entry, now)',
  ),
  book_of_any_number: swap(
    'exchange/kalshi/session.js',
    'state === undefined || !this.isOfBooks(sid)',
    'state === undefined',
  ),
  crossed_book_is_fresh: swap('streams/book-freshness.js', ' && !entry.book.isCrossed()', ''),
  overfill_is_logged: swap(
    `${executor}fills.js`,
    "turn.latch('anomaly', 'halt', `$",
    "turn.note('warn', 'logged', `$",
  ),
  worse_than_limit_is_logged: swap(
    `${executor}replies.js`,
    "turn.latch('anomaly', 'halt', text);",
    '',
  ),
  day_of_another_zone: swap(
    `${executor}watch.js`,
    'dayKey(turn.now, turn.session.settings.dayZone)',
    "dayKey(turn.now, 'UTC')",
  ),
  no_fuse_needed: swap(
    `${executor}groups.js`,
    "turn.session.mode === 'live' && turn.session.settings.groupContracts !== null;",
    'false;',
  ),
  unanswered_transfer_was_refused: swap(
    `${executor}transfers.js`,
    'doubt(turn, open, answer.detail);',
    "fail(turn, open, 'unknown', answer.detail);",
  ),
  unanswered_transfer_asked_again: swap(
    `${executor}transfers.js`,
    'if (!session.isLinked || transfer.isOut)',
    "const { from, to, amount } = openTransfer(turn.account.transfers);\n    if (status === 'unknown')\n        turn.effect({ kind: 'transfer', transferSeq: seq, from, to, amount });\n    if (!session.isLinked || transfer.isOut)",
  ),
  accepted_transfer_has_arrived: swap(
    `${executor}transfers.js`,
    'accept(turn, answer.venueId);',
    'accept(turn, answer.venueId), complete(turn);',
  ),
  transfer_before_durable: swap(
    `${executor}transfers.js`,
    "turn.effect({ kind: 'flush', recordSeq: seq });",
    'onTransferDurable(turn, seq);',
  ),
  kill_overlooked_by_a_transfer: swap(
    `${executor}transfers.js`,
    "const why = barred(turn) ?? (inFlight(turn, open) ? 'in_flight' : null);",
    'const why = null;',
  ),
  unlisted_transfer_was_never_made: both(
    swap(
      `${executor}transfers.js`,
      'askedAt === null || !(askedAt >= settledAt) || reads < limits.cleanReadsMin',
      'false',
    ),
    swap(
      `${executor}transfers.js`,
      '!(session.readAt !== null && session.readAt >= settledAt)',
      'false',
    ).concat(swap(`${executor}transfers.js`, 'gapOf(open.from) !== 0', 'true')),
  ),
  cash_on_its_way_is_withdrawn: swap(
    `${executor}reconcile.js`,
    'transfer === null || (transfer.from !== shard && transfer.to !== shard)',
    'true',
  ),
  transfer_forgotten_at_restart: swap(
    `${executor}transfers.js`,
    "if (turn.session.mode === 'paper')",
    'if (true)',
  ),
};
