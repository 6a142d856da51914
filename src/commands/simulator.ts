/** `simulator`: a Kalshi on loopback. One JSON line when it is ready; then it serves until it is told to stop. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type FaultMix, parseFaultMix } from '../simulator/faults.js';
import { TIERS, type TierName } from '../simulator/http/buckets.js';
import type { KeyType } from '../simulator/keys.js';
import { DEFAULTS, type Simulator, startSimulator } from '../simulator/main.js';
import { scriptLines } from '../simulator/script.js';
import { makeWorld } from '../simulator/world/world.js';

export type SimulatorCommandOptions = {
  readonly port: number;
  readonly seed: number;
  readonly speed: number;
  readonly origin?: number;
  readonly markets: number;
  readonly agentLag: number;
  readonly bankroll: number;
  readonly tier: TierName;
  readonly keyType: KeyType;
  readonly script?: number;
  readonly faults?: FaultMix;
  readonly exitWithParent?: boolean;
};

/** Lines are written in pieces of this size, so that a long script neither crawls nor piles up. */
const PIECE_CHARS = 262_144;

/** Until it is written, or there is nobody to write to. */
const writeOut = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });

async function printScript(options: SimulatorCommandOptions, durationMs: number): Promise<number> {
  const { seed, markets, agentLag } = options;
  const originMs = options.origin ?? Date.now();
  const world = makeWorld({ seed, originMs, markets, agentLag });
  // A reader that has seen enough is no failure.
  process.stdout.on('error', () => process.exit(0));
  let piece = '';
  for (const line of scriptLines(world, { seed, originMs, durationMs })) {
    piece += `${line}\n`;
    if (piece.length < PIECE_CHARS) continue;
    await writeOut(piece);
    piece = '';
  }
  await writeOut(piece);
  return 0;
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Resolves when someone asks it to end: a signal, or, if so asked, the parent closing its end of stdin. */
function untilStopped(exitWithParent: boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    if (!exitWithParent) return;
    process.stdin
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
    process.stdin.resume();
  });
}

/** Runs the command and returns the exit code. */
export async function simulatorCommand(options: SimulatorCommandOptions): Promise<number> {
  if (options.script !== undefined) return printScript(options, options.script);
  let simulator: Simulator;
  try {
    simulator = await startSimulator({
      seed: options.seed,
      markets: options.markets,
      speed: options.speed,
      port: options.port,
      agentLag: options.agentLag,
      bankroll: options.bankroll,
      tier: options.tier,
      keyType: options.keyType,
      ...(options.origin === undefined ? {} : { originMs: options.origin }),
      ...(options.faults === undefined ? {} : { faults: options.faults }),
    });
  } catch (error) {
    const reason =
      codeOf(error) === 'EADDRINUSE'
        ? `port ${options.port} is in use: stop what listens there, or choose another with --port (0 picks a free one)`
        : `cannot listen on port ${options.port}: ${error instanceof Error ? error.message : String(error)}`;
    process.stderr.write(`simulator: ${reason}\n`);
    return 1;
  }
  const stopped = untilStopped(options.exitWithParent === true);
  // The reader of this line may be gone by the time of a later one; that must not take the venue down.
  process.stdout.on('error', () => {});
  await writeOut(`${JSON.stringify(simulator.ready)}\n`);
  await stopped;
  await simulator.stop();
  return 0;
}

const numberIn =
  (name: string, min: number, max: number, whole: boolean) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `${name} must be ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}.`,
      );
    }
    return value;
  };

function readOrigin(text: string): number {
  if (/^\d{10,14}$/.test(text)) return Number(text);
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('origin must be milliseconds since the epoch, or an ISO date.');
  return ms;
}

function readFaults(text: string): FaultMix {
  const mix = parseFaultMix(text);
  if ('problem' in mix) throw new InvalidArgumentError(mix.problem);
  return mix;
}

export function registerSimulator(program: Command): void {
  program
    .command('simulator')
    .description('serve a simulated exchange on loopback, with a seeded world behind it')
    .option(
      '--port <port>',
      'port to listen on; 0 picks a free one',
      numberIn('port', 0, 65_535, true),
      0,
    )
    .option('--seed <seed>', 'which world', numberIn('seed', 0, 2 ** 31, true), DEFAULTS.seed)
    .option(
      '--speed <factor>',
      'market seconds per real second',
      numberIn('speed', 0.01, 10_000, false),
      DEFAULTS.speed,
    )
    .option(
      '--origin <time>',
      'market time at the start, in ms or as an ISO date (default: now)',
      readOrigin,
    )
    .option(
      '--markets <count>',
      'open markets to start with',
      numberIn('markets', 1, 20_000, true),
      DEFAULTS.markets,
    )
    .option(
      '--agent-lag <factor>',
      'how far quotes lag the truth; 0 for not at all',
      numberIn('agent-lag', 0, 100, false),
      DEFAULTS.agentLag,
    )
    .option(
      '--bankroll <dollars>',
      'what an account opens with',
      numberIn('bankroll', 0, 1e9, false),
      DEFAULTS.bankroll,
    )
    .addOption(
      new Option('--tier <name>', 'rate limit tier')
        .choices(Object.keys(TIERS))
        .default(DEFAULTS.tier),
    )
    .addOption(
      new Option('--key-type <type>', 'kind of the key it makes')
        .choices(['rsa', 'ed25519'])
        .default('rsa'),
    )
    .option(
      '--script <ms>',
      'print the untouched stream of this many market ms and exit',
      numberIn('script', 0, 1e12, true),
    )
    .option('--faults <spec>', 'seeded faults, as kind:rate[:ms],…', readFaults)
    .option('--exit-with-parent', 'stop when stdin ends')
    .action(async (options: SimulatorCommandOptions) => {
      process.exitCode = await simulatorCommand(options);
    });
}
