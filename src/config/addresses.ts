import { err, ok, type Result } from '../domain/result.js';

/** Which exchange an address belongs to. Nothing else is ever contacted with a key. */
export type Environment = 'demo' | 'production' | 'loopback';

export type Address = {
  /** Canonical: no trailing slash. A REST address is an origin without path. */
  readonly url: string;
  readonly environment: Environment;
};

export type AddressError = { readonly code: 'address_refused' };

const restHosts: ReadonlyMap<string, Environment> = new Map([
  ['demo-api.kalshi.co', 'demo'],
  ['external-api.demo.kalshi.co', 'demo'],
  ['external-api.kalshi.com', 'production'],
  ['api.elections.kalshi.com', 'production'],
]);
const feedHosts: ReadonlyMap<string, Environment> = new Map([
  ['demo-api.kalshi.co', 'demo'],
  ['external-api-ws.demo.kalshi.co', 'demo'],
  ['external-api-ws.kalshi.com', 'production'],
  ['api.elections.kalshi.com', 'production'],
]);

export const restAddressAllowed = `https:// and one of ${[...restHosts.keys()].join(', ')}, or http://127.0.0.1:PORT (localhost and [::1] will do)`;
export const feedAddressAllowed = `wss:// and one of ${[...feedHosts.keys()].join(', ')}, or ws://127.0.0.1:PORT (localhost and [::1] will do), with the path /trade-api/ws/v2`;

// The authority is matched as written, before any URL parser may rewrite it: userinfo, decimal and mapped addresses,
// trailing dots, escapes and look-alikes simply are not in the list.
const addressPattern = /^([a-z]{2,5}):\/\/([A-Za-z0-9.:[\]-]{1,253})(\/[A-Za-z0-9/_.-]*)?$/;
const loopbackPattern = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::([1-9]\d{0,4}))?$/;

const isLoopback = (authority: string): boolean => {
  const match = loopbackPattern.exec(authority);
  return match !== null && Number(match[1] ?? 80) <= 65_535;
};

type Parts = { readonly scheme: string; readonly authority: string; readonly path: string };

function split(text: string): Parts | undefined {
  const match = addressPattern.exec(text);
  const [, scheme, authority, path] = match ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  return { scheme, authority, path: path ?? '' };
}

function place(
  parts: Parts,
  secure: string,
  plain: string,
  hosts: ReadonlyMap<string, Environment>,
): Environment | undefined {
  if (isLoopback(parts.authority))
    return parts.scheme === secure || parts.scheme === plain ? 'loopback' : undefined;
  return parts.scheme === secure ? hosts.get(parts.authority) : undefined;
}

const refusedAddress = err<AddressError>({ code: 'address_refused' });

/** REST base: an allowed origin, with or without the API's own path, which is dropped. */
export function parseRestAddress(text: string): Result<Address, AddressError> {
  const parts = split(text);
  if (!parts || !/^(?:\/|\/trade-api\/v2\/?)?$/.test(parts.path)) return refusedAddress;
  const environment = place(parts, 'https', 'http', restHosts);
  if (!environment) return refusedAddress;
  return ok({ url: `${parts.scheme}://${parts.authority}`, environment });
}

/** WebSocket address: an allowed host with exactly the feed's path. */
export function parseFeedAddress(text: string): Result<Address, AddressError> {
  const parts = split(text);
  if (!parts || !/^\/trade-api\/ws\/v2\/?$/.test(parts.path)) return refusedAddress;
  const environment = place(parts, 'wss', 'ws', feedHosts);
  if (!environment) return refusedAddress;
  return ok({ url: `${parts.scheme}://${parts.authority}/trade-api/ws/v2`, environment });
}

/** The model's address gets our model key: its own host or loopback, nothing else. */
export function parseModelAddress(text: string): Result<Address, AddressError> {
  const parts = split(text);
  if (!parts || !/^\/?$/.test(parts.path)) return refusedAddress;
  const hosts = new Map<string, Environment>([['api.anthropic.com', 'production']]);
  const environment = place(parts, 'https', 'http', hosts);
  if (!environment) return refusedAddress;
  return ok({ url: `${parts.scheme}://${parts.authority}`, environment });
}

/** Telegram's address gets the token of a bot of ours: its own host or loopback, nothing else. */
export function parseTelegramAddress(text: string): Result<string, AddressError> {
  const parts = split(text);
  if (!parts || !/^\/?$/.test(parts.path)) return refusedAddress;
  const hosts = new Map<string, Environment>([['api.telegram.org', 'production']]);
  if (!place(parts, 'https', 'http', hosts)) return refusedAddress;
  return ok(`${parts.scheme}://${parts.authority}`);
}

/** An evidence feed that gets no key of ours: any https host, or http on loopback; never userinfo or a fragment. */
export function parseEvidenceAddress(text: string): Result<string, AddressError> {
  const match = /^(https?):\/\/([A-Za-z0-9.:[\]-]{1,253})(?:[/?][\x21-\x7e]*)?$/.exec(text);
  const [, scheme, authority] = match ?? [];
  if (scheme === undefined || authority === undefined) return refusedAddress;
  if (/[#\\]/.test(text) || !URL.canParse(text)) return refusedAddress;
  const named = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*(?::\d{1,5})?$/i.test(authority);
  if (isLoopback(authority) || (scheme === 'https' && named)) return ok(text);
  return refusedAddress;
}

/** The two addresses of one venue. */
export type VenueAddresses = {
  readonly exchangeBackend: 'kalshi' | 'paper_sim';
  readonly kalshiApiBaseUrl: string;
};

/** Where this configuration trades. `paper_sim` starts its own exchange on loopback, whatever the addresses say. */
export function environmentOf(settings: VenueAddresses): Environment {
  if (settings.exchangeBackend === 'paper_sim') return 'loopback';
  const address = parseRestAddress(settings.kalshiApiBaseUrl);
  // Settings hold only parsed addresses; one that no longer parses is treated as the one that needs most care.
  return address.ok ? address.value.environment : 'production';
}

/**
 * Whether Claude may be asked with these addresses: of a simulated world only a stand-in on loopback, because real answers
 * cost money and know nothing of it.
 */
export function asksClaude(
  settings: VenueAddresses & { readonly anthropicBaseUrl: string },
): boolean {
  if (environmentOf(settings) !== 'loopback') return true;
  const address = parseModelAddress(settings.anthropicBaseUrl);
  return address.ok && address.value.environment === 'loopback';
}

const pageHosts: Readonly<Record<Environment, string | null>> = {
  production: 'https://kalshi.com',
  demo: 'https://demo.kalshi.co',
  loopback: null,
};

/** The exchange's own page of a market's series, for people; null where nobody keeps one. */
export function marketPage(environment: Environment, ticker: string): string | null {
  const host = pageHosts[environment];
  const series = ticker.split('-')[0] ?? '';
  if (host === null || !/^[A-Za-z0-9]+$/.test(series)) return null;
  return `${host}/markets/${series.toLowerCase()}`;
}
