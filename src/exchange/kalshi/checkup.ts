/** What the exchange says of itself and of our key, read field by field; nothing of it decides a trade. */
import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import type { DecodeProblem } from '../venue.js';
import { excerpt, readBody } from './problem.js';
import { redacted } from './rest.js';

const wordField = z.string().transform(excerpt);

const StatusWire = z.object({
  exchange_active: z.boolean(),
  trading_active: z.boolean(),
  exchange_estimated_resume_time: wordField.nullish(),
});

export type ExchangeStatus = {
  readonly isActive: boolean;
  readonly isTrading: boolean;
  /** As the exchange wrote it. */
  readonly resumesAt: string | null;
};

export function exchangeStatus(body: string): Result<ExchangeStatus, DecodeProblem> {
  const wire = readBody(StatusWire, body, 'status');
  if (!wire.ok) return wire;
  const { exchange_active, trading_active, exchange_estimated_resume_time } = wire.value;
  return ok({
    isActive: exchange_active,
    isTrading: trading_active,
    resumesAt: exchange_estimated_resume_time ?? null,
  });
}

const ScheduleWire = z.object({
  schedule: z.object({
    maintenance_windows: z.array(z.object({ start_datetime: wordField, end_datetime: wordField })),
  }),
});

export type Maintenance = { readonly fromMs: number; readonly toMs: number };

/** Announced windows whose times can be read. */
export function maintenance(body: string): Result<readonly Maintenance[], DecodeProblem> {
  const wire = readBody(ScheduleWire, body, 'schedule');
  if (!wire.ok) return wire;
  const windows = wire.value.schedule.maintenance_windows.map((window) => ({
    fromMs: Date.parse(window.start_datetime),
    toMs: Date.parse(window.end_datetime),
  }));
  return ok(windows.filter(({ fromMs, toMs }) => fromMs <= toMs));
}

/** Seconds or milliseconds since the epoch, or a date. */
const momentField = z.union([z.number(), z.string()]).transform((raw) => {
  if (typeof raw === 'string') return Date.parse(raw);
  return raw < 100_000_000_000 ? raw * 1_000 : raw;
});

const KeysWire = z.object({
  api_keys: z.array(
    z.object({
      api_key_id: z.string(),
      scopes: z.array(wordField).nullish(),
      api_key_region_expiration_ts: momentField.nullish(),
    }),
  ),
  api_key_region_expiration_ts: momentField.nullish(),
});

export type KeyEntry = {
  /** Null: the exchange does not say. */
  readonly scopes: readonly string[] | null;
  /** Until when the place of its owner is attested; null: not said. */
  readonly regionUntilMs: number | null;
};

/** The entry of the key that asked, whose id was cut out of the answer; null: it is not in the list. */
export function keyEntry(body: string): Result<KeyEntry | null, DecodeProblem> {
  const wire = readBody(KeysWire, body, 'keys');
  if (!wire.ok) return wire;
  const entry = wire.value.api_keys.find((key) => key.api_key_id === redacted);
  if (entry === undefined) return ok(null);
  const until = entry.api_key_region_expiration_ts ?? wire.value.api_key_region_expiration_ts;
  return ok({ scopes: entry.scopes ?? null, regionUntilMs: until ?? null });
}

const bucket = z.object({
  refill_rate: z.number().positive(),
  bucket_capacity: z.number().positive(),
});
const TierWire = z.object({ usage_tier: wordField, read: bucket, write: bucket });

export type Tier = {
  readonly name: string;
  readonly readPerSecond: number;
  readonly writePerSecond: number;
};

export function tier(body: string): Result<Tier, DecodeProblem> {
  const wire = readBody(TierWire, body, 'limits');
  if (!wire.ok) return wire;
  const { usage_tier: name, read, write } = wire.value;
  return ok({ name, readPerSecond: read.refill_rate, writePerSecond: write.refill_rate });
}
