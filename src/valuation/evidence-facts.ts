import type { ChainFact } from '../messages/decision-chain.js';
import type { Evidence } from '../messages/evidence.js';

/** What evidence says, a fact at a time, with where each is from and since when. */
export function factsOf(evidence: Evidence): readonly ChainFact[] {
  switch (evidence.kind) {
    case 'weather': {
      const { station, quantity, from, to, forecast, sigmaF, observed, official } = evidence;
      const source = 'noaa';
      const degrees = (value: number): string => `${value.toFixed(1)} °F`;
      const facts: ChainFact[] = [
        {
          name: 'measured',
          source: 'rules',
          text: `${quantity.replaceAll('_', ' ')} at ${station ?? 'the point set by NOAA_POINT'}, ${minute(from)} to ${minute(to)} UTC`,
          from: null,
        },
      ];
      if (forecast !== null) {
        const values = forecast.hourly.map(({ fahrenheit }) => fahrenheit);
        const range =
          values.length === 0
            ? ''
            : `, ${degrees(Math.min(...values))} to ${degrees(Math.max(...values))}`;
        facts.push({
          name: 'forecast',
          source,
          text: `${values.length} hours${range}`,
          from: forecast.issuedAt,
        });
      }
      if (sigmaF !== null)
        facts.push({ name: 'spread', source: 'nbm', text: degrees(sigmaF), from: null });
      if (observed !== null)
        facts.push({
          name: 'observed',
          source,
          text: degrees(observed.fahrenheit),
          from: observed.at,
        });
      if (official !== null)
        facts.push({
          name: 'official',
          source,
          text: degrees(official.fahrenheit),
          from: official.issuedAt,
        });
      return facts;
    }
    case 'crypto': {
      const { asset, spot, spotAt, volatility, volatilityAt, window } = evidence;
      const facts: ChainFact[] = [
        { name: 'spot', source: 'spot', text: `${asset} ${spot.toFixed(2)} $`, from: spotAt },
        {
          name: 'volatility',
          source: 'spot',
          text: `${(volatility * 100).toFixed(1)} % a year`,
          from: volatilityAt,
        },
      ];
      if (window !== null)
        facts.push({
          name: 'average so far',
          source: 'spot',
          text: `${window.mean.toFixed(2)} $ over ${(window.seen * 100).toFixed(0)} % of the window`,
          from: spotAt,
        });
      for (const [name, { value, at }] of Object.entries(evidence.features))
        facts.push({
          name: name.replaceAll('_', ' '),
          source: name === 'fear_greed' ? 'sentiment' : 'onchain',
          text: String(value),
          from: at,
        });
      return facts;
    }
    case 'sports':
      return [
        ...evidence.changes.map(
          ({ team, player, position, from, to, reportedAt }): ChainFact => ({
            name: 'injury',
            source: 'injuries',
            text: `${team} ${player}${position === null ? '' : ` (${position})`}: ${from.replaceAll('_', ' ')} to ${to.replaceAll('_', ' ')}`,
            from: reportedAt,
          }),
        ),
        {
          name: 'reactions',
          source: 'BOT_SPORTS_REACTIONS',
          text: `${evidence.reactions.length} measured for its league`,
          from: null,
        },
      ];
  }
}

/** "2026-11-23 14:00". */
const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
