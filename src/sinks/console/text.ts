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

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** "$1,234.56", rounded half away from zero to cents: for reading, never for books. */
export function dollars(amount: Micros | number): string {
  const cents = Math.round(Math.abs(amount) / 10_000);
  const text = formatDecimal(cents, 2);
  const [whole = '0', fraction = '00'] = text.split('.');
  return `${amount < 0 && cents > 0 ? '-' : ''}$${grouped(whole)}.${fraction}`;
}

/** "+$1.20", "-$0.45", "$0.00". */
export const signedDollars = (amount: Micros | number): string =>
  amount > 0 ? `+${dollars(amount)}` : dollars(amount);

/** A price or probability in cents of a $1 contract: "61.2¢". */
export const cents = (value: number): string => `${(value * 100).toFixed(1)}¢`;
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

const controls = /[\p{Cc}\p{Cf}]/gu;

/** Text somebody else wrote (titles, errors): no escapes, controls or direction marks reach the terminal. */
export const foreign = (text: string): string =>
  stripVTControlCharacters(text).replace(controls, ' ');

export function cut(text: string, width: number): string {
  const safe = foreign(text);
  return safe.length > width ? `${safe.slice(0, width - 1)}…` : safe;
}

/** Columns padded to their widest cell; `>` aligns right. */
export function table(
  align: readonly ('<' | '>')[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const width = align.map((_, column) =>
    Math.max(0, ...rows.map((row) => stripVTControlCharacters(row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const pad = ' '.repeat(
          Math.max(0, (width[column] ?? 0) - stripVTControlCharacters(cell).length),
        );
        return align[column] === '>' ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd(),
  );
}
