import { connect } from 'node:net';
import { limits } from '../../limits.js';
import { type Check, pass, warning } from './check.js';

export type PortLook = {
  readonly port: number;
  /** Whether somebody takes connections there. */
  readonly isTaken: (port: number) => Promise<boolean>;
  /** Whether an engine holds the ledger that the settings select. */
  readonly isRunning: () => Promise<boolean>;
};

/** Asks without listening: nobody finds the port taken because of us. */
export const isPortTaken = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: limits.portLookMsMax });
    const end = (isTaken: boolean): void => {
      socket.destroy();
      done(isTaken);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    // Somebody who does not even refuse is there.
    socket.once('timeout', () => end(true));
  });

export const portCheck = ({ port, isTaken, isRunning }: PortLook): Check => ({
  code: 'dashboard_port',
  proves: 'the dashboard finds its port free, or is there already',
  exitCode: 1,
  atStart: false,
  run: async () => {
    if (port === 0) return pass('any that is free');
    if (!(await isTaken(port))) return pass(`${port} is free`);
    return (await isRunning())
      ? pass(`${port} is taken, as it is while an engine runs here`)
      : warning(`${port} is taken by another program; set BOT_UI_PORT to one that is free`);
  },
});
