import type { ExecutorSettings } from '../actors/executor/messages.js';
import type { Settings } from '../config/schema.js';
import { dollar } from '../domain/units.js';
import type { WatchList } from '../domain/watch-list.js';
import { limits } from '../limits.js';
import type { ValuationSettings } from '../messages/valuation.js';
import type { ReasonRules } from '../sinks/console/reasons.js';
import type { JudgementSettings } from '../streams/judgements.js';
import type { SelectionSettings } from '../streams/selections.js';
import { beforeNewsMs } from '../valuation/sports.js';

const secondMs = 1_000;
/** One cent in units of a price. */
const cent = 100;

/** What a worker needs of the settings. Fractions and dollars as configured; durations in market time. */
export const valuationSettings = (settings: Settings): ValuationSettings => ({
  mispricingThreshold: settings.mispricingThreshold,
  minEdge: settings.minEdgePct,
  maxEdge: settings.maxEdge,
  exitEdge: settings.exitEdge,
  minCandidates: settings.minCandidates,
  fallbackThreshold: settings.fallbackMispricingThreshold,
  adaptive: settings.adaptiveThresholdEnabled
    ? {
        floor: settings.adaptiveThresholdFloor,
        volumeRef: settings.adaptiveLiquidityVolumeRef,
        spreadRef: settings.adaptiveSpreadRefCents,
        liquidityWeight: settings.adaptiveLiquidityWeight,
        spreadWeight: settings.adaptiveSpreadWeight,
        confidenceWeight: settings.adaptiveConfidenceWeight,
      }
    : null,
  feeMarginBps: settings.feeBps,
  slippageBps: settings.slippageBps,
  kellyFraction: settings.kellyFraction,
  maxTradesPerCycle: settings.maxTradesPerCycle,
  maxFractionPerTrade: settings.maxFractionPerTrade,
  maxTotalFractionPerCycle: settings.maxTotalFractionPerCycle,
  minFractionPerTrade: settings.minFractionPerTrade,
  enforceEventMutex: settings.enforceEventMutex,
  maxFractionPerEvent: settings.maxFractionPerEvent,
  maxFractionPerUnderlyingDay: settings.maxFractionPerUnderlyingDay,
  maxGrossFraction: settings.maxGrossFraction,
  maxDepthShare: settings.maxDepthShare,
  forceTestCandidate: settings.forceTestCandidate,
  closesTooSoonMs: settings.minSecondsToClose * secondMs,
  maxDaysToClose: settings.maxDaysToClose,
  cashUnit: settings.balancePrecision,
  allowHeuristic: settings.executionMode !== 'live' || settings.allowHeuristicInLive,
});

/** The rules whose numbers a person is told with a reason. */
export const reasonRules = (settings: Settings): ReasonRules => ({
  ...valuationSettings(settings),
  reentryCooldownMs: settings.reentryCooldownSeconds * secondMs,
});

/** What the executor obeys. Real durations are stretched to market time here, and only here. */
export const executorSettings = (settings: Settings, speed: number): ExecutorSettings => ({
  minEdge: settings.minEdgePct,
  exitEdge: settings.exitEdge,
  slippageBps: settings.slippageBps,
  feeMarginBps: settings.feeBps,
  bankroll: settings.bankroll,
  maxDailyLoss: settings.maxDailyLoss,
  maxOpenExposure: settings.maxOpenExposure,
  maxNotionalPerMarket: settings.maxNotionalPerMarket,
  maxFractionPerTrade: settings.maxFractionPerTrade,
  maxOrdersPerMinute: settings.maxOrdersPerMin,
  // A contract loses a dollar at most: in 15 s the exchange lets through what the exposure cap can stand, whatever the
  // price. The exchange takes 1 to 1,000,000.
  groupContracts: settings.orderGroups
    ? Math.min(1_000_000, Math.max(1, Math.floor(settings.maxOpenExposure / dollar)))
    : null,
  reentryCooldownMs: settings.reentryCooldownSeconds * secondMs,
  maxCrashes: settings.maxCrashes,
  crashWindowMs: limits.crashWindowMs * speed,
  cashUnit: settings.balancePrecision,
  shardAllocation: settings.shardAllocation,
  shardTargets: settings.shardTargets,
  dayZone: settings.dayZone,
  claudeModel: settings.claudeModel,
  inferenceGrant: settings.inferenceGrant,
  inferenceDailyCap: settings.inferenceDailyCap,
  inferenceProfitShare: settings.inferenceProfitShare,
  fillsQueryAfterMs: limits.fillsQueryAfterMs * speed,
  unknownQuarantineMs: limits.unknownQuarantineMs * speed,
  readingEveryMs: limits.readingEveryMs * speed,
  readingQuietMs: limits.readingQuietMs * speed,
  unknownMarkMaxMs: limits.unknownMarkMsMax * speed,
  modelAgainAfterMs: limits.modelAgainAfterMs * speed,
  transferEveryMs: limits.transferEveryMs * speed,
  transferSlowMs: limits.transferSlowMs * speed,
});

export const selectionSettings = (settings: Settings): SelectionSettings => ({
  minVolume: settings.scanMinVolume,
  maxSpread: settings.scanMaxSpreadCents * cent,
  marketsMax: settings.valuationMarkets,
});

export const watchList = (settings: Settings): WatchList => ({
  inputs: settings.watchList,
  aliases: settings.marketAliases,
  isStrict: settings.marketResolution === 'strict',
});

export const cycleMs = (settings: Settings): number => settings.cycleSeconds * secondMs;

/** How long the first cycle listens, in market time. */
export const listenMs = (settings: Settings, speed: number): number =>
  settings.scanWsDeltaWindowSecs * secondMs * speed;

/** How far back news may lie that is still acted on, and the minute before it. Market ms. */
export const newsMs = ({ sportsReactions }: Settings): number =>
  2 * Math.max(0, ...sportsReactions.map(({ halfLifeMs }) => halfLifeMs)) + beforeNewsMs;

/** No market is a candidate between windows below this edge, dollars per contract. */
export const leastEdge = (settings: Settings): number =>
  settings.adaptiveThresholdEnabled
    ? Math.min(settings.mispricingThreshold, settings.adaptiveThresholdFloor)
    : settings.mispricingThreshold;

/** Whom Claude's questions go to, how many markets go into one, and in how many ways each is asked. */
export const claudeSettings = (settings: Settings) => ({
  model: settings.claudeModel,
  batchSize: settings.valuationBatchSize,
  ensemble: settings.claudeEnsemble,
});

/** When Claude is asked, and how long a window waits for it, in market time. */
export const judgementSettings = (settings: Settings, speed: number): JudgementSettings => ({
  waitMs: settings.valuationTimeoutMs * speed,
  everyNCycles: settings.claudeEveryNCycles,
  mode: settings.claudeTriggerMode,
});
