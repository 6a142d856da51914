import { join } from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import { environmentOf } from './addresses.js';
import { sha256Hex } from './hash.js';
import type { Environ } from './layers.js';
import type { LoadedConfig } from './load.js';
import type { ConfigProblem, ProblemCode } from './problems.js';
import { metaOf, type Settings, settingsSchema } from './schema.js';
import type { Secrets } from './secrets.js';

/** The directory of the one ledger that these settings select. */
export const homeOf = (settings: Settings): string =>
  join(
    settings.dataDir,
    `${settings.executionMode}-${environmentOf(settings)}-${settings.account}`,
  );

/** The directory of the `run`-th demo or `paper_sim` run; each gets a new one. */
export const demoHomeOf = (settings: Settings, run: number): string =>
  join(settings.dataDir, 'demo', `${run}-seed${settings.seed}`);

/** The settings of a run that lives in `home`: state, journal and cycle files lie there unless somebody set them. */
export function settingsAtHome(loaded: LoadedConfig, home: string): Settings {
  const { settings, origins } = loaded;
  const inside = (key: 'statePath' | 'journalPath' | 'cycleArtifactsDir', path: string): string =>
    origins[key] === 'default' ? join(home, path) : settings[key];
  return {
    ...settings,
    statePath: inside('statePath', 'state/runtime_state.json'),
    journalPath: inside('journalPath', 'logs/trade_journal.jsonl'),
    cycleArtifactsDir: inside('cycleArtifactsDir', 'cycles'),
  };
}

/** What live mode has to know besides the settings. */
export type Readiness = {
  /** Nothing but the heuristic would value markets. */
  readonly heuristicOnly: boolean;
};

/**
 * Why live mode may not start, by settings and secrets alone; paper mode may always. The first problem to mend comes
 * first. Off loopback the machine and the exchange are looked at as well, by `doctor`.
 */
export function liveProblems(
  settings: Settings,
  secrets: Secrets,
  readiness: Readiness,
): readonly ConfigProblem[] {
  if (settings.executionMode !== 'live') return [];
  const problems: ConfigProblem[] = [];
  const add = (code: ProblemCode, subject: string, message: string): void => {
    problems.push({ code, subject, message: `live mode: ${message}` });
  };
  if (!secrets.hasKalshiKey && settings.exchangeBackend !== 'paper_sim')
    add(
      'key_missing',
      'KALSHI_API_KEY_ID',
      'KALSHI_API_KEY_ID and KALSHI_PRIVATE_KEY_PATH are needed to place orders',
    );
  if (readiness.heuristicOnly && !settings.allowHeuristicInLive)
    add(
      'live_heuristic_only',
      'allowHeuristicInLive',
      'only heuristic valuations are available; BOT_ALLOW_HEURISTIC_IN_LIVE=true allows trading on them',
    );
  const environment = environmentOf(settings);
  if (environment === 'loopback') return problems;
  const keyId = secrets.kalshiKeyId;
  if (keyId === null || settings.liveConfirm !== sha256Hex(keyId))
    add(
      'live_unconfirmed',
      'liveConfirm',
      `BOT_LIVE_CONFIRM must repeat the API key id to trade on the ${environment} exchange`,
    );
  return problems;
}

/** What one process is to do. */
export type CommandChoice =
  | { readonly command: 'run'; readonly once: boolean }
  | { readonly command: 'summary' | 'synthetic_replay' | 'smoke_test' }
  | { readonly command: 'named'; readonly name: string };

const spellings = [
  ['runOnce', { command: 'run', once: true }],
  ['runSummaryOnly', { command: 'summary' }],
  ['runReplay', { command: 'synthetic_replay' }],
  ['runSmokeTest', { command: 'smoke_test' }],
] as const satisfies readonly (readonly [keyof Settings, CommandChoice])[];

/**
 * Decides the command from what was typed (undefined: nothing) and the environment's spelling of commands. Two at once
 * is a usage error. Any command but `run` that was typed wins over the environment.
 */
export function commandOf(
  env: Environ,
  typed: string | undefined,
): Result<CommandChoice, ConfigProblem> {
  if (typed !== undefined && typed !== 'run') return ok({ command: 'named', name: typed });
  const asked = spellings.filter(([key]) => {
    const value = settingsSchema.shape[key].safeParse(env[metaOf(key).env] ?? 'false');
    // A value that is no flag is refused when the settings are loaded.
    return value.success && value.data;
  });
  const [first, second] = asked;
  const names = asked.map(([key]) => metaOf(key).env);
  if (second !== undefined)
    return err({
      code: 'two_commands',
      subject: names.join(),
      message: `environment: ${names.join(' and ')} ask for different commands; set one`,
    });
  if (first === undefined) return ok({ command: 'run', once: false });
  if (typed === 'run' && first[1].command !== 'run')
    return err({
      code: 'two_commands',
      subject: names.join(),
      message: `command line and environment: run and ${names.join()} ask for different commands`,
    });
  return ok(first[1]);
}
