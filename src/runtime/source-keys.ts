import type { Settings } from '../config/schema.js';
import type { Secrets } from '../config/secrets.js';
import type { SourceKey } from '../sources/fetcher.js';

/** The keys that sources of evidence want, for the part that has the sockets; nothing else is told them. */
export function sourceKeys(settings: Settings, secrets: Secrets): readonly SourceKey[] {
  const { sportsInjuryApiUrl, sportsInjuryKeyHeader, sportsInjuryKeyScheme } = settings;
  const key = secrets.sportsInjuryApiKey;
  if (key === null || sportsInjuryApiUrl === null) return [];
  return [
    {
      source: 'injuries',
      address: sportsInjuryApiUrl,
      header: sportsInjuryKeyHeader,
      scheme: sportsInjuryKeyScheme,
      key,
    },
  ];
}
