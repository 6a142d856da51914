import type { DashboardPatch, DashboardState, Rows } from './dashboard.js';

/** Nothing is known yet. */
export const emptyState: DashboardState = {
  sections: {},
  rows: { decisions: {}, positions: {}, orders: {}, markets: {}, events: {}, log: {} },
};

/** The state after a patch. What the patch does not name is the same object as before, so that nobody draws it again. */
export function patched(state: DashboardState, patch: DashboardPatch): DashboardState {
  const rows: Record<string, Readonly<Record<string, unknown>>> = { ...state.rows };
  for (const [name, changed] of Object.entries(patch.rows ?? {})) {
    const next = { ...rows[name] };
    for (const [key, row] of Object.entries(changed)) {
      if (row === null) delete next[key];
      else next[key] = row;
    }
    rows[name] = next;
  }
  return {
    sections:
      patch.sections === undefined ? state.sections : { ...state.sections, ...patch.sections },
    rows: rows as Rows,
  };
}
