import type { Clock } from '../clock.js';
import type { Settings } from '../config/schema.js';
import type { ClockSettings } from '../messages/input.js';

/** Market time is real time unless the settings say what clock a simulator keeps. */
export function clockOf(settings: Settings, clock: Clock): ClockSettings {
  const now = clock.realNow();
  return settings.clock ?? { realOriginMs: now, marketOriginMs: now, speed: 1 };
}
