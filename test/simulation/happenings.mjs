// What comes by itself, some times a minute: people, the exchange's own troubles, cut lines, sleeping machines.

/** Arms every kind that is on; each comes again and again until the simulation heals. */
export function happenings(sim) {
  for (const [name, happen] of Object.entries(acts)) {
    const arm = () => {
      const ms = sim.faults.waitMs(name);
      if (ms === null) return;
      sim.later(ms, () => {
        if (sim.faults.strike(name)) happen(sim);
        arm();
      });
    };
    arm();
  }
}

/** What comes by itself comes at a moment: one of the kinds that are on. */
export function strikeNow(sim) {
  const names = Object.keys(acts).filter((name) => sim.mix.has(name));
  if (names.length === 0) return;
  const name = sim.draws.pick('moment/what', names);
  if (sim.faults.strike(name)) acts[name](sim);
}

const open = (sim) =>
  sim.exchange.state.marketList.filter(
    ({ status }) => status === 'active' || status === 'inactive',
  );
const anyOpen = (sim, name) => {
  const markets = open(sim);
  return markets.length === 0 ? null : sim.draws.pick(name, markets);
};
const burstQuotes = 50;
const burstEveryMs = 20;
const anyGroup = (sim) => {
  const groups = [...sim.exchange.account.groups.keys()];
  return groups.length === 0 ? null : sim.draws.pick('group/which', groups);
};
const takes = (sim, name, low, high, undo) => sim.later(sim.draws.whole(name, low, high), undo);

const acts = {
  feed_lag: (sim) => {
    sim.feed.lag(sim.draws.whole('lag', 500, 12_000));
    takes(sim, 'lag/length', 2_000, 20_000, () => sim.feed.lag(0));
  },
  disconnect: (sim) => sim.feed.cut('simulated', sim.draws.whole('redial', 300, 8_000)),
  half_open: (sim) => sim.feed.mute(sim.draws.whole('redial', 300, 3_000)),
  stale_reads: (sim) => {
    sim.exchange.setQueryLag(sim.draws.whole('stale', 1_000, 40_000));
    takes(sim, 'stale/length', 10_000, 60_000, () => sim.exchange.setQueryLag(0));
  },
  market_pause: (sim) => {
    const market = anyOpen(sim, 'pause/market');
    if (market === null) return;
    const { ticker } = market.spec;
    sim.exchange.send({ kind: 'market', ticker, active: false });
    takes(sim, 'pause/length', 500, 15_000, () =>
      sim.exchange.send({ kind: 'market', ticker, active: true }),
    );
  },
  exchange_pause: (sim) => {
    const exchangeActive = sim.draws.next('exchange/how') < 0.5;
    sim.exchange.send({ kind: 'exchange', exchangeActive, tradingActive: false });
    takes(sim, 'exchange/length', 500, 15_000, () =>
      sim.exchange.send({ kind: 'exchange', exchangeActive: true, tradingActive: true }),
    );
  },
  early_close: (sim) => {
    const market = anyOpen(sim, 'close/market');
    if (market !== null) sim.exchange.worldDoes(sim.world.outcome(market.spec.ticker));
  },
  books_vanish: (sim) => {
    const market = anyOpen(sim, 'vanish/market');
    if (market === null) return;
    const { ticker } = market.spec;
    sim.exchange.worldDoes({ kind: 'quote', agent: 'maker', ticker, yes: [], no: [] });
  },
  burst: (sim) => {
    const market = anyOpen(sim, 'burst/market');
    if (market === null) return;
    for (let at = 0; at < burstQuotes; at += 1)
      sim.later(at * burstEveryMs, () =>
        sim.exchange.worldDoes(sim.world.quote(market.spec.ticker)),
      );
  },
  group_blown: (sim) => {
    const id = anyGroup(sim);
    if (id === null) return;
    sim.exchange.send({ kind: 'group_trigger', account: sim.exchange.account, id });
    lift(sim);
  },
  group_gone: (sim) => {
    const id = anyGroup(sim);
    if (id !== null) sim.exchange.send({ kind: 'group_delete', account: sim.exchange.account, id });
  },
  external_cash: (sim) => {
    const { account } = sim.exchange;
    const shard = sim.draws.pick('cash/shard', [...account.cash.keys()]);
    const cash = account.cash.get(shard);
    const wanted = sim.draws.whole('cash', -20, 40) * 1_000_000;
    // Whole cents: that is how money comes and goes.
    account.cash.set(shard, cash + Math.max(wanted, 0 - 10_000 * Math.floor(cash / 200_000)));
  },
  external_trade: (sim) => sim.exchange.tradeForeign(sim.draws.next('foreign/side') < 0.5),
  slow_transfers: (sim) => {
    sim.exchange.setTransfers({ ms: sim.draws.whole('transfer/ms', 5_000, 120_000) });
    takes(sim, 'transfer/slow', 10_000, 60_000, () => sim.exchange.setTransfers({ ms: 2_000 }));
  },
  failed_transfers: (sim) => {
    sim.exchange.setTransfers({ fail: true });
    takes(sim, 'transfer/fail', 10_000, 60_000, () => sim.exchange.setTransfers({ fail: false }));
  },
  stop_start: (sim) => sim.stop(),
  clock_pause: (sim) => sim.pauseProcess(sim.draws.whole('sleep', 3_000, 60_000)),
  kill: killAndLift,
  caps_tightened: tightenCaps,
};

/** To below what is at stake, when something is: a cap that does not bind tests nothing. */
export function tightenCaps(sim) {
  const { caps } = sim;
  let atStake = 0;
  let most = 0;
  for (const { cost } of sim.exchange.account.positions.values()) {
    atStake += cost;
    most = Math.max(most, cost);
  }
  const share = sim.draws.between('caps', 0.3, 1.2);
  const below = (cap, now) =>
    String(Math.max(1, Math.floor(Math.min(cap, now > 0 ? now * share : cap / 2) / 1_000_000)));
  sim.tighten(
    sim.draws.pick('caps/which', [
      { maxOpenExposure: below(caps.openExposure, atStake) },
      { maxNotionalPerMarket: below(caps.notionalPerMarket, most) },
      { maxOrdersPerMin: String(Math.max(1, Math.floor(caps.ordersPerMinute / 2))) },
    ]),
  );
}

export function killAndLift(sim) {
  const level = sim.draws.pick('kill/level', ['halt', 'cancel', 'pause']);
  sim.command({ kind: 'kill', level, why: 'simulated' });
  lift(sim);
}

/** People look at a halt, and go on. */
export function lift(sim) {
  if (sim.draws.next('lift') < 0.8)
    takes(sim, 'lift/after', 500, 9_000, () => sim.command({ kind: 'resume', why: 'simulated' }));
}
