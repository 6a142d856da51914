import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LatchCause } from '../domain/records.js';
import type { OperatorCommand } from '../messages/input.js';

/**
 * What an operator may drop into the control folder; the file's text is the reason. In the order they are taken: of a
 * `resume` and a kill that lie there together, the kill has the last word.
 */
export const controlNames = ['resume', 'pause', 'cancel', 'halt'] as const;
export type ControlName = (typeof controlNames)[number];

export const controlFolder = (dataDir: string): string => join(dataDir, 'control');

/** The name under which a request waits for an engine of this account alone. */
export const addressedTo = (name: string, home: string): string => `${name}.${basename(home)}`;

/** What lies there for an engine of this account and none has taken yet. */
export const waitingControls = (dataDir: string, home: string): readonly ControlName[] =>
  controlNames.filter((name) =>
    [name, addressedTo(name, home)].some((file) => existsSync(join(controlFolder(dataDir), file))),
  );

/**
 * Leaves a request for the engine that runs on this data directory, or for the next one to start there; with `home` for
 * one of that account. A `resume` takes back the kills that nobody has taken yet, and a kill such a `resume`.
 */
export function requestControl(
  dataDir: string,
  name: ControlName,
  why: string,
  home?: string,
): void {
  const folder = controlFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${name}.draft`);
  try {
    writeFileSync(draft, why);
  } catch {
    // A full disk has room for a name, and the name alone says what is wanted.
    writeFileSync(draft, '');
  }
  takeBack(
    dataDir,
    controlNames.filter((other) => (other === 'resume') !== (name === 'resume')),
  );
  renameSync(draft, join(folder, home === undefined ? name : addressedTo(name, home)));
}

/** Removes requests that nobody has taken yet, whomever they wait for. */
export function takeBack(dataDir: string, names: readonly ControlName[]): void {
  const folder = controlFolder(dataDir);
  for (const file of existsSync(folder) ? readdirSync(folder) : [])
    if (names.some((name) => file === name || file.startsWith(`${name}.`)))
      rmSync(join(folder, file), { force: true });
}

/**
 * What a request that lay there before a run began asks of it. A `resume` is about what held trading back then, and lifts
 * nothing that was latched since. Null: nothing was, so that there is nothing left of it.
 */
export function asLeftOver(
  command: OperatorCommand,
  held: readonly LatchCause[],
): OperatorCommand | null {
  if (command.kind !== 'resume') return command;
  return held.length === 0 ? null : { ...command, only: held };
}
