import { type ConfigSources, type LoadedConfig, loadConfig } from '../../src/config/load.js';
import type { ConfigProblem } from '../../src/config/problems.js';

/** Loads with nothing but what is given. */
export const load = (sources: Partial<ConfigSources> & { readonly fileText?: string }) =>
  loadConfig({
    env: sources.env ?? {},
    file:
      sources.fileText === undefined
        ? (sources.file ?? null)
        : { path: 'config.jsonc', text: sources.fileText },
    flags: sources.flags ?? {},
  });

export function loaded(sources: Parameters<typeof load>[0] = {}): LoadedConfig {
  const result = load(sources);
  if (!result.ok) throw new Error(result.error.map((problem) => problem.message).join('\n'));
  return result.value;
}

export function problems(sources: Parameters<typeof load>[0]): readonly ConfigProblem[] {
  const result = load(sources);
  return result.ok ? [] : result.error;
}
