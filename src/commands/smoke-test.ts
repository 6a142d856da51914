import type { Command } from 'commander';
import { MarketClock, systemClock } from '../clock.js';
import { environmentOf } from '../config/addresses.js';
import type { Flags } from '../config/layers.js';
import { homeOf, liveProblems } from '../config/modes.js';
import { readConfig } from '../config/read.js';
import type { Settings } from '../config/schema.js';
import { loadSecrets, type Secrets } from '../config/secrets.js';
import { latchLevel } from '../domain/risk.js';
import { clientOrderId } from '../domain/units.js';
import { kalshiCodec } from '../exchange/kalshi/codec.js';
import { clockOf } from '../runtime/clock-of.js';
import { venueFor } from '../runtime/venue-for.js';
import { foreign } from '../sinks/console/text.js';
import { openLedger } from '../sinks/ledger/ledger.js';
import { clearedForLive } from './live-start.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';
import { type SmokeProblem, smokeTest } from './smoke-steps.js';

type SmokeOptions = { readonly json?: true; readonly config?: string; readonly set: Flags };

const failure = 1;
const config = 3;

/** `BOT_RUN_SMOKE_TEST=true`: rests one order that cannot trade, sees it, cancels it. Has no name of its own to type. */
export function registerSmokeTest(program: Command): void {
  program
    .command('smoke-test', { hidden: true })
    .option('--json', 'one line of JSON on stdout at the end')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (options: SmokeOptions) => {
      process.exitCode = await smoke(options);
    });
}

async function smoke(options: SmokeOptions): Promise<number> {
  const read = readConfig(process.env, flagsOf(options));
  if (!read.ok) return refuse(read.error);
  const { settings, warnings } = read.value.loaded;
  for (const { message } of warnings) process.stderr.write(`warning: ${message}\n`);
  if (settings.executionMode !== 'live' || settings.exchangeBackend !== 'kalshi') {
    process.stderr.write(
      'smoke test: it sends a real order that rests and is canceled, an authenticated write that paper mode never makes; set BOT_EXECUTION_MODE=live and BOT_EXCHANGE_BACKEND=kalshi\n',
    );
    return config;
  }
  const loaded = loadSecrets(process.env);
  if (!loaded.ok) return refuse(loaded.error);
  const { secrets, warnings: spoken } = loaded.value;
  for (const { message } of spoken) process.stderr.write(`warning: ${message}\n`);
  // It values nothing, so it does not matter by what markets would be valued.
  const problems = liveProblems(settings, secrets, { heuristicOnly: false });
  if (problems.length > 0) return refuse(problems);
  const cleared = await clearedForLive(settings, secrets);
  return cleared === 0 ? locked(settings, secrets, options.json === true) : cleared;
}

/** Holds the ledger's lock, so that no engine trades on the account meanwhile, and leaves the ledger as it was. */
async function locked(settings: Settings, secrets: Secrets, json: boolean): Promise<number> {
  const warn = (code: string, text: string): void => {
    process.stderr.write(`warning: ${foreign(text)} (${code})\n`);
  };
  const ledger = await openLedger({
    home: homeOf(settings),
    mode: settings.executionMode,
    environment: environmentOf(settings),
    account: settings.account,
    onWarning: warn,
  });
  if (!ledger.ok) {
    process.stderr.write(`${foreign(ledger.error.text)}\n`);
    return config;
  }
  try {
    const level = latchLevel(ledger.value.recovered);
    const held: SmokeProblem | null =
      level === null
        ? null
        : { step: 'start', text: `trading is held back (${level}); look why, then resume` };
    return report(held ?? (await go(settings, secrets, json, warn)), json);
  } finally {
    await ledger.value.close();
  }
}

async function go(
  settings: Settings,
  secrets: Secrets,
  json: boolean,
  warn: (code: string, text: string) => void,
): Promise<SmokeProblem | null> {
  const clock = new MarketClock(systemClock, clockOf(settings, systemClock));
  const venue = venueFor(settings, secrets, systemClock, ({ code, detail }) => warn(code, detail));
  const say = (step: string, text: string): void => {
    if (!json) process.stdout.write(`${step.padEnd(7)}${foreign(text)}\n`);
  };
  say('start', `${environmentOf(settings)} exchange at ${settings.kalshiApiBaseUrl}`);
  const named = Math.floor(systemClock.random() * 36 ** 6).toString(36);
  try {
    return await smokeTest({
      venue,
      codec: kalshiCodec,
      now: () => clock.now(),
      speed: clock.speed,
      clientOrderId: clientOrderId(`smoke-${systemClock.realNow().toString(36)}-${named}`),
      sleep: (realMs) => new Promise((done) => void systemClock.setTimer(realMs, done)),
      say,
    });
  } finally {
    await venue.close();
  }
}

function report(problem: SmokeProblem | null, json: boolean): number {
  if (problem !== null)
    process.stderr.write(`smoke test failed at ${problem.step}: ${foreign(problem.text)}\n`);
  else if (!json) process.stdout.write('smoke test passed: nothing was traded\n');
  if (json)
    process.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, ok: problem === null, failedAt: problem?.step ?? null, detail: problem?.text ?? null })}\n`,
    );
  return problem === null ? 0 : failure;
}
