// Stands for a backtest in tests of sweeps: quick, and its totals follow from the job alone. A few settings make trouble.
import { createHash } from 'node:crypto';

export default async function runJob({ job }) {
  const { settings, span, fills } = job;
  const trouble = settings.account;
  if (trouble === 'kills') process.kill(process.pid, 'SIGKILL');
  if (trouble === 'throws') throw new Error('the thread is broken');
  if (trouble === 'fails')
    return { ok: false, failure: { code: 'settings_invalid', detail: 'no' } };
  const sleepMs = Number(settings.maxOrdersPerMin ?? 0);
  await new Promise((done) => setTimeout(done, sleepMs));
  const text = JSON.stringify([settings, span, fills, job.seed]);
  const hash = createHash('sha256').update(text).digest();
  const at = (index) => hash.readInt32LE(index * 4);
  const orders = { submitted: 9, filled: 5, partial: 1, canceled: 3, rejected: 0, unknown: 0 };
  return {
    ok: true,
    totals: {
      cycles: 3,
      inputs: 100,
      orders,
      filled: 1_234,
      feesMicros: 10,
      realizedPnlMicros: at(0),
      markedPnlMicros: at(1),
      expectedPnlMicros: at(2),
      maxDrawdownMicros: Math.abs(at(3)) % 1_000_000,
      settled: 2,
      brier: Math.abs(at(4)) / 2 ** 31,
      marketBrier: null,
      decisionsHash: hash.toString('hex'),
      ledgerHash: hash.toString('hex'),
    },
  };
}
