import { flag, fraction, fractionOrOff, whole } from './kinds.js';

const share = { min: '0', max: '1' } as const;
const bps = { min: '0', max: '10000' } as const;
const perContract = '$ per $1 contract';

/** When a market is mispriced enough to trade. Edges are dollars per $1 contract, net of every cost. */
export const edge = {
  mispricingThreshold: fraction(
    {
      env: 'BOT_MISPRICING_THRESHOLD',
      unit: perContract,
      default: '0.08',
      description: 'Least edge of a candidate.',
      hot: true,
    },
    share,
  ),
  minEdgePct: fraction(
    {
      env: 'BOT_MIN_EDGE_PCT',
      unit: perContract,
      default: '0.08',
      description:
        'Least edge at execution time, absolute: candidates that backfill or adaptation let through below it are refused.',
      hot: true,
    },
    share,
  ),
  minCandidates: whole(
    {
      env: 'BOT_MIN_CANDIDATES',
      unit: 'candidates',
      default: '0',
      description:
        'Above 0, a cycle with fewer candidates is filled up from the best valuations over the fallback threshold.',
      hot: true,
    },
    { min: '0', max: '1000' },
  ),
  fallbackMispricingThreshold: fraction(
    {
      env: 'BOT_FALLBACK_MISPRICING_THRESHOLD',
      unit: perContract,
      default: '0.02',
      description: 'Least edge of a backfilled candidate.',
      hot: true,
    },
    share,
  ),
  maxEdge: fraction(
    {
      env: 'BOT_MAX_EDGE',
      unit: perContract,
      default: '0.30',
      description: 'An edge above this is shown as a suspected error and not traded.',
      hot: true,
      riskCap: 'max',
    },
    share,
  ),
  feeBps: fraction(
    {
      env: 'BOT_FEE_BPS',
      unit: 'bps of the $1 payout',
      default: '15',
      description: 'Safety margin on top of the exact fee; 15 is $0.0015 a contract.',
      hot: true,
    },
    bps,
  ),
  slippageBps: fraction(
    {
      env: 'BOT_SLIPPAGE_BPS',
      unit: 'bps of the $1 payout',
      default: '20',
      description: 'How much worse than the walked price a limit may be; also counted as a cost.',
      hot: true,
    },
    bps,
  ),
  exitEdge: fractionOrOff(
    {
      env: 'BOT_EXIT_EDGE',
      unit: perContract,
      default: 'off',
      description:
        'Sell a position, reduce-only, in a window that values its market, when the bid net of all cost exceeds fair value by this. Off: positions are held to settlement.',
      hot: true,
    },
    share,
  ),
  minSecondsToClose: whole(
    {
      env: 'BOT_MIN_SECONDS_TO_CLOSE',
      unit: 's',
      default: '60',
      description: 'Markets that close sooner are not entered.',
      hot: true,
    },
    { min: '0', max: '86400' },
  ),
  maxDaysToClose: fraction(
    {
      env: 'BOT_MAX_DAYS_TO_CLOSE',
      unit: 'days',
      default: '30',
      description: 'Markets that close later are not entered.',
      hot: true,
    },
    { min: '0', max: '3650' },
  ),
  forceTestCandidate: flag({
    env: 'BOT_FORCE_TEST_CANDIDATE',
    unit: '',
    default: 'false',
    description:
      'Inject one deterministic candidate when none passes the threshold. For trying the order path only.',
    hot: true,
  }),
  adaptiveThresholdEnabled: flag({
    env: 'BOT_ADAPTIVE_THRESHOLD_ENABLED',
    unit: '',
    default: 'false',
    description: 'Lower the threshold per market for liquidity, tight spread and confidence.',
    hot: true,
  }),
  adaptiveThresholdFloor: fraction(
    {
      env: 'BOT_ADAPTIVE_THRESHOLD_FLOOR',
      unit: perContract,
      default: '0.01',
      description: 'Lowest adaptive threshold.',
      hot: true,
    },
    share,
  ),
  adaptiveLiquidityVolumeRef: fraction(
    {
      env: 'BOT_ADAPTIVE_LIQUIDITY_VOLUME_REF',
      unit: 'contracts',
      default: '50000',
      description: 'Volume of a market at which liquidity lowers the threshold fully.',
      hot: true,
    },
    { min: '1', max: '1000000' },
  ),
  adaptiveSpreadRefCents: fraction(
    {
      env: 'BOT_ADAPTIVE_SPREAD_REF_CENTS',
      unit: '¢',
      default: '12',
      description: 'Spread from which on tightness lowers the threshold no more.',
      hot: true,
    },
    { min: '0.01', max: '100' },
  ),
  adaptiveConfidenceWeight: fraction(
    {
      env: 'BOT_ADAPTIVE_CONFIDENCE_WEIGHT',
      unit: 'weight',
      default: '0.20',
      description: 'Weight of confidence in the adaptive threshold.',
      hot: true,
    },
    share,
  ),
  adaptiveLiquidityWeight: fraction(
    {
      env: 'BOT_ADAPTIVE_LIQUIDITY_WEIGHT',
      unit: 'weight',
      default: '0.55',
      description: 'Weight of liquidity in the adaptive threshold.',
      hot: true,
    },
    share,
  ),
  adaptiveSpreadWeight: fraction(
    {
      env: 'BOT_ADAPTIVE_SPREAD_WEIGHT',
      unit: 'weight',
      default: '0.25',
      description: 'Weight of a tight spread in the adaptive threshold.',
      hot: true,
    },
    share,
  ),
};
