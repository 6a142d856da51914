import { flag, fraction, money, whole } from './kinds.js';

const share = { min: '0', max: '1' } as const;
const ofBankroll = 'share of the bankroll';

/** How much a bet may be. The sizing bankroll is the smaller of `bankroll` and what the account is worth at cost. */
export const sizing = {
  bankroll: money(
    {
      env: 'BOT_BANKROLL',
      unit: '$',
      default: '10000',
      description:
        'Most that sizing counts on; what paper and simulator accounts open with. Real cash caps it in every mode.',
      hot: true,
      riskCap: 'max',
    },
    { min: '1', max: '1000000000' },
  ),
  kellyFraction: fraction(
    {
      env: 'BOT_KELLY_FRACTION',
      unit: 'share of full Kelly',
      default: '0.25',
      description: 'Share of the growth-optimal size that is bet.',
      hot: true,
      riskCap: 'max',
    },
    share,
  ),
  maxFractionPerTrade: fraction(
    {
      env: 'BOT_MAX_FRACTION_PER_TRADE',
      unit: ofBankroll,
      default: '0.06',
      description: 'Most one trade may cost.',
      hot: true,
      riskCap: 'max',
    },
    share,
  ),
  minFractionPerTrade: fraction(
    {
      env: 'BOT_MIN_FRACTION_PER_TRADE',
      unit: ofBankroll,
      default: '0.005',
      description: 'Smaller trades are not worth making.',
      hot: true,
    },
    share,
  ),
  maxTotalFractionPerCycle: fraction(
    {
      env: 'BOT_MAX_TOTAL_FRACTION_PER_CYCLE',
      unit: ofBankroll,
      default: '0.20',
      description: 'Most all trades of a cycle may cost together.',
      hot: true,
      riskCap: 'max',
    },
    share,
  ),
  maxTradesPerCycle: whole(
    {
      env: 'BOT_MAX_TRADES_PER_CYCLE',
      unit: 'trades',
      default: '5',
      description: 'Most trades in a cycle.',
      hot: true,
      riskCap: 'max',
    },
    { min: '0', max: '1000' },
  ),
  maxDepthShare: fraction(
    {
      env: 'BOT_MAX_DEPTH_SHARE',
      unit: 'share of the displayed depth',
      default: '0.25',
      description: 'Most of the depth within the limit price that one order may ask for.',
      hot: true,
      riskCap: 'max',
    },
    share,
  ),
  enforceEventMutex: flag({
    env: 'BOT_ENFORCE_EVENT_MUTEX',
    unit: '',
    default: 'true',
    description:
      'The legs of an event are one bet: outcomes that exclude each other are sized together under one budget, of any other event only the best market is taken.',
    hot: true,
    riskCap: 'min',
  }),
  maxFractionPerEvent: fraction(
    {
      env: 'BOT_MAX_FRACTION_PER_EVENT',
      unit: ofBankroll,
      default: '0.06',
      description: 'Most that may be at risk in one event.',
      hot: true,
      riskCap: 'max',
    },
    share,
  ),
  maxFractionPerUnderlyingDay: fraction(
    {
      env: 'BOT_MAX_FRACTION_PER_UNDERLYING_DAY',
      unit: ofBankroll,
      default: '0.12',
      description: 'Most that may be at risk on one underlying (a city, a coin) and day.',
      hot: true,
      riskCap: 'max',
    },
    share,
  ),
  maxGrossFraction: fraction(
    {
      env: 'BOT_MAX_GROSS_FRACTION',
      unit: ofBankroll,
      default: '1',
      description: 'Most that may be at risk in all.',
      hot: true,
      riskCap: 'max',
    },
    share,
  ),
};
