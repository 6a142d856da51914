import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../sinks/write-whole.js';

/** Where the dashboard of a data directory listens, for the command that asks it for a link. Holds no secret. */
export type DashboardAddress = { readonly port: number; readonly pid: number };

const pathIn = (tokenDir: string): string => join(tokenDir, 'dashboard.json');

/** The newest one is kept: two runs may share a data directory. */
export const leaveAddress = (tokenDir: string, address: DashboardAddress): void =>
  void writeWhole(pathIn(tokenDir), `${JSON.stringify(address)}\n`);

export function addressIn(tokenDir: string): DashboardAddress | null {
  try {
    const read: unknown = JSON.parse(readFileSync(pathIn(tokenDir), 'utf8'));
    const { port, pid } = read as Partial<DashboardAddress>;
    const isWhole = Number.isSafeInteger(port) && Number.isSafeInteger(pid);
    return isWhole ? { port: port as number, pid: pid as number } : null;
  } catch {
    return null;
  }
}

/** Only one's own. */
export function removeAddress(tokenDir: string, pid: number): void {
  if (addressIn(tokenDir)?.pid === pid) rmSync(pathIn(tokenDir), { force: true });
}
