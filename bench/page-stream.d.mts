import type { Told } from '../src/messages/dashboard.js';

export function toldDay(options?: {
  readonly windows?: number;
  readonly markets?: number;
  readonly patchesPerWindow?: number;
  readonly seed?: number;
  readonly titles?: readonly string[];
}): Generator<Told>;
