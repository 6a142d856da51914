// Goal: where a sweep cannot write is said before anything runs.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { sweepCommand } from '../../src/commands/sweep.js';

const home = mkdtempSync(join(tmpdir(), 'sweep-'));
afterAll(() => rmSync(home, { recursive: true }));

it('names an --out that is a file and a --parquet that is a folder, before it looks at the recordings', async () => {
  const said: string[] = [];
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  const spec = join(home, 'spec.jsonc');
  writeFileSync(spec, '{"recordings": ["absent"], "vary": {"minEdgePct": [0.1]}}');
  const folder = join(home, 'folder');
  mkdirSync(folder);
  const atFile = await sweepCommand(spec, { out: spec });
  const atFolder = await sweepCommand(spec, { out: join(home, 'out'), parquet: folder });
  const elsewhere = await sweepCommand(spec, { out: join(home, 'out') });
  stderr.mockRestore();
  expect([atFile, atFolder, elsewhere]).toEqual([2, 2, 3]);
  expect(said).toEqual([
    expect.stringMatching(/spec\.jsonc\/results\.ndjson: .*; name another place with --out/),
    expect.stringMatching(/folder: is a folder; name another place with --out and --parquet/),
    expect.stringMatching(/absent: file_unreadable/),
  ]);
  expect(existsSync(join(home, 'out', 'results.ndjson'))).toBe(false);
});
