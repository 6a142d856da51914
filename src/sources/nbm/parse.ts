import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import { type EpochMs, epochMs } from '../../domain/units.js';
import { readJson, type SourceProblem } from '../known.js';

/** One extreme that the bulletin forecasts: at 00Z the high of the day just over, at 12Z the low. */
type NbmExtreme = {
  readonly endsAt: EpochMs;
  readonly fahrenheit: number;
  /** Standard deviation that the blend itself gives, °F. */
  readonly sigmaF: number;
};

/** A station's bulletin of one run. */
export type NbmBulletin = {
  readonly runAt: EpochMs;
  /** Ascending. */
  readonly extremes: readonly NbmExtreme[];
};

const rowsMax = 2_000;
/** Outside of these the field is not what we take it for. */
const fahrenheitMax = 140;
const sigmaMax = 30;

const number = z.number().nullish().catch(null);
const Row = z.object({
  runtime_utc: z.string(),
  ftime_utc: z.string(),
  /** High or low of the twelve hours before, and its spread; null in the rows between. */
  txn: number,
  xnd: number,
});
const Bulletin = z.object({ data: z.array(z.unknown()).max(rowsMax) });

/**
 * `/api/1/mos.json?model=NBE&station=…` of the Iowa Environmental Mesonet. Rows without a usable extreme are left out;
 * an empty bulletin is a station that the blend does not have.
 */
export function parseNbm(body: string): Result<NbmBulletin | null, SourceProblem> {
  const read = readJson(Bulletin, body, 'nbm');
  if (!read.ok) return read;
  const rows = read.value.data.flatMap((row) => {
    const parsed = Row.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
  const runAt = Math.max(...rows.map(({ runtime_utc }) => utcOf(runtime_utc) ?? 0));
  if (!(runAt > 0)) return ok(null);
  const extremes = rows.flatMap((row): readonly NbmExtreme[] => {
    const endsAt = utcOf(row.ftime_utc);
    const { txn, xnd } = row;
    if (endsAt === null || utcOf(row.runtime_utc) !== runAt) return [];
    if (txn == null || xnd == null) return [];
    if (!(Math.abs(txn) <= fahrenheitMax && xnd > 0 && xnd <= sigmaMax)) return [];
    return [{ endsAt, fahrenheit: txn, sigmaF: xnd }];
  });
  return ok({ runAt: epochMs(runAt), extremes: extremes.sort((a, b) => a.endsAt - b.endsAt) });
}

/** UTC by the name of its field, with or without a zone of its own. */
function utcOf(text: string): EpochMs | null {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(?:Z|\+00:?00)?$/.exec(
    text,
  );
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}:00Z`);
  return ms > 0 ? epochMs(ms) : null;
}
