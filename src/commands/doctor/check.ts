import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';

/** The documented exit codes that a failed check may end with. */
export type CheckExit = 1 | 3 | 4 | 5;

/** `warn`: it may go on; `not_checked`: nothing is known, and `text` says why. */
export type Finding = {
  readonly status: 'pass' | 'warn' | 'fail' | 'not_checked';
  /** One sentence: what was found, and where something is wrong what to do. */
  readonly text: string;
  /** Where it is another than the check's own. */
  readonly exitCode?: CheckExit;
  /** What it was found by, a line each, where one sentence cannot say it. */
  readonly details?: readonly string[];
};

export const pass = (text: string): Finding => ({ status: 'pass', text });
export const warning = (text: string): Finding => ({ status: 'warn', text });
export const failure = (text: string, exitCode?: CheckExit): Finding => ({
  status: 'fail',
  text,
  ...(exitCode === undefined ? {} : { exitCode }),
});
export const unchecked = (text: string): Finding => ({ status: 'not_checked', text });

/** One row of the table. `run` looks and changes nothing. */
export type Check = {
  /** Stable; `docs/errors.md` has it. */
  readonly code: string;
  readonly proves: string;
  readonly exitCode: CheckExit;
  /** Codes of checks without which this one says nothing. */
  readonly needs?: readonly string[];
  /** Also looked at before every live run off loopback. What the run checks by itself is not. */
  readonly atStart: boolean;
  readonly run: () => Finding | Promise<Finding>;
};

export type Row = {
  readonly code: string;
  readonly proves: string;
  readonly status: Finding['status'];
  readonly text: string;
  /** What the process would end with for this row alone. */
  readonly exitCode: 0 | CheckExit;
  readonly details?: readonly string[];
};

const rowOf = ({ code, proves, exitCode }: Check, found: Finding): Row => ({
  code,
  proves,
  status: found.status,
  text: found.text,
  exitCode: found.status === 'fail' ? (found.exitCode ?? exitCode) : 0,
  ...(found.details === undefined ? {} : { details: found.details }),
});

/** Runs the checks in order, each under its deadline. One that throws has failed: it proved nothing. */
export async function examine(checks: readonly Check[], clock: Clock): Promise<readonly Row[]> {
  const rows = new Map<string, Row>();
  for (const check of checks) {
    const missing = (check.needs ?? []).find((code) => {
      const status = rows.get(code)?.status;
      return status !== 'pass' && status !== 'warn';
    });
    const found =
      missing === undefined ? await inTime(check, clock) : unchecked(`needs ${missing}`);
    rows.set(check.code, rowOf(check, found));
  }
  return [...rows.values()];
}

async function inTime(check: Check, clock: Clock): Promise<Finding> {
  let disarm = (): void => {};
  const late = new Promise<Finding>((done) => {
    disarm = clock.setTimer(limits.checkMsMax, () =>
      done(failure(`no answer within ${limits.checkMsMax / 1_000} s`)),
    );
  });
  try {
    return await Promise.race([check.run(), late]);
  } catch (error) {
    return failure(`cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    disarm();
  }
}

/** 0, or what the first failed row says: they are in the order in which things have to be mended. */
export const exitCodeOfRows = (rows: readonly Row[]): 0 | CheckExit =>
  rows.find(({ status }) => status === 'fail')?.exitCode ?? 0;
