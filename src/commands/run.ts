import type { Command } from 'commander';
import type { Flags } from '../config/layers.js';
import { loadConfig } from '../config/load.js';
import { demoHomeOf, homeOf, liveProblems, settingsAtHome } from '../config/modes.js';
import { readConfig } from '../config/read.js';
import type { Settings } from '../config/schema.js';
import { loadSecrets, type Secrets } from '../config/secrets.js';
import { configChanges } from '../config/watch.js';
import type { ConfigPlan } from '../dashboard/plan.js';
import { configPlan } from './config-plan.js';
import { nextDemoHome } from './demo-home.js';
import { isHeuristicOnly } from './doctor/keys.js';
import { killSignal } from './kill-signal.js';
import { clearedForLive } from './live-start.js';
import { onOwnSimulator } from './on-own-simulator.js';
import { refuse } from './refuse.js';
import { runSummary, runSummaryLines } from './run-summary.js';
import { exitCodeOfEnd, type SessionOptions, session } from './session.js';
import type { UiOptions } from './session-dashboard.js';
import { collectSet, flagsOf } from './settings-options.js';
import { watchedAtHome } from './watched-settings.js';

type RunOptions = {
  readonly once?: true;
  readonly json?: true;
  readonly quiet?: true;
  readonly config?: string;
  readonly ui: boolean;
  readonly set: Flags;
};

/** `run`: the continuous engine; `--once` one cycle. */
export function registerRun(program: Command): void {
  program
    .command('run', { isDefault: true })
    .description('run the engine continuously (the default)')
    .option('--once', 'one cycle, then stop')
    .option('--json', 'one line of JSON on stdout at the end')
    .option('--quiet', 'nothing but warnings, and the end')
    .option('--config <path>', 'settings file')
    .option('--no-ui', 'no dashboard')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (options: RunOptions) => {
      process.exitCode = await run(options);
    });
}

async function run(options: RunOptions): Promise<number> {
  const flags = flagsOf(options);
  const read = readConfig(process.env, flags);
  if (!read.ok) return refuse(read.error);
  const { loaded, path, file } = read.value;
  for (const { message } of loaded.warnings) process.stderr.write(`warning: ${message}\n`);
  if (loaded.settings.exchangeBackend === 'paper_sim')
    return onOwnSimulator(loaded.settings.seed, flags, (simulated, secrets, pointed) => {
      // A world of its own begins with a ledger of its own.
      const home = nextDemoHome(simulated.loaded.settings, demoHomeOf);
      const settings = settingsAtHome(simulated.loaded, home);
      return go(options, settings, secrets, home, {
        controlDir: home,
        ui: uiOf(options, configPlan(path, process.env, pointed)),
        configChanges$: watchedAtHome(simulated, pointed, home),
      });
    });
  const secrets = loadSecrets(process.env);
  if (!secrets.ok) return refuse(secrets.error);
  for (const { message } of secrets.value.warnings) process.stderr.write(`warning: ${message}\n`);
  const home = homeOf(loaded.settings);
  return go(options, loaded.settings, secrets.value.secrets, home, {
    controlDir: loaded.settings.dataDir,
    ui: uiOf(options, configPlan(path, process.env, flags)),
    configChanges$: configChanges({
      path,
      loaded,
      file,
      load: (changed) => loadConfig({ env: process.env, file: changed, flags }),
    }),
  });
}

const uiOf = ({ ui }: RunOptions, config: ConfigPlan | null): UiOptions => (ui ? { config } : null);

type Rest = Pick<SessionOptions, 'configChanges$' | 'controlDir' | 'ui'>;

async function go(
  options: RunOptions,
  settings: Settings,
  secrets: Secrets,
  home: string,
  rest: Rest,
): Promise<number> {
  // The checks of a live start take seconds: a kill that comes meanwhile holds for whoever starts next.
  const kill = killSignal(rest.controlDir);
  try {
    return await checkedAndRun(options, settings, secrets, home, { ...rest, kill });
  } finally {
    kill.off();
  }
}

async function checkedAndRun(
  options: RunOptions,
  settings: Settings,
  secrets: Secrets,
  home: string,
  rest: Rest & Pick<SessionOptions, 'kill'>,
): Promise<number> {
  const problems = liveProblems(settings, secrets, {
    heuristicOnly: isHeuristicOnly(settings, secrets),
  });
  if (problems.length > 0) return refuse(problems);
  const cleared = await clearedForLive(settings, secrets);
  if (cleared !== 0) return cleared;
  const json = options.json === true;
  const quiet = options.quiet === true;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const say = (line: string): void => {
    if (!json && !quiet) print(line);
  };
  say(
    `EventTradingBot · ${settings.executionMode} mode · ${settings.exchangeBackend} at ${settings.kalshiApiBaseUrl} · books in ${home}`,
  );
  if (!secrets.hasKalshiKey)
    say('no exchange key: market lists and books on demand only, no live feed, no private data');
  const end = await session({
    settings,
    secrets,
    home,
    cyclesMax: options.once === true ? 1 : null,
    json,
    quiet,
    ...rest,
  });
  if (typeof end === 'number') return end;
  if (json) process.stdout.write(`${JSON.stringify(runSummary(end))}\n`);
  else for (const line of [...(quiet ? [] : ['']), ...runSummaryLines(end)]) print(line);
  return exitCodeOfEnd(end);
}
