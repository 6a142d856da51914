import { assertNever } from '../domain/assert.js';
import type { Evidence } from '../messages/evidence.js';
import { moment } from '../sinks/console/labelled.js';
import { foreign, percent, words } from '../sinks/console/text.js';

const changesShown = 4;

function range(hourly: readonly { readonly fahrenheit: number }[]): string {
  if (hourly.length === 0) return '';
  const degrees = hourly.map(({ fahrenheit }) => fahrenheit);
  return `, ${Math.min(...degrees).toFixed(1)} to ${Math.max(...degrees).toFixed(1)} °F`;
}
const spread = (sigmaF: number | null): string =>
  sigmaF === null ? '' : `, its own spread ${sigmaF.toFixed(1)} °F`;

/** What evidence says, a fact or two a line. */
export function factsOf(evidence: Evidence): readonly string[] {
  switch (evidence.kind) {
    case 'weather': {
      const { station, quantity, from, to, forecast, sigmaF, observed, official } = evidence;
      const degrees = (value: { readonly fahrenheit: number } | null): string =>
        value === null ? 'none' : `${value.fahrenheit.toFixed(1)} °F`;
      return [
        `${station === null ? 'no station known, the point set by NOAA_POINT' : `station ${foreign(station)}`}, ${words(quantity)}, ${moment(from)} to ${moment(to)}`,
        forecast === null
          ? 'forecast none'
          : `forecast of ${forecast.hourly.length} hours${range(forecast.hourly)}, issued ${moment(forecast.issuedAt)}${spread(sigmaF)}`,
        `observed ${degrees(observed)} · official ${degrees(official)}`,
      ];
    }
    case 'crypto': {
      const { asset, spot, spotAt, volatility, window } = evidence;
      return [
        `${foreign(asset)} ${spot.toFixed(2)} at ${moment(spotAt)}, volatility ${percent(volatility)} a year`,
        window === null
          ? 'averaging window not begun'
          : `averaging window ${percent(window.seen)} seen, mean ${window.mean.toFixed(2)}`,
      ];
    }
    case 'sports':
      return [
        `${evidence.changes.length} status changes, ${evidence.reactions.length} reactions measured`,
        ...evidence.changes
          .slice(0, changesShown)
          .map(({ team, player, from, to, reportedAt }) =>
            foreign(
              `${team} ${player}: ${words(from)} to ${words(to)}, ${reportedAt === null ? 'no time given' : moment(reportedAt)}`,
            ),
          ),
      ];
    default:
      return assertNever(evidence);
  }
}
