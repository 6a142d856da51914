import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseInjuries } from '../../src/sources/injuries/parse.js';
import { parseClimateText } from '../../src/sources/noaa/parse-climate.js';
import { parseForecast, parseGrid } from '../../src/sources/noaa/parse-forecast.js';
import { parseObservations } from '../../src/sources/noaa/parse-observations.js';
import { parsePoints } from '../../src/sources/noaa/parse-points.js';
import { parseSentiment } from '../../src/sources/sentiment/parse.js';
import { rendered } from './noaa-support.js';

// Goal: whatever is recorded of a source is read by one reader, every file of it, and the next one that is added too.
const folder = join(import.meta.dirname, '../../../shared/data');
const isAbsent = !existsSync(join(folder, 'nws')) || !existsSync(join(folder, 'feeds'));
if (isAbsent) console.warn(`skipped: recorded data not found at ${folder}`);
const now = Date.parse('2026-07-05T12:34:56Z');

/** Which file is what, and what reading it gave: how many things, or a problem's code. */
type Reader = {
  readonly files: RegExp;
  readonly read: (body: string) => number | string;
  /** As many at least, or this code. */
  readonly gives: number | string;
};
const count = (list: readonly unknown[]): number => list.length;
type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: { readonly code: string } };
const told = <Value>(read: Read<Value>, of: (value: Value) => number): number | string =>
  read.ok ? of(read.value) : read.error.code;

const readers: readonly Reader[] = [
  {
    files: /^nws\/points\/.+\.json$/,
    read: (body) => told(parsePoints(body, 'https://api.weather.gov'), () => 1),
    gives: 1,
  },
  {
    files: /^nws\/gridpoints\/.+\/forecast(?:\/hourly)?\.json$/,
    read: (body) => told(parseForecast(body), ({ hourly }) => count(hourly)),
    gives: 2,
  },
  {
    files: /^nws\/gridpoints\/[A-Z]+\/\d+,\d+\.json$/,
    read: (body) => told(parseGrid(body), ({ hourly }) => count(hourly)),
    gives: 100,
  },
  {
    files: /^nws\/stations\/.+\/observations__limit=\d+\.json$/,
    read: (body) => told(parseObservations(body), ({ readings }) => count(readings)),
    gives: 1,
  },
  {
    // Nearby stations: the rules name the station, so that nobody asks for these, nor takes them for readings.
    files: /^nws\/gridpoints\/.+\/stations__limit=\d+\.json$/,
    read: (body) => told(parseObservations(body), () => 0),
    gives: 'unknown_shape',
  },
  {
    files: /^feeds\/cli.+\.txt$/,
    read: (body) => told(parseClimateText(body), count),
    gives: 2,
  },
  {
    files: /^feeds\/espn_injuries_.+\.json$/,
    read: (body) => told(parseInjuries(body, null), ({ records }) => count(records)),
    gives: 2,
  },
  {
    files: /^feeds\/alternative_me_fng_.+\.json$/,
    read: (body) => told(parseSentiment(body), () => 1),
    gives: 1,
  },
];

describe.skipIf(isAbsent)('recorded samples', () => {
  const files = isAbsent
    ? []
    : ['nws', 'feeds'].flatMap((name) =>
        readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
      );

  it('are there, and every reader has one', () => {
    expect(files.length).toBeGreaterThanOrEqual(16);
    for (const reader of readers)
      expect(
        files.filter((file) => reader.files.test(file)).length,
        String(reader.files),
      ).toBeGreaterThan(0);
  });

  it.each(files)('%s is read', (file) => {
    const fitting = readers.filter((reader) => reader.files.test(file));
    expect(fitting).toHaveLength(1);
    const [reader] = fitting;
    const found = reader?.read(rendered(readFileSync(join(folder, file), 'utf8'), now)) ?? '';
    if (typeof reader?.gives === 'string') expect(found).toBe(reader.gives);
    else expect(found).toBeGreaterThanOrEqual(reader?.gives ?? Number.NaN);
  });
});
