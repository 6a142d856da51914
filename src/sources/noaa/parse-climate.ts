import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import { problem, readJson, type SourceProblem } from '../known.js';
import { dayMs, dayStartOf, hourMs, minuteMs, monthOf } from './dates.js';
import { listOf, timeField } from './read.js';

/** One issue of a station's daily climate report. Whole °F; null: missing (`MM`). */
export type ClimateReport = {
  readonly cli: string;
  /** The climate day it is about: UTC midnight of that calendar date. */
  readonly date: EpochMs;
  readonly issuedAt: EpochMs;
  /** Preliminary reports say until when they are valid; a final one does not. */
  readonly isFinal: boolean;
  readonly maximum: number | null;
  readonly minimum: number | null;
};

/** A product in a station's list of reports. */
export type ProductEntry = { readonly id: string; readonly issuedAt: EpochMs };

const Entry = z
  .object({ id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/), issuanceTime: timeField })
  .transform(({ id, issuanceTime }): ProductEntry => ({ id, issuedAt: issuanceTime }));
const Products = z.object({ '@graph': listOf(Entry) });

/** `/products/types/CLI/locations/{cli}`, oldest first. */
export function parseProducts(body: string): Result<readonly ProductEntry[], SourceProblem> {
  const read = readJson(Products, body, 'products');
  if (!read.ok) return read;
  return ok([...read.value['@graph']].sort((a, b) => a.issuedAt - b.issuedAt));
}

const Product = z.object({ productText: z.string() });

/** `/products/{id}`: its text, which may hold several reports. */
export function parseProduct(body: string): Result<readonly ClimateReport[], SourceProblem> {
  const read = readJson(Product, body, 'product');
  return read.ok ? parseClimateText(read.value.productText) : read;
}

/** `CDUS41 KOKX 050620`, with `CCA` and the like behind it where it corrects. */
const headerPattern = /^CDUS\d{2} K[A-Z]{3} (\d{2})(\d{2})(\d{2})(?: [A-Z]{3})?[ \t]*\r?$/gm;

/**
 * Every daily climate report in a text. A part that is not such a report, or lacks its station, date or table, is left
 * out; a text without any is a problem.
 */
export function parseClimateText(text: string): Result<readonly ClimateReport[], SourceProblem> {
  const headers = [...text.matchAll(headerPattern)];
  const reports = headers.flatMap((header, i): readonly ClimateReport[] => {
    const report = reportOf(header, text.slice(header.index, headers[i + 1]?.index));
    return report === null ? [] : [report];
  });
  return reports.length > 0 ? ok(reports) : problem('unknown_shape', 'climate report', text);
}

function reportOf(header: RegExpExecArray, text: string): ClimateReport | null {
  const cli = /^CLI([A-Z]{3})[ \t]*\r?$/m.exec(text)?.[1];
  const about = /CLIMATE SUMMARY FOR\s+([A-Z]+)\s+(\d{1,2}),?\s+(\d{4})/.exec(text);
  const month = monthOf(about?.[1] ?? '');
  const table = /^TEMPERATURE \(F\)(.*?)(?=^[A-Z]|^\$\$|(?![\s\S]))/ms.exec(text)?.[1];
  if (cli === undefined || about === null || month === null || table === undefined) return null;
  const date = dayStartOf({ year: Number(about[3]), month, day: Number(about[2]) }, 0);
  const issuedAt = date === null ? null : issueOf(date, header);
  if (date === null || issuedAt === null) return null;
  return {
    cli,
    date,
    issuedAt,
    isFinal: !/^\s*VALID\b.*\bAS OF\b/m.test(text),
    maximum: valueIn(table, 'MAXIMUM'),
    minimum: valueIn(table, 'MINIMUM'),
  };
}

/** A report comes out during its day or within a week of it; its header has the day of the month, hour and minute in UTC. */
function issueOf(date: EpochMs, [, day, hour, minute]: RegExpExecArray): EpochMs | null {
  if (!(Number(hour) <= 23 && Number(minute) <= 59)) return null;
  for (let n = 0; n <= 7; n += 1) {
    const midnight = date + n * dayMs;
    if (new Date(midnight).getUTCDate() === Number(day))
      return (midnight + Number(hour) * hourMs + Number(minute) * minuteMs) as EpochMs;
  }
  return null;
}

/** The first line of that name in the table; `MM` is missing, `R` marks a record. */
function valueIn(table: string, name: string): number | null {
  const text = new RegExp(`^[ \\t]*${name}[ \\t]+(\\S+)`, 'm').exec(table)?.[1] ?? '';
  return /^-?\d{1,3}R?$/.test(text) ? Number(text.replace('R', '')) : null;
}
