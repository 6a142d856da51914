import { computed } from '@preact/signals';
import { post } from '../api.js';
import { answered, asked, askedText, buttons, isDone, type Stop } from '../asked.js';
import { HoldButton } from '../parts/hold-button.js';
import { header } from '../store.js';
import { command } from '../terminal.js';

const terminal: Readonly<Record<Stop, string>> = {
  pause: 'pause',
  cancel: 'kill --cancel-only',
  halt: 'kill',
};

/** The line under the header while a request is on its way. */
export const askedLine = computed(() => {
  const now = asked.value;
  return now === null ? null : askedText(now, command(terminal[now.action]));
});

async function stop(action: Stop): Promise<void> {
  const sent = { action, standing: 'sent', why: '' } as const;
  asked.value = sent;
  const answer = await post('/api/control', { action, why: `${buttons[action]} button` });
  // Seen to be done meanwhile, or something else was asked for.
  if (asked.peek() === sent) asked.value = answered(action, answer);
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
        {buttons.pause}
      </button>
      <HoldButton
        title="Hold for a second: cancels resting orders and takes no new risk; positions may be reduced"
        isOff={isOver || isDone('cancel')}
        onHeld={() => void stop('cancel')}
      >
        {buttons.cancel}
      </HoldButton>
      <HoldButton
        title="Hold for a second: cancels resting orders and sends nothing any more"
        isOff={isOver || isDone('halt')}
        onHeld={() => void stop('halt')}
      >
        {buttons.halt}
      </HoldButton>
    </fieldset>
  );
}
