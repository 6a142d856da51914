import type {
  ChainBook,
  ChainCall,
  ChainClaude,
  ChainEvidence,
  ChainMarket,
  ChainOpinion,
  ChainWord,
} from '../../messages/decision-chain.js';
import { age, cents, contracts, count, exact, moment, percent, price, words } from '../format.js';
import { Fact, Facts, Grid, Step, Verbatim } from './step.js';

export function MarketStep({ market }: { readonly market: ChainMarket | null }) {
  if (market === null) return null;
  return (
    <Step title="Market">
      {market.yesMeans === '' ? null : <p>YES: {market.yesMeans}</p>}
      <Facts>
        <Fact name="Event">
          {market.event}
          {market.isExclusive ? ', one of its outcomes happens' : ''}
        </Fact>
        <Fact name="Kind">{market.vertical}</Fact>
        <Fact name="Closes">{moment(market.closesAt)}</Fact>
        <Fact name="Status">{market.status}</Fact>
        <Fact name="Looked at with">{count(market.siblings)} siblings</Fact>
        <Fact name="Traded in 24 h">{contracts(market.volume24h)}</Fact>
        <Fact name="Open interest">{contracts(market.openInterest)}</Fact>
        <Fact name="Fee">
          {market.feePpm === null
            ? 'unknown'
            : `${market.feeType ?? ''} ×${market.feePpm / 1_000_000}`}
        </Fact>
      </Facts>
      {market.rules === '' ? null : <Verbatim name="Rules" text={market.rules} />}
    </Step>
  );
}

/** Levels shown of each side. */
const levels = 5;

export function BookStep({ book }: { readonly book: ChainBook | null }) {
  if (book === null) return null;
  const depth = Math.min(levels, Math.max(book.yesAsks.length, book.noAsks.length));
  const level = (side: ChainBook['yesAsks'], at: number) => {
    const found = side[at];
    return found === undefined ? ['', ''] : [price(found[0]), contracts(found[1])];
  };
  return (
    <Step title="Book at decision">
      <Facts>
        <Fact name="Bid, ask">{`${price(book.bid)}, ${price(book.ask)}`}</Fact>
        <Fact name="Trust">{`${words(book.trust)}, ${age(book.ageMs)} old`}</Fact>
        {book.window === null ? null : (
          <Fact name="In the window">
            {`${count(book.window.changes)} changes, ${count(book.window.trades)} trades, ${count(book.window.gaps)} gaps`}
          </Fact>
        )}
      </Facts>
      {depth === 0 ? (
        <p class="soft">Nothing was offered.</p>
      ) : (
        <Grid
          label="What could be bought"
          head={['YES at', 'contracts', 'NO at', 'contracts ']}
          rows={Array.from({ length: depth }, (_, at) => [
            ...level(book.yesAsks, at),
            ...level(book.noAsks, at),
          ])}
          texts={0}
        />
      )}
    </Step>
  );
}

export function EvidenceStep({ evidence }: { readonly evidence: ChainEvidence | null }) {
  if (evidence === null) return null;
  return (
    <Step title="Evidence">
      {evidence.noSignal === null ? null : <p class="soft">None: {words(evidence.noSignal)}</p>}
      {evidence.ageMs === null ? null : (
        <p>The oldest part that counts was {age(evidence.ageMs)} old.</p>
      )}
      {evidence.facts.length === 0 ? null : (
        <Grid
          label="Facts"
          head={['Fact', 'Says', 'Source', 'From']}
          rows={evidence.facts.map(({ name, source, text, from }) => [
            words(name),
            text,
            source,
            from === null ? 'not said' : moment(from),
          ])}
          texts={4}
        />
      )}
      {evidence.facts.length === 0 ? null : (
        <Verbatim name="As it was read" text={JSON.stringify(evidence.raw, null, 2)} />
      )}
    </Step>
  );
}

export function ClaudeStep({ claude }: { readonly claude: ChainClaude | null }) {
  if (claude === null) return null;
  return (
    <Step title="Claude">
      <p>
        {claude.p === null
          ? 'No estimate that could be used'
          : `Says ${percent(claude.p, 1)} (± ${percent(claude.sigma, 1)}) in ${count(claude.samples)} answers`}
        {claude.refusal === null ? '' : `: ${words(claude.refusal)}`}
        {claude.ageMs === null ? '' : `, ${age(claude.ageMs)} old`}
      </p>
      {claude.calls.map((call) => (
        <Call key={call.callId} call={call} />
      ))}
    </Step>
  );
}

const cost = (call: ChainCall): string =>
  call.costMicros === null
    ? `not billed yet, at most ${exact(call.maxCostMicros)}`
    : `${exact(call.costMicros)}${call.tickers.length > 1 ? ` for ${count(call.tickers.length)} markets` : ''}`;

const Call = ({ call }: { readonly call: ChainCall }) => (
  <>
    <Facts>
      <Fact name="Model">{call.model}</Fact>
      <Fact name="Asked">{moment(call.at)}</Fact>
      <Fact name="Cost">{cost(call)}</Fact>
      <Fact name="Tokens">{`${count(call.inputTokens)} in, ${count(call.outputTokens)} out`}</Fact>
    </Facts>
    {call.failure === null ? null : <p class="bad">No answer: {words(call.failure)}</p>}
    {call.request === null ? null : <Verbatim name="Question" text={call.request} />}
    {call.answer === null ? null : <Verbatim name="Answer" text={call.answer} />}
  </>
);

const said = (who: string, word: ChainWord | null) =>
  word === null ? [] : [[who, word.model, cents(word.fair), `± ${cents(word.sigma)}`]];

export function OpinionStep({ opinion }: { readonly opinion: ChainOpinion | null }) {
  if (opinion === null) return null;
  const { quotes, word, pool, fair, before } = opinion;
  return (
    <Step title="Opinion">
      {opinion.noSignal === null ? null : (
        <p class="soft">No model spoke: {words(opinion.noSignal)}</p>
      )}
      <Grid
        label="Who said what of YES"
        head={['', 'Model', 'Worth', 'Error']}
        rows={[
          ...said('the event’s quotes', quotes),
          ...said('in force before', before),
          ...said('the model’s word', word),
          ...said('decided on', fair),
        ]}
        texts={2}
      />
      {pool === null ? null : (
        <Facts>
          <Fact name="Calibrated" title="Platt’s alpha and beta, from settled markets">
            {`${cents(pool.calibrated)} (α ${pool.alpha.toFixed(2)}, β ${pool.beta.toFixed(2)})`}
          </Fact>
          <Fact name="Pooled with">{`${cents(pool.anchorFair)} ± ${cents(pool.anchorSigma)}`}</Fact>
          <Fact name="Weight">{percent(pool.weight, 1)}</Fact>
          <Fact name="Moves the price by" title="In log-odds; held to a bound">
            {`${pool.moved.toFixed(3)} of ${pool.shift.toFixed(3)}`}
          </Fact>
        </Facts>
      )}
    </Step>
  );
}
