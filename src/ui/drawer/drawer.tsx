import { computed, effect, signal } from '@preact/signals';
import type { DecisionChain } from '../../messages/decision-chain.js';
import { get } from '../api.js';
import { moment, named, sentence, words } from '../format.js';
import { openDecision } from '../keys.js';
import { Dialog } from '../parts/dialog.js';
import { state } from '../store.js';
import { ledgerCommand } from '../terminal.js';
import { EdgeSteps, SizeSteps, VerdictSteps } from './chances.js';
import { OrderSteps, OutcomeSteps } from './order.js';
import { BookStep, ClaudeStep, EvidenceStep, MarketStep, OpinionStep } from './sources.js';

type Loaded =
  | { readonly id: string; readonly chain: DecisionChain }
  | { readonly id: string; readonly failure: string };
const loaded = signal<Loaded | null>(null);

async function load(id: string): Promise<void> {
  const answer = await get(`/api/decisions/${encodeURIComponent(id)}`);
  if (openDecision.peek() !== id) return;
  loaded.value = answer.ok
    ? { id, chain: answer.body as DecisionChain }
    : { id, failure: answer.why };
}

/** Asks for the chain of the decision that was opened, and again when its row changes. */
export const startDrawer = (): (() => void) =>
  effect(() => {
    const id = openDecision.value;
    if (id === null) return;
    // What became of its order is part of the chain.
    void standing.value;
    void load(id);
  });

const standing = computed(
  () => state.value.rows.decisions[openDecision.value ?? '']?.reason ?? null,
);

const close = (): void => {
  openDecision.value = null;
  loaded.value = null;
};

export function Drawer() {
  const id = openDecision.value;
  if (id === null) return null;
  const now = loaded.value?.id === id ? loaded.value : null;
  return (
    <Dialog kind="drawer" title={titleOf(now, id)} onClose={close}>
      {now === null ? (
        <p class="soft">Reading the chain …</p>
      ) : 'failure' in now ? (
        <p class="notice bad">
          Not read: {sentence(now.failure)} From the terminal:{' '}
          <code>{ledgerCommand(`why ${id}`)}</code>
        </p>
      ) : (
        <Chain chain={now.chain} />
      )}
    </Dialog>
  );
}

function titleOf(now: Loaded | null, id: string): string {
  const title = now !== null && 'chain' in now ? now.chain.market?.title : undefined;
  return named(title ?? '', id);
}

const speakers: Readonly<Record<DecisionChain['outcome']['by'], string>> = {
  valuation: 'the valuation',
  second_look: 'the second look at the book',
  executor: 'the executor',
  exchange: 'the exchange',
};

function Chain({ chain }: { readonly chain: DecisionChain }) {
  const { outcome, missing } = chain;
  return (
    <div class="chain">
      <p class={`outcome ${outcome.kind}`}>
        <strong>{words(outcome.kind)}</strong>: {words(outcome.code)}, said {speakers[outcome.by]}
      </p>
      <p class="soft">
        {moment(chain.at)}, window {chain.cycle} of run {chain.run}
        {chain.kind === 'between_windows' ? ', between windows' : ''} · <code>{chain.id}</code>
      </p>
      {missing.map(({ part, why }) => (
        <p key={part} class="notice warn">
          Not kept: {part} ({words(why)})
        </p>
      ))}
      <MarketStep market={chain.market} />
      <BookStep book={chain.book} />
      <EvidenceStep evidence={chain.evidence} />
      <ClaudeStep claude={chain.claude} />
      <OpinionStep opinion={chain.opinion} />
      <EdgeSteps edge={chain.edge} />
      <SizeSteps size={chain.size} />
      <VerdictSteps verdict={chain.verdict} />
      <OrderSteps order={chain.order} />
      <OutcomeSteps settlement={chain.settlement} score={chain.score} />
      <Whole chain={chain} />
    </div>
  );
}

/** What was copied last. */
const copied = signal<string | null>(null);

/** The record itself, as `why --json` prints it. */
function Whole({ chain }: { readonly chain: DecisionChain }) {
  const text = JSON.stringify(chain, null, 2);
  return (
    <section class="step">
      <h3>As stored</h3>
      <p>
        <button
          type="button"
          onClick={() => {
            void navigator.clipboard.writeText(text).then(() => {
              copied.value = text;
            });
          }}
        >
          {copied.value === text ? 'Copied' : 'Copy JSON'}
        </button>{' '}
        <code>{ledgerCommand(`why ${chain.id} --json`)}</code>
      </p>
    </section>
  );
}
