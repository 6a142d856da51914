import type { SettingKey } from '../../config/schema.js';

const trades = 'It decides where orders go, and with what money.';
const address = 'Whoever can change an address can have a key sent to it.';
const place = 'The books, the recording and the reports of a run stay where they are.';
const guard = 'It is a guard that only a person at the machine may take off.';
const alarm = 'Whoever has got hold of the page could keep the alarm from ringing.';
const weight = 'Either way some markets get easier to trade.';
const process = 'It says what one process is to do, or what clock and world it has.';

/**
 * What no page may ever change in a running engine, hot or not, and why. What is not hot cannot be changed from a page
 * either; it is named here all the same where changing it could cost money, so that making it hot one day opens nothing.
 */
export const neverFromPage: Partial<Readonly<Record<SettingKey, string>>> = {
  executionMode: trades,
  exchangeBackend: trades,
  account: trades,
  liveConfirm: trades,
  allowHeuristicInLive: guard,
  forceTestCandidate: 'It makes the engine trade without an edge.',
  watchList: 'A market on it is traded whatever its volume or spread.',
  slippageBps: 'Raised it lets an order pay more, lowered it counts less as cost.',
  exitEdge: 'Lowered it sells for less, raised it keeps what would have been sold.',
  adaptiveConfidenceWeight: weight,
  adaptiveLiquidityWeight: weight,
  adaptiveSpreadWeight: weight,
  orderGroups: guard,
  maxCrashes: guard,
  recordingRequired: guard,
  marketResolution: guard,
  alertTelegramChat: alarm,
  alertCapShare: alarm,
  alertUnknownSeconds: alarm,
  alertFeedSeconds: alarm,
  alertRepeatMinutes: alarm,
  chainsEnabled: place,
  dayZone: 'It decides when a day of losses begins.',
  balancePrecision: 'Cash is rounded by it.',
  shardAllocation: 'It decides where cash is.',
  shardTargets: 'It moves cash.',
  marketAliases: 'It decides which market a name means.',

  kalshiApiBaseUrl: address,
  kalshiWsUrl: address,
  anthropicBaseUrl: address,
  noaaBaseUrl: address,
  nbmBaseUrl: address,
  coinbaseBaseUrl: address,
  krakenBaseUrl: address,
  blockchainBaseUrl: address,
  mempoolBaseUrl: address,
  sportsInjuryApiUrl: address,
  sportsInjuryKeyHeader: address,
  sportsInjuryKeyScheme: address,
  cryptoSentimentApiUrl: address,
  alertTelegramBaseUrl: address,
  uiPort: address,

  configPath: place,
  dataDir: place,
  statePath: place,
  journalPath: place,
  cycleArtifactsDir: place,
  cycleArtifactsEnabled: place,
  recordingsKeepDays: place,
  recordingsMaxGb: place,

  clock: process,
  seed: process,
  runOnce: process,
  runSummaryOnly: process,
  runSmokeTest: process,
  runReplay: process,
};
