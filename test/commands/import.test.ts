// Goal: a capture with nothing to import leaves nothing that would stand in the way of the next try.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, expect, it, vi } from 'vitest';
import { registerImport } from '../../src/commands/import.js';

const home = mkdtempSync(join(tmpdir(), 'import-'));
afterAll(() => {
  process.exitCode = 0;
  rmSync(home, { recursive: true });
});

it('leaves no folder behind when no capture had a line', async () => {
  const said: string[] = [];
  const mute = (text: unknown) => said.push(String(text)) > 0;
  const spies = [process.stderr, process.stdout].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(mute),
  );
  const [capture, out] = [join(home, 'notes.txt'), join(home, 'out')];
  writeFileSync(capture, 'buy milk\n');
  const program = new Command();
  registerImport(program);
  await program.parseAsync(['node', 'bot', 'import', capture, '--out', out]);
  for (const spy of spies) spy.mockRestore();
  expect(process.exitCode).toBe(1);
  expect(said.join('')).toContain('nothing was imported: no capture had a line');
  expect(existsSync(out)).toBe(false);
});
