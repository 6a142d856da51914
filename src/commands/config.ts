import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Flags } from '../config/layers.js';
import { exitCodeOf } from '../config/problems.js';
import { readConfig } from '../config/read.js';
import {
  renderConfigurationDoc,
  renderSchemaJson,
  renderTable,
  settingRows,
} from '../config/render.js';

/** Where the generated pages lie in the project. */
export const generatedFiles: readonly { readonly path: string; readonly render: () => string }[] = [
  { path: 'docs/configuration.md', render: renderConfigurationDoc },
  { path: 'config.schema.json', render: renderSchemaJson },
];

/** Collects repeated `--set name=value`; the name is a setting's key or its environment name. */
export function collectSet(pair: string, before: Flags): Flags {
  const cut = pair.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError('must be NAME=VALUE');
  return { ...before, [pair.slice(0, cut)]: pair.slice(cut + 1) };
}

type ConfigOptions = {
  readonly json?: true;
  readonly config?: string;
  readonly set: Flags;
};

/** Prints the settings in force, or every problem; returns the exit code. */
function showConfig(options: ConfigOptions): number {
  const flags: Flags = {
    ...options.set,
    ...(options.config === undefined ? {} : { configPath: options.config }),
  };
  const read = readConfig(process.env, flags);
  if (!read.ok) {
    for (const problem of read.error) process.stderr.write(`${problem.message}\n`);
    return exitCodeOf(read.error);
  }
  const { loaded, path, file } = read.value;
  for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning.message}\n`);
  if (options.json === true) {
    const line = { schemaVersion: 1, revision: loaded.revision, settings: settingRows(loaded) };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } else {
    process.stdout.write(renderTable(loaded));
    process.stdout.write(`\nFile: ${path}${file === null ? ' (none)' : ''}\n`);
  }
  return 0;
}

function writeDocs(options: { readonly write?: true }): void {
  for (const { path, render } of generatedFiles) {
    if (options.write === true) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, render());
      process.stderr.write(`wrote ${path}\n`);
    }
  }
  if (options.write !== true) process.stdout.write(renderConfigurationDoc());
}

/** `config`, `config schema`, `config docs`. */
export function registerConfig(program: Command): void {
  const config = program
    .command('config')
    .description('print every setting with its value and where it came from')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action((options: ConfigOptions) => {
      process.exitCode = showConfig(options);
    });
  config
    .command('schema')
    .description('print the JSON Schema of the settings file')
    .action(() => {
      process.stdout.write(renderSchemaJson());
    });
  config
    .command('docs')
    .description('print the settings page, or write it and the JSON Schema into the project')
    .option('--write', `write ${generatedFiles.map((file) => file.path).join(' and ')}`)
    .action(writeDocs);
}
