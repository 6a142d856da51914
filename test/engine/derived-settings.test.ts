import { describe, expect, it } from 'vitest';
import type { Settings } from '../../src/config/schema.js';
import {
  claudeSettings,
  cycleMs,
  executorSettings,
  judgementSettings,
  listenMs,
  selectionSettings,
  valuationSettings,
} from '../../src/engine/derived-settings.js';
import { limits } from '../../src/limits.js';
import { loaded } from '../config/helpers.js';

/** Every one unlike its default and unlike the others. */
const settings = loaded({
  flags: {
    mispricingThreshold: '0.11',
    minEdgePct: '0.07',
    maxEdge: '0.41',
    exitEdge: '0.035',
    minCandidates: '3',
    fallbackMispricingThreshold: '0.03',
    feeBps: '16',
    slippageBps: '21',
    kellyFraction: '0.19',
    maxTradesPerCycle: '6',
    maxFractionPerTrade: '0.04',
    maxTotalFractionPerCycle: '0.17',
    minFractionPerTrade: '0.006',
    enforceEventMutex: 'false',
    maxFractionPerEvent: '0.05',
    maxFractionPerUnderlyingDay: '0.13',
    maxGrossFraction: '0.9',
    adaptiveThresholdEnabled: 'true',
    adaptiveThresholdFloor: '0.012',
    adaptiveLiquidityVolumeRef: '40000',
    adaptiveSpreadRefCents: '11.5',
    adaptiveConfidenceWeight: '0.21',
    adaptiveLiquidityWeight: '0.54',
    adaptiveSpreadWeight: '0.26',
    maxDepthShare: '0.22',
    forceTestCandidate: 'true',
    minSecondsToClose: '61',
    maxDaysToClose: '29',
    balancePrecision: '0.01',
    bankroll: '9000',
    maxDailyLoss: '501',
    maxOpenExposure: '4999',
    maxNotionalPerMarket: '999',
    maxOrdersPerMin: '19',
    reentryCooldownSeconds: '602',
    maxCrashes: '4',
    shardAllocation: '0:60,2:40',
    shardTargets: '0:70,3:30',
    dayZone: 'America/New_York',
    claudeModel: 'claude-sonnet-5-5',
    inferenceGrant: '11',
    inferenceDailyCap: '4',
    inferenceProfitShare: '0.21',
    valuationBatchSize: '31',
    claudeEnsemble: '3',
    claudeEveryNCycles: '2',
    claudeTriggerMode: 'on_viable_markets',
    valuationTimeoutMs: '7000',
    scanMinVolume: '77',
    scanMaxSpreadCents: '13',
    valuationMarkets: '123',
    cycleSeconds: '601',
    scanWsDeltaWindowSecs: '4',
  },
}).settings;

describe('what a worker obeys', () => {
  it('has every field, fractions as configured, durations in market time', () => {
    expect(valuationSettings(settings)).toEqual({
      mispricingThreshold: 0.11,
      minEdge: 0.07,
      maxEdge: 0.41,
      exitEdge: 0.035,
      minCandidates: 3,
      fallbackThreshold: 0.03,
      adaptive: {
        floor: 0.012,
        volumeRef: 40_000,
        spreadRef: 11.5,
        confidenceWeight: 0.21,
        liquidityWeight: 0.54,
        spreadWeight: 0.26,
      },
      feeMarginBps: 16,
      slippageBps: 21,
      kellyFraction: 0.19,
      maxTradesPerCycle: 6,
      maxFractionPerTrade: 0.04,
      maxTotalFractionPerCycle: 0.17,
      minFractionPerTrade: 0.006,
      enforceEventMutex: false,
      maxFractionPerEvent: 0.05,
      maxFractionPerUnderlyingDay: 0.13,
      maxGrossFraction: 0.9,
      maxDepthShare: 0.22,
      forceTestCandidate: true,
      closesTooSoonMs: 61_000,
      maxDaysToClose: 29,
      cashUnit: 10_000,
      allowHeuristic: true,
    });
  });
});

describe('what a worker obeys without adaptation', () => {
  it('is one threshold for every market', () => {
    expect(valuationSettings(loaded({}).settings).adaptive).toBeNull();
  });
});

