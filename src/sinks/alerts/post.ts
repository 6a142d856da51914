import { Agent, request } from 'undici';
import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { Post } from './channels.js';

/** What came of one request. `text` names neither the address nor what was sent: both hold secrets. */
export type Posted =
  | { readonly kind: 'done' }
  /** Asked again later; `afterMs`: what the service asks for, if it does. */
  | { readonly kind: 'later'; readonly text: string; readonly afterMs: number | null }
  /** Asking again only repeats it. */
  | { readonly kind: 'refused'; readonly text: string };

export type Poster = {
  /** Under a deadline, no redirect followed. Never rejects. */
  readonly send: (asked: Post | { readonly url: string }) => Promise<Posted>;
  readonly close: () => Promise<void>;
};

const passing: ReadonlySet<number> = new Set([408, 425, 429]);

/** Tells services over HTTP: POST with a body, GET without. */
export function poster(clock: Pick<Clock, 'setTimer'>, userAgent: string): Poster {
  const agent = new Agent({
    connections: 1,
    connect: { timeout: limits.alertPostMsMax },
    maxResponseSize: limits.alertAnswerBytesMax,
  });
  const closing = new AbortController();
  return {
    send: async (asked) => {
      const deadline = new AbortController();
      const disarm = clock.setTimer(limits.alertPostMsMax, () => deadline.abort());
      try {
        const { statusCode, headers, body } = await request(asked.url, {
          dispatcher: agent,
          signal: AbortSignal.any([deadline.signal, closing.signal]),
          headers: { 'user-agent': userAgent, ...('body' in asked ? asked.headers : {}) },
          ...('body' in asked ? { method: 'POST', body: asked.body } : { method: 'GET' }),
        });
        await body.dump();
        if (statusCode >= 200 && statusCode < 300) return { kind: 'done' };
        const text = `HTTP ${statusCode}`;
        if (statusCode < 500 && !passing.has(statusCode)) return { kind: 'refused', text };
        const seconds = headers['retry-after'];
        const isNumber = typeof seconds === 'string' && /^\d{1,5}(\.\d+)?$/.test(seconds);
        return { kind: 'later', text, afterMs: isNumber ? Number(seconds) * 1_000 : null };
      } catch (error) {
        if (deadline.signal.aborted)
          return { kind: 'later', text: 'no answer in time', afterMs: null };
        // Only the code: the message of an error may repeat the address.
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
        return { kind: 'later', text: code, afterMs: null };
      } finally {
        disarm();
      }
    },
    close: async () => {
      closing.abort();
      await agent.destroy();
    },
  };
}
