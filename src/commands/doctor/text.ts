import { foreign, type Paint, table, wrapped } from '../../sinks/console/text.js';
import type { Row } from './check.js';

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
  const cells = rows.flatMap(({ code, status, text }) => {
    const [mark, style] = marks[status];
    const prefix = status === 'not_checked' ? 'not checked: ' : '';
    const lines = wrapped(foreign(`${prefix}${text}`).split(' '), ' ', textWidth);
    return lines.map((line, at) => (at === 0 ? [paint(style, mark), code, line] : ['', '', line]));
  });
  const of = (status: Row['status']): number => rows.filter((row) => row.status === status).length;
  const failed = of('fail');
  const verdict = failed === 0 ? 'nothing forbids the start' : `${counted(failed, 'check')} failed`;
  const rest = `${counted(of('warn'), 'warning')}, ${of('not_checked')} not checked`;
  return [title, '', ...table(['<', '<', '<'], cells), '', `${verdict}; ${rest}`];
}
