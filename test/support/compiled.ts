import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Compiles the sources as they are now, for tests that need them in another process. Returns where they lie. */
export function compiledSources(name: string): string {
  const outDir = join(root, 'node_modules/.cache/event-trading-bot', name);
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, 'package.json'), '{"type":"module"}\n');
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(manifest), 'bin/tsc');
  // What does not type-check is told elsewhere; here it only has to run.
  const project = ['-p', join(root, 'tsconfig.json'), '--outDir', outDir];
  const isQuick = ['--incremental', '--tsBuildInfoFile', join(outDir, 'built.json')];
  spawnSync(process.execPath, [tsc, ...project, ...isQuick]);
  return outDir;
}
