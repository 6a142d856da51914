import type { Login } from '../login.js';
import { type Answer, json, type Route, refused } from '../route.js';

/** Logging in and out. */
export function loginRoutes(login: Login): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/api/login',
      access: 'open',
      handle: ({ body }) => open(login, body),
    },
    {
      method: 'POST',
      path: '/api/logout',
      access: 'open',
      handle: () => ({ ...json(200, {}), headers: { 'set-cookie': login.close() } }),
    },
  ];
}

function open(login: Login, body: unknown): Answer {
  const code = fieldOf(body, 'code');
  const token = fieldOf(body, 'token');
  const shown = code !== null ? { code } : token !== null ? { token } : null;
  if (shown === null) return refused(400, 'bad_request', 'a code or a token is needed');
  const cookie = login.open(shown);
  if (cookie !== null) return { ...json(200, {}), headers: { 'set-cookie': cookie } };
  return login.isGuessedAt
    ? refused(429, 'too_many_tokens', 'too many wrong tokens; wait a minute')
    : refused(401, 'wrong_token', 'it is wrong, used or too old: run the command dashboard again');
}

export function fieldOf(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value = (body as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' && value.length <= 256 ? value : null;
}
