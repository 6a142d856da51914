import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lastValueFrom } from 'rxjs';
import { systemClock } from '../../clock.js';
import { asksClaude, environmentOf } from '../../config/addresses.js';
import { homeOf } from '../../config/modes.js';
import type { ConfigProblem, ConfigWarning } from '../../config/problems.js';
import type { Settings } from '../../config/schema.js';
import type { LoadedSecrets } from '../../config/secrets.js';
import type { Result } from '../../domain/result.js';
import { evidenceAddresses } from '../../engine/evidence-addresses.js';
import { KalshiProbe } from '../../exchange/kalshi/probe.js';
import { inspectLedger } from '../../sinks/ledger/inspect.js';
import { ledgerPath, ownerOf } from '../../sinks/ledger/ledger.js';
import { lockHolder } from '../../sinks/ledger/lock.js';
import { ClaudeClient } from '../../sources/claude/client.js';
import { Fetcher } from '../../sources/fetcher.js';
import { version } from '../version.js';
import { alertCheck } from './alerts.js';
import { type Check, examine, type Row } from './check.js';
import { isPortTaken, portCheck } from './dashboard-port.js';
import { diskChecks, thisDisk } from './disk.js';
import { exchangeChecks } from './exchange.js';
import { keyChecks } from './keys.js';
import { machineChecks, thisMachine } from './machine.js';
import { loadModule, nativeCheck } from './native.js';
import { paperCheck } from './paper-record.js';
import { shapeChecks } from './shapes.js';
import { sourceChecks } from './sources.js';
import { paperRecordOf } from './surroundings.js';

export type Subject = {
  readonly settings: Settings;
  readonly spoken: readonly ConfigWarning[];
  readonly loaded: Result<LoadedSecrets, readonly ConfigProblem[]>;
};

/** Nobody may look into a process that trades with real money, or could. */
export const mustBeSealed = (settings: Settings): boolean =>
  settings.executionMode === 'live' && environmentOf(settings) !== 'loopback';

const programDir = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Looks at everything that a run with these settings stands on. GETs, one handshake, and reads of the disk; nothing is
 * written anywhere, and nothing signed goes to another host than the exchange that the settings name.
 */
export async function examined(
  { settings, spoken, loaded }: Subject,
  wants: (check: Check) => boolean,
): Promise<readonly Row[]> {
  const home = homeOf(settings);
  const secrets = loaded.ok ? loaded.value.secrets : null;
  const keyId = secrets?.kalshiKeyId ?? null;
  const key = secrets?.kalshiPrivateKey ?? null;
  const exchange = new KalshiProbe({
    baseUrl: settings.kalshiApiBaseUrl,
    wsUrl: settings.kalshiWsUrl,
    credentials: keyId === null || key === null ? null : { keyId, key },
    clock: systemClock,
  });
  // No key of a source: any answer at all says that somebody is there.
  const fetcher = new Fetcher({
    clock: systemClock,
    userAgent: `EventTradingBot/${version} (evidence for event markets)`,
    keys: [],
  });
  const apiKey = secrets?.anthropicApiKey ?? null;
  const claude =
    apiKey !== null && asksClaude(settings)
      ? new ClaudeClient({ apiKey, baseUrl: settings.anthropicBaseUrl, clock: systemClock })
      : null;
  const { realNow } = systemClock;
  const checks: readonly Check[] = [
    ...machineChecks(thisMachine(), mustBeSealed(settings)),
    nativeCheck(loadModule),
    ...keyChecks({ settings, spoken, loaded, env: process.env, programDir }),
    alertCheck({ settings, loaded, isReal: mustBeSealed(settings) }),
    ...diskChecks({
      disk: thisDisk,
      dataDir: settings.dataDir,
      home,
      owner: ownerOf({
        mode: settings.executionMode,
        environment: environmentOf(settings),
        account: settings.account,
      }),
      ledger: {
        exists: () => existsSync(ledgerPath(home)),
        holder: () => lockHolder(home),
        inspect: () => inspectLedger(home),
      },
    }),
    ...exchangeChecks({ settings, exchange, realNow }),
    ...shapeChecks(exchange),
    portCheck({
      port: settings.uiPort,
      isTaken: isPortTaken,
      isRunning: async () => (await lockHolder(home)) !== null,
    }),
    paperCheck({
      isLive: mustBeSealed(settings),
      paper: () => paperRecordOf(settings),
    }),
    ...sourceChecks({
      settings,
      realNow,
      model: claude === null ? null : (name) => lastValueFrom(claude.model(name)),
      addresses: evidenceAddresses(settings),
      silence: async (origin) => {
        const outcome = await lastValueFrom(fetcher.fetch('noaa', `${origin}/`));
        return outcome.kind === 'failed' && outcome.code !== 'redirect' ? outcome.code : null;
      },
    }),
  ];
  try {
    return await examine(checks.filter(wants), systemClock);
  } finally {
    await Promise.all([exchange.close(), fetcher.close(), claude?.close()]);
  }
}
