// Goal: the log stays within its bound, loses nothing while it can be written, and says what was lost when it could not.
import { closeSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from '../../src/sinks/log-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-trading-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (bytesMax: number, problems: string[] = []) =>
  new LogFile({
    path: join(folder, 'logs', 'engine.log'),
    bytesMax,
    keptMax: 2,
    report: (problem) => problems.push(problem),
  });
const text = (name: string): string => readFileSync(join(folder, 'logs', name), 'utf8');

describe('the log file', () => {
  it('is put aside when it is full, and the oldest makes room', () => {
    const log = open(20);
    for (let line = 1; line <= 9; line += 1) log.write(`line ${line} ...\n`);
    expect(readdirSync(join(folder, 'logs')).sort()).toEqual([
      'engine.log',
      'engine.log.1',
      'engine.log.2',
    ]);
    expect(text('engine.log')).toBe('line 9 ...\n');
    expect(text('engine.log.1')).toBe('line 7 ...\nline 8 ...\n');
    expect(text('engine.log.2')).toBe('line 5 ...\nline 6 ...\n');
    expect(statSync(join(folder, 'logs', 'engine.log')).mode & 0o777).toBe(0o600);
  });

  it('counts what an earlier run left', () => {
    open(20).write('0123456789012345678\n');
    open(20).write('new\n');
    expect([text('engine.log'), text('engine.log.1')]).toEqual(['new\n', '0123456789012345678\n']);
  });

  it('says once that it cannot be written, and afterwards how many lines are lost', () => {
    const problems: string[] = [];
    const log = open(1_000, problems);
    log.write('one\n');
    const inside = log as unknown as { file: number };
    const { file } = inside;
    // No file has this number.
    inside.file = 1 << 20;
    log.write('two\n');
    log.write('three\n');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('engine.log: EBADF');
    inside.file = file;
    log.write('four\n');
    expect(text('engine.log')).toBe(
      'one\n\n{"level":40,"code":"log_lines_lost","lines":2}\nfour\n',
    );
    closeSync(file);
    log.write('five\n');
    expect(problems).toHaveLength(2);
  });
});
