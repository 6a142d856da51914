import { computed, effect, signal } from '@preact/signals';
import { limits } from '../../limits.js';
import type { DecisionChain } from '../../messages/decision-chain.js';
import { get } from '../api.js';
import { after } from '../clock.js';
import { moment, named, sentence, words } from '../format.js';
import { openDecision } from '../keys.js';
import { Dialog } from '../parts/dialog.js';
import { header, state } from '../store.js';
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

/** What it was decided on is written a while after the window: a decision of the last one may still get it. */
const isComing = ({ cycle, run, missing }: DecisionChain): boolean => {
  const now = header.peek();
  if (now?.source !== 'live' || now.run !== run || now.cycle - cycle > 1) return false;
  return missing.some(({ part }) => part === 'chain');
};

/** Asks for the chain of the decision that was opened, again when its row changes, and until what is still coming is there. */
export const startDrawer = (): (() => void) =>
  effect(() => {
    const id = openDecision.value;
    if (id === null) return;
    // What became of its order is part of the chain.
    void standing.value;
    let isOver = false;
    let callOff = (): void => {};
    const ask = async (): Promise<void> => {
      await load(id);
      const now = loaded.peek();
      if (isOver || now === null || !('chain' in now) || !isComing(now.chain)) return;
      callOff = after(limits.pageChainAgainMs, () => void ask());
    };
    void ask();
    return () => {
      isOver = true;
      callOff();
    };
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
          Not read: {sentence(now.failure)}
          <Typed words={`why ${id}`} before=" From the terminal: " />
        </p>
      ) : (
        <Chain chain={now.chain} />
      )}
    </Dialog>
  );
}

/** What prints the same; nothing where there is no ledger to print it from. */
function Typed({ words: typed, before }: { readonly words: string; readonly before: string }) {
  const text = ledgerCommand(typed);
  if (text === null) return null;
  return (
    <>
      {before}
      <code>{text}</code>
    </>
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
      {header.value?.source === 'replay' ? (
        <p class="soft">
          Read from the ledger of the whole run, which knows what came after this moment.
        </p>
      ) : null}
      {missing.map(({ part, why }) => (
        <p key={part} class="notice warn">
          {isComing(chain) ? `Not written yet: ${part}` : `Not kept: ${part} (${words(why)})`}
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
        </button>
        <Typed words={`why ${chain.id} --json`} before=" " />
      </p>
    </section>
  );
}
