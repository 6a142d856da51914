import type { Flags } from '../config/layers.js';
import { type ReadConfig, readConfig } from '../config/read.js';
import type { Secrets } from '../config/secrets.js';
import { refuse } from './refuse.js';
import { simulatorChild } from './simulator-child.js';

const unreachable = 5;

/** `paper_sim`: a simulator of our own for as long as `go` takes, with the settings that point at it and its key. */
export async function onOwnSimulator(
  seed: number,
  flags: Flags,
  go: (read: ReadConfig, secrets: Secrets, flags: Flags) => Promise<number>,
): Promise<number> {
  const child = await simulatorChild({ seed, speed: 1 });
  if (!child.ok) {
    process.stderr.write(`${child.error}\n`);
    return unreachable;
  }
  try {
    const pointed = { ...flags, ...child.value.flags };
    const read = readConfig(process.env, pointed);
    return read.ok ? await go(read.value, child.value.secrets, pointed) : refuse(read.error);
  } finally {
    await child.value.stop();
  }
}
