import { systemClock } from '../../../src/clock.js';
import {
  type Check,
  examine,
  type Finding,
  pass,
  type Row,
} from '../../../src/commands/doctor/check.js';

/** The row of one check alone, whatever it needs. */
export async function rowOf(checks: readonly Check[], code: string): Promise<Row> {
  const check = checks.find((each) => each.code === code);
  if (check === undefined) throw new Error(`no check ${code}`);
  const { needs: _, ...alone } = check;
  const [row] = await examine([alone], systemClock);
  if (row === undefined) throw new Error(`no row of ${code}`);
  return row;
}

/** "fail 3: text", "pass 0: text". */
export const told = ({ status, exitCode, text }: Row): string => `${status} ${exitCode}: ${text}`;

/** A check that says the same whenever it is asked. */
export const says = (
  code: string,
  change: Partial<Check> = {},
  found: Finding = pass(''),
): Check => ({
  code,
  proves: code,
  exitCode: 1,
  atStart: true,
  run: () => found,
  ...change,
});
