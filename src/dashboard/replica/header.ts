import type { Settings } from '../../config/schema.js';
import type { Account } from '../../domain/account.js';
import { limits } from '../../limits.js';
import type { Header, SourceKind } from '../../messages/dashboard.js';
import type { FeedPulse, FeedRun, FeedSettings } from '../../messages/dashboard-feed.js';

export type HeaderParts = {
  readonly source: SourceKind;
  readonly run: FeedRun;
  readonly settings: FeedSettings | null;
  /** Null: no engine has told anything. */
  readonly pulse: FeedPulse | null;
  readonly account: Account | null;
  /** Market time of the last full list of markets. */
  readonly scannedAt: number | null;
};

const states = { pause: 'paused', cancel: 'canceling', halt: 'halted' } as const;

export function headerOf(parts: HeaderParts): Header {
  const { source, run, settings, pulse, account, scannedAt } = parts;
  const at = pulse?.at ?? account?.lastAt ?? 0;
  const age = (then: number | null): number | null =>
    then === null ? null : Math.max(0, at - then) / run.speed;
  return {
    source,
    mode: run.mode,
    venue: run.venue,
    environment: run.environment,
    account: run.account,
    run: run.run,
    version: run.version,
    state: stateOf(source, pulse, account),
    holds: holdsOf(pulse, account),
    at,
    speed: run.speed,
    feedAgeMs: pulse?.feedAgeMs ?? null,
    scanAgeMs: age(scannedAt),
    accountAgeMs: run.mode === 'paper' ? null : age(account?.reconciledAt ?? null),
    feedStaleMs: limits.connectionAliveMsMax,
    scanStaleMs: settings === null ? null : scanStaleMs(settings.settings as Settings, run.speed),
    accountStaleMs,
    feedState: pulse?.feedState ?? 'none',
    gaps: pulse?.gaps ?? 0,
    settingsRevision: settings?.revision ?? '',
    settingsChanges: settings?.changes ?? 0,
    cycle: pulse?.cycle ?? account?.cycles ?? 0,
    windowEndsAt: pulse?.windowEndsAt ?? null,
  };
}

/** A list is read once a window, ahead of its end; where that fails, a few times more. Then one is missing. */
export function scanStaleMs({ cycleSeconds }: Settings, speed: number): number {
  const retriesMs = limits.scanRetryMs * (2 ** limits.scanRetriesMax - 1);
  return (cycleSeconds * 1_000) / speed + retriesMs;
}

/** A reading that comes sooner than `readingQuietMs` after the one before is not written down; the next is due after that. */
export const accountStaleMs =
  limits.readingEveryMs + limits.readingQuietMs + limits.restReadDeadlineMs;

function stateOf(
  source: SourceKind,
  pulse: FeedPulse | null,
  account: Account | null,
): Header['state'] {
  if (source === 'finished' || pulse?.phase === 'stopped') return 'stopped';
  if (pulse === null || account === null) return 'starting';
  if (pulse.halted !== null) return states[pulse.halted];
  return pulse.phase === 'draining' ? 'draining' : 'running';
}

function holdsOf(pulse: FeedPulse | null, account: Account | null): Header['holds'] {
  const latches = [...(account?.latches ?? [])].map(([cause, { level, why }]) => ({
    cause,
    level,
    why,
  }));
  const isDisk = pulse?.halted === 'halt' && !latches.some(({ level }) => level === 'halt');
  const disk = { cause: 'disk', level: 'halt', why: 'the ledger cannot be written' };
  return isDisk ? [...latches, disk] : latches;
}
