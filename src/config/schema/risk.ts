import { flag, money, text, whole } from './kinds.js';
import { decoded, refused } from './setting.js';

const dollars = { min: '0', max: '1000000000' } as const;

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
};

/** What stops trading, whatever the valuation says. */
export const risk = {
  maxDailyLoss: money(
    {
      env: 'BOT_MAX_DAILY_LOSS',
      unit: '$',
      default: '500',
      description:
        'Loss since the day’s first input, with fees and marks at the bid, that latches the kill switch.',
      hot: true,
      riskCap: 'max',
    },
    dollars,
  ),
  maxOpenExposure: money(
    {
      env: 'BOT_MAX_OPEN_EXPOSURE',
      unit: '$',
      default: '15000',
      description:
        'Most that positions and unfinished orders may cost together, every order counted as filled with fees.',
      hot: true,
      riskCap: 'max',
    },
    dollars,
  ),
  maxOrdersPerMin: whole(
    {
      env: 'BOT_MAX_ORDERS_PER_MIN',
      unit: 'orders',
      default: '20',
      description: 'Most orders sent in any 60 s.',
      hot: true,
      riskCap: 'max',
    },
    { min: '0', max: '6000' },
  ),
  maxNotionalPerMarket: money(
    {
      env: 'BOT_MAX_NOTIONAL_PER_MARKET',
      unit: '$',
      default: '1000',
      description: 'Most that position and unfinished orders may cost in one market.',
      hot: true,
      riskCap: 'max',
    },
    dollars,
  ),
  orderGroups: flag({
    env: 'BOT_ORDER_GROUPS',
    unit: '',
    default: 'true',
    description:
      'Live: every order belongs to an order group of its shard, the exchange’s own fuse. It trips when more contracts match in 15 s than BOT_MAX_OPEN_EXPOSURE has dollars, and at every kill. While a shard has none, nothing is sent there.',
    hot: false,
  }),
  reentryCooldownSeconds: whole(
    {
      env: 'BOT_REENTRY_COOLDOWN_SECONDS',
      unit: 's',
      default: '600',
      description: 'How long a market is left alone after an order in it.',
      hot: true,
      riskCap: 'min',
    },
    { min: '0', max: '604800' },
  ),
  maxCrashes: whole(
    {
      env: 'BOT_MAX_CRASHES',
      unit: 'runs',
      default: '3',
      description:
        'Runs that may die within 10 min, killed or crashed, before the next one starts halted and waits for resume. 0: any number.',
      hot: false,
    },
    { min: '0', max: '100' },
  ),
  dayZone: text(
    {
      env: 'BOT_DAY_ZONE',
      unit: '',
      default: 'UTC',
      description: 'Time zone in which a day begins, for the daily loss and the totals per day.',
      hot: false,
    },
    {
      allowed: 'a time zone name such as UTC or America/New_York',
      check: (zone) => (isZone(zone) ? decoded(zone) : refused()),
    },
  ),
};
