import { setPriority } from 'node:os';
import { systemClock } from '../clock.js';
import { leaveAddress, removeAddress } from './address-file.js';
import { builtAssets, type Dashboard, openDashboard } from './dashboard.js';
import type { FromDashboard, ToDashboard } from './messages.js';

/**
 * A process of its own beside an engine. It hears the feed and says how far it has read, and ends when whoever started it is
 * gone. A Ctrl-C is the engine's to hear: the page shows how it ends.
 */

/** Below the engine: where there is one core too few, the page waits. */
const background = 10;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const tell = (message: FromDashboard): void => {
  if (process.connected) process.send?.(message);
};

let dashboard: Dashboard | null = null;
/** Batches that came before it was open. */
let early: Extract<ToDashboard, { kind: 'batch' }>[] = [];

const hear = (batch: Extract<ToDashboard, { kind: 'batch' }>): void => {
  if (dashboard === null) {
    early.push(batch);
    return;
  }
  dashboard.hear(batch.messages);
  tell({ kind: 'read', n: batch.n });
};

/** Where it left its address: only the page of an engine that runs is asked for there. */
let addressDir: string | null = null;
process.on('disconnect', () => {
  if (addressDir !== null) removeAddress(addressDir, process.pid);
  process.exit(0);
});
process.on('message', (message: ToDashboard) => {
  if (message.kind === 'batch') hear(message);
  else
    void openDashboard(message.plan, {
      clock: systemClock,
      assets: builtAssets,
      replay: (command) => tell({ kind: 'replay', command }),
    }).then((opened) => {
      if (!opened.ok) {
        tell({ kind: 'failed', ...opened.error });
        return;
      }
      dashboard = opened.value;
      addressDir = message.plan.controlDir;
      if (addressDir !== null) leaveAddress(addressDir, { port: dashboard.port, pid: process.pid });
      tell({ kind: 'ready', port: dashboard.port, code: dashboard.code });
      for (const batch of early) hear(batch);
      early = [];
    });
});
setPriority(background);
