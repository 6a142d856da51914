import { z } from 'zod';
import { ok, type Result } from '../../domain/result.js';
import { problem, readJson, type SourceProblem } from '../known.js';

/** Where the forecasts of a point are found: paths at the weather service, each beginning with `/`. */
export type GridPaths = { readonly hourly: string; readonly grid: string };

const Points = z.object({
  properties: z.object({
    forecastHourly: z.string(),
    forecastGridData: z.string(),
  }),
});

/** `/points/{latitude},{longitude}`. */
export function parsePoints(body: string, base: string): Result<GridPaths, SourceProblem> {
  const points = readJson(Points, body, 'points');
  if (!points.ok) return points;
  const { forecastHourly, forecastGridData } = points.value.properties;
  const hourly = pathOf(
    forecastHourly,
    base,
    /^\/gridpoints\/[A-Z]{3}\/\d+,\d+\/forecast\/hourly$/,
  );
  if (!hourly.ok) return hourly;
  const grid = pathOf(forecastGridData, base, /^\/gridpoints\/[A-Z]{3}\/\d+,\d+$/);
  return grid.ok ? ok({ hourly: hourly.value, grid: grid.value }) : grid;
}

/** How the service calls itself in its links, wherever it is reached. */
const ownOrigin = 'https://api.weather.gov';

/**
 * A link in a body as a path under the configured base. Links name the service itself or the base; any other host is
 * refused, and so is a path that is not of the expected form.
 */
function pathOf(link: string, base: string, form: RegExp): Result<string, SourceProblem> {
  const root = [ownOrigin, base.replace(/\/+$/, '')].find(
    (one) => one !== '' && link.startsWith(`${one}/`),
  );
  if (root === undefined) return problem('foreign_link', 'points', link);
  const path = link.slice(root.length);
  return form.test(path) ? ok(path) : problem('foreign_link', 'points', link);
}
