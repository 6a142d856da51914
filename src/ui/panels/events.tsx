import { computed } from '@preact/signals';
import type { EventRow } from '../../messages/dashboard.js';
import { briefly, cents, contracts, count } from '../format.js';
import { Empty, Panel } from '../parts/panel.js';
import { Scroller } from '../parts/scroller.js';
import { Cells, type Column, HeadRow } from '../parts/table.js';
import { outcomesAdd } from '../rows.js';
import { events } from '../store.js';

const Sum = ({ sum }: { readonly sum: number | null }) => (
  <span class={outcomesAdd(sum) ? '' : 'warn'}>{cents(sum, 0)}</span>
);

const columns: readonly Column<EventRow>[] = [
  {
    head: 'Event',
    kind: 'name',
    cell: ({ title, event }) => briefly(title, event),
    hint: ({ title, event }) => `${title}\n${event}`,
  },
  {
    head: 'Quoted',
    kind: 'wide',
    title: 'Outcomes with a quote, of all',
    cell: ({ quoted, outcomes }) => `${count(quoted)} / ${count(outcomes)}`,
  },
  {
    head: 'Market sum',
    title: 'What the middles of the quoted outcomes add up to',
    cell: ({ midSum }) => <Sum sum={midSum} />,
  },
  {
    head: 'Our sum',
    title: 'What our values of the same outcomes add up to',
    cell: ({ fairSum }) => <Sum sum={fairSum} />,
  },
  {
    head: 'Held',
    title: 'Contracts held of its outcomes',
    cell: ({ held }) => (held === 0 ? '' : contracts(held)),
  },
];

const shown = computed(() =>
  [...events.value].sort((a, b) => b.held - a.held || (a.event < b.event ? -1 : 1)),
);

export function Events() {
  return (
    <Panel
      id="events"
      title="Events"
      aside={<span class="soft">outcomes that exclude one another: 100¢ at most</span>}
    >
      {shown.value.length === 0 ? (
        <Empty>No selected market belongs to an event of exclusive outcomes.</Empty>
      ) : (
        <Scroller
          label="Events"
          rows={shown.value}
          keyOf={({ event }) => event}
          head={<HeadRow columns={columns} />}
          heightPx={430}
          draw={(row) => <Cells columns={columns} row={row} />}
        />
      )}
    </Panel>
  );
}
