import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.js';
import { demoHomeOf } from '../config/modes.js';
import type { Settings } from '../config/schema.js';
import { limits } from '../limits.js';
import { addressedTo, type ControlName, controlFolder } from '../runtime/control-requests.js';
import { newestDemoHome } from './demo-home.js';
import type { Operated } from './operated.js';
import { engineOn, readState, type State } from './state-reading.js';
import { levelWords } from './status-text.js';

const severity = { pause: 1, cancel: 2, halt: 3 } as const;

/** Whether the account is as it was asked to be. */
function isObeyed(name: ControlName, { latches }: State): boolean {
  const held = Object.values(latches);
  return name === 'resume'
    ? held.length === 0
    : held.some(({ level }) => severity[level] >= severity[name]);
}

export type Confirmation = { readonly text: string; readonly exitCode: 0 | 1 };

/** For whoever means the demo that runs beside, and did not say so. */
export async function demoHint(settings: Settings): Promise<string> {
  const home = newestDemoHome(settings, demoHomeOf);
  const isRunning = home !== null && (await engineOn(home)) !== null;
  return isRunning ? `; a demo runs in ${home}: for that one add --demo` : '';
}

/** What became of a request that was just left: waits a moment where an engine runs that has to take it. */
export async function confirmation(name: ControlName, operated: Operated): Promise<Confirmation> {
  const { settings, home } = operated;
  const { dataDir } = settings;
  const engine = await engineOn(dataDir);
  if (engine === null)
    return {
      text: `${name}: no engine runs on ${dataDir}; the next one to start ${name === 'resume' ? `on ${home}` : 'there, whatever its mode and account,'} takes it first${await demoHint(settings)}`,
      exitCode: 0,
    };
  const who = engine.pid === null ? 'the engine' : `the engine (process ${engine.pid})`;
  const request = join(controlFolder(dataDir), name === 'resume' ? addressedTo(name, home) : name);
  const since = systemClock.monotonicMs();
  do {
    const reading = await readState(operated, systemClock.realNow);
    if (typeof reading !== 'string' && !existsSync(request) && isObeyed(name, reading.state))
      return {
        text:
          name === 'resume'
            ? `resume: ${who} trades again; no latch is left`
            : `${name}: ${who} has it: ${levelWords[name]}; it stays so through a restart, until resume`,
        exitCode: 0,
      };
    await sleep(limits.controlLookEveryMs);
  } while (systemClock.monotonicMs() - since < limits.controlConfirmMsMax);
  const other =
    name === 'resume' ? ` (it waits for an engine of ${home}; is this one another's?)` : '';
  return {
    text: `${name}: requested, but ${who} has not confirmed it within ${limits.controlConfirmMsMax / 1_000} s${other}; look again with status, or stop the process`,
    exitCode: 1,
  };
}
