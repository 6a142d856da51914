import { excerpt, isObject, parseJson } from './problem.js';

/**
 * What the exchange said no with, whichever of its four body shapes it used. Branch on `status` and `code`.
 *
 * - `nested`: `{"error":{"code","message","details"?}}` (authentication, orders, exchange)
 * - `flat`: `{"code","message","details"?}` (JSON type errors)
 * - `message`: `{"msg"}` (query validation); code `invalid_query`
 * - `text`: `{"error":"…"}` (429); code `too_many_requests` with status 429, else the text in snake case
 * - `none`: no such body (a proxy, an empty or cut answer); code `http_<status>`
 */
export type VenueError = {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly details: string;
  readonly shape: 'nested' | 'flat' | 'message' | 'text' | 'none';
};

const codeCharsMax = 80;
const textOf = (raw: unknown): string => (typeof raw === 'string' ? excerpt(raw) : '');

/** A code as the exchange spells it; anything else becomes one word of snake case, so that it can be switched on. */
function codeOf(raw: unknown, fallback: string): string {
  if (typeof raw !== 'string') return fallback;
  const code = raw
    .slice(0, codeCharsMax)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return code === '' ? fallback : code;
}

/** Never fails: a body that is none of the shapes still has its status. */
export function venueError(status: number, body: string): VenueError {
  const fallback = `http_${status}`;
  const json = parseJson(body);
  if (!json.ok || !isObject(json.value))
    return { code: fallback, status, message: excerpt(body), details: '', shape: 'none' };
  const wire = json.value;
  const inner = wire['error'];
  if (isObject(inner))
    return {
      code: codeOf(inner['code'], fallback),
      status,
      message: textOf(inner['message']),
      details: textOf(inner['details']),
      shape: 'nested',
    };
  if (typeof inner === 'string') {
    const code = status === 429 ? 'too_many_requests' : codeOf(inner, fallback);
    return { code, status, message: excerpt(inner), details: '', shape: 'text' };
  }
  if (typeof wire['code'] === 'string')
    return {
      code: codeOf(wire['code'], fallback),
      status,
      message: textOf(wire['message']),
      details: textOf(wire['details']),
      shape: 'flat',
    };
  if (typeof wire['msg'] === 'string')
    return {
      code: 'invalid_query',
      status,
      message: textOf(wire['msg']),
      details: '',
      shape: 'message',
    };
  return { code: fallback, status, message: excerpt(body), details: '', shape: 'none' };
}

/** One line for a record or a log. */
export const errorLine = (error: VenueError): string =>
  [`HTTP ${error.status}`, error.message, error.details].filter((part) => part !== '').join(': ');
