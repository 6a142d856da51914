import { state } from './store.js';

/** What to type for the engine that is shown; the command alone before the server has said how the program is called. */
export function command(words: string): string {
  const { terminal } = state.value.sections;
  return terminal === undefined ? words : `${terminal.program} ${words}${terminal.engine}`;
}

/** What to type for the ledger that is shown; null: there is none. */
export function ledgerCommand(words: string): string | null {
  const { terminal } = state.value.sections;
  if (terminal === undefined) return words;
  const { program, ledger } = terminal;
  return ledger === null ? null : `${program} ${words}${ledger}`;
}
