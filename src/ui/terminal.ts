import { state } from './store.js';

/** What to type for the engine that is shown; the command alone before the server has said how the program is called. */
export function command(words: string): string {
  const { terminal } = state.value.sections;
  return terminal === undefined ? words : `${terminal.program} ${words}${terminal.engine}`;
}

/** What to type for the ledger that is shown. */
export function ledgerCommand(words: string): string {
  const { terminal } = state.value.sections;
  return terminal === undefined ? words : `${terminal.program} ${words}${terminal.ledger}`;
}
