import { isAbsolute, relative, resolve, sep } from 'node:path';
import {
  asksClaude,
  environmentOf,
  parseFeedAddress,
  parseRestAddress,
} from '../../config/addresses.js';
import type { Environ } from '../../config/layers.js';
import { liveProblems } from '../../config/modes.js';
import { type ConfigProblem, type ConfigWarning, exitCodeOf } from '../../config/problems.js';
import type { Settings } from '../../config/schema.js';
import type { LoadedSecrets, Secrets } from '../../config/secrets.js';
import type { Result } from '../../domain/result.js';
import { notOfAlerts } from './alerts.js';
import { type Check, failure, pass, unchecked, warning } from './check.js';

export type KeyPorts = {
  readonly settings: Settings;
  /** What the settings were loaded with. */
  readonly spoken: readonly ConfigWarning[];
  readonly loaded: Result<LoadedSecrets, readonly ConfigProblem[]>;
  readonly env: Environ;
  /** Where this program's own files lie. */
  readonly programDir: string;
};

const told = (problems: readonly { readonly message: string }[]): string =>
  problems.map(({ message }) => message).join('; ');

/** Names of the environment that lead to a file with the key. */
const keyPathNames = ['KALSHI_PRIVATE_KEY_PATH', 'KALSHI_PRIVATE_KEY_PEM_FILE'] as const;

const keyPathOf = (env: Environ): string | null =>
  keyPathNames.map((name) => env[name] ?? '').find((path) => path !== '') ?? null;

/** Whether live mode would have nothing but the heuristic to go by. */
export const isHeuristicOnly = (settings: Settings, secrets: Secrets): boolean =>
  secrets.anthropicApiKey === null || !asksClaude(settings);

export function keyChecks(ports: KeyPorts): readonly Check[] {
  const { settings, spoken, loaded, env, programDir } = ports;
  const isLive = settings.executionMode === 'live';
  return [
    {
      code: 'settings_valid',
      proves: 'every setting is understood and none contradicts another',
      exitCode: 3,
      atStart: false,
      run: () => (spoken.length === 0 ? pass('all valid') : warning(told(spoken))),
    },
    {
      code: 'addresses',
      proves: 'keys go to one known exchange, over TLS, and nowhere else',
      exitCode: 3,
      atStart: true,
      run: () => {
        const { kalshiApiBaseUrl, kalshiWsUrl } = settings;
        const rest = parseRestAddress(kalshiApiBaseUrl);
        const feed = parseFeedAddress(kalshiWsUrl);
        if (!rest.ok || !feed.ok || rest.value.environment !== feed.value.environment)
          return failure(`${kalshiApiBaseUrl} and ${kalshiWsUrl} are not of one known exchange`);
        return pass(`both of the ${rest.value.environment} exchange; redirects are never followed`);
      },
    },
    {
      code: 'key_file',
      proves: 'the keys can be read, by us alone, and are of a kind that the exchange takes',
      exitCode: 4,
      atStart: true,
      run: () => {
        if (!loaded.ok) {
          const problems = notOfAlerts(loaded.error);
          return problems.length === 0
            ? unchecked('needs alert_channels')
            : failure(told(problems));
        }
        const { secrets, warnings } = loaded.value;
        if (!secrets.hasKalshiKey)
          return isLive
            ? failure('set KALSHI_API_KEY_ID and KALSHI_PRIVATE_KEY_PATH')
            : unchecked('no key: public lists and books only, which paper mode can do with');
        const path = keyPathOf(env);
        if (path !== null && isInside(programDir, path))
          return failure(`${path} lies among the program's own files; keep it elsewhere`);
        return warnings.length === 0
          ? pass(`${kindOf(secrets)}, readable by us alone`)
          : warning(told(warnings));
      },
    },
    {
      code: 'live_rules',
      proves: 'live mode is meant, and is not left to the heuristic alone',
      exitCode: 3,
      needs: isLive ? ['key_file'] : [],
      atStart: false,
      run: () => {
        if (!isLive) return pass('paper mode: no order is sent to any exchange');
        if (!loaded.ok) return failure('the keys cannot be read');
        const { secrets } = loaded.value;
        const problems = liveProblems(settings, secrets, {
          heuristicOnly: isHeuristicOnly(settings, secrets),
        });
        if (problems.length > 0) return failure(told(problems), exitCodeOf(problems) === 4 ? 4 : 3);
        return pass(
          environmentOf(settings) === 'loopback'
            ? 'live on loopback needs no confirmation'
            : 'confirmed for this key id',
        );
      },
    },
  ];
}

function kindOf({ kalshiPrivateKey: key }: Secrets): string {
  const bits = key?.asymmetricKeyDetails?.modulusLength;
  return bits === undefined ? 'Ed25519' : `RSA of ${bits} bits`;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
}
