import { readFileSync, rmSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { readConfig } from '../config/read.js';
import type { Settings } from '../config/schema.js';
import { importCaptures } from '../imports/captures.js';
import { type ImportedMetadata, MetadataReader } from '../imports/metadata.js';
import { openedForCapture } from '../replay/engine-target.js';
import { importedRecording, say } from './imported-recording.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';

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
      const read = readConfig(process.env, flagsOf(options));
      process.exitCode = read.ok
        ? await importRun(paths, options, read.value.loaded.settings)
        : refuse(read.error);
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
  const recording = importedRecording(options.out, clock.realNow(), settings);
  if (typeof recording === 'number') return recording;
  const { writer } = recording;
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
  const isWhole = await recording.close();
  const { inputs } = writer;
  if (inputs === 0) {
    // It was empty or absent; an empty recording would stand in the way of the next try.
    rmSync(options.out, { recursive: true, force: true });
    say(`nothing was imported: no capture had a line; there is no ${options.out}`);
    return failure;
  }
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
  return isWhole && problems === 0 ? 0 : failure;
}
