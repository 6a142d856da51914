import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { readConfig } from '../config/read.js';
import { addressIn } from '../dashboard/address-file.js';
import type { DashboardPlan } from '../dashboard/plan.js';
import { codeFor, type Power, tokensIn } from '../dashboard/tokens.js';
import { limits } from '../limits.js';
import { openRecording, type Recording } from '../replay/recording-reader.js';
import { foreign } from '../sinks/console/text.js';
import { ledgerPath } from '../sinks/ledger/ledger.js';
import { demoHint } from './confirm-control.js';
import { DashboardChild } from './dashboard-child.js';
import { dashboardText, loginLink } from './dashboard-text.js';
import {
  type Operated,
  type OperatedOptions,
  operatedBy,
  withOperatedOptions,
} from './operated.js';
import { refuse } from './refuse.js';
import { ReplayShow } from './replay-show.js';
import { flagsOf } from './settings-options.js';
import { terminalOf } from './terminal.js';
import { version } from './version.js';

type DashboardOptions = OperatedOptions & {
  readonly readOnly?: true;
  readonly port?: string;
  readonly speed?: number;
};

const failure = 1;
const usage = 2;

const say = (text: string): number => {
  process.stderr.write(`${foreign(text)}\n`);
  return failure;
};

function pace(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !Number.isFinite(value))
    throw new InvalidArgumentError('must be a number from 0');
  return value;
}

/** `dashboard`: a link to the page of the running engine, or the page of a ledger or a recording. */
export function registerDashboard(program: Command): void {
  const command = program
    .command('dashboard')
    .description(
      "a login link for the running engine's page, or the page of a ledger or a recording",
    )
    .argument('[path]', "a ledger's directory, or a run's recording")
    .option('--read-only', 'the link of the running engine only lets look')
    .option('--port <n>', 'loopback port of the page of a path; BOT_UI_PORT if left out')
    .option(
      '--speed <x>',
      'of a recording: 1, if left out, is as fast as the run was, 0 as fast as it goes',
      pace,
    );
  withOperatedOptions(command).action(
    async (path: string | undefined, options: DashboardOptions) => {
      process.exitCode = await dashboard(path, options);
    },
  );
}

async function dashboard(path: string | undefined, options: DashboardOptions): Promise<number> {
  const flags: Flags = {
    ...flagsOf(options),
    ...(options.port === undefined ? {} : { uiPort: options.port }),
  };
  const read = readConfig(process.env, flags);
  if (!read.ok) return refuse(read.error);
  const { dataDir, uiPort } = read.value.loaded.settings;
  if (path === undefined) {
    const operated = operatedBy(options);
    if (typeof operated === 'number') return operated;
    return link(operated, dataDir, options.readOnly === true ? 'read' : 'full');
  }
  const plan = {
    port: uiPort,
    version,
    tokenDir: dataDir,
    controlDir: null,
    config: null,
  } as const;
  if (options.readOnly === true) {
    say('--read-only is of the link to a running engine; the page of a path can change nothing');
    return usage;
  }
  const isLedger = existsSync(ledgerPath(path));
  if (isLedger && options.speed !== undefined) {
    say(`--speed is of a recording; ${path} is a ledger's directory`);
    return usage;
  }
  if (isLedger)
    return show(
      { ...plan, source: 'finished', home: path, explains: path, terminal: terminalOf(null, path) },
      null,
    );
  const opened = await openRecording(path);
  if (!opened.ok) {
    say(`${path}: neither a ledger's directory nor a recording (${opened.error.detail})`);
    return usage;
  }
  // A recording lies below the home that it was made in, whose ledger explains the same decisions.
  const home = join(opened.value.path, '..', '..');
  const explains = existsSync(ledgerPath(home)) ? home : null;
  const source = {
    ...plan,
    source: 'replay',
    home: null,
    explains,
    terminal: terminalOf(null, explains),
  } as const;
  return show(source, { recording: opened.value, speed: options.speed ?? 1 });
}

/** A link to the running engine's page, for whoever may read the token's file. The token itself is shown to nobody. */
async function link({ settings }: Operated, tokenDir: string, power: Power): Promise<number> {
  const { dataDir } = settings;
  const address = addressIn(dataDir);
  if (address === null || !(await answers(address.port)))
    return say(
      `no dashboard answers for ${dataDir}: start run or demo, or name a ledger or a recording${await demoHint(settings)}`,
    );
  const tokens = tokensIn(tokenDir);
  if (!tokens.ok) return say(tokens.error);
  const code = codeFor(tokens.value[power], systemClock.realNow() + limits.dashboardCodeMsMax);
  process.stdout.write(`${loginLink(address.port, code)}\n`);
  return 0;
}

async function answers(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(limits.dashboardRequestMsMax);
    const { status } = await fetch(`http://127.0.0.1:${port}/api/events`, { signal });
    // It asks for a token that it is not shown.
    return status === 401;
  } catch {
    return false;
  }
}

type Replayed = { readonly recording: Recording; readonly speed: number };

/** Serves the page until it is interrupted. */
async function show(plan: DashboardPlan, replayed: Replayed | null): Promise<number> {
  let code = 0;
  let end = (): void => {};
  const ended = new Promise<void>((done) => {
    end = done;
  });
  let replay: ReplayShow | null = null;
  const child = new DashboardChild(plan, {
    ready: (port, once) =>
      void process.stdout.write(`${dashboardText(port, once, plan.tokenDir)}\n`),
    failed: (_, detail) => {
      code = say(`no dashboard: ${detail}`);
      end();
    },
    replay: (command) => replay?.ask(command),
  });
  if (replayed !== null) {
    replay = new ReplayShow(replayed.recording, child.channel, replayed.speed);
    void replay.play().then(({ unopenable, end: last }) => {
      const problem = unopenable?.settings.join('; ') ?? last.problem?.detail ?? null;
      if (problem === null) return;
      code = say(`the recording cannot be replayed: ${problem}`);
      end();
    });
  }
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  child.start();
  await ended;
  replay?.close();
  await child.stop();
  return code;
}
