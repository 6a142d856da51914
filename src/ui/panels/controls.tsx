import { computed, signal } from '@preact/signals';
import { post } from '../api.js';
import { HoldButton } from '../parts/hold-button.js';
import { header } from '../store.js';

export type Stop = 'pause' | 'cancel' | 'halt';

/** What was asked for and not yet seen to be done, or why it was refused. */
export const asked = signal<{ readonly action: Stop; readonly failure: string | null } | null>(
  null,
);

const done: Readonly<Record<Stop, readonly string[]>> = {
  pause: ['paused', 'canceling', 'halted'],
  cancel: ['canceling', 'halted'],
  halt: ['halted'],
};

const isDone = (action: Stop): boolean => done[action].includes(header.value?.state ?? '');

/** The line under the header while a request is on its way. */
export const askedText = computed(() => {
  const now = asked.value;
  if (now === null || isDone(now.action)) return null;
  if (now.failure !== null)
    return `${now.action} was not taken: ${now.failure}. From the terminal: ${terminal[now.action]}`;
  return `${now.action} asked for; the engine takes it within a second`;
});

const terminal: Readonly<Record<Stop, string>> = {
  pause: 'event-trading-bot pause',
  cancel: 'event-trading-bot kill --cancel-only',
  halt: 'event-trading-bot kill',
};

export async function stop(action: Stop): Promise<void> {
  asked.value = { action, failure: null };
  const answer = await post('/api/control', { action, why: 'asked for on the page' });
  if (!answer.ok) asked.value = { action, failure: answer.why };
}

/** Everything that stops trading; what starts it again is in the terminal. */
export function Controls() {
  const now = header.value;
  if (now === undefined || now.source !== 'live') return null;
  const isOver = now.state === 'stopped';
  return (
    <fieldset class="controls" aria-label="Stop trading">
      <button
        type="button"
        title="No new orders until resumed from the terminal; positions stay"
        disabled={isOver || isDone('pause')}
        onClick={() => void stop('pause')}
      >
        Pause
      </button>
      <HoldButton
        title="Hold for a second: cancels resting orders and takes no new risk; positions may be reduced"
        isOff={isOver || isDone('cancel')}
        onHeld={() => void stop('cancel')}
      >
        Cancel orders
      </HoldButton>
      <HoldButton
        title="Hold for a second: cancels resting orders and sends nothing any more"
        isOff={isOver || isDone('halt')}
        onHeld={() => void stop('halt')}
      >
        Halt
      </HoldButton>
    </fieldset>
  );
}
