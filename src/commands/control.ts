import type { Command } from 'commander';
import { formatMicros, parseMicros } from '../domain/units.js';
import {
  type ControlName,
  controlFolder,
  requestControl,
  waitingControls,
} from '../runtime/control-requests.js';
import { foreign } from '../sinks/console/text.js';
import { reasonOf } from '../sinks/ledger/problem.js';
import { confirmation } from './confirm-control.js';
import { requestTrueUp, trueUpMicrosMax } from './control-files.js';
import { needlessResume } from './needless-resume.js';
import { type OperatedOptions, operatedBy, withOperatedOptions } from './operated.js';
import { engineOn } from './state-reading.js';

const failure = 1;
const usage = 2;

type ControlOptions = OperatedOptions & { readonly why?: string };
type TrueUpOptions = ControlOptions & { readonly dollars: string };

async function ask(name: ControlName, options: ControlOptions): Promise<number> {
  const operated = operatedBy(options);
  if (typeof operated === 'number') return operated;
  const { dataDir } = operated.settings;
  const needless = name === 'resume' ? await needlessResume(operated) : null;
  const kills = waitingControls(dataDir, operated.home).filter((other) => other !== 'resume');
  if (needless === null) {
    // What loosens is for one account; what stops, for whoever trades there.
    const home = name === 'resume' ? operated.home : undefined;
    try {
      requestControl(dataDir, name, options.why ?? '', home);
    } catch (error) {
      return unwritten(name, dataDir, error);
    }
  }
  const { text, exitCode } = needless ?? (await confirmation(name, operated));
  const out = exitCode === 0 ? process.stdout : process.stderr;
  const took =
    name === 'resume' && needless === null && kills.length > 0
      ? `; took back ${kills.join(', ')}, which no engine had taken yet`
      : '';
  out.write(`${foreign(text + took)}\n`);
  return exitCode;
}

/** The folder takes no request: what is left is the signal, which needs no disk. */
async function unwritten(name: string, dataDir: string, error: unknown): Promise<number> {
  const engine = await engineOn(dataDir);
  const way =
    engine === null
      ? 'no engine runs there'
      : name === 'resume' || name === 'true-up' || engine.pid === null
        ? 'the engine there has not been asked'
        : `stop its engine by signal, at once and altogether: kill -USR2 ${engine.pid}`;
  process.stderr.write(
    `${name}: ${foreign(`${controlFolder(dataDir)}: the request cannot be written (${reasonOf(error)}); ${way}`)}\n`,
  );
  return failure;
}

/** `pause`: no new risk. Latched until `resume`, also through a restart. */
export function registerPause(program: Command): void {
  withOperatedOptions(
    program.command('pause').description('no new orders until resume; positions stay'),
  )
    .option('--why <text>', 'kept in the ledger')
    .action(async (options: ControlOptions) => {
      process.exitCode = await ask('pause', options);
    });
}

/** `kill`: cancel what rests, or send nothing at all. */
export function registerKill(program: Command): void {
  withOperatedOptions(
    program.command('kill').description('stop trading: cancel resting orders, send nothing'),
  )
    .option(
      '--cancel-only',
      'cancel resting orders and take no new risk, but let positions be reduced',
    )
    .option('--why <text>', 'kept in the ledger')
    .action(async (options: ControlOptions & { readonly cancelOnly?: true }) => {
      process.exitCode = await ask(options.cancelOnly === true ? 'cancel' : 'halt', options);
    });
}

/** `resume`: lifts every latch. Without an engine, what is latched now and nothing that is latched later. */
export function registerResume(program: Command): void {
  withOperatedOptions(program.command('resume').description('lift every latch and trade again'))
    .option('--why <text>', 'kept in the ledger')
    .action(async (options: ControlOptions) => {
      process.exitCode = await ask('resume', options);
    });
}

/** `true-up`: what Claude's provider charged in all differs from what was booked. */
export function registerTrueUp(program: Command): void {
  withOperatedOptions(
    program
      .command('true-up')
      .description(
        "correct the ledger by what Claude's provider charged more (or, negative, less) than was booked",
      ),
  )
    .requiredOption('--dollars <amount>', 'up to six decimals; negative when less was charged')
    .option('--why <text>', 'kept in the ledger')
    .action(async (options: TrueUpOptions) => {
      process.exitCode = await trueUp(options);
    });
}

async function trueUp(options: TrueUpOptions): Promise<number> {
  const { dollars: text } = options;
  const amount = parseMicros(text);
  if (!amount.ok || amount.value === 0 || !(Math.abs(amount.value) <= trueUpMicrosMax)) {
    process.stderr.write(
      `true-up: ${foreign(text)} is no amount; dollars below a million with up to six decimals, e.g. 0.0123 or -0.0123\n`,
    );
    return usage;
  }
  const operated = operatedBy(options);
  if (typeof operated === 'number') return operated;
  const { dataDir } = operated.settings;
  let isLeft: boolean;
  try {
    isLeft = requestTrueUp(dataDir, operated.home, amount.value, options.why ?? '');
  } catch (error) {
    return unwritten('true-up', dataDir, error);
  }
  if (!isLeft) {
    process.stderr.write(
      `${controlFolder(dataDir)}: an earlier true-up still waits for an engine; start one, or remove the file\n`,
    );
    return failure;
  }
  process.stdout.write(
    `true-up of $${formatMicros(amount.value)} requested in ${controlFolder(dataDir)}; the engine of ${operated.home} books it within a second, or when it starts next\n`,
  );
  return 0;
}
