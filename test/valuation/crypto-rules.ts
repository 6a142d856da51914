import { epochMs } from '../../src/domain/units.js';
import { at } from './sample.js';

/** Rules of coin markets, as they are really written. */

/** The next full hour, and in the words of the rules. */
export const closeAt = epochMs(Math.ceil(at / 3_600_000) * 3_600_000);
export const clock = `${new Date(closeAt - 4 * 3_600_000).getUTCHours() % 12 || 12} ${
  new Date(closeAt - 4 * 3_600_000).getUTCHours() < 12 ? 'AM' : 'PM'
} EDT`;
export const rule = (compared: string): string =>
  `If the simple average of the sixty seconds of CF Benchmarks' Bitcoin Real-Time Index (BRTI) before ${clock} is ${compared} at ${clock} on Sep 21, 2026, then the market resolves to Yes.`;
