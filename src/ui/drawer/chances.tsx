import type {
  ChainEdge,
  ChainSize,
  ChainSum,
  ChainVerdict,
} from '../../messages/decision-chain.js';
import {
  cents,
  contracts,
  count,
  edge as edgeText,
  exact,
  moment,
  money,
  percent,
  price,
  words,
} from '../format.js';
import { Fact, Facts, Grid, Step } from './step.js';

/** price + fee + slippage + margin = cost; worth − cost = edge. One column for each. */
export function Sums({
  label,
  sums,
}: {
  readonly label: string;
  readonly sums: readonly ChainSum[];
}) {
  if (sums.length === 0) return null;
  const row = (name: string, of: (sum: ChainSum) => string) => [name, ...sums.map(of)];
  return (
    <Grid
      label={label}
      head={[
        '',
        ...sums.map(({ side, count: bought }) => `${contracts(bought)} ${side.toUpperCase()}`),
      ]}
      rows={[
        row('price', (sum) => exact(sum.priceMicros)),
        row('+ fee', (sum) => exact(sum.feeMicros)),
        row('+ slippage', (sum) => exact(sum.slippageMicros)),
        row('+ margin', (sum) => exact(sum.marginMicros)),
        row('= cost', (sum) => exact(sum.costMicros)),
        row('worth', (sum) => `${exact(sum.worthMicros)} at ${cents(sum.fair)}`),
        row('− cost = edge', (sum) => exact(sum.edgeMicros)),
        row('a contract', (sum) => edgeText(sum.edgePerContract)),
      ]}
      texts={1}
      marked={6}
    />
  );
}

const present = (sums: readonly (ChainSum | null | undefined)[]): readonly ChainSum[] =>
  sums.filter((sum) => sum !== null && sum !== undefined);

export function EdgeSteps({ edge }: { readonly edge: ChainEdge | null }) {
  if (edge === null) return null;
  const sums = present([edge.yes, edge.no]);
  return (
    <Step title="Edge">
      {sums.length === 0 ? <p class="soft">Nothing was offered, or fees are unknown.</p> : null}
      <Sums label="Edge of one contract" sums={sums} />
      <Facts>
        <Fact name="Had to reach">
          {edge.threshold === null ? 'nothing' : edgeText(edge.threshold)}
        </Fact>
        <Fact name="Confidence" title="Share of full Kelly that the error of the fair value leaves">
          {percent(edge.confidence)}
        </Fact>
        <Fact name="Of the capital, a day">{percent(edge.edgePerDay, 2)}</Fact>
      </Facts>
    </Step>
  );
}

export function SizeSteps({ size }: { readonly size: ChainSize | null }) {
  if (size === null) return null;
  const { sizing } = size;
  return (
    <Step title="Size">
      <Facts>
        <Fact name="Bankroll">{money(size.bankrollMicros)}</Fact>
        <Fact name="Held before">
          {`${contracts(size.heldCount)} for ${money(size.heldCostMicros)}`}
        </Fact>
        <Fact name="Full Kelly at fair">{percent(size.kelly, 2)}</Fact>
        {sizing === null ? null : (
          <>
            <Fact name="Sized at">{`${cents(sizing.won)}, full Kelly ${percent(sizing.full, 2)}`}</Fact>
            <Fact name="Part of Kelly">{percent(sizing.kellyShare)}</Fact>
            <Fact name="Asks for">{percent(sizing.wanted, 3)}</Fact>
            <Fact name="Left after all caps">{percent(sizing.share, 3)}</Fact>
            <Fact name="Bound by">{words(sizing.binding)}</Fact>
            {sizing.jointLegs === null ? null : (
              <Fact name="Sized with">{count(sizing.jointLegs)} legs of its event</Fact>
            )}
          </>
        )}
      </Facts>
      {sizing === null ? (
        <p class="soft">It was no candidate, so nothing was sized.</p>
      ) : (
        <Grid
          label="Caps, in shares of the bankroll"
          head={['Cap', 'leaves', 'before', 'after']}
          rows={sizing.caps.map(({ code, leaves, before, after }) => [
            words(code),
            percent(leaves, 3),
            percent(before, 3),
            percent(after, 3),
          ])}
          texts={1}
          marked={sizing.caps.findIndex(({ isBinding }) => isBinding)}
        />
      )}
    </Step>
  );
}

export function VerdictSteps({ verdict }: { readonly verdict: ChainVerdict | null }) {
  if (verdict === null) return null;
  const { bet, look } = verdict;
  return (
    <Step title="Verdict">
      <p>
        <strong>{verdict.taken ? 'Taken' : 'Refused'}</strong>
        {verdict.reason === 'taken' ? '' : `: ${words(verdict.reason)}`}
        {verdict.side === null ? '' : `, ${verdict.side.toUpperCase()}`}
        {verdict.edge === null ? '' : `, edge ${edgeText(verdict.edge)}`}
      </p>
      {bet === null ? null : (
        <Facts>
          <Fact name="Bet">{`${contracts(bet.count)} at ${price(bet.limit)} or better`}</Fact>
          <Fact name="Costs at worst">{exact(bet.worstCostMicros)}</Fact>
        </Facts>
      )}
      <Sums label="The bet" sums={present([bet?.sum])} />
      {look === null ? null : (
        <>
          <p>
            Looked at again at {moment(look.at)}:{' '}
            {look.refusal === null
              ? `${contracts(look.count)} at ${price(look.limit)}`
              : words(look.refusal)}
          </p>
          <Sums label="The second look" sums={present([look.sum])} />
        </>
      )}
    </Step>
  );
}
