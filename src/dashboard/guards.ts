import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Why a request came to nothing. */
export type DashboardRefusal =
  | 'wrong_host'
  | 'wrong_origin'
  | 'wrong_site'
  | 'query_refused'
  | 'not_found'
  | 'wrong_method'
  | 'json_only'
  | 'bad_json'
  | 'body_too_large'
  | 'not_logged_in'
  | 'wrong_token'
  | 'too_many_tokens'
  | 'look_only'
  | 'too_many_pages'
  | 'no_page'
  | 'no_metrics'
  | 'no_ledger'
  | 'no_engine'
  | 'bad_request'
  | 'not_written'
  | 'internal';

export type Refusal = {
  readonly status: number;
  readonly code: DashboardRefusal;
  readonly why: string;
};

const refusal = (status: number, code: DashboardRefusal, why: string): Refusal => ({
  status,
  code,
  why,
});

/** What it may be called, `host:port`. A name that resolves here is not enough: whoever owns it could rebind it. */
export const hostsOf = (port: number): readonly string[] => [
  `127.0.0.1:${port}`,
  `localhost:${port}`,
];

/** Of every request, before anything else is looked at. Two names could be one here and another somewhere before. */
export function hostRefusal(
  { headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>,
  port: number,
): Refusal | null {
  const names = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
  if (names.length !== 1) return refusal(400, 'wrong_host', 'a request has one Host header');
  return hostsOf(port).includes(headers.host ?? '')
    ? null
    : refusal(421, 'wrong_host', `this is 127.0.0.1:${port} and answers to no other name`);
}

/**
 * Whether a page of somebody else sent it. A browser says where a request comes from; a program says nothing, and has to
 * show a token. Going to the page by a link, from anywhere, is the one thing that others may cause.
 */
export function originRefusal(
  { method, headers }: { readonly method: string; readonly headers: IncomingHttpHeaders },
  port: number,
  isPage: boolean,
): Refusal | null {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isOurs = origin === undefined || hostsOf(port).some((host) => origin === `http://${host}`);
  if (!isOurs)
    return refusal(403, 'wrong_origin', 'another page may not ask this one for anything');
  if (site === undefined || site === 'same-origin' || site === 'none') return null;
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && method === 'GET' && isPage;
  return isNavigation
    ? null
    : refusal(403, 'wrong_site', 'another site may not ask this one for anything');
}

/** A path as one of the routes may have it. Encoded or climbing ones are nobody's; a query is taken by none. */
export function pathOf(url: string): string | Refusal {
  const query = url.indexOf('?');
  if (query >= 0)
    return refusal(400, 'query_refused', 'no address takes a query: tokens and codes go elsewhere');
  if (!/^\/[\w./~-]*$/.test(url) || url.includes('..') || url.includes('//'))
    return refusal(404, 'not_found', 'there is no such thing here');
  return url;
}

const jsonType = /^application\/json(?:;\s*charset=utf-8)?$/i;

/** A form or plain text could be sent by any page without asking first. */
export const typeRefusal = (headers: IncomingHttpHeaders): Refusal | null =>
  jsonType.test(headers['content-type'] ?? '')
    ? null
    : refusal(415, 'json_only', 'content-type must be application/json');

const poisonous: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The value of a body; refused where it is no JSON, or has a key that could reach a prototype. */
export function bodyOf(text: string): { readonly value: unknown } | Refusal {
  let isPoisoned = false;
  try {
    const value: unknown = JSON.parse(text, (key, inner: unknown) => {
      isPoisoned ||= poisonous.has(key);
      return inner;
    });
    if (!isPoisoned) return { value };
  } catch {
    return refusal(400, 'bad_json', 'the body is not JSON');
  }
  return refusal(400, 'bad_json', 'the body has a key that no request has');
}

export const isRefusal = (value: object | string): value is Refusal =>
  typeof value === 'object' && 'status' in value;
