import type { FunnelRow } from '../../messages/dashboard.js';
import { count, words } from '../format.js';
import { Empty, Panel } from '../parts/panel.js';
import { type Column, List } from '../parts/table.js';
import { funnel } from '../store.js';

const columns: readonly Column<FunnelRow>[] = [
  { head: 'Stage', isText: true, cell: ({ stage }) => <span class="soft">{stage}</span> },
  { head: 'Reason', kind: 'name', cell: ({ reason }) => words(reason) },
  { head: 'Markets', cell: (row) => count(row.count) },
];

/** How many markets each reason left out in the last window. */
export function Funnel() {
  const rows = funnel.value ?? [];
  return (
    <Panel id="funnel" title="Why not traded" aside={<span class="soft">last window</span>}>
      {rows.length === 0 ? (
        <Empty>Nothing has been left out or refused yet.</Empty>
      ) : (
        <List
          label="Why not traded"
          columns={columns}
          rows={rows}
          keyOf={({ stage, reason }) => `${stage} ${reason}`}
        />
      )}
    </Panel>
  );
}
