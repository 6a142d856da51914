import { type Observable, Subject } from 'rxjs';
import { requestControl } from '../runtime/control-requests.js';
import type { OperatorRequest } from '../runtime/inlets.js';

const why = 'SIGUSR2';

export type KillSignal = {
  readonly requests$: Observable<OperatorRequest>;
  readonly off: () => void;
};

/**
 * SIGUSR2 as a kill, from now until `off`. It is also left as a file: an engine that is only starting, is already ending or
 * cannot write its latch down is followed by one that takes it.
 */
export function killSignal(dataDir: string): KillSignal {
  const requests$ = new Subject<OperatorRequest>();
  const take = (): void => {
    requests$.next({
      command: { kind: 'kill', level: 'halt', why },
      isLeftOver: false,
      kept: () => {},
    });
    try {
      requestControl(dataDir, 'halt', why);
    } catch {
      // A disk that takes no file takes no order either; the command alone has to do.
    }
  };
  process.on(why, take);
  return { requests$, off: () => void process.off(why, take) };
}
