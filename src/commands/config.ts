import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { Flags } from '../config/layers.js';
import { readConfig } from '../config/read.js';
import {
  renderConfigurationDoc,
  renderSchemaJson,
  renderTable,
  settingRows,
} from '../config/render.js';
import { foreign } from '../sinks/console/text.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';

/** Where the generated pages lie in the project. */
export const generatedFiles: readonly { readonly path: string; readonly render: () => string }[] = [
  { path: 'docs/configuration.md', render: renderConfigurationDoc },
  { path: 'config.schema.json', render: renderSchemaJson },
];

type ConfigOptions = {
  readonly json?: true;
  readonly config?: string;
  readonly set: Flags;
};

/** Prints the settings in force, or every problem; returns the exit code. */
function showConfig(options: ConfigOptions): number {
  const read = readConfig(process.env, flagsOf(options));
  if (!read.ok) return refuse(read.error);
  const { loaded, path, file } = read.value;
  for (const warning of loaded.warnings)
    process.stderr.write(`warning: ${foreign(warning.message)}\n`);
  if (options.json === true) {
    const line = { schemaVersion: 1, revision: loaded.revision, settings: settingRows(loaded) };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } else {
    process.stdout.write(renderTable(loaded));
    process.stdout.write(`\nFile: ${foreign(path)}${file === null ? ' (none)' : ''}\n`);
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
