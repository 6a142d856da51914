import { computed } from '@preact/signals';
import type { LimitRow } from '../../messages/dashboard.js';
import { inUnit, percent } from '../format.js';
import { nearness, share, tightestFirst } from '../limits-used.js';
import { Empty, Panel } from '../parts/panel.js';
import { isAtRest, limitRows } from '../store.js';

const rows = computed(() => tightestFirst(limitRows.value ?? []));

export function Limits() {
  return (
    <Panel id="limits" title="Limits used" aside={<span class="soft">tightest first</span>}>
      {rows.value.length === 0 ? (
        <Empty>
          {isAtRest.value
            ? 'A ledger does not hold its caps.'
            : 'The caps are told with the first window.'}
        </Empty>
      ) : (
        <ul class="meters">
          {rows.value.map((row, index) => (
            <Meter key={row.code} row={row} isTightest={index === 0} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Meter({ row, isTightest }: { readonly row: LimitRow; readonly isTightest: boolean }) {
  const used = share(row);
  const text = `${inUnit(row.unit, row.used)} of ${inUnit(row.unit, row.most)}`;
  return (
    <li class={`meter ${nearness(row)}${isTightest ? ' is-tightest' : ''}`}>
      <span class="label">{row.label}</span>
      <span class="amount">
        {text}
        <b>{percent(used)}</b>
      </span>
      <meter aria-label={row.label} min={0} max={1} value={Math.min(1, used ?? 0)}>
        {text}
      </meter>
    </li>
  );
}
