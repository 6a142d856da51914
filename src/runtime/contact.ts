import { kalshiCodec } from '../exchange/kalshi/codec.js';
import type { DecodeProblem, SocketEvent } from '../exchange/venue.js';
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

const keyRefused = (address: string, detail: string): Hindrance => ({
  code: 'key_refused',
  text: `${address}: the exchange refuses the key (${detail}); check KALSHI_API_KEY_ID, KALSHI_PRIVATE_KEY_PATH and this computer's clock`,
  exitCode: 4,
});

const unreachable = (address: string, setting: string, detail: string): Hindrance => ({
  code: 'venue_unreachable',
  text: `${address}: the exchange cannot be reached (${detail}); check ${setting} and that the exchange is up`,
  exitCode: 5,
});

/** Something answers, but not with a list of markets. */
const notAnExchange = (address: string, problem: DecodeProblem): Hindrance =>
  unreachable(
    address,
    'KALSHI_API_BASE_URL',
    `what answers there has no list of markets: ${problem.code} at ${problem.where}`,
  );

/** The last part of a read of many parts as a hindrance; null: it came whole. */
export function readHindrance(outcome: Outcome, address: string): Hindrance | null {
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

export type ContactPorts = {
  readonly restAddress: string;
  readonly feedAddress: string;
  /** A single cycle that has not come about yet. */
  readonly isFirstOfOne: () => boolean;
  readonly giveUp: (hindrance: Hindrance) => void;
  readonly warn: (code: string, text: string) => void;
};

/** Whether the exchange can be reached and takes our key: a single cycle gives up, a longer run says so and keeps trying. */
export class Contact {
  private readonly ports: ContactPorts;
  private dialsFailed = 0;
  private wasUp = false;
  private hasPage = false;

  constructor(ports: ContactPorts) {
    this.ports = ports;
  }

  /** REST refused the key. */
  refused(detail: string): void {
    this.hinder(keyRefused(this.ports.restAddress, detail));
  }

  scan(outcome: Outcome, last: boolean): void {
    // Given up by this engine, whose run is over: nothing about the exchange.
    if (outcome.kind === 'failed' && outcome.code === 'aborted') return;
    const { restAddress } = this.ports;
    // Only the first page is read twice: to tell an exchange from whatever else answers there.
    if (!this.hasPage && outcome.kind === 'http' && outcome.status === 200) {
      const page = kalshiCodec.listing(outcome.body);
      this.hasPage = page.ok;
      if (!page.ok) this.hinder(notAnExchange(restAddress, page.error));
    }
    const hindrance = last ? readHindrance(outcome, restAddress) : null;
    if (hindrance !== null) this.hinder(hindrance);
  }

  /** The feed, until it is up for the first time: a refused key counts at once, a dead line a few dials later. */
  socket(event: SocketEvent): void {
    if (event.kind === 'connected') this.wasUp = true;
    if (this.wasUp || event.kind !== 'disconnected') return;
    this.dialsFailed += 1;
    // A longer run is told by the engine's own notice.
    if (!this.ports.isFirstOfOne()) return;
    const { feedAddress } = this.ports;
    const { reason } = event;
    if (reason.startsWith('auth_'))
      this.hinder(keyRefused(feedAddress, reason.replace('auth_', 'HTTP ')));
    else if (this.dialsFailed >= limits.firstDialsMax)
      this.hinder(unreachable(feedAddress, 'KALSHI_WS_URL', reason.replaceAll('_', ' ')));
  }

  private hinder(hindrance: Hindrance): void {
    if (this.ports.isFirstOfOne()) this.ports.giveUp(hindrance);
    else this.ports.warn(hindrance.code, `${hindrance.text}; trying again`);
  }
}