describe('what the executor obeys', () => {
  const atSpeed = (speed: number) => executorSettings(settings, speed);

  it('has every field, money in micros', () => {
    expect(atSpeed(1)).toEqual({
      minEdge: 0.07,
      exitEdge: 0.035,
      slippageBps: 21,
      feeMarginBps: 16,
      bankroll: 9_000_000_000,
      maxDailyLoss: 501_000_000,
      maxOpenExposure: 4_999_000_000,
      maxNotionalPerMarket: 999_000_000,
      maxFractionPerTrade: 0.04,
      maxOrdersPerMinute: 19,
      groupContracts: 4_999,
      reentryCooldownMs: 602_000,
      maxCrashes: 4,
      crashWindowMs: 600_000,
      cashUnit: 10_000,
      shardAllocation: [
        { shard: 0, percent: 60 },
        { shard: 2, percent: 40 },
      ],
      shardTargets: [
        { shard: 0, percent: 70 },
        { shard: 3, percent: 30 },
      ],
      dayZone: 'America/New_York',
      claudeModel: 'claude-sonnet-5-5',
      inferenceGrant: 11_000_000,
      inferenceDailyCap: 4_000_000,
      inferenceProfitShare: 0.21,
      fillsQueryAfterMs: 2_000,
      unknownQuarantineMs: 60_000,
      readingEveryMs: 7_200_000,
      readingQuietMs: 300_000,
      unknownMarkMaxMs: 900_000,
      modelAgainAfterMs: 60_000,
      transferEveryMs: 60_000,
      transferSlowMs: 600_000,
    });
  });

  it('stretches real durations to market time at speed 60, and nothing else', () => {
    const {
      crashWindowMs,
      fillsQueryAfterMs,
      unknownQuarantineMs,
      readingEveryMs,
      readingQuietMs,
      unknownMarkMaxMs,
      modelAgainAfterMs,
      transferEveryMs,
      transferSlowMs,
      ...rest
    } = atSpeed(60);
    expect({
      crashWindowMs,
      fillsQueryAfterMs,
      unknownQuarantineMs,
      readingEveryMs,
      readingQuietMs,
      unknownMarkMaxMs,
      modelAgainAfterMs,
      transferEveryMs,
      transferSlowMs,
    }).toEqual({
      crashWindowMs: limits.crashWindowMs * 60,
      transferEveryMs: limits.transferEveryMs * 60,
      transferSlowMs: limits.transferSlowMs * 60,
      modelAgainAfterMs: limits.modelAgainAfterMs * 60,
      fillsQueryAfterMs: limits.fillsQueryAfterMs * 60,
      unknownQuarantineMs: limits.unknownQuarantineMs * 60,
      readingEveryMs: limits.readingEveryMs * 60,
      readingQuietMs: limits.readingQuietMs * 60,
      unknownMarkMaxMs: limits.unknownMarkMsMax * 60,
    });
    expect(atSpeed(1)).toMatchObject(rest);
  });
});

describe('live mode', () => {
  it('trades on the heuristic alone only where it is told to', () => {
    const allowed = (executionMode: 'paper' | 'live', allowHeuristicInLive: boolean) =>
      valuationSettings({ ...settings, executionMode, allowHeuristicInLive }).allowHeuristic;
    expect(allowed('paper', false)).toBe(true);
    expect(allowed('live', false)).toBe(false);
    expect(allowed('live', true)).toBe(true);
  });
});

describe('what Claude obeys', () => {
  it('is asked as configured, and waited for in market time', () => {
    expect(claudeSettings(settings)).toEqual({
      model: 'claude-sonnet-5-5',
      batchSize: 31,
      ensemble: 3,
    });
    expect(judgementSettings(settings, 60)).toEqual({
      waitMs: 420_000,
      everyNCycles: 2,
      mode: 'on_viable_markets',
    });
  });
});

describe('what the windows obey', () => {
  it('select by volume in hundredths of a contract and spread in units of a price', () => {
    expect(selectionSettings(settings)).toEqual({
      minVolume: 7_700,
      maxSpread: 1_300,
      marketsMax: 123,
    });
  });

  it('last as long in market time at every speed; the first listening is real', () => {
    expect(cycleMs(settings)).toBe(601_000);
    expect(listenMs(settings, 1)).toBe(4_000);
    expect(listenMs(settings, 60)).toBe(240_000);
  });

  it('follow a change at once: nothing is remembered', () => {
    const changed: Settings = { ...settings, cycleSeconds: 5 };
    expect(cycleMs(changed)).toBe(5_000);
  });
});
