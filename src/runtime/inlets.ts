import { type Observable, Subscription } from 'rxjs';
import type { Clock } from '../clock.js';
import type { ConfigChange } from '../config/reload.js';
import type { LatchCause } from '../domain/records.js';
import type { SocketEvent } from '../exchange/venue.js';
import type { Intake } from '../intake.js';
import type { OperatorCommand } from '../messages/input.js';
import { asLeftOver } from './control-requests.js';
import { watchSpace } from './space-watch.js';

export type OperatorRequest = {
  readonly command: OperatorCommand;
  /** It was left before this run began. */
  readonly isLeftOver: boolean;
  /** Called once what came of the command is on disk. A request that is left where it was is taken again. */
  readonly kept: () => void;
};

export type InletPorts = {
  readonly intake: Intake;
  readonly clock: Clock;
  /** Looks how much room there is; null: nobody can say. */
  readonly freeBytes: () => Promise<number | null>;
  readonly configChanges$: Observable<ConfigChange>;
  readonly operator$: Observable<OperatorRequest>;
  readonly command: (command: OperatorCommand) => void;
  /** What held trading back as the run before ended. */
  readonly heldBefore: () => readonly LatchCause[];
  readonly warn: (code: string, text: string) => void;
  /** Settles with whether all that has been decided so far is on disk. */
  readonly flushed: () => Promise<boolean>;
  readonly socket: Observable<SocketEvent>;
  /** Hears of the feed once the engine has. */
  readonly contact: (event: SocketEvent) => void;
};

/** Lets the outside in until unsubscribed: what the disk, the settings, people and the feed say becomes inputs. */
export function inlets(ports: InletPorts): Subscription {
  const { intake, clock, freeBytes, flushed } = ports;
  const open = new Subscription();
  open.add(
    watchSpace({
      clock,
      freeBytes,
      tell: (space) => intake.accept('ledger', { kind: 'space', ...space }),
    }),
  );
  open.add(
    ports.configChanges$.subscribe((change) => {
      if (change.kind === 'invalid') {
        const problems = change.problems.map(({ message }) => message);
        intake.accept('config', { kind: 'settings_refused', problems });
        return;
      }
      const { settings, changedKeys, waiting } = change;
      intake.accept('config', {
        kind: 'settings',
        settings,
        changed: changedKeys,
        restart: waiting.map(({ message }) => message),
      });
    }),
  );
  open.add(
    ports.operator$.subscribe(({ command, isLeftOver, kept }) => {
      const asked = isLeftOver ? asLeftOver(command, ports.heldBefore()) : command;
      if (asked === null)
        ports.warn(
          'resume_lapsed',
          'a resume was left while nothing held trading back; it lifts nothing',
        );
      else ports.command(asked);
      void flushed().then((isKept) => {
        if (isKept) kept();
      });
    }),
  );
  open.add(
    ports.socket.subscribe((event) => {
      intake.accept('feed', event);
      ports.contact(event);
    }),
  );
  return open;
}
