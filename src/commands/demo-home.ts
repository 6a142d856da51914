import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { demoHomeOf } from '../config/modes.js';
import type { Settings } from '../config/schema.js';

const keptMax = 5;

/** A new directory for one demo or `paper_sim` run; the last five are kept. */
export function nextDemoHome(settings: Settings, homeOf: typeof demoHomeOf): string {
  const folder = dirname(homeOf(settings, 0));
  const runs = runsIn(folder);
  for (const { name } of runs.slice(keptMax - 1))
    rmSync(join(folder, name), { recursive: true, force: true });
  return homeOf(settings, (runs[0]?.run ?? 0) + 1);
}

/** The directory of the latest demo; null: there was none. */
export function newestDemoHome(settings: Settings, homeOf: typeof demoHomeOf): string | null {
  const folder = dirname(homeOf(settings, 0));
  const [newest] = runsIn(folder);
  return newest === undefined ? null : join(folder, newest.name);
}

/** Newest first. */
const runsIn = (folder: string): readonly { readonly name: string; readonly run: number }[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .map((name) => ({ name, run: Number(/^(\d+)-seed\d+$/.exec(name)?.[1]) }))
    .filter(({ run }) => Number.isSafeInteger(run))
    .sort((a, b) => b.run - a.run);
