import type { Settings } from '../config/schema.js';
import type { Secrets } from '../config/secrets.js';
import { ok } from '../domain/result.js';
import { foreign } from '../sinks/console/text.js';
import { exitCodeOfRows } from './doctor/check.js';
import { examined, mustBeSealed } from './doctor/table.js';

/**
 * What stands between a live run off loopback and its ledger: the checks of `doctor` that the run does not make by itself.
 * 0: it may start; else the code to leave with, and each failed row has been said.
 */
export async function clearedForLive(settings: Settings, secrets: Secrets): Promise<number> {
  if (!mustBeSealed(settings)) return 0;
  const rows = await examined(
    { settings, spoken: [], loaded: ok({ secrets, warnings: [] }) },
    (check) => check.atStart,
  );
  for (const { code, status, text } of rows) {
    if (status === 'warn') process.stderr.write(`warning: ${foreign(text)} (${code})\n`);
    if (status === 'fail') process.stderr.write(`live mode: ${foreign(text)} (${code})\n`);
  }
  return exitCodeOfRows(rows);
}
