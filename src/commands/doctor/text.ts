import { foreign, type Paint, table, wrapped } from '../../sinks/console/text.js';
import type { Row } from './check.js';
import type { NextStep } from './next-steps.js';

const textWidth = 84;

const marks = {
  pass: ['ok', 'green'],
  warn: ['WARN', 'yellow'],
  fail: ['FAIL', 'red'],
  not_checked: ['-', 'dim'],
} as const;

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

/** The rows as people read them, the verdict last. */
export function doctorText(rows: readonly Row[], title: string, paint: Paint): readonly string[] {
  const cells = rows.flatMap(({ code, status, text, details = [] }) => {
    const [mark, style] = marks[status];
    const prefix = status === 'not_checked' ? 'not checked: ' : '';
    const lines = wrapped(foreign(`${prefix}${text}`).split(' '), ' ', textWidth);
    // The first of them may be the sentence itself.
    const more = details.filter((detail) => !text.startsWith(detail));
    const found = more.flatMap((detail) =>
      wrapped(foreign(detail).split(' '), ' ', textWidth - 2).map((line, at) =>
        paint('dim', at === 0 ? `· ${line}` : `  ${line}`),
      ),
    );
    const [first = '', ...rest] = [...lines, ...found];
    return [[paint(style, mark), code, first], ...rest.map((line) => ['', '', line])];
  });
  const of = (status: Row['status']): number => rows.filter((row) => row.status === status).length;
  const failed = of('fail');
  const verdict = failed === 0 ? 'nothing forbids the start' : `${counted(failed, 'check')} failed`;
  const rest = `${counted(of('warn'), 'warning')}, ${of('not_checked')} not checked`;
  return [title, '', ...table(['<', '<', '<'], cells), '', `${verdict}; ${rest}`];
}

const stepMarks = {
  done: ['✓', 'green'],
  next: ['→', 'bold'],
  later: [' ', 'dim'],
} as const;

/** The steps from here on, numbered, the next one marked. */
export function nextText(steps: readonly NextStep[], paint: Paint): readonly string[] {
  const lines = steps.flatMap(({ state, what, how }, at) => {
    const [mark, style] = stepMarks[state];
    const [first = '', ...rest] = wrapped(what.split(' '), ' ', textWidth);
    return [
      paint(style, `${mark} ${at + 1}. ${first}`),
      ...rest.map((line) => paint(style, `     ${line}`)),
      ...(state === 'done' ? [] : [paint(state === 'next' ? 'cyan' : 'dim', `     ${how}`)]),
    ];
  });
  return [paint('bold', 'What to do next'), ...lines];
}
