import { existsSync } from 'node:fs';
import { takeBack, waitingControls } from '../runtime/control-requests.js';
import { readAccount } from '../sinks/ledger/inspect.js';
import { ledgerPath } from '../sinks/ledger/ledger.js';
import { type Confirmation, demoHint } from './confirm-control.js';
import type { Operated } from './operated.js';
import { engineOn } from './state-reading.js';

/**
 * What becomes of a `resume` that no engine is there to take and nothing waits for: it is not left, or it would lift what is
 * latched later. Null: an engine runs, or something is latched that the next one can lift.
 */
export async function needlessResume({ settings, home }: Operated): Promise<Confirmation | null> {
  const { dataDir } = settings;
  if ((await engineOn(dataDir)) !== null || (await mayBeHeld(home))) return null;
  const kills = waitingControls(dataDir, home).filter((name) => name !== 'resume');
  takeBack(dataDir, kills);
  if (kills.length > 0)
    return {
      text: `resume: took back ${kills.join(', ')}, which no engine had taken yet; nothing else holds trading back in ${home}`,
      exitCode: 0,
    };
  return {
    text: `resume: no engine runs on ${dataDir}, and nothing holds trading back in ${home}: there is nothing to resume${await demoHint(settings)}`,
    exitCode: 1,
  };
}

/** A ledger that cannot be read may hold a latch. */
async function mayBeHeld(home: string): Promise<boolean> {
  if (!existsSync(ledgerPath(home))) return false;
  const account = await readAccount(home);
  return !account.ok || (account.value?.latches.size ?? 0) > 0;
}
