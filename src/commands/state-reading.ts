import { readFileSync, statSync } from 'node:fs';
import { type ControlName, controlFolder, waitingControls } from '../runtime/control-requests.js';
import { lockHolder } from '../sinks/ledger/lock.js';
import type { stateOf } from '../sinks/state.js';
import type { Operated } from './operated.js';

/** The state file as it is read back. */
export type State = ReturnType<typeof stateOf>;

export type RunningEngine = { readonly pid: number | null };

export type StateReading = {
  readonly state: State;
  /** Real time since it was written. */
  readonly ageMs: number;
  /** Null: none runs on this data directory. */
  readonly engine: RunningEngine | null;
  /** What an operator has asked for and no engine has taken yet. */
  readonly waiting: readonly ControlName[];
};

/** The engine that takes what is left in the control folder of a data directory, whatever its mode and account. */
export const engineOn = (dataDir: string): Promise<RunningEngine | null> =>
  lockHolder(controlFolder(dataDir));

/** The account as the engine last wrote it. A text: why it cannot be read. */
export async function readState(
  { settings, home }: Operated,
  realNow: () => number,
): Promise<StateReading | string> {
  const { statePath, dataDir } = settings;
  const engine = await engineOn(dataDir);
  const waiting = waitingControls(dataDir, home);
  try {
    const { mtimeMs } = statSync(statePath);
    const state = JSON.parse(readFileSync(statePath, 'utf8')) as State;
    if (state.schemaVersion !== 1) return `${statePath}: another build wrote it`;
    return { state, ageMs: Math.max(0, Math.round(realNow() - mtimeMs)), engine, waiting };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? `${statePath}: no state yet; it is written once an engine has run here`
      : `${statePath}: cannot be read; the next engine to run here writes it anew`;
  }
}
