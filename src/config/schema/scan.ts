import { aliases, choice, contracts, flag, fraction, names, whole } from './kinds.js';

/** The cycle, which markets it looks at, and how people may name them. */
export const scan = {
  cycleSeconds: whole(
    {
      env: 'BOT_CYCLE_SECONDS',
      unit: 's',
      default: '600',
      description:
        'Length of a window in market time; every window is valued once. A change acts at the next cut.',
      hot: true,
    },
    { min: '1', max: '86400' },
  ),
  scanMaxMarkets: whole(
    {
      env: 'BOT_SCAN_MAX_MARKETS',
      unit: 'markets',
      default: '1000',
      description: 'Most markets kept by a scan, the best by supported vertical and 24 h volume.',
      hot: true,
    },
    { min: '1', max: '10000' },
  ),
  scanMinVolume: contracts(
    {
      env: 'BOT_SCAN_MIN_VOLUME',
      unit: 'contracts',
      default: '1000',
      description: 'Least volume a market must have traded to be valued.',
      hot: true,
    },
    { min: '0', max: '1000000000' },
  ),
  scanMaxSpreadCents: fraction(
    {
      env: 'BOT_SCAN_MAX_SPREAD_CENTS',
      unit: '¢',
      default: '8',
      description: 'Widest spread a market may show to be valued.',
      hot: true,
    },
    { min: '0', max: '100' },
  ),
  scanWsDeltaWindowSecs: whole(
    {
      env: 'BOT_SCAN_WS_DELTA_WINDOW_SECS',
      unit: 's',
      default: '2',
      description: 'Real time that the first (or only) cycle listens before it values.',
      hot: false,
    },
    { min: '0', max: '600' },
  ),
  valuationMarkets: whole(
    {
      env: 'BOT_VALUATION_MARKETS',
      unit: 'markets',
      default: '250',
      description: 'Most markets valued in one window.',
      hot: true,
    },
    { min: '1', max: '10000' },
  ),
  intentsBetweenWindows: flag({
    env: 'BOT_INTENTS_BETWEEN_WINDOWS',
    unit: '',
    default: 'true',
    description:
      'Let new evidence or a quote raise an intent at once instead of at the next window.',
    hot: true,
  }),
  marketAliases: aliases({
    env: 'KALSHI_MARKET_ALIASES',
    unit: '',
    default: '',
    description: 'Own names for markets, e.g. `btc120k=KXBTC-26DEC31-B120000`.',
    hot: false,
  }),
  marketResolution: choice(
    {
      env: 'BOT_MARKET_RESOLUTION',
      unit: '',
      default: 'best_effort',
      description:
        'What a name that fits no market, or several, does: `best_effort` warns and goes on, `strict` ends with code 2.',
      hot: false,
    },
    ['best_effort', 'strict'],
  ),
  watchList: names({
    env: 'BOT_WATCH_LIST',
    unit: '',
    default: '',
    description:
      'Markets that are always kept and valued, whatever their rank, volume or spread: tickers, own names or words of a title, with commas between them. A change acts at the next scan.',
    hot: true,
  }),
};
