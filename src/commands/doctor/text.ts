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
