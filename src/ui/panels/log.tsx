import { computed, signal } from '@preact/signals';
import type { LogRow } from '../../messages/dashboard.js';
import { clockTime, moment } from '../format.js';
import { openDecision } from '../keys.js';
import { Empty, Panel } from '../parts/panel.js';
import { Scroller } from '../parts/scroller.js';
import { Cells, type Column, HeadRow } from '../parts/table.js';
import { type LogLevel, logFor } from '../rows.js';
import { log } from '../store.js';

const least = signal<LogLevel>('info');
const search = signal('');
const shown = computed(() => logFor(log.value, least.value, search.value));

const columns: readonly Column<LogRow>[] = [
  {
    head: 'Time',
    isText: true,
    cell: ({ at }) => <span class="soft">{clockTime(at)}</span>,
    hint: ({ at }) => moment(at),
  },
  {
    head: 'Level',
    isText: true,
    cell: ({ level }) => <span class={`level ${level}`}>{level}</span>,
  },
  { head: 'What', kind: 'name', cell: (row) => <Line row={row} />, hint: ({ text }) => text },
  {
    head: 'Code',
    isText: true,
    kind: 'wide',
    cell: ({ code }) => <code class="soft">{code}</code>,
  },
];

function Line({ row: { text, ticker, decisionId } }: { readonly row: LogRow }) {
  const said = ticker === null ? text : `${text} · ${ticker}`;
  return decisionId === null ? (
    said
  ) : (
    <button
      type="button"
      class="link"
      onClick={() => {
        openDecision.value = decisionId;
      }}
    >
      {said}
    </button>
  );
}

export function Log() {
  return (
    <Panel id="log" title="Log" aside={<span class="soft">newest first</span>}>
      <div class="filters">
        <input
          type="search"
          placeholder="Search the log"
          aria-label="Search the log"
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value;
          }}
        />
        <select
          aria-label="Least level"
          value={least.value}
          onChange={({ currentTarget }) => {
            least.value = currentTarget.value as LogLevel;
          }}
        >
          <option value="info">everything</option>
          <option value="warn">warnings and alerts</option>
          <option value="alert">alerts</option>
        </select>
      </div>
      {shown.value.length === 0 ? (
        <Empty>
          {log.value.length === 0 ? 'Nothing to tell yet.' : 'No line fits the filter.'}
        </Empty>
      ) : (
        <Scroller
          label="Log, newest first"
          rows={shown.value}
          keyOf={({ n }) => String(n)}
          head={<HeadRow columns={columns} />}
          heightPx={330}
          draw={(row) => <Cells columns={columns} row={row} />}
          classOf={({ level }) => `line-${level}`}
        />
      )}
    </Panel>
  );
}
