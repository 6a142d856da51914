import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { calibrate, registerCalibrate } from '../../src/commands/calibrate.js';
import { columnsOf, snapshotOf } from '../../src/commands/calibration-csv.js';

// Goal: anyone's history can be scored; what cannot be read is named by line, with what to do.
const folder = mkdtempSync(join(tmpdir(), 'calibrate-'));
afterEach(() => vi.restoreAllMocks());
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

async function scored(content: string | Uint8Array, json = true) {
  const csv = join(folder, 'history.csv');
  writeFileSync(csv, content);
  const out: string[] = [];
  const told: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  const code = await calibrate(json ? { csv, json: true } : { csv });
  vi.restoreAllMocks();
  const text = out.join('');
  return {
    code,
    text,
    report: json && text !== '' ? JSON.parse(text) : null,
    told: told.map((line) => line.replace(csv, 'history.csv').trimEnd()),
  };
}
const header = 'ticker,at,p,mid,outcome\n';
const two =
  'KXHIGHNY-26JUN15-B77.5,2026-06-15T12:00:00Z,0.8,0.6,1\nKXBTCD-26JUN1517-T1,1781524800000,,0.3,0\n';

describe('calibrate', () => {
  it('prints one line with everything that was promised', async () => {
    const { code, report, told } = await scored(header + two);
    expect([code, told]).toEqual([0, []]);
    expect(report).toMatchObject({ schemaVersion: 1, n: 1, rows: 2, withoutP: 1, badLines: 0 });
    expect(report.brier).toBeCloseTo(0.04, 12);
    expect(report.marketBrier).toBeCloseTo(0.16, 12);
    expect(report.logLoss).toBeCloseTo(-Math.log(0.8), 12);
    expect(Object.keys(report.byVertical)).toEqual(['crypto', 'weather']);
    expect(report.reliability).toMatchObject([{ from: 0.8, n: 1 }]);
    expect(report.difference).toBe('n too small');
  });

  it('reads any order of columns, other columns, quotes, blank lines, CRLF, gzip, and a last line without its end', async () => {
    const shuffled =
      '\uFEFFoutcome, Mid ,note,P,at,ticker\r\n\r\nyes,.6,x,8e-1,2026-06-15,"KXHIGHNY-1-B"';
    const { code, report } = await scored(gzipSync(shuffled));
    expect(code).toBe(0);
    expect(report.brier).toBeCloseTo(0.04, 12);
    const headless = await scored(two);
    expect(headless.report).toMatchObject({ rows: 2, n: 1 });
  });

  it('names bad lines with what to do, scores the rest and fails', async () => {
    const bad = [
      'KXHIGHNY-1-B,2026-06-15,1.7,0.5,1',
      'KXHIGHNY-1-B,2026-06-15,NaN,0.5,1',
      'KXHIGHNY-1-B,2026-06-15,0.5,,1',
      'KXHIGHNY-1-B,2026-06-15,0.5,-0.1,1',
      'KXHIGHNY-1-B,yesterday,0.5,0.5,1',
      'KXHIGHNY-1-B,2026-13-45,0.5,0.5,1',
      'KXHIGHNY-1-B,2026-06-15,0.5,0.5,maybe',
      'KXHIGHNY-1-B,2026-06-15,0.5,0.5',
      ',2026-06-15,0.5,0.5,1',
    ];
    const { code, report, told } = await scored(`${header}${bad.join('\n')}\n${two}`);
    expect(code).toBe(1);
    expect(report).toMatchObject({ rows: 2, badLines: bad.length });
    expect(told[0]).toBe('history.csv:2: p is "1.7"; write a probability from 0 to 1, or nothing');
    expect(told[7]).toBe(
      'history.csv:9: 4 columns instead of 5; write all of ticker,at,p,mid,outcome, p may be empty',
    );
    expect(told.map((line) => line.split(':')[1])).toEqual(bad.map((_, i) => String(i + 2)));
    for (const line of told) expect(line).toMatch(/; write /);
    const many = await scored(header + `${bad[0]}\n`.repeat(1_000));
    expect(many.told.at(-2)).toBe('… and 980 more');
    expect(many.told.at(-1)).toContain('no snapshot could be read');
  });

  it('refuses what is no history, and what is not there', async () => {
    const { code, text, told } = await scored('name,price\nA,1\n');
    expect([code, text]).toEqual([2, '']);
    expect(told).toEqual([
      'history.csv:1: no header; the first line must name the columns ticker,at,p,mid,outcome',
    ]);
    const empty = await scored('');
    expect(empty.code).toBe(1);
    expect(empty.report).toMatchObject({ n: 0, brier: null });
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    expect(await calibrate({ csv: join(folder, 'nowhere.csv'), json: true })).toBe(1);
    const program = new Command().exitOverride();
    registerCalibrate(program);
    for (const command of program.commands) command.exitOverride();
    await expect(program.parseAsync(['calibrate'], { from: 'user' })).rejects.toMatchObject({
      code: 'commander.missingMandatoryOptionValue',
    });
  });

  it('prints tables for people', async () => {
    const { code, text } = await scored(header + two, false);
    expect(code).toBe(0);
    expect(text).toContain('2 snapshots, 1 without a forecast');
    expect(text).toMatch(/weather +1 +1 +0\.0400 +0\.1600 +n too small/);
    expect(text).toContain('Market: mids and what came true');
  });
});

describe('a line', () => {
  const columns = columnsOf(header.trim());
  it.each(['2026-06-15', '2026-06-15T12:00Z', '2026-06-15 12:00:00+02:00', '1781524800000'])(
    'may be from %s',
    (at) => {
      expect(columns !== null && snapshotOf(`A-B,${at},0.5,0.5,0`, columns).ok).toBe(true);
    },
  );
  it.each(['0x1', '1e400', 'Infinity', '1,0', ' ', '--1'])('may not hold %s as its mid', (mid) => {
    expect(columns !== null && snapshotOf(`A-B,2026-06-15,0.5,${mid},0`, columns).ok).toBe(false);
  });
});
