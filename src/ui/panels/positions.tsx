import { computed } from '@preact/signals';
import type { OrderRow, PositionRow } from '../../messages/dashboard.js';
import { noOrder } from '../empty.js';
import {
  briefly,
  change,
  clockTime,
  contracts,
  count,
  moment,
  money,
  price,
  until,
  words,
} from '../format.js';
import { openDecision } from '../keys.js';
import { Empty, Panel } from '../parts/panel.js';
import { Scroller } from '../parts/scroller.js';
import { Cells, type Column, HeadRow } from '../parts/table.js';
import { byClose, byUrgency } from '../rows.js';
import { decisions, isAtRest, markets, orders, positions } from '../store.js';
import { marketTime } from './top.js';

const heightPx = 330;

const minus = (a: number | null, b: number): number | null => (a === null ? null : a - b);
const toneOf = (micros: number | null): string =>
  micros === null || micros === 0 ? '' : micros > 0 ? 'gain' : 'loss';

const sideOf = ({ quantity }: PositionRow): string => (quantity < 0 ? 'NO' : 'YES');
/** Micros for hundredths of contracts are prices of $0.0001. */
const each = (micros: number | null, quantity: number): number | null =>
  micros === null || quantity === 0 ? null : micros / Math.abs(quantity);

const safeLink = (link: string | null): string | null =>
  link?.startsWith('https://') === true ? link : null;

function Name({ row }: { readonly row: PositionRow }) {
  const link = safeLink(row.link);
  const text = briefly(row.title, row.ticker);
  return link === null ? (
    text
  ) : (
    <a href={link} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}

const positionColumns: readonly Column<PositionRow>[] = [
  {
    head: 'Market',
    kind: 'name',
    cell: (row) => <Name row={row} />,
    hint: ({ title, ticker }) => `${title}\n${ticker}`,
  },
  { head: 'Side', isText: true, cell: sideOf },
  { head: 'Held', cell: ({ quantity }) => contracts(Math.abs(quantity)) },
  {
    head: 'Entry',
    kind: 'slim',
    title: 'Average cost of a contract of the held side',
    cell: ({ cost, quantity }) => price(each(cost, quantity)),
  },
  {
    head: 'Mark',
    kind: 'slim',
    title: 'Middle of the market, of the held side',
    cell: ({ midValue, quantity }) => price(each(midValue, quantity)),
  },
  { head: 'Cost', kind: 'wide', cell: ({ cost }) => money(cost) },
  {
    head: 'At bid',
    kind: 'slim',
    title: 'What selling it now would bring',
    cell: ({ exitValue }) => money(exitValue),
  },
  {
    head: 'Open P&L',
    title: 'At the bid, before fees',
    cell: ({ exitValue, cost }) => {
      const gained = minus(exitValue, cost);
      return <span class={toneOf(gained)}>{change(gained)}</span>;
    },
  },
  {
    head: 'Closes in',
    cell: ({ closesAt }) => until(closesAt, marketTime.value),
    hint: ({ closesAt }) => moment(closesAt),
  },
];

const shownColumns = computed(() =>
  isAtRest.value ? positionColumns.filter(({ head }) => head !== 'Mark') : positionColumns,
);
const held = computed(() => [...positions.value].sort(byClose));

export function Positions() {
  return (
    <Panel
      id="positions"
      title="Positions"
      aside={<span class="soft">{`${count(held.value.length)}, next to close first`}</span>}
    >
      {held.value.length === 0 ? (
        <Empty>Nothing is held. A position appears with the first fill.</Empty>
      ) : (
        <Scroller
          label="Positions"
          rows={held.value}
          keyOf={({ ticker }) => ticker}
          head={<HeadRow columns={shownColumns.value} />}
          heightPx={heightPx}
          draw={(row) => <Cells columns={shownColumns.value} row={row} />}
        />
      )}
    </Panel>
  );
}

/** An order's market may be among those that are watched no more. */
const titles = computed(() => {
  const all = [...decisions.value, ...positions.value, ...markets.value];
  return new Map(all.map(({ ticker, title }) => [ticker, title]));
});

const orderColumns: readonly Column<OrderRow>[] = [
  {
    head: 'Time',
    isText: true,
    kind: 'slim',
    cell: ({ at }) => <span class="soft">{clockTime(at)}</span>,
    hint: ({ at }) => moment(at),
  },
  {
    head: 'Market',
    kind: 'name',
    cell: (row) => <OrderName row={row} />,
    hint: ({ ticker, clientOrderId }) => `${ticker}\n${clientOrderId}`,
  },
  { head: 'Side', isText: true, cell: ({ side }) => side.toUpperCase() },
  { head: 'Limit', kind: 'slim', cell: ({ limit }) => price(limit) },
  {
    head: 'Filled',
    title: 'Filled of ordered contracts',
    cell: ({ filled, count: ordered }) => `${contracts(filled)} / ${contracts(ordered)}`,
  },
  { head: 'Fees', kind: 'wide', cell: ({ fees }) => money(fees) },
  {
    head: 'Status',
    isText: true,
    cell: ({ status, why }) => (
      <span class={`status ${status}`}>
        {status === 'unknown' ? 'UNKNOWN' : words(status)}
        {why === '' ? null : <span class="soft"> {words(why)}</span>}
      </span>
    ),
  },
];

function OrderName({ row: { ticker, decisionId } }: { readonly row: OrderRow }) {
  const text = briefly(titles.value.get(ticker) ?? '', ticker);
  return decisionId === null ? (
    text
  ) : (
    <button
      type="button"
      class="link"
      onClick={() => {
        openDecision.value = decisionId;
      }}
    >
      {text}
    </button>
  );
}

const sorted = computed(() => [...orders.value].sort(byUrgency));
const openCount = computed(() => orders.value.filter(({ isOpen }) => isOpen).length);

export function Orders() {
  return (
    <Panel
      id="orders"
      title="Orders"
      aside={<span class="soft">{`${count(openCount.value)} open, then the last ones`}</span>}
    >
      {sorted.value.length === 0 ? (
        <Empty>{noOrder(decisions.value.length)}</Empty>
      ) : (
        <Scroller
          label="Orders"
          rows={sorted.value}
          keyOf={({ clientOrderId }) => clientOrderId}
          head={<HeadRow columns={orderColumns} />}
          heightPx={heightPx}
          draw={(row) => <Cells columns={orderColumns} row={row} />}
          classOf={({ status }) => (status === 'unknown' ? 'is-unknown' : '')}
        />
      )}
    </Panel>
  );
}
