// Goal: a kill by signal holds, whatever state the engine is in.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { killSignal } from '../../src/commands/kill-signal.js';
import { controlFolder, requestControl } from '../../src/runtime/control-requests.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'kill-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

it('is a command at once, and a file for whoever comes next; it takes back a resume nobody has taken', () => {
  const signal = killSignal(dataDir);
  const commands: unknown[] = [];
  signal.requests$.subscribe(({ command }) => commands.push(command));
  requestControl(dataDir, 'resume', 'all clear');
  process.emit('SIGUSR2', 'SIGUSR2');
  signal.off();
  expect(commands).toEqual([{ kind: 'kill', level: 'halt', why: 'SIGUSR2' }]);
  expect(readFileSync(join(controlFolder(dataDir), 'halt'), 'utf8')).toBe('SIGUSR2');
  expect(existsSync(join(controlFolder(dataDir), 'resume'))).toBe(false);
  expect(process.listenerCount('SIGUSR2')).toBe(0);
});

it('needs nobody who listens, and no disk', () => {
  writeFileSync(join(dataDir, 'control'), 'no folder');
  const signal = killSignal(dataDir);
  process.emit('SIGUSR2', 'SIGUSR2');
  const commands: unknown[] = [];
  signal.requests$.subscribe(({ command }) => commands.push(command));
  process.emit('SIGUSR2', 'SIGUSR2');
  signal.off();
  expect(commands).toHaveLength(1);
});
