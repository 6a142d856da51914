import { computed, signal } from '@preact/signals';
import type { MarketRow } from '../../messages/dashboard.js';
import { age, briefly, cents, count, moment, price, unknown, until } from '../format.js';
import { Empty, Panel } from '../parts/panel.js';
import { Scroller } from '../parts/scroller.js';
import { Cells, type Column, HeadRow } from '../parts/table.js';
import { marketsFor } from '../rows.js';
import { span, sparkPath } from '../spark.js';
import { header, isAtRest, markets } from '../store.js';
import { marketTime } from './top.js';

const width = 84;
const height = 20;
/** Five cents are the least height of a sparkline. */
const leastSpan = 0.05;

function Spark({ row: { spark, sparkFair } }: { readonly row: MarketRow }) {
  const mids = spark.map((twice) => (twice === null ? null : twice / 20_000));
  const range = span([...mids, ...sparkFair], leastSpan);
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path class="market" d={sparkPath(mids, width, height, range)} />
      <path class="ours" d={sparkPath(sparkFair, width, height, range)} />
    </svg>
  );
}

/** Of a valuation, in real time. */
const valuedAge = (valuedAt: number | null): string => {
  const at = marketTime.value;
  return valuedAt === null || at === null
    ? unknown
    : age((at - valuedAt) / (header.value?.speed || 1));
};

/** Where there is no feed, what was listed is what the engine goes by. */
const isTrusted = ({ trust }: MarketRow): boolean =>
  trust === 'fresh' || (trust === 'listing' && header.value?.feedState === 'none');

const columns: readonly Column<MarketRow>[] = [
  {
    head: 'Market',
    kind: 'name',
    cell: ({ title, ticker }) => briefly(title, ticker),
    hint: ({ title, ticker }) => `${title}\n${ticker}`,
  },
  {
    head: 'Vertical',
    isText: true,
    kind: 'wide',
    cell: (row) => <span class="soft">{row.vertical}</span>,
  },
  { head: 'Market and ours', isText: true, cell: (row) => <Spark row={row} /> },
  {
    head: 'Fair',
    title: 'Our value of YES',
    cell: ({ fair }) => <b class="ours">{cents(fair)}</b>,
  },
  { head: 'Bid', cell: ({ bid }) => price(bid) },
  { head: 'Ask', cell: ({ ask }) => price(ask) },
  {
    head: 'Depth',
    title: 'Contracts at the bid and at the ask',
    kind: 'wide',
    cell: ({ bidDepth, askDepth }) => `${count(bidDepth / 100)} / ${count(askDepth / 100)}`,
  },
  {
    head: 'Book',
    isText: true,
    cell: (row) => <span class={isTrusted(row) ? 'soft' : 'bad'}>{row.trust}</span>,
  },
  {
    head: 'Valued',
    kind: 'slim',
    title: 'How long ago, in real time',
    cell: ({ valuedAt }) => valuedAge(valuedAt),
  },
  {
    head: 'Closes in',
    kind: 'wide',
    cell: ({ closesAt }) => until(closesAt, marketTime.value),
    hint: ({ closesAt }) => moment(closesAt),
  },
];

const quoted: ReadonlySet<string> = new Set(['Bid', 'Ask', 'Depth', 'Book']);
const shownColumns = computed(() =>
  isAtRest.value ? columns.filter(({ head }) => !quoted.has(head)) : columns,
);

const text = signal('');
const shown = computed(() => marketsFor(markets.value, text.value));

export function Markets() {
  return (
    <Panel
      id="markets"
      title="Markets"
      aside={
        <span class="key">
          <i class="market" /> market <i class="ours" /> ours
        </span>
      }
    >
      <div class="filters">
        <input
          type="search"
          placeholder="Search markets"
          aria-label="Search markets"
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
      </div>
      {shown.value.length === 0 ? (
        <Empty>
          {markets.value.length === 0
            ? 'No market is selected yet: the first scan takes a moment. If it stays so, look at “Why not traded”.'
            : 'No market has all these words.'}
        </Empty>
      ) : (
        <Scroller
          label="Markets"
          rows={shown.value}
          keyOf={({ ticker }) => ticker}
          head={<HeadRow columns={shownColumns.value} />}
          heightPx={390}
          draw={(row) => <Cells columns={shownColumns.value} row={row} />}
        />
      )}
    </Panel>
  );
}
