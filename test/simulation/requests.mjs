// The engine's requests on their way to the exchange and back, with what can happen to them.

const postDeadlineMs = 5_000;
const readDeadlineMs = 10_000;
const failed = (code, sent) => ({ kind: 'failed', code, sent, detail: 'simulated' });
const http = (status, path, body) => ({ kind: 'http', status, path, body });
const errorBody = '{"error":{"code":"internal_error","message":"internal server error"}}';
/** A 2xx that is no order (O4). */
const oddBodies = ['', '<html><body>Bad gateway</body></html>', '{}', 'null', errorBody];

export class Requests {
  #sim;

  /** `sim`: exchange, faults, draws, judge, later(ms, act), pauseProcess(ms). */
  constructor(sim) {
    this.#sim = sim;
  }

  /** `answer(outcomes, isWhole)` is called once, unless whoever asked is gone by then; that is up to the caller. */
  perform(modules, request, answer) {
    const plan = modules.planOf(request);
    if (plan.kind === 'one' && plan.request.method !== 'GET')
      this.#write(request, plan.request, answer);
    else this.#read(modules, request, plan, answer);
  }

  #latencyMs() {
    return this.#sim.draws.whole('latency', 3, 60);
  }

  /** A create or a cancel: one request, whose answer may be lost in any of the ways a network has. */
  #write(request, wire, answer) {
    const { faults, draws, judge, later } = this.#sim;
    const isPlace = request.kind === 'place';
    const id = isPlace ? request.order.clientOrderId : null;
    const offWire = () => {
      if (id !== null) judge.offWire(id);
    };
    const soon = (outcome, ms) => later(ms, () => answer([outcome]));

    if (faults.hit('rate_limited')) {
      // The machine may sleep just when it should be sent again.
      if (faults.hit('sleep_at_limit'))
        later(200, () => this.#sim.pauseProcess(draws.whole('sleep/limit', 1_000, 60_000)));
      // It came back at once: it is not on its way any more.
      later(this.#latencyMs(), () => {
        offWire();
        if (id !== null) judge.limited(id);
        answer([http(429, wire.path, '{"error":"too many requests"}')]);
      });
      return;
    }
    if (faults.hit('request_lost')) {
      offWire();
      soon(failed('network', true), this.#latencyMs());
      return;
    }
    if (faults.hit('unauthorized')) {
      offWire();
      const status = draws.pick('unauthorized', [401, 403]);
      soon(http(status, wire.path, '{"error":"unauthorized"}'), this.#latencyMs());
      return;
    }
    if (faults.hit('error_before')) {
      offWire();
      soon(
        http(draws.pick('status', [500, 502, 503, 504, 408]), wire.path, errorBody),
        this.#latencyMs(),
      );
      return;
    }
    const thereMs = faults.hit('slow_request')
      ? draws.whole('slow/there', 500, 15_000)
      : this.#latencyMs();
    const backMs = faults.hit('slow_reply')
      ? draws.whole('slow/back', 500, 12_000)
      : this.#latencyMs();
    const isLost = faults.hit('reply_lost');
    const spoilt = this.#spoilt(wire);
    const isEarly = thereMs + backMs <= postDeadlineMs;
    if (!isEarly) soon(failed('timeout', true), postDeadlineMs);
    later(thereMs, () => {
      offWire();
      const outcome = this.#handle(request, wire);
      if (!isEarly) return;
      later(backMs, () => answer([isLost ? failed('network', true) : (spoilt ?? outcome)]));
    });
  }

  /** What the answer turns into although the request was handled; null: nothing. */
  #spoilt(wire) {
    const { faults, draws } = this.#sim;
    if (faults.hit('error_after'))
      return http(draws.pick('status', [500, 502, 503, 504, 408]), wire.path, errorBody);
    if (faults.hit('odd_reply'))
      return http(
        draws.pick('odd/status', [200, 201]),
        wire.path,
        draws.pick('odd/body', oddBodies),
      );
    return null;
  }

  #handle(request, wire) {
    const { draws, faults, judge, exchange } = this.#sim;
    if (request.kind !== 'place') return exchange.request(wire);
    let { body } = wire;
    if (faults.hit('repeated_ids')) exchange.account.clientOrderIds.clear();
    if (faults.hit('ioc_rests')) {
      // What it was meant to meet is gone, or a part of it.
      if (draws.next('rests/all') < 0.7) exchange.quotesVanish(request.order.ticker);
      const { reduce_only: _, ...order } = JSON.parse(body);
      body = JSON.stringify({ ...order, time_in_force: 'good_till_canceled' });
    }
    if (faults.hit('book_shrinks')) {
      const { ticker, side, count } = request.order;
      exchange.quotesShrink(ticker, side, draws.whole('shrinks/to', 1, Math.max(1, count - 1)));
    }
    const outcome = exchange.request({ ...wire, body });
    judge.arrived(request.order.clientOrderId);
    return faults.hit('worse_than_limit') ? this.#worse(request.order, outcome) : outcome;
  }

  /** The answer as an exchange would give it that filled beyond the limit (O9). */
  #worse({ side }, outcome) {
    const { fill_count: count, ...answer } = JSON.parse(outcome.body || '{}');
    if (!(Number(count) > 0)) return outcome;
    const average_fill_price = side === 'bid' ? '0.9999' : '0.0001';
    const body = JSON.stringify({ ...answer, fill_count: count, average_fill_price });
    const lie = { ...outcome, body };
    this.#sim.judge.lies.add(lie);
    return lie;
  }

  /** A reading: pages or a few bodies, each as it was when it was asked for. */
  #read(modules, request, plan, answer) {
    const { faults, draws, later } = this.#sim;
    if (faults.hit('read_fails')) {
      const outcome = draws.pick('read/how', [
        failed('timeout', true),
        failed('network', true),
        http(500, '', errorBody),
        http(429, '', '{"error":"too many requests"}'),
        http(401, '', '{"error":"unauthorized"}'),
        http(503, '', ''),
      ]);
      later(this.#latencyMs(), () => answer([outcome], false));
      return;
    }
    const isSlow = faults.hit('slow_reply');
    const waitMs = () =>
      isSlow ? draws.whole('slow/read', 300, readDeadlineMs - 1_000) : this.#latencyMs();
    const outcomes = [];
    if (plan.kind === 'one') {
      later(this.#latencyMs(), () => {
        outcomes.push(this.#sim.exchange.request(plan.request));
        later(waitMs(), () => answer(outcomes));
      });
      return;
    }
    if (plan.kind === 'list') {
      later(this.#latencyMs(), () => {
        for (const one of plan.requests) outcomes.push(this.#sim.exchange.request(one));
        outcomes.push({ kind: 'end', parts: plan.requests.length });
        later(waitMs(), () => answer(outcomes, true));
      });
      return;
    }
    const isCut = request.kind !== 'metadata' && faults.hit('truncated_page');
    const isSmall = faults.hit('small_pages');
    const most = isCut ? 1 : isSmall ? 3 : null;
    const next = (cursor) => {
      const page = plan.page(cursor);
      const query = most === null ? page.query : page.query.replace(/limit=\d+/, `limit=${most}`);
      const outcome = this.#sim.exchange.request({ ...page, query });
      outcomes.push(outcome);
      const following = modules.cursorOf(outcome.body) ?? '';
      if (isCut) later(waitMs(), () => answer(this.#cut(outcome), false));
      else if (following !== '') later(this.#latencyMs(), () => next(following));
      else {
        outcomes.push({ kind: 'end', parts: outcomes.length });
        later(waitMs(), () => answer(outcomes, true));
      }
    };
    later(this.#latencyMs(), () => next(''));
  }

  /** A list of which only the first row came, in one of the ways lists are cut. */
  #cut(first) {
    switch (this.#sim.draws.whole('cut', 0, 4)) {
      case 0:
        return [first];
      case 1:
        return [first, failed('timeout', true)];
      case 2:
        return [
          { ...first, body: first.body.slice(0, -5) },
          { kind: 'end', parts: 1 },
        ];
      case 3:
        return [first, { kind: 'end', parts: 2 }];
      default:
        return [
          { ...first, body: first.body.replace(/"cursor":""/, '"cursor":"more"') },
          { kind: 'end', parts: 1 },
        ];
    }
  }
}
