import { type BasicType, parquetWriteBuffer } from 'hyparquet-writer';
import type { Outcomes, Plan, PlannedJob } from './plan.js';
import type { Row } from './rows.js';

type Cell = string | number | bigint | null;
type Column = readonly [name: string, type: BasicType, of: (job: PlannedJob) => Cell];

/** One row a job, in the order of the plan, with its candidate's rank and scores. */
export function parquetOf(
  plan: Plan,
  jobs: readonly PlannedJob[],
  rows: readonly Row[],
  outcomes: Outcomes,
): Uint8Array {
  const rowOf = new Map(rows.map((row) => [row.index, row]));
  const whole = (of: (job: PlannedJob) => number | null | undefined) => (job: PlannedJob) => {
    const number = of(job);
    return number === null || number === undefined ? null : BigInt(number);
  };
  const totalsOf = ({ jobId }: PlannedJob) => {
    const outcome = outcomes(jobId);
    return outcome?.ok === true ? outcome.totals : null;
  };
  const row = ({ candidate }: PlannedJob): Row | undefined => rowOf.get(candidate.index);
  const micros = [
    'feesMicros',
    'realizedPnlMicros',
    'markedPnlMicros',
    'expectedPnlMicros',
    'maxDrawdownMicros',
    'cycles',
    'inputs',
    'filled',
    'settled',
  ] as const;
  const orders = ['submitted', 'filled', 'partial', 'canceled', 'rejected', 'unknown'] as const;
  const columns: readonly Column[] = [
    ['jobId', 'STRING', ({ jobId }) => jobId],
    ['rank', 'INT32', (job) => row(job)?.rank ?? null],
    ['candidate', 'INT32', ({ candidate }) => candidate.index],
    ...[...plan.spec.vary.keys()].map(
      (key): Column => [`set_${key}`, 'STRING', ({ candidate }) => candidate.varied[key] ?? null],
    ),
    ['inSampleMicros', 'INT64', whole((job) => row(job)?.inSampleMicros)],
    ['outOfSampleMicros', 'INT64', whole((job) => row(job)?.outOfSampleMicros)],
    ['part', 'STRING', ({ part }) => part],
    ['fold', 'INT32', ({ fold }) => fold + 1],
    ['share', 'DOUBLE', ({ share }) => share],
    ['recording', 'STRING', ({ job }) => job.recording],
    ['fills', 'STRING', ({ job }) => job.fills],
    ['fromMs', 'INT64', whole(({ job }) => job.span.fromMs)],
    ['toMs', 'INT64', whole(({ job }) => job.span.toMs)],
    [
      'failure',
      'STRING',
      ({ jobId }) => {
        const outcome = outcomes(jobId);
        return outcome?.ok === false ? outcome.failure.code : null;
      },
    ],
    ...micros.map((name): Column => [name, 'INT64', whole((job) => totalsOf(job)?.[name])]),
    ...orders.map(
      (name): Column => [`orders_${name}`, 'INT64', whole((job) => totalsOf(job)?.orders[name])],
    ),
    ['brier', 'DOUBLE', (job) => totalsOf(job)?.brier ?? null],
    ['marketBrier', 'DOUBLE', (job) => totalsOf(job)?.marketBrier ?? null],
    ['decisionsHash', 'STRING', (job) => totalsOf(job)?.decisionsHash ?? null],
    ['ledgerHash', 'STRING', (job) => totalsOf(job)?.ledgerHash ?? null],
  ];
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map(([name, type, of]) => ({
        name,
        type,
        data: jobs.map(of),
        nullable: true,
      })),
    }),
  );
}
