import { computed, signal } from '@preact/signals';
import type { DecisionRow } from '../../messages/dashboard.js';
import { noDecision } from '../empty.js';
import {
  briefly,
  cents,
  clockTime,
  count,
  edge,
  moment,
  money,
  percent,
  words,
} from '../format.js';
import { openDecision } from '../keys.js';
import { Empty, Panel } from '../parts/panel.js';
import { Scroller } from '../parts/scroller.js';
import {
  choices,
  type DecisionFilter,
  type DecisionOrder,
  decisionsFor,
  everyDecision,
  isSuspect,
} from '../rows.js';
import { decisions, header } from '../store.js';

const filter = signal<DecisionFilter>(everyDecision);
const order = signal<DecisionOrder>('time');
const shown = computed(() => decisionsFor(decisions.value, filter.value, order.value));
const reasons = computed(() => choices(decisions.value.map(({ reason }) => reason)));
const models = computed(() => choices(decisions.value.map(({ model }) => model)));

const set = (part: Partial<DecisionFilter>): void => {
  filter.value = { ...filter.value, ...part };
};

export function Decisions() {
  const total = decisions.value.length;
  const head = header.value;
  return (
    <Panel
      id="decisions"
      title="Decisions"
      aside={<span class="soft">{`${count(shown.value.length)} of the last ${count(total)}`}</span>}
    >
      <Filters />
      {shown.value.length === 0 ? (
        <Empty>
          {total === 0
            ? head !== undefined && noDecision(head)
            : 'No decision fits the filter. Clear a field to see more.'}
        </Empty>
      ) : (
        <Scroller
          label="Decisions, newest first"
          rows={shown.value}
          keyOf={({ id }) => id}
          head={<Head />}
          heightPx={450}
          draw={(row) => <Cells row={row} />}
          classOf={rowClass}
        />
      )}
    </Panel>
  );
}

const rowClass = (row: DecisionRow): string =>
  row.verdict === 'taken' ? 'is-taken' : isSuspect(row) ? 'is-suspect' : '';

function Filters() {
  const { verdict, reason, model, text } = filter.value;
  return (
    <div class="filters">
      <input
        id="decision-text"
        type="search"
        placeholder="Search market, reason, model"
        aria-label="Search decisions"
        value={text}
        onInput={({ currentTarget }) => set({ text: currentTarget.value })}
      />
      <select
        aria-label="Verdict"
        value={verdict}
        onChange={({ currentTarget }) =>
          set({ verdict: currentTarget.value as DecisionFilter['verdict'] })
        }
      >
        <option value="all">taken and refused</option>
        <option value="taken">taken</option>
        <option value="refused">refused</option>
      </select>
      <Choice
        label="Reason"
        all="every reason"
        value={reason}
        values={reasons.value}
        pick={(picked) => set({ reason: picked })}
      />
      <Choice
        label="Model"
        all="every model"
        value={model}
        values={models.value}
        pick={(picked) => set({ model: picked })}
      />
    </div>
  );
}

type ChoiceProps = {
  readonly label: string;
  readonly all: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly pick: (value: string) => void;
};
const Choice = ({ label, all, value, values, pick }: ChoiceProps) => (
  <select
    aria-label={label}
    value={value}
    onChange={({ currentTarget }) => pick(currentTarget.value)}
  >
    <option value="">{all}</option>
    {values.map((one) => (
      <option key={one} value={one}>
        {words(one)}
      </option>
    ))}
  </select>
);

function Head() {
  return (
    <tr>
      <Sortable by="time" text="Time" kind="text slim" />
      <Sortable by="title" text="Market" kind="text" />
      <th scope="col" class="text">
        Side
      </th>
      <th scope="col" class="slim" title="Our value of YES">
        Fair
      </th>
      <th scope="col" class="slim" title="Middle of the market">
        Mid
      </th>
      <Sortable
        by="edge"
        text="Edge"
        title="Per contract, after fee, slippage and margin: a claim, not a result"
      />
      <th scope="col" class="wide" title="Full Kelly of the first contract">
        Kelly
      </th>
      <Sortable by="size" text="Size" title="What the order costs at worst" kind="slim" />
      <th scope="col" class="text">
        Verdict
      </th>
      <th scope="col" class="text wide">
        Model
      </th>
    </tr>
  );
}

type SortableProps = {
  readonly by: DecisionOrder;
  readonly text: string;
  readonly title?: string;
  readonly kind?: string;
};
function Sortable({ by, text, title, kind }: SortableProps) {
  const isBy = order.value === by;
  return (
    <th
      scope="col"
      class={kind}
      title={title}
      aria-sort={isBy ? (by === 'title' ? 'ascending' : 'descending') : undefined}
    >
      <button
        type="button"
        class="sort"
        onClick={() => {
          order.value = by;
        }}
      >
        {text}
        {isBy ? <span aria-hidden="true">{by === 'title' ? ' ↑' : ' ↓'}</span> : null}
      </button>
    </th>
  );
}

function Cells({ row }: { readonly row: DecisionRow }) {
  return (
    <>
      <td class="text soft slim" title={moment(row.at)}>
        {clockTime(row.at)}
      </td>
      <td class="text name" title={`${row.title}\n${row.ticker}`}>
        <div class="clip">
          <button
            type="button"
            class="link"
            onClick={() => {
              openDecision.value = row.id;
            }}
          >
            {briefly(row.title, row.ticker)}
          </button>
        </div>
      </td>
      <td class="text">{row.side === null ? '' : row.side.toUpperCase()}</td>
      <td class="slim">{cents(row.fair)}</td>
      <td class="slim">{cents(row.mid)}</td>
      <td>{edge(row.edge)}</td>
      <td class="wide">{percent(row.kelly, 1)}</td>
      <td class="slim">{row.size === null ? '' : money(row.size)}</td>
      <td class="text verdict" title={isSuspect(row) ? suspicion : undefined}>
        {verdictText(row)}
      </td>
      <td class="text wide soft">{row.model ?? ''}</td>
    </>
  );
}

/** Never praise for a large number. */
const suspicion =
  'The claimed edge is larger than the settings believe anything can be worth: look for a fault of ours';

const verdictText = (row: DecisionRow): string =>
  isSuspect(row) ? 'suspected fault' : row.reason === 'unknown' ? 'UNKNOWN' : words(row.reason);
