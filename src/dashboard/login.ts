import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock.js';
import { limits } from '../limits.js';
import {
  codeFor,
  codeUntil,
  cookieName,
  cookieOf,
  isSameSecret,
  type Power,
  type Tokens,
} from './tokens.js';

export type Who =
  | { readonly kind: 'known'; readonly power: Power; readonly by: 'bearer' | 'cookie' }
  | { readonly kind: 'nobody' }
  /** Something was shown, and it opens nothing. */
  | { readonly kind: 'refused' };

const minuteMs = 60_000;

/** Who asks: by token or by cookie, the cookie by token or by a code that opens once. */
export class Login {
  readonly #tokens: Tokens;
  readonly #clock: Pick<Clock, 'monotonicMs' | 'realNow'>;
  readonly #cookie: string;
  /** Codes that have opened the page, until they would have ended. */
  readonly #spent = new Map<string, number>();
  #badSince = 0;
  #bad = 0;

  constructor(tokens: Tokens, clock: Pick<Clock, 'monotonicMs' | 'realNow'>) {
    this.#tokens = tokens;
    this.#clock = clock;
    this.#cookie = cookieName(tokens);
  }

  who({ authorization, cookie }: IncomingHttpHeaders): Who {
    if (authorization !== undefined) {
      const [, token = ''] = /^Bearer ([\w-]{1,128})$/.exec(authorization) ?? [];
      const power = this.#powerOf(token, (known) => known);
      return power === null ? this.#refuse() : { kind: 'known', power, by: 'bearer' };
    }
    const shown = this.#cookieIn(cookie ?? '');
    if (shown === null) return { kind: 'nobody' };
    const power = this.#powerOf(shown, cookieOf);
    return power === null ? this.#refuse() : { kind: 'known', power, by: 'cookie' };
  }

  /** A code that opens the page once within ten minutes. */
  code(power: Power): string {
    return codeFor(this.#tokens[power], this.#clock.realNow() + limits.dashboardCodeMsMax);
  }

  /** The cookie's header for a code or a token; null: it opens nothing. */
  open(shown: { readonly code: string } | { readonly token: string }): string | null {
    const power = 'code' in shown ? this.#spend(shown.code) : this.#powerOf(shown.token, (t) => t);
    if (power === null) {
      this.#refuse();
      return null;
    }
    const value = cookieOf(this.#tokens[power]);
    return `${this.#cookie}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000`;
  }

  /** The cookie's header for going away. */
  close(): string {
    return `${this.#cookie}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`;
  }

  /** Too much was refused lately: whoever is refused now is told to slow down. What is right is taken all the same. */
  get isGuessedAt(): boolean {
    const isThisMinute = this.#clock.monotonicMs() - this.#badSince < minuteMs;
    return isThisMinute && this.#bad > limits.dashboardBadTokensMax;
  }

  #refuse(): Who {
    const now = this.#clock.monotonicMs();
    if (!(now - this.#badSince < minuteMs)) {
      this.#badSince = now;
      this.#bad = 0;
    }
    this.#bad += 1;
    return { kind: 'refused' };
  }

  #powerOf(shown: string, of: (token: string) => string): Power | null {
    const isFull = isSameSecret(shown, of(this.#tokens.full));
    const isRead = isSameSecret(shown, of(this.#tokens.read));
    return isFull ? 'full' : isRead ? 'read' : null;
  }

  #spend(code: string): Power | null {
    const now = this.#clock.realNow();
    for (const [spent, until] of this.#spent) if (!(now < until)) this.#spent.delete(spent);
    for (const power of ['full', 'read'] as const) {
      const until = codeUntil(this.#tokens[power], code);
      // Written so that NaN refuses; one that stands for longer was not made as codes are.
      const isGood = until !== null && now < until && until <= now + limits.dashboardCodeMsMax;
      if (!isGood || this.#spent.has(code) || this.#spent.size >= limits.dashboardCodesMax)
        continue;
      this.#spent.set(code, until);
      return power;
    }
    return null;
  }

  #cookieIn(header: string): string | null {
    for (const pair of header.split(';')) {
      const [name, value] = pair.trim().split('=');
      if (name === this.#cookie && value !== undefined) return value;
    }
    return null;
  }
}
