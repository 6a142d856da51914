// Goal: no check passes that could not look, a check that hangs ends, and the code to leave with is of what is mended first.
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import {
  examine,
  exitCodeOfRows,
  failure,
  pass,
  unchecked,
  warning,
} from '../../../src/commands/doctor/check.js';
import { doctorText } from '../../../src/commands/doctor/text.js';
import { limits } from '../../../src/limits.js';
import { plain } from '../../../src/sinks/console/text.js';
import { ManualClock } from '../../support/manual-clock.js';
import { says } from './helpers.js';

describe('the table', () => {
  it('keeps its order, and a check that lacks what it needs has not looked', async () => {
    let looked = 0;
    const count = () => {
      looked += 1;
      return pass('');
    };
    const rows = await examine(
      [
        says('ok'),
        says('warns', {}, warning('careful')),
        says('fails', { exitCode: 4 }, failure('no')),
        says('blind', {}, unchecked('why')),
        says('after_ok', { needs: ['ok', 'warns'], run: count }),
        says('after_fail', { needs: ['ok', 'fails'], run: count }),
        says('after_blind', { needs: ['blind'], run: count }),
        says('after_nothing', { needs: ['not_in_this_table'], run: count }),
      ],
      systemClock,
    );
    expect(rows.map(({ code, status, exitCode }) => [code, status, exitCode])).toEqual([
      ['ok', 'pass', 0],
      ['warns', 'warn', 0],
      ['fails', 'fail', 4],
      ['blind', 'not_checked', 0],
      ['after_ok', 'pass', 0],
      ['after_fail', 'not_checked', 0],
      ['after_blind', 'not_checked', 0],
      ['after_nothing', 'not_checked', 0],
    ]);
    expect(looked).toBe(1);
    expect(rows[5]?.text).toBe('needs fails');
  });

  it('fails what throws, at once or later', async () => {
    const rows = await examine(
      [
        says('throws', {
          exitCode: 3,
          run: () => {
            throw new Error('EIO');
          },
        }),
        says('rejects', { run: () => Promise.reject(new Error('EMFILE')) }),
      ],
      systemClock,
    );
    expect(rows.map(({ status, exitCode, text }) => [status, exitCode, text])).toEqual([
      ['fail', 3, 'cannot be checked: EIO'],
      ['fail', 1, 'cannot be checked: EMFILE'],
    ]);
  });

  it('fails what does not end, and goes on with the next', async () => {
    const clock = new ManualClock();
    const examined = examine(
      [says('hangs', { run: () => new Promise(() => {}) }), says('next')],
      clock,
    );
    await Promise.resolve();
    clock.pass(limits.checkMsMax);
    expect((await examined).map(({ status }) => status)).toEqual(['fail', 'pass']);
    expect(clock.waiting).toBe(0);
  });
});

describe('the exit code', () => {
  it.each([
    ['nothing failed', [pass(''), warning(''), unchecked('')], 0],
    ['the first failure, whatever follows', [failure('', 3), failure('', 5), failure('', 4)], 3],
    ['the exchange alone', [pass(''), failure('', 5)], 5],
    ['the check itself, where the finding names none', [failure('')], 1],
  ] as const)('is of %s', async (_, findings, code) => {
    const rows = await examine(
      findings.map((found, at) => says(`c${at}`, {}, found)),
      systemClock,
    );
    expect(exitCodeOfRows(rows)).toBe(code);
  });
});

it('people read marks, aligned codes and a verdict, and no control characters of others', async () => {
  const rows = await examine(
    [
      says('one', {}, pass('fine')),
      says('second', {}, failure('venue said \u001b[31m\u009b2Jno\n"x"')),
      says('third', { needs: ['second'] }),
    ],
    systemClock,
  );
  expect(doctorText(rows, 'doctor', plain)).toEqual([
    'doctor',
    '',
    'ok    one     fine',
    'FAIL  second  venue said no "x"',
    '-     third   not checked: needs second',
    '',
    '1 check failed; 0 warnings, 1 not checked',
  ]);
});
