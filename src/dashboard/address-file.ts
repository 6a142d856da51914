import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../sinks/write-whole.js';

/** Where the dashboard of a running engine listens, for the command that asks it for a link. Holds no secret. */
export type DashboardAddress = { readonly port: number; readonly pid: number };

/** Beside its control folder, which one engine has at a time. */
const pathIn = (controlDir: string): string => join(controlDir, 'dashboard.json');

export const leaveAddress = (controlDir: string, address: DashboardAddress): void =>
  void writeWhole(pathIn(controlDir), `${JSON.stringify(address)}\n`);

export function addressIn(controlDir: string): DashboardAddress | null {
  try {
    const read: unknown = JSON.parse(readFileSync(pathIn(controlDir), 'utf8'));
    const { port, pid } = read as Partial<DashboardAddress>;
    const isWhole = Number.isSafeInteger(port) && Number.isSafeInteger(pid);
    return isWhole ? { port: port as number, pid: pid as number } : null;
  } catch {
    return null;
  }
}

/** Only one's own. */
export function removeAddress(controlDir: string, pid: number): void {
  if (addressIn(controlDir)?.pid === pid) rmSync(pathIn(controlDir), { force: true });
}
