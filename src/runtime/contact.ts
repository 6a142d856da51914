import type { SocketEvent } from '../exchange/venue.js';
import { limits } from '../limits.js';
import type { Outcome } from '../messages/effect.js';

/** Why nothing can be done at the exchange. A continuous run says so and tries again; a single cycle ends with it. */
export type Hindrance = {
  readonly code: 'venue_unreachable' | 'key_refused';
  /** One line: where, what, what to do. */
  readonly text: string;
  /** 4 the key, 5 the exchange. */
  readonly exitCode: 4 | 5;
};

export const keyRefused = (address: string, detail: string): Hindrance => ({
  code: 'key_refused',
  text: `${address}: the exchange refuses the key (${detail}); check KALSHI_API_KEY_ID, KALSHI_PRIVATE_KEY_PATH and this computer's clock`,
  exitCode: 4,
});

const unreachable = (address: string, setting: string, detail: string): Hindrance => ({
  code: 'venue_unreachable',
  text: `${address}: the exchange cannot be reached (${detail}); check ${setting} and that the exchange is up`,
  exitCode: 5,
});

/** The last part of a scan's reply as a hindrance; null: the list came whole. */
export function scanHindrance(outcome: Outcome, address: string): Hindrance | null {
  if (outcome.kind === 'end') return null;
  if (outcome.kind !== 'http')
    return unreachable(
      address,
      'KALSHI_API_BASE_URL',
      outcome.kind === 'failed' ? outcome.detail : outcome.kind,
    );
  const detail = `HTTP ${outcome.status}`;
  return outcome.status === 401 || outcome.status === 403
    ? keyRefused(address, detail)
    : unreachable(address, 'KALSHI_API_BASE_URL', detail);
}

/** Follows the feed's socket until it is up for the first time. A refused key counts at once, a dead line a few dials later. */
export class FirstContact {
  private readonly address: string;
  private dialsFailed = 0;
  private wasUp = false;

  constructor(address: string) {
    this.address = address;
  }

  hear(event: SocketEvent): Hindrance | null {
    if (event.kind === 'connected') this.wasUp = true;
    if (this.wasUp || event.kind !== 'disconnected') return null;
    this.dialsFailed += 1;
    const { reason } = event;
    if (reason.startsWith('auth_'))
      return keyRefused(this.address, reason.replace('auth_', 'HTTP '));
    return this.dialsFailed < limits.firstDialsMax
      ? null
      : unreachable(this.address, 'KALSHI_WS_URL', reason.replaceAll('_', ' '));
  }
}
