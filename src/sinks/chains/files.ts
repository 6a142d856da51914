import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the chains of a ledger's home are kept. */
export const chainsFolder = (home: string): string => join(home, 'chains');

/** One file a window; its name sorts by time. */
export const chainFile = (home: string, run: number, cycle: number): string =>
  join(chainsFolder(home), chainName(run, cycle));

const chainName = (run: number, cycle: number): string =>
  `${String(run).padStart(6, '0')}-${String(cycle).padStart(6, '0')}.ndjson.gz`;

/** As `chainName` names them: nothing else in that directory is ours to delete. */
const ours = /^(\d{6,})-(\d{6,})\.ndjson\.gz$/;

/** Oldest first, by run and cycle. */
const byTime = (left: string, right: string): number => {
  const [, run = '', cycle = ''] = ours.exec(left) ?? [];
  const [, otherRun = '', otherCycle = ''] = ours.exec(right) ?? [];
  return Number(run) - Number(otherRun) || Number(cycle) - Number(otherCycle);
};

/** Windows of which chains are kept, newest first. */
export function keptWindows(
  home: string,
): readonly { readonly run: number; readonly cycle: number }[] {
  const folder = chainsFolder(home);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => ours.test(name));
  return names
    .sort(byTime)
    .reverse()
    .map((name) => {
      const [, run, cycle] = ours.exec(name) ?? [];
      return { run: Number(run), cycle: Number(cycle) };
    });
}

/** The chain files of one home. Appends, and deletes the oldest once all of them are larger than they may be. */
export class ChainFiles {
  private readonly home: string;
  private readonly bytesMax: number;
  /** Sizes by name, oldest first; null: not looked at yet. */
  private sizes: Map<string, number> | null = null;
  private bytes = 0;

  constructor(home: string, bytesMax: number) {
    this.home = home;
    this.bytesMax = bytesMax;
  }

  /** Rejects with what the disk said. */
  async append(run: number, cycle: number, member: Uint8Array): Promise<void> {
    const sizes = this.sizes ?? this.look();
    const name = chainName(run, cycle);
    await appendFile(join(chainsFolder(this.home), name), member, { mode: 0o600 });
    const size = sizes.get(name) ?? 0;
    sizes.set(name, size + member.byteLength);
    this.bytes += member.byteLength;
    for (const [oldest, its] of sizes) {
      if (this.bytes <= this.bytesMax || oldest === name) break;
      rmSync(join(chainsFolder(this.home), oldest), { force: true });
      sizes.delete(oldest);
      this.bytes -= its;
    }
  }

  private look(): Map<string, number> {
    const folder = chainsFolder(this.home);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const names = readdirSync(folder)
      .filter((name) => ours.test(name))
      .sort(byTime);
    const sizes = new Map(names.map((name) => [name, statSync(join(folder, name)).size]));
    this.bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    this.sizes = sizes;
    return sizes;
  }
}
