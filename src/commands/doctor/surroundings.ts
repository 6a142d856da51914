import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { demoHomeOf, homeOf } from '../../config/modes.js';
import type { Settings } from '../../config/schema.js';
import type { LedgerRecord } from '../../domain/records.js';
import { LedgerSummary } from '../../domain/run-totals.js';
import { exportRecords, settledOf } from '../../sinks/ledger/inspect.js';
import { ledgerPath } from '../../sinks/ledger/ledger.js';
import { Scorer } from '../../valuation/calibration.js';
import type { PaperRecord } from './paper-record.js';

export const paperHomeOf = (settings: Settings): string =>
  homeOf({ ...settings, executionMode: 'paper' });

export const hasPaper = (settings: Settings): boolean =>
  existsSync(ledgerPath(paperHomeOf(settings)));

export const hasDemo = (settings: Settings): boolean =>
  existsSync(dirname(demoHomeOf(settings, 0)));

/** The paper ledger of these settings, read beside whoever writes it; a text: why it cannot be read. */
export async function paperRecordOf(settings: Settings): Promise<PaperRecord | string | null> {
  if (!hasPaper(settings)) return null;
  const home = paperHomeOf(settings);
  const sums = new LedgerSummary(settings.dayZone);
  const unread = await exportRecords(home, (line) => {
    sums.add(JSON.parse(line) as LedgerRecord);
    return null;
  });
  const totals = sums.totals();
  if (unread !== null) return unread.text;
  if (totals === null) return null;
  const scorer = new Scorer();
  const problem = await settledOf(home, ({ ticker, vertical, fair, mid, outcome }) => {
    scorer.add({ ticker, vertical, p: fair, mid, outcome });
  });
  return problem === null ? { totals, forecasts: scorer.report() } : problem.text;
}
