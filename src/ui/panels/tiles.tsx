import type { Tiles as TilesState } from '../../messages/dashboard.js';
import { change, count, money, score } from '../format.js';
import { isAtRest, tiles } from '../store.js';

type TileProps = {
  readonly name: string;
  readonly value: string;
  readonly more: string;
  readonly tone?: 'gain' | 'loss' | 'bad' | undefined;
};

const Tile = ({ name, value, more, tone }: TileProps) => (
  <div class="tile">
    <dt>{name}</dt>
    <dd>
      <span class={`figure${tone === undefined ? '' : ` ${tone}`}`}>{value}</span>
      <small>{more}</small>
    </dd>
  </div>
);

const toneOf = (micros: number | null): 'gain' | 'loss' | undefined =>
  micros === null || micros === 0 ? undefined : micros > 0 ? 'gain' : 'loss';

export function Tiles() {
  const now = tiles.value;
  if (now === undefined) return null;
  const { orders } = now;
  const isOld = isAtRest.value;
  return (
    <dl class="tiles" aria-label="At a glance">
      <Tile name="Equity" value={money(now.equity)} more={`${money(now.cash)} cash`} />
      <Tile
        name={isOld ? 'Last day' : 'Today'}
        value={change(now.dayPnl)}
        more={`${change(now.dayRealized)} realized, ${change(now.dayUnrealized)} open`}
        tone={toneOf(now.dayPnl)}
      />
      <Tile
        name="Realized in all"
        value={change(now.realizedPnl)}
        more={`${money(now.fees)} fees paid`}
        tone={toneOf(now.realizedPnl)}
      />
      <Tile
        name="Open exposure"
        value={money(now.exposure)}
        more={`${count(now.openPositions)} positions`}
      />
      <Tile
        name="Orders"
        value={`${count(orders.filled + orders.partial)} / ${count(orders.submitted)}`}
        more={ordersText(now)}
        tone={now.unknownOrders > 0 ? 'bad' : undefined}
      />
      {isOld ? (
        <Tile name="Markets" value={count(now.valued)} more="valued last" />
      ) : (
        <Tile name="Markets" value={count(now.markets)} more={`${count(now.valued)} valued last`} />
      )}
      <Tile
        name={isOld ? 'Claude, last day' : 'Claude today'}
        value={money(now.inferenceToday)}
        more={isOld ? '' : `of ${money(now.inferenceCap)} a day`}
      />
      <Brier now={now} />
    </dl>
  );
}

function ordersText({ openOrders, unknownOrders, orders }: TilesState): string {
  const parts = ['filled', `${count(openOrders)} open`];
  if (unknownOrders > 0) parts.push(`${count(unknownOrders)} UNKNOWN`);
  if (orders.rejected > 0) parts.push(`${count(orders.rejected)} rejected`);
  return parts.join(', ');
}

/** Fewer settled events than this say nothing about who forecasts better. */
const scoredMin = 30;

function Brier({ now }: { readonly now: TilesState }) {
  const { brier, marketBrier, scored } = now;
  const isEnough = scored >= scoredMin && brier !== null;
  return (
    <Tile
      name="Brier score"
      value={isEnough ? score(brier) : 'too few'}
      more={
        isEnough
          ? `market ${score(marketBrier)}, ${count(scored)} events`
          : `${count(scored)} of ${scoredMin} settled events`
      }
    />
  );
}
