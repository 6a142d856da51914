import { err, ok, type Result } from '../domain/result.js';
import type { Snapshot } from '../valuation/calibration.js';

const names = ['ticker', 'at', 'p', 'mid', 'outcome'] as const;
type Name = (typeof names)[number];
export const columnsText = names.join(',');

/** Where each column is. Without a header they are in the order of `columnsText`. */
export type Columns = {
  readonly isHeader: boolean;
  readonly width: number;
  readonly place: Readonly<Record<Name, number>>;
};

/** A file's first line without the mark that some programs put before it. */
export const withoutMark = (line: string): string => line.replace(/^\uFEFF/, '');

/** Reads a header, in any order and with other columns between; or finds that the line is data already. */
export function columnsOf(line: string): Columns | null {
  const cells = cellsOf(line).map((cell) => cell.toLowerCase());
  const place = (name: Name): number => cells.indexOf(name);
  if (names.every((name) => place(name) >= 0)) {
    return { isHeader: true, width: cells.length, place: placesBy(place) };
  }
  const plain: Columns = {
    isHeader: false,
    width: names.length,
    place: placesBy((name) => names.indexOf(name)),
  };
  return snapshotOf(line, plain).ok ? plain : null;
}

const placesBy = (place: (name: Name) => number): Columns['place'] => ({
  ticker: place('ticker'),
  at: place('at'),
  p: place('p'),
  mid: place('mid'),
  outcome: place('outcome'),
});

/** Cells without blanks and without quotes around them, between which a comma is text. */
const cellsOf = (line: string): readonly string[] =>
  line.includes('"')
    ? [...line.matchAll(anyCell)].map(([, quoted, plain = '']) =>
        quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"').trim(),
      )
    : line.split(',').map((text) => text.trim());
const anyCell = /(?<=^|,)(?:\s*"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))/g;

const cut = (text: string): string =>
  JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
const ticker = /^[A-Za-z0-9._:-]{1,128}$/;
const decimal = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]-?\d{1,3})?$/;
const milliseconds = /^\d{12,14}$/;
const iso =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const outcomes: Readonly<Record<string, 0 | 1>> = {
  '0': 0,
  '1': 1,
  '0.0': 0,
  '1.0': 1,
  no: 0,
  yes: 1,
  false: 0,
  true: 1,
};

/** One line, or what is wrong with it and what to do. */
export function snapshotOf(line: string, { place, width }: Columns): Result<Snapshot, string> {
  const cells = cellsOf(line);
  const cell = (name: Name): string => cells[place[name]] ?? '';
  if (cells.length !== width)
    return err(
      `${cells.length} columns instead of ${width}; write all of ${columnsText}, p may be empty`,
    );
  const name = cell('ticker');
  if (!ticker.test(name)) return err(`ticker is ${cut(name)}; write the market's ticker`);
  const at = cell('at');
  const isTime =
    milliseconds.test(at) || (iso.test(at) && !Number.isNaN(Date.parse(at.replace(' ', 'T'))));
  if (!isTime) return err(`at is ${cut(at)}; write an ISO time or milliseconds since 1970`);
  const said = cell('p');
  const p = said === '' ? null : probability(said);
  if (p !== null && Number.isNaN(p))
    return err(`p is ${cut(said)}; write a probability from 0 to 1, or nothing`);
  const mid = probability(cell('mid'));
  if (Number.isNaN(mid))
    return err(`mid is ${cut(cell('mid'))}; write the market's mid in dollars, from 0 to 1`);
  const outcome = outcomes[cell('outcome').toLowerCase()];
  if (outcome === undefined)
    return err(
      `outcome is ${cut(cell('outcome'))}; write 1 for YES and 0 for NO, and leave out markets that are not settled`,
    );
  return ok({ ticker: name, p, mid, outcome, vertical: null });
}

/** NaN for anything but a plain number from 0 to 1. */
function probability(text: string): number {
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1 ? value : Number.NaN;
}
