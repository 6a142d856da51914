// Goal: recordings go when the settings say so, the oldest first, and nothing else ever does.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { watchRecordings } from '../../src/runtime/recordings-watch.js';
import { retire } from '../../src/sinks/recorder/retention.js';

let home = '';
const now = Date.UTC(2026, 10, 22, 12);
const hour = 3_600_000;
const none = { ageMsMax: null, bytesMax: null };

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'retention-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function aRun(name: string, hoursAgo: number, bytes: number): string {
  const folder = join(home, name);
  mkdirSync(folder);
  const file = join(folder, '2026-11-22T12.ndjson.gz');
  writeFileSync(file, Buffer.alloc(bytes));
  const at = (now - hoursAgo * hour) / 1_000;
  for (const path of [file, folder]) utimesSync(path, at, at);
  return folder;
}

describe('retention of recordings', () => {
  it('keeps everything unless told', () => {
    const writing = aRun('000002', 0, 10);
    aRun('000001', 1_000_000, 10);
    expect(retire(home, writing, none, now)).toEqual([]);
    expect(readdirSync(home)).toHaveLength(2);
  });

  it('deletes what is older, and then the oldest until the rest is small enough', () => {
    const old = aRun('000001', 49, 100);
    const second = aRun('000002', 30, 100);
    const third = aRun('000002.2', 20, 100);
    const writing = aRun('000003', 0, 250);
    const retired = retire(home, writing, { ageMsMax: 48 * hour, bytesMax: 400 }, now);
    expect(retired).toEqual([
      { path: old, bytes: 100, why: 'age', problem: null },
      { path: second, bytes: 100, why: 'size', problem: null },
    ]);
    expect(readdirSync(home).sort()).toEqual(['000002.2', '000003']);
    expect(existsSync(third)).toBe(true);
  });

  it('never deletes the run that is being written, nor what is no run', () => {
    const writing = aRun('000003', 900, 1_000);
    for (const name of ['notes', 'backup-000001', '12']) aRun(name, 900, 1_000);
    expect(retire(home, writing, { ageMsMax: 1, bytesMax: 1 }, now)).toEqual([]);
    expect(readdirSync(home)).toHaveLength(4);
  });

  it('says what it deleted, and that it could not look', () => {
    const said: string[] = [];
    const warn = (code: string): void => void said.push(code);
    const settings = { recordingsKeepDays: 1, recordingsMaxGb: 0 };
    aRun('000001', 10_000_000 / 1_000, 10);
    const folder = aRun('000002', 0, 10);
    watchRecordings({ clock: systemClock, folder, settings, warn }).unsubscribe();
    expect(said).toEqual(['recording_deleted']);
    const gone = join(home, 'gone', '000001');
    watchRecordings({ clock: systemClock, folder: gone, settings, warn }).unsubscribe();
    expect(said).toEqual(['recording_deleted', 'recording_kept']);
  });
});
