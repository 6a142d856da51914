import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What an operator may drop into the control folder; the file's text is the reason. In the order they are taken: of a
 * `resume` and a kill that lie there together, the kill has the last word.
 */
export const controlNames = ['resume', 'pause', 'cancel', 'halt'] as const;
export type ControlName = (typeof controlNames)[number];

export const controlFolder = (dataDir: string): string => join(dataDir, 'control');

/**
 * Leaves a request for the engine that runs on this data directory, or for the next one to start there. A `resume` takes
 * back the kills that nobody has taken yet, and a kill such a `resume`.
 */
export function requestControl(dataDir: string, name: ControlName, why: string): void {
  const folder = controlFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${name}.draft`);
  try {
    writeFileSync(draft, why);
  } catch {
    // A full disk has room for a name, and the name alone says what is wanted.
    writeFileSync(draft, '');
  }
  for (const other of controlNames)
    if ((other === 'resume') !== (name === 'resume')) rmSync(join(folder, other), { force: true });
  renameSync(draft, join(folder, name));
}
