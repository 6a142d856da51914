import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { highWaterPath, readHighWater } from '../../src/sinks/ledger/high-water.js';
import { ledgerPath } from '../../src/sinks/ledger/ledger.js';
import { Draws } from '../simulation/draws.mjs';
import { compiled } from '../support/compiled.js';
import { type Judgement, LedgerJudge } from '../support/ledger-judges.js';
import { tradedRuns } from '../support/ledger-records.js';
import { Disk, layOut } from '../support/power-loss.js';
import { type DiskEvent, recordedWrites } from '../support/write-log.js';

// Goal: whatever a power failure leaves of what nobody synced, no record that was said to be on disk is lost, the ledger
// opens without help, and it can be written to. Assumed of the disk: a sync is honest, and a sector of 512 bytes is whole.
const images = 1_000;
const imagesWithoutSync = 60;
const runs = tradedRuns(3, 8);
const written = runs.flat(2).length;
const writer = fileURLToPath(new URL('../support/ledger-writer.mjs', import.meta.url));

const box = mkdtempSync(join(tmpdir(), 'power-'));
const image = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'power-'));
const root = join(box, 'disk');
const runsPath = join(box, 'runs.json');
let events: readonly DiskEvent[] = [];
beforeAll(() => {
  writeFileSync(runsPath, JSON.stringify(runs));
  mkdirSync(root);
  events = recordedWrites(root, join(box, 'trace'), [
    writer,
    compiled,
    join(root, 'home'),
    runsPath,
  ]);
});
afterAll(() => {
  for (const path of [box, image]) rmSync(path, { recursive: true, force: true });
});

/** Why an image is none that may be left after `durableSeq` was said to be on disk; null when it may. */
function violation(judgement: Judgement, durableSeq: number, markSeq: number): string | null {
  if (!('seq' in judgement)) return 'refused';
  if (judgement.seq < durableSeq) return `lost after ${durableSeq}`;
  return markSeq > judgement.seq ? 'the mark is ahead' : null;
}

/** Fails the power at `count` moments, evenly over the log. */
async function powerFailures(log: readonly DiskEvent[], count: number) {
  const disk = new Disk(root);
  const judge = new LedgerJudge(compiled, runsPath);
  const violations: string[] = [];
  let durableSeq = 0;
  let withMore = 0;
  let drawn = 0;
  for (const [at, event] of log.entries()) {
    for (; drawn < Math.ceil(((at + 1) * count) / log.length); drawn += 1) {
      layOut(disk.image(new Draws(drawn), event), root, image);
      const mark = readHighWater(join(image, 'home'));
      const markSeq = mark === 'damaged' ? Number.POSITIVE_INFINITY : (mark?.seq ?? 0);
      const judgement = await judge.ask(join(image, 'home'));
      const what = violation(judgement, durableSeq, markSeq);
      if (what !== null)
        violations.push(
          `${what}: image ${drawn}, event ${at} ${event.kind}, ${JSON.stringify(judgement)}`,
        );
      else if ('seq' in judgement && judgement.seq > durableSeq) withMore += 1;
    }
    disk.take(event);
    if (event.kind === 'said' && event.line.startsWith('durable '))
      durableSeq = Number(event.line.split(' ')[1]);
  }
  await judge.close();
  return { disk, violations, durableSeq, withMore, drawn };
}

it(`loses no acknowledged record in ${images} power failures`, async () => {
  const { disk, violations, durableSeq, withMore, drawn } = await powerFailures(events, images);
  // The log is whole: the disk it leads to is the one that is there.
  const live = disk.live();
  for (const path of [ledgerPath(join(root, 'home')), highWaterPath(join(root, 'home'))])
    expect(live.get(path)?.equals(readFileSync(path)), path).toBe(true);
  expect(durableSeq).toBe(written);
  const syncs = events.filter(({ kind }) => kind === 'synced').length;
  const writes = events.filter(({ kind }) => kind === 'written').length;
  process.stdout.write(
    `power loss: ${drawn} images of ${durableSeq} records, ${writes} writes and ${syncs} syncs; ${withMore} kept more than was acknowledged; ${violations.length} violations\n`,
  );
  expect(violations.slice(0, 20)).toEqual([]);
  expect(drawn).toBe(images);
});

it('convicts a ledger that does not sync, or does not sync the names of its files', async () => {
  const withoutSync = events.filter(({ kind }) => kind !== 'synced');
  const withoutNames = events.filter(
    (event) => event.kind !== 'synced' || event.file !== 'directory',
  );
  for (const log of [withoutSync, withoutNames])
    expect((await powerFailures(log, imagesWithoutSync)).violations.length).toBeGreaterThan(5);
});
