import { stripVTControlCharacters, styleText } from 'node:util';
import { formatDecimal, type Micros, type Price, type Quantity } from '../../domain/units.js';

export type Paint = (
  style: 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan',
  text: string,
) => string;

/** Colours where the stream shows them (NO_COLOR, FORCE_COLOR and pipes are honoured). */
export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream });

export const plain: Paint = (_style, text) => text;

/** A code as people read it. */
export const words = (code: string): string => code.replaceAll('_', ' ');

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** "$1,234.56", rounded half away from zero to cents: for reading, never for books. */
export function dollars(amount: Micros | number): string {
  const cents = Math.round(Math.abs(amount) / 10_000);
  const text = formatDecimal(cents, 2);
  const [whole = '0', fraction = '00'] = text.split('.');
  return `${amount < 0 && cents > 0 ? '-' : ''}$${grouped(whole)}.${fraction}`;
}

/** Bills of Claude: to the hundredth of a cent. */
export const smallDollars = (amount: number): string => `$${(amount / 1_000_000).toFixed(4)}`;

/** "+$1.20", "-$0.45"; what rounds to nothing has no sign: "$0.00". */
export const signedDollars = (amount: Micros | number): string => {
  const text = dollars(amount);
  return amount > 0 && text !== dollars(0) ? `+${text}` : text;
};

/** A price, probability or edge in cents of a $1 contract: "61.2¢". */
export const cents = (value: number): string =>
  `${(value * 100).toFixed(1).replace(/^-0\.0$/, '0.0')}¢`;
/** A share in a few columns: "0.4%", "64%", ">999%". */
export function percent(share: number): string {
  const value = share * 100;
  if (Math.abs(value) >= 999.5) return value > 0 ? '>999%' : '<-999%';
  return `${value.toFixed(Math.abs(value) < 9.95 ? 1 : 0).replace(/^-(0(?:\.0)?)$/, '$1')}%`;
}

/** A price as it is, no digit more than it has: "61¢", "61.25¢". */
export const priceCents = (value: Price): string => {
  const text = formatDecimal(value, 2);
  return `${text.replace(/0$/, '').replace(/\.0$/, '')}¢`;
};

/** "1,130" or "12.5" contracts. */
export function contracts(count: Quantity | number): string {
  const [whole = '0', fraction = '00'] = formatDecimal(Math.abs(count), 2).split('.');
  return `${count < 0 ? '-' : ''}${grouped(whole)}${fraction === '00' ? '' : `.${fraction.replace(/0$/, '')}`}`;
}

/** "14:03:06" UTC of a market time. */
export const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** Controls, invisible and direction marks, and the line ends that are neither. */
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text somebody else wrote (titles, tickers, errors): no escapes, controls or direction marks reach the terminal. */
export const foreign = (text: string): string =>
  stripVTControlCharacters(text).replace(controls, ' ');

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const widthOfPoint = (point: string): number => {
  if (/\p{M}/u.test(point)) return 0;
  return wide.test(point) ? 2 : 1;
};

/** Columns that a text takes on a terminal, colours not counted. */
export function widthOf(text: string): number {
  let width = 0;
  for (const point of stripVTControlCharacters(text)) width += widthOfPoint(point);
  return width;
}

/** As much of a text from its beginning as fits into `width` columns. */
function fitting(points: readonly string[], width: number): readonly string[] {
  let left = width;
  const kept: string[] = [];
  for (const point of points) {
    left -= widthOfPoint(point);
    if (left < 0) break;
    kept.push(point);
  }
  return kept;
}

/** Somebody else's text in at most `width` columns: what is cut off at the end is an ellipsis. */
export function cut(text: string, width: number): string {
  const safe = foreign(text);
  return widthOf(safe) > width ? `${fitting(Array.from(safe), width - 1).join('')}…` : safe;
}

/** The same for names that begin alike: the middle is cut out, the end stays. */
export function cutMiddle(text: string, width: number): string {
  const safe = foreign(text);
  if (widthOf(safe) <= width) return safe;
  const points = Array.from(safe);
  const start = fitting(points, Math.floor((width - 1) / 2));
  const end = fitting(points.toReversed(), Math.ceil((width - 1) / 2)).toReversed();
  return `${start.join('')}…${end.join('')}`;
}

/** Parts on lines of at most `width` columns, a part never broken. */
export function wrapped(
  parts: readonly string[],
  separator: string,
  width: number,
): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = last === undefined ? part : `${last}${separator}${part}`;
    if (last === undefined || widthOf(longer) > width) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Columns padded to their widest cell; `>` aligns right. */
export function table(
  align: readonly ('<' | '>')[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const width = align.map((_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const pad = ' '.repeat(Math.max(0, (width[column] ?? 0) - widthOf(cell)));
        return align[column] === '>' ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd(),
  );
}
