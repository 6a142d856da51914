import { environmentOf, parseFeedAddress } from './addresses.js';
import type { ConfigProblem, ConfigWarning } from './problems.js';
import { metaOf, type SettingKey, type Settings, spell } from './schema.js';

const daySeconds = 86_400;

/** "BOT_MIN_EDGE_PCT (0.08)". */
const named = (settings: Settings, key: SettingKey): string =>
  `${metaOf(key).env} (${spell(key, settings[key])})`;

type Order = {
  readonly low: SettingKey;
  readonly high: SettingKey;
  /** Only where this is on or above 0; null: always. */
  readonly onlyIf: SettingKey | null;
};

/** Which settings must not exceed which: data, so that a page can check them, too. */
export const settingOrders: readonly Order[] = [
  { low: 'minFractionPerTrade', high: 'maxFractionPerTrade', onlyIf: null },
  { low: 'maxFractionPerTrade', high: 'maxTotalFractionPerCycle', onlyIf: null },
  {
    low: 'fallbackMispricingThreshold',
    high: 'mispricingThreshold',
    onlyIf: 'minCandidates',
  },
  {
    low: 'adaptiveThresholdFloor',
    high: 'mispricingThreshold',
    onlyIf: 'adaptiveThresholdEnabled',
  },
];

/** What must hold between settings, whatever their origins. */
export function relationProblems(settings: Settings): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const check = (holds: boolean, subject: SettingKey, message: string): void => {
    if (!holds) problems.push({ code: 'relation', subject, message });
  };
  for (const { low, high, onlyIf } of settingOrders)
    check(
      (onlyIf !== null && !(Number(settings[onlyIf]) > 0)) ||
        Number(settings[low]) <= Number(settings[high]),
      low,
      `${named(settings, low)} must not exceed ${named(settings, high)}`,
    );
  if (settings.adaptiveThresholdEnabled) {
    const weights =
      settings.adaptiveConfidenceWeight +
      settings.adaptiveLiquidityWeight +
      settings.adaptiveSpreadWeight;
    check(
      weights > 0,
      'adaptiveThresholdEnabled',
      'the three BOT_ADAPTIVE_*_WEIGHT settings must not all be 0',
    );
  }
  check(
    daySeconds % settings.replayCyclesPerDay === 0,
    'replayCyclesPerDay',
    `${named(settings, 'replayCyclesPerDay')} must divide a day of ${daySeconds} seconds: windows are whole seconds`,
  );
  const environment = environmentOf(settings);
  const feed = parseFeedAddress(settings.kalshiWsUrl);
  check(
    settings.exchangeBackend === 'paper_sim' || (feed.ok && feed.value.environment === environment),
    'kalshiWsUrl',
    `${named(settings, 'kalshiWsUrl')} and ${named(settings, 'kalshiApiBaseUrl')} must belong to the same exchange`,
  );
  check(
    settings.clock === null || environment === 'loopback',
    'clock',
    `BOT_CLOCK is only for an exchange on loopback, and ${named(settings, 'kalshiApiBaseUrl')} is not`,
  );
  return problems;
}

/** Combinations that are allowed but seldom meant. Said at start. */
export function relationWarnings(settings: Settings): readonly ConfigWarning[] {
  const warnings: ConfigWarning[] = [];
  const warn = (
    when: boolean,
    code: ConfigWarning['code'],
    subject: SettingKey,
    message: string,
  ) => {
    if (when) warnings.push({ code, subject, message });
  };
  warn(
    settings.minEdgePct > settings.mispricingThreshold,
    'min_edge_hides_threshold',
    'minEdgePct',
    `${named(settings, 'minEdgePct')} exceeds ${named(settings, 'mispricingThreshold')}: candidates between the two are refused at execution`,
  );
  warn(
    settings.minCandidates > 0 && settings.minEdgePct > settings.fallbackMispricingThreshold,
    'min_edge_hides_backfill',
    'minEdgePct',
    `${named(settings, 'minEdgePct')} exceeds ${named(settings, 'fallbackMispricingThreshold')}: backfilled candidates between the two are refused at execution`,
  );
  warn(
    settings.adaptiveThresholdEnabled && settings.minEdgePct > settings.adaptiveThresholdFloor,
    'min_edge_hides_adaptation',
    'minEdgePct',
    `${named(settings, 'minEdgePct')} exceeds ${named(settings, 'adaptiveThresholdFloor')}: candidates that adaptation lets through between the two are refused at execution`,
  );
  warn(
    settings.minEdgePct >= settings.maxEdge,
    'nothing_trades',
    'minEdgePct',
    `${named(settings, 'minEdgePct')} leaves no edge below ${named(settings, 'maxEdge')}: nothing will trade`,
  );
  warn(
    settings.maxNotionalPerMarket > settings.maxOpenExposure,
    'market_cap_over_exposure',
    'maxNotionalPerMarket',
    `${named(settings, 'maxNotionalPerMarket')} exceeds ${named(settings, 'maxOpenExposure')} and so never binds`,
  );
  warn(
    settings.maxDailyLoss > settings.bankroll,
    'daily_loss_over_bankroll',
    'maxDailyLoss',
    `${named(settings, 'maxDailyLoss')} exceeds ${named(settings, 'bankroll')} and so never stops anything`,
  );
  warn(
    settings.forceTestCandidate,
    'forced_candidate',
    'forceTestCandidate',
    'BOT_FORCE_TEST_CANDIDATE is on: a candidate without edge is traded when none has any',
  );
  return warnings;
}
