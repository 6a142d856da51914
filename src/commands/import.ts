import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { revisionOf } from '../config/load.js';
import { exitCodeOf } from '../config/problems.js';
import { readConfig } from '../config/read.js';
import type { Settings } from '../config/schema.js';
import { importCaptures } from '../imports/captures.js';
import { type ImportedMetadata, MetadataReader } from '../imports/metadata.js';
import { TimedWriter } from '../imports/timed-writer.js';
import { openedForCapture } from '../replay/engine-target.js';
import { Recorder } from '../sinks/recorder/recorder.js';
import { collectSet } from './config.js';
import { version } from './version.js';

type ImportOptions = {
  readonly out: string;
  readonly metadata: readonly string[];
  readonly sparseSeq?: true;
  readonly json?: true;
  readonly config?: string;
  readonly set: Flags;
};

const failure = 1;
const usage = 2;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** `import`: what others captured, as a recording that `backtest` and `replay` read. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .description('raw captures into a recording, with what is known of their markets')
    .argument('<capture...>', 'files of lines {"recv_ms", "event"}, gzip or plain')
    .requiredOption('--out <folder>', 'folder to write to; it must be empty or absent')
    .option(
      '--metadata <file>',
      'JSON of the exchange on an event, market or series; may be repeated',
      (path: string, before: readonly string[]) => [...before, path],
      [],
    )
    .option('--sparse-seq', 'holes in the sequence are not losses: captures split by market')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (paths: readonly string[], options: ImportOptions) => {
      const config = options.config === undefined ? {} : { configPath: options.config };
      const read = readConfig(process.env, { ...options.set, ...config });
      if (!read.ok) {
        for (const problem of read.error) say(problem.message);
        process.exitCode = exitCodeOf(read.error);
        return;
      }
      process.exitCode = await importRun(paths, options, read.value.loaded.settings);
    });
}

/** Null: one could not be read, and was named. */
function metadataOf(paths: readonly string[]): ImportedMetadata | null {
  const reader = new MetadataReader();
  for (const path of paths) {
    try {
      const added = reader.add(readFileSync(path, 'utf8'));
      if (added.ok) continue;
      say(`${path}: ${added.error}; give the exchange's own JSON of an event, market or series`);
    } catch (error) {
      say(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return null;
  }
  return reader.result();
}

async function importRun(
  paths: readonly string[],
  options: ImportOptions,
  settings: Settings,
): Promise<number> {
  const metadata = metadataOf(options.metadata);
  if (metadata === null) return usage;
  const clock = systemClock;
  const now = clock.realNow();
  let isLost = false;
  const opened = Recorder.open(
    {
      folder: options.out,
      run: 1,
      engine: version,
      settingsHash: revisionOf(settings),
      clock: { realOriginMs: now, marketOriginMs: now, speed: 1 },
      report: (problem) => {
        if (problem === null) return;
        isLost = true;
        say(`${problem.path}: ${problem.code}: ${problem.detail}`);
      },
    },
    { clock },
  );
  if (!opened.ok) {
    const { path, code, detail } = opened.error;
    say(`${path}: ${code}: ${detail}`);
    return code === 'recording_exists' ? usage : failure;
  }
  const writer = new TimedWriter(opened.value);
  const isSparse = options.sparseSeq === true;
  const { lines, problems } = await importCaptures(
    {
      paths,
      metadata,
      isSparse,
      opened: openedForCapture(settings, isSparse),
      onProblem: ({ path, line, code, detail }) => say(`${path}:${line}: ${code}: ${detail}`),
    },
    writer,
    clock,
  );
  const closed = await opened.value.close({ decisionsHash: null, ledgerHash: null });
  if (!closed.ok) say(`${closed.error.path}: ${closed.error.code}: ${closed.error.detail}`);
  const { inputs } = writer;
  if (inputs === 0) say('nothing was imported: no capture had a line');
  const line = {
    schemaVersion: 1,
    path: options.out,
    lines,
    inputs,
    markets: metadata.markets.size,
    problems,
  };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(line)}\n`
      : `${lines} messages and ${metadata.markets.size} markets as ${inputs} inputs in ${options.out}\n`,
  );
  return closed.ok && !isLost && inputs > 0 && problems === 0 ? 0 : failure;
}
