import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { calibrate, registerCalibrate } from '../../src/commands/calibrate.js';
import { columnsOf, snapshotOf } from '../../src/commands/calibration-csv.js';
import { price, probability, ticker } from '../../src/domain/units.js';
import type { Word } from '../../src/messages/valuation.js';
import { openLedger } from '../../src/sinks/ledger/ledger.js';
import { Rig } from '../support/executor-rig.js';
import { aVerdict } from '../support/fixtures.js';

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
    for (const mark of ['', '\uFEFF']) {
      const headless = await scored(mark + two);
      expect(headless.report).toMatchObject({ rows: 2, n: 1 });
    }
    const titled = (mid: string): string =>
      `title,ticker,at,"p",mid,outcome,\n"Rain, ""heavy""",A-B,2026-06-15, "0.8" ,"${mid}",1,\n`;
    expect((await scored(titled('.6'))).report).toMatchObject({ n: 1, badLines: 0 });
    expect((await scored(titled(''))).told[0]).toContain('history.csv:2: mid is ""');
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
  });

  it('prints tables for people', async () => {
    const { code, text } = await scored(header + two, false);
    expect(code).toBe(0);
    expect(text).toContain('2 snapshots, 1 without a forecast');
    expect(text).toMatch(/weather +1 +1 +0\.0400 +0\.1600 +n too small/);
    expect(text).toContain('Market: mids and what came true');
  });
});

describe('calibrate without --csv', () => {
  const home = join(folder, 'home');

  /** Forty weather events of three windows each: the word is right, the mid is a coin. */
  async function writeLedger(): Promise<void> {
    const rig = new Rig().paper();
    const names = Array.from({ length: 40 }, (_, i) => `KXODD-${i}-A`);
    const verdicts = names.map((name, i) => {
      const word = { model: 'weather', p: probability(i % 2 === 0 ? 0.9 : 0.1), evidenceAgeMs: 1 };
      return aVerdict(name, { word: word as Word, fair: probability(0.6), vertical: 'weather' });
    });
    for (let cycle = 0; cycle < 3; cycle += 1)
      rig.send({ kind: 'cycle', result: { cycle, verdicts, allocations: [] } });
    for (const [i, name] of names.entries())
      rig.send({
        kind: 'lifecycle',
        ticker: ticker(name),
        change: { kind: 'determined', settlementValue: price(i % 2 === 0 ? 10_000 : 0) },
      });
    const options = { home, mode: 'paper', environment: 'loopback', account: 'main' } as const;
    const ledger = await openLedger(options);
    if (!ledger.ok) throw new Error(ledger.error.text);
    ledger.value.append(rig.records);
    await ledger.value.flush(rig.account.head.seq);
    await ledger.value.close();
  }

  async function parsed(...args: readonly string[]) {
    const out: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => out.push(String(text)) > 0);
    const program = new Command().exitOverride();
    registerCalibrate(program);
    await program.parseAsync(['calibrate', '--home', home, ...args], { from: 'user' });
    vi.restoreAllMocks();
    const code = process.exitCode;
    process.exitCode = 0;
    return { code, text: out.join('') };
  }

  it('scores the ledger by the vertical its verdicts name, and prints what it teaches', async () => {
    expect(await parsed('--json')).toMatchObject({ code: 3 });
    await writeLedger();
    const { code, text } = await parsed('--json');
    expect(code).toBe(0);
    const report = JSON.parse(text);
    expect(report).toMatchObject({ schemaVersion: 1, n: 120, rows: 120, events: 40 });
    expect(report.brier).toBeCloseTo((0.16 + 0.36) / 2, 9);
    expect(report.marketBrier).toBeCloseTo(0.25, 9);
    expect(report.logLoss).toBeGreaterThan(0);
    expect(Object.keys(report.byVertical)).toEqual(['weather']);
    expect(report.reliability).toMatchObject([{ from: 0.6, n: 120, events: 40, outcome: 0.5 }]);
    // One word an hour: the three windows were seconds apart.
    expect(report.learnt).toMatchObject([
      { model: 'weather', vertical: 'weather', snapshots: 40, events: 40, kept: null },
    ]);
    expect(report.learnt[0].terms.weight).toBeGreaterThan(0.1);

    const people = await parsed();
    expect(people.text).toMatch(/weather +120 +40 +0\.2600 +0\.2500/);
    expect(people.text).toMatch(/weather\/weather +40 +40 +0\.\d{3} +0\.0\d\d/);
    expect(people.text).toContain('history');
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
