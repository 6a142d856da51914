// Goal: a process that died before the ledger knew of its run does not keep the next one from starting.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runFolder } from '../../src/sinks/recorder/run-folder.js';

let recordings: string;
beforeEach(() => {
  recordings = mkdtempSync(join(tmpdir(), 'run-folder-'));
});
afterEach(() => rmSync(recordings, { recursive: true, force: true }));

it('is named by the run, and by the start where earlier ones came to nothing', () => {
  const names = [1, 2, 3].map(() => {
    const folder = runFolder(recordings, 10);
    mkdirSync(folder);
    return folder;
  });
  expect(names).toEqual(['000010', '000010.2', '000010.3'].map((name) => join(recordings, name)));
  expect(runFolder(recordings, 11)).toBe(join(recordings, '000011'));
});
