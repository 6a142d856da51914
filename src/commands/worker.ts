import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import { readConfig } from '../config/read.js';
import { secretNames } from '../config/secret-names.js';
import { engineBuild } from '../sweep/build.js';
import { credentialsFrom } from '../sweep/remote/credentials.js';
import { runWorker } from '../sweep/remote/worker.js';
import { refuse } from './refuse.js';
import { parseThreads } from './sweep.js';

type WorkerCommandOptions = {
  readonly remote: string;
  readonly jobs: number;
  readonly name?: string;
};

const failure = 1;
const badConfig = 3;
const auth = 4;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs the command and returns its exit code. */
export async function workerCommand(options: WorkerCommandOptions): Promise<number> {
  // It places no orders and asks nobody anything: keys that lie about are not for it.
  for (const name of secretNames) {
    if (process.env[name] === undefined) continue;
    delete process.env[name];
    say(`warning: ${name} is in the environment; a worker needs no such key and does not read it`);
  }
  const config = readConfig(process.env, {});
  if (!config.ok) return refuse(config.error);
  const credentials = credentialsFrom(process.env);
  if (!credentials.ok) {
    say(credentials.error);
    return auth;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const run = await runWorker({
    url: options.remote,
    credentials: credentials.value,
    threads: options.jobs,
    build: engineBuild(),
    name: options.name ?? `${hostname()}-${process.pid}`,
    cacheFolder: join(config.value.loaded.settings.dataDir, 'sweep-cache'),
    clock: systemClock,
    say,
    signal: stopping.signal,
  });
  if (run.ok) return 0;
  say(`${run.error.code}: ${run.error.detail}`);
  switch (run.error.code) {
    case 'remote_unsafe':
      return badConfig;
    case 'broker_refused':
      return auth;
    default:
      return failure;
  }
}

/** `worker --remote URL`: runs the backtests of sweeps on this machine. Never an order. */
export function registerWorker(program: Command): void {
  program
    .command('worker')
    .description('run the backtests of remote sweeps on this machine; it never places an order')
    .requiredOption('--remote <url>', 'the NATS server that sweeps hand their jobs to')
    .option('--jobs <n>', 'threads', parseThreads, 1)
    .option('--name <name>', 'how people tell it from others')
    .action(async (options: WorkerCommandOptions) => {
      process.exitCode = await workerCommand(options);
    });
}
