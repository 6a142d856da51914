import { limits } from '../limits.js';

/** What a request came to: the body, or why not, in words for whoever asked. */
export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly status: number;
      readonly why: string;
      readonly body: unknown;
    };

async function ask(path: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(path, {
      ...init,
      signal: AbortSignal.timeout(limits.pageAskMsMax), // tidy-ok: the reader waits in real time
    });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, body };
    const why = reasonIn(body) ?? `HTTP ${response.status}`;
    return { ok: false, status: response.status, why, body };
  } catch {
    const why = 'the dashboard does not answer';
    return { ok: false, status: 0, why, body: null };
  }
}

/** The server's own words for a refusal. */
function reasonIn(body: unknown): string | null {
  const error = (body as { readonly error?: { readonly text?: unknown } } | null)?.error;
  return typeof error?.text === 'string' ? error.text : null;
}

export const get = (path: string): Promise<Answer> => ask(path, {});

export const post = (path: string, body: unknown): Promise<Answer> =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
