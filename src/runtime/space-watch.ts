import type { Clock } from '../clock.js';
import { limits } from '../limits.js';

export type Space = { readonly isLow: boolean; readonly freeBytes: number | null };

export type SpaceWatchPorts = {
  readonly clock: Clock;
  /** Null: nobody can say. */
  readonly freeBytes: () => Promise<number | null>;
  readonly tell: (space: Space) => void;
};

/**
 * Looks every minute whether the ledger still has the room that a start asks for, and tells when that has changed. What is
 * left then is for what the exchange still has to say. Returns how to stop it.
 */
export function watchSpace({ clock, freeBytes, tell }: SpaceWatchPorts): () => void {
  let wasLow = false;
  let isStopped = false;
  let disarm = (): void => {};
  const look = async (): Promise<void> => {
    const free = await freeBytes();
    if (isStopped) return;
    const isLow = !(free !== null && free >= limits.ledgerFreeBytesMin);
    if (isLow !== wasLow) tell({ isLow, freeBytes: free });
    wasLow = isLow;
    arm();
  };
  const arm = (): void => {
    disarm = clock.setTimer(limits.freeSpaceWatchMs, () => void look());
  };
  arm();
  return () => {
    isStopped = true;
    disarm();
  };
}
