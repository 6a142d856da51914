import type { Clock } from '../../clock.js';
import type { LatchLevel } from '../../domain/records.js';
import { limits } from '../../limits.js';
import { requestControl } from '../../runtime/control-requests.js';
import type { Replica } from '../replica/replica.js';
import { type Answer, json, type Route, refused } from '../route.js';
import { fieldOf } from './login.js';

type ControlParts = {
  /** Null: no engine runs that could be asked. */
  readonly controlDir: string | null;
  readonly latches: () => Replica['latches'];
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
};

/** Each includes the ones before it. */
const levels: readonly LatchLevel[] = ['pause', 'cancel', 'halt'];
const lookEveryMs = 25;
const whyMax = 160;

/**
 * Stopping, and nothing but stopping: the request is left where the commands leave it, so that the page can do no more than
 * they. It is answered once the ledger has the latch, or says that the engine has not taken it yet: then it waits there.
 */
export function controlRoutes(parts: ControlParts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/api/control',
      access: 'full',
      handle: ({ body }) => control(parts, body),
    },
  ];
}

async function control(parts: ControlParts, body: unknown): Promise<Answer> {
  const action = levels.find((level) => level === fieldOf(body, 'action'));
  if (action === undefined)
    return refused(400, 'bad_request', `action must be one of ${levels.join(', ')}`);
  if (parts.controlDir === null)
    return refused(409, 'no_engine', 'no engine runs here: there is nothing to stop');
  const why = (fieldOf(body, 'why') ?? '').replace(/\p{Cc}/gu, ' ').trim();
  try {
    requestControl(parts.controlDir, action, `from the page: ${why.slice(0, whyMax)}`.trim());
  } catch {
    return refused(
      500,
      'not_written',
      'the request could not be written; stop the engine by kill -USR2 or its command',
    );
  }
  const isTaken = await taken(parts, action);
  return json(isTaken ? 200 : 202, { action, isTaken });
}

/** Whether the operator's latch holds at least so much, within a second. */
async function taken(parts: ControlParts, action: LatchLevel): Promise<boolean> {
  const { latches, clock } = parts;
  const start = clock.monotonicMs();
  for (;;) {
    const latch = latches().get('operator');
    if (latch !== undefined && levels.indexOf(latch.level) >= levels.indexOf(action)) return true;
    if (!(clock.monotonicMs() - start < limits.dashboardControlMsMax)) return false;
    await new Promise<void>((looked) => void clock.setTimer(lookEveryMs, looked));
  }
}
