import { assert } from './domain/assert.js';

/**
 * Every bound on a queue, buffer, retry or age, unit in its name. Durations are real milliseconds; what runs on market
 * time multiplies them by the clock's speed at the door.
 */
export const limits = {
  // Intake
  tickEveryMs: 1_000,
  intakeQueueMax: 100_000,
  timersAtOneInstantMax: 100_000,
  clockDriftMsMax: 1_000,

  // Trust
  connectionAliveMsMax: 15_000,
  messageLagMsMax: 3_000,
  marketSilenceMsMax: 60_000,
  keylessBookAgeMsMax: 30_000,
  connectionSilenceCutMs: 25_000,

  // Market data
  tickersPerSubscriptionMax: 200,
  listingPagesMax: 100,
  listingPageSize: 1_000,

  // Valuation
  valuationDeadlineMs: 8_000,
  valuationsQueuedMax: 4,

  // Executor
  fillsQueryAfterMs: 2_000,
  unknownQuarantineMs: 60_000,
  unknownMarkMsMax: 900_000,
  resendsOf429Max: 2,
} as const;

assert(
  limits.connectionAliveMsMax < limits.connectionSilenceCutMs,
  'trading stops before a silent connection is cut',
);
