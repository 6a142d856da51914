import { InvalidArgumentError } from 'commander';
import type { Flags } from '../config/layers.js';

/** The options `--config` and `--set` of a command. */
export type SettingsOptions = { readonly config?: string; readonly set: Flags };

/** Collects repeated `--set name=value`; the name is a setting's key or its environment name. */
export function collectSet(pair: string, before: Flags): Flags {
  const cut = pair.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError('must be NAME=VALUE');
  return { ...before, [pair.slice(0, cut)]: pair.slice(cut + 1) };
}

/** What they say, as flags of the settings. */
export const flagsOf = ({ config, set }: SettingsOptions): Flags =>
  config === undefined ? set : { ...set, configPath: config };
