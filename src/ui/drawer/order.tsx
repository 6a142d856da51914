import type {
  ChainFill,
  ChainOrder,
  ChainScore,
  ChainSettlement,
} from '../../messages/decision-chain.js';
import {
  cents,
  clockTime,
  contracts,
  edge,
  exact,
  moment,
  price,
  score as scoreText,
  words,
} from '../format.js';
import { Fact, Facts, Grid, Step } from './step.js';

export function OrderSteps({ order }: { readonly order: ChainOrder | null }) {
  if (order === null) return null;
  const isUnknown = order.status === 'unknown';
  return (
    <Step title="Order">
      <p>
        <strong class={isUnknown ? 'bad' : ''}>
          {isUnknown ? 'UNKNOWN' : words(order.status)}
        </strong>
        {order.why === null ? '' : `: ${words(order.why)}`}
      </p>
      <Facts>
        <Fact name="Order">
          {`${contracts(order.count)} ${order.side.toUpperCase()} at ${price(order.limit)}`}
        </Fact>
        <Fact name="At worst">{exact(order.worstCostMicros)}</Fact>
        <Fact name="Fair and edge as written down">{`${cents(order.fair)}, ${edge(order.edge)}`}</Fact>
        <Fact name="Our id">
          <code>{order.clientOrderId}</code>
        </Fact>
        {order.orderId === null ? null : (
          <Fact name="Exchange’s id">
            <code>{order.orderId}</code>
          </Fact>
        )}
      </Facts>
      <Grid
        label="Its life"
        head={['Time', 'What', '']}
        rows={order.events.map(({ at, kind, text }) => [clockTime(at), words(kind), text])}
        texts={3}
      />
      {order.fills.length === 0 ? null : <Fills order={order} />}
    </Step>
  );
}

const fillRow = (fill: ChainFill) => [
  clockTime(fill.at),
  contracts(fill.count),
  price(fill.price),
  exact(fill.costMicros),
  exact(fill.feeMicros),
];

const Fills = ({ order }: { readonly order: ChainOrder }) => (
  <Grid
    label="Fills"
    head={['Fill', 'contracts', 'at', 'price', 'fee']}
    rows={[
      ...order.fills.map(fillRow),
      ['sum', contracts(order.filled), '', exact(order.fillMicros), exact(order.feeMicros)],
    ]}
    texts={1}
    marked={order.fills.length}
  />
);

type OutcomeProps = {
  readonly settlement: ChainSettlement | null;
  readonly score: ChainScore | null;
};

export function OutcomeSteps({ settlement, score }: OutcomeProps) {
  if (settlement === null && score === null) return null;
  return (
    <Step title="Outcome">
      <Facts>
        {settlement === null ? null : (
          <>
            <Fact name="Settled">{`${moment(settlement.at)}, YES pays ${price(settlement.yesValue)}`}</Fact>
            <Fact name="Profit of this order">{exact(settlement.profitMicros)}</Fact>
            <Fact name="Of the whole position">{exact(settlement.realizedMicros)}</Fact>
          </>
        )}
        {score === null ? null : (
          <Fact name="Brier score" title="Squared error of the probability of YES">
            {`ours ${scoreText(score.ours)}, market ${scoreText(score.market)}`}
          </Fact>
        )}
      </Facts>
    </Step>
  );
}
