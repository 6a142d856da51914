import { jsonReply, type Reply } from '../wire/replies.js';
import type { EvidenceSource } from '../world/types.js';
import type { Venue } from './route.js';

const SOURCES: readonly EvidenceSource[] = ['noaa', 'injuries', 'sentiment', 'onchain', 'spot'];

export const evidencePaths = (origin: string): Readonly<Record<EvidenceSource, string>> => ({
  noaa: `${origin}/evidence/noaa`,
  injuries: `${origin}/evidence/injuries`,
  sentiment: `${origin}/evidence/sentiment`,
  onchain: `${origin}/evidence/onchain`,
  spot: `${origin}/evidence/spot`,
});

/** What the outside services would say at this market time: `/evidence/<source>/<their own path>`. */
export function handleEvidence(
  venue: Pick<Venue, 'state' | 'marketNow'>,
  url: URL,
): Reply & { readonly contentType: string } {
  const [, , name, ...rest] = url.pathname.split('/');
  const source = SOURCES.find((one) => one === name);
  const reply =
    source === undefined
      ? null
      : venue.state.world.evidence(
          source,
          `/${rest.join('/')}`,
          url.searchParams,
          venue.marketNow(),
        );
  if (reply === null)
    return { ...jsonReply(404, { error: 'not found' }), contentType: 'application/json' };
  return { status: reply.status, body: reply.body, contentType: reply.contentType };
}
