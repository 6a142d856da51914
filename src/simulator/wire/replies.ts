/** The four shapes an error comes in, and the plain ways to answer. */
import type { Refusal } from '../core/refusals.js';

export type Reply = { readonly status: number; readonly body: string | null };

export const jsonReply = (status: number, body: unknown): Reply => ({
  status,
  body: JSON.stringify(body),
});
export const ok = (body: unknown): Reply => jsonReply(200, body);
export const okText = (body: string): Reply => ({ status: 200, body });

/** Shape A: nested, with a code. */
export function nestedError(refusal: Refusal): Reply {
  const { status, code, message, details } = refusal;
  return jsonReply(status, {
    error: { code, message, ...(details === undefined ? {} : { details }) },
  });
}

/** Shape B: flat, what a body that does not decode is answered with. */
export const badRequest = (details: string): Reply =>
  jsonReply(400, { code: 'bad_request', message: 'bad request', details });

/** Shape C: a bare message, for query parameters. */
export const badParameter = (operation: string, field: string, tag: string): Reply =>
  jsonReply(400, {
    msg: `Parameter validation failed for ${operation}: Key: '${operation}Params.${field}' Error:Field validation for '${field}' failed on the '${tag}' tag`,
  });

/** Shape D: a string, for the rate limit. No headers say when to come back. */
export const tooManyRequests: Reply = jsonReply(429, { error: 'too many requests' });

export const serviceUnavailable: Reply = nestedError({
  status: 503,
  code: 'service_unavailable',
  message: 'service unavailable',
});
export const internalError: Reply = nestedError({
  status: 500,
  code: 'internal_server_error',
  message: 'internal server error',
});
