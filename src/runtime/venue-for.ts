import type { Clock } from '../clock.js';
import type { Settings } from '../config/schema.js';
import type { Secrets } from '../config/secrets.js';
import { type KalshiShell, kalshiShell } from '../exchange/kalshi/shell.js';

/** The exchange that the settings name, as whoever the secrets say; without a key only what is public, in paper mode no write. */
export function venueFor(
  settings: Pick<Settings, 'executionMode' | 'kalshiApiBaseUrl' | 'kalshiWsUrl'>,
  { kalshiKeyId: keyId, kalshiPrivateKey: key }: Secrets,
  clock: Clock,
  log: (note: { readonly code: string; readonly detail: string }) => void,
): KalshiShell {
  return kalshiShell({
    baseUrl: settings.kalshiApiBaseUrl,
    wsUrl: settings.kalshiWsUrl,
    credentials: keyId === null || key === null ? null : { keyId, key },
    mayWrite: settings.executionMode === 'live',
    clock,
    log,
  });
}
