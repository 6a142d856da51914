// The settings of a seed: what makes a run short and local, and what is drawn, so that each cap is what binds somewhere.

export const baseFlags = {
  kalshiApiBaseUrl: 'http://127.0.0.1:1',
  kalshiWsUrl: 'ws://127.0.0.1:1/trade-api/ws/v2',
  exchangeBackend: 'paper_sim',
  executionMode: 'live',
  allowHeuristicInLive: 'true',
  intentsBetweenWindows: 'false',
  scanMinVolume: '0',
  scanMaxSpreadCents: '99',
  maxDepthShare: '1',
  bankroll: '700',
  // It dies many times in a minute, and has to go on.
  maxCrashes: '0',
};

/** Narrow caps in some seeds, wide ones in others: each has to be what binds, somewhere. */
export const drawnFlags = (draws) => ({
  cycleSeconds: draws.pick('set/cycle', ['2', '4', '8']),
  maxFractionPerTrade: draws.pick('set/trade', ['0.01', '0.05']),
  maxOpenExposure: draws.pick('set/exposure', ['12', '45', '200']),
  maxNotionalPerMarket: draws.pick('set/market', ['5', '15', '50']),
  maxOrdersPerMin: draws.pick('set/rate', ['5', '15', '60']),
  reentryCooldownSeconds: draws.pick('set/cooldown', ['0', '5', '15']),
  maxDailyLoss: draws.pick('set/loss', ['3', '60', '60']),
  dayZone: draws.pick('set/zone', ['UTC', 'Australia/Brisbane']),
});

const zoneHours = { UTC: 0, 'Australia/Brisbane': 10 };
export const dayIn = (zone) => (ms) =>
  new Date(ms + zoneHours[zone] * 3_600_000).toISOString().slice(0, 10);

/** Of the opening cash of 500 and 300: as it is, or to be moved one way or the other. */
export const targets = ['', '0:60,2:40', '0:20,2:80', '0:90,2:10'];

export const capsOf = (settings) => ({
  openExposure: settings.maxOpenExposure,
  notionalPerMarket: settings.maxNotionalPerMarket,
  perTrade: settings.maxFractionPerTrade * settings.bankroll,
  ordersPerMinute: settings.maxOrdersPerMin,
  cooldownMs: settings.reentryCooldownSeconds * 1_000,
});
