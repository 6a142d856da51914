// Goal: the demo a newcomer types does what it says, the same seed is the same world, and its recording replays.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionChain } from '../../src/messages/decision-chain.js';
import {
  type Line,
  mended,
  linesOf as recorded,
  resealed,
  write,
} from '../support/altered-recording.js';
import { cleanUp, type End, jsonOf, ledgerExport, linesOf, newFolder, run } from './support.js';

let end: End;
let demo: Record<string, unknown>;
beforeAll(async () => {
  end = await run(['demo', '--cycles', '3', '--json', '--no-ui'], { BOT_DATA_DIR: newFolder() });
  demo = jsonOf(end.out);
});
afterAll(cleanUp);

describe('demo --cycles 3 --json', () => {
  it('exits 0 with one line of what it did, and its books are the exchange’s', () => {
    expect(end.code, end.err).toBe(0);
    expect(linesOf(end.out)).toHaveLength(1);
    expect(demo).toMatchObject({
      schemaVersion: 1,
      cycles: 3,
      agreesWithVenue: true,
      differences: [],
      ledger: { balanced: true },
    });
    expect(demo['markets']).toBeGreaterThanOrEqual(900);
    const orders = demo['orders'] as Record<string, number>;
    // Of each that was filled its order and its fill, and the cash.
    expect(demo['compared']).toBeGreaterThan(2 * Number(orders['filled']));
    const { submitted, ...outcomes } = orders;
    expect(orders['filled']).toBeGreaterThanOrEqual(1);
    expect(orders['unknown']).toBe(0);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(submitted);
    for (const field of ['valuations', 'candidates', 'feesMicros', 'realizedPnlMicros'])
      expect(Number.isSafeInteger(demo[field]), field).toBe(true);
    expect(demo['decisionsHash']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('scores its fair values beside the mids on what settled within it', () => {
    const brier = demo['brier'] as Record<string, Record<string, number | null>>;
    expect(Object.keys(brier)).toEqual(['weather', 'crypto']);
    for (const [vertical, score] of Object.entries(brier)) {
      expect(Object.keys(score), vertical).toEqual([
        'engine',
        'market',
        'n',
        'events',
        'low',
        'high',
      ]);
      const { engine, market, n, events, low, high } = score;
      if (n === 0) {
        expect([engine, market, low, high]).toEqual([null, null, null, null]);
        continue;
      }
      expect(Number(engine) >= 0 && Number(engine) <= 1 && Number(market) >= 0).toBe(true);
      expect(Number(n)).toBeGreaterThanOrEqual(Number(events));
      expect(Number(low)).toBeLessThanOrEqual(Number(high));
    }
  });

  it('replays to the same decisions and the same ledger', async () => {
    const replayed = await run(['replay', String(demo['recording']), '--json', '--verify']);
    expect(replayed.code, replayed.err).toBe(0);
    expect(jsonOf(replayed.out)).toMatchObject({
      diverged: null,
      decisionsHash: demo['decisionsHash'],
      ledgerHash: (demo['ledger'] as { headHash: string }).headHash,
      markets: demo['markets'],
      windows: 3,
      verify: { decisions: { unrecorded: 0, problem: null } },
    });
    const { verify } = jsonOf(replayed.out) as { verify: { decisions: { same: number } } };
    expect(verify.decisions.same).toBeGreaterThan(Number(demo['valuations']));
  });

  it('shows what another setting would have changed', async () => {
    const recording = String(demo['recording']);
    const second = recorded(recording, 'decisions-').find((line) =>
      String((JSON.parse(line) as Line).payload['line']).startsWith('{"cycle":2'),
    );
    const to = String((JSON.parse(second ?? '') as Line).at - 1);
    const set = ['--set', 'maxTradesPerCycle=1', '--to', to, '--json'];
    const { code, out, err } = await run(['replay', recording, ...set]);
    expect([code, err]).toEqual([0, '']);
    const { verdicts, before, after, asRecorded, changes } = jsonOf(out) as Record<
      string,
      never
    > & {
      verdicts: { all: number; decidedOtherwise: number };
      before: { orders: { submitted: number } };
      after: { orders: { submitted: number } };
      asRecorded: { verdicts: number; same: number };
      changes: { before: { fraction: number }; after: { fraction: number } }[];
    };
    expect(after.orders.submitted).toBeLessThan(before.orders.submitted);
    expect(verdicts.all).toBeGreaterThanOrEqual(asRecorded.verdicts);
    expect(changes).toHaveLength(verdicts.decidedOtherwise);
    expect(changes.some((one) => one.before.fraction > 0 && one.after.fraction === 0)).toBe(true);
    // With its own settings a run decides again nearly all that it decided: the rest is the timing of answers.
    expect(asRecorded.verdicts).toBeGreaterThan(100);
    expect(asRecorded.same / asRecorded.verdicts).toBeGreaterThan(0.5);
  });

  it('replays to the same from its decoded cache, which a verification leaves alone', async () => {
    const recording = String(demo['recording']);
    for (const [flags, isDecoded] of [
      [['--cache'], true],
      [['--verify'], false],
    ] as const) {
      const replayed = await run(['replay', recording, '--json', ...flags]);
      expect([replayed.code, replayed.err]).toEqual([0, '']);
      expect(jsonOf(replayed.out)).toMatchObject({
        decoded: isDecoded,
        diverged: null,
        decisionsHash: demo['decisionsHash'],
        ledgerHash: (demo['ledger'] as { headHash: string }).headHash,
      });
    }
  });

  it('explains its orders and its refusals, the sums to the micro-dollar', async () => {
    const home = String(demo['recording']).replace(/\/recordings.*/, '');
    const ledger = await ledgerExport(home);
    const bodyOf = (kind: string) =>
      ledger.map(({ body }) => body).filter((one) => one.kind === kind);
    const why = async (...args: readonly string[]) => {
      const { code, out, err } = await run(['why', '--home', home, '--json', ...args]);
      expect(code, err).toBe(0);
      return jsonOf(out) as unknown as DecisionChain;
    };

    const fill = bodyOf('fill')[0];
    const ordered = await why(String(fill?.['clientOrderId']));
    expect(ordered).toMatchObject({ schemaVersion: 1, missing: [], outcome: { kind: 'ordered' } });
    const { order, verdict } = ordered;
    const fills = order?.fills ?? [];
    expect(fills.map(({ tradeId }) => tradeId)).toContain(fill?.['tradeId']);
    for (const one of fills) expect(one.price * one.count).toBe(one.costMicros);
    for (const sum of [
      ordered.edge?.yes,
      ordered.edge?.no,
      verdict?.bet?.sum,
      verdict?.look?.sum,
    ]) {
      if (sum == null) continue;
      const { priceMicros, feeMicros, slippageMicros, marginMicros } = sum;
      expect(priceMicros + feeMicros + slippageMicros + marginMicros).toBe(sum.costMicros);
      expect(sum.worthMicros - sum.costMicros).toBe(sum.edgeMicros);
    }
    for (const part of ['market', 'book', 'evidence', 'opinion', 'size'] as const)
      expect(ordered[part], part).not.toBeNull();

    const rows = bodyOf('cycle')[0]?.['verdicts'] as readonly (readonly unknown[])[];
    const row = rows.find((each) => each[10] === 0);
    expect(await why(`1.1.${String(row?.[0])}`)).toMatchObject({
      missing: [],
      outcome: { kind: 'refused', by: 'valuation', code: row?.[11] },
      verdict: { taken: false },
    });
    const text = await run(['why', '--home', home, '--last'], { NO_COLOR: '1' });
    expect([text.code, text.err]).toEqual([0, '']);
    expect(text.out).toMatch(/^order +[a-z2-7]{26}/m);
    expect(text.out).not.toContain('\u001b');
    const unknown = await run(['why', '--home', home, 'KXNOSUCH-1']);
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toContain('"KXNOSUCH-1"');
  });

  it('is read by whoever has read the page of its format', () => {
    const reader = ['test/replay/foreign-reader.mjs', String(demo['recording'])];
    const read = jsonOf(execFileSync(process.execPath, reader, { encoding: 'utf8' }));
    expect(read).toMatchObject({ isWhole: true, decisionsHash: demo['decisionsHash'] });
    expect(read['answered']).toBeGreaterThan(20);
  });
});

describe('its recording, damaged', () => {
  const inputsKept = 1_500;
  const at = 60;
  let inputs: readonly string[];
  let decisions: readonly string[];
  beforeAll(() => {
    inputs = recorded(String(demo['recording']), '').slice(0, inputsKept);
    decisions = recorded(String(demo['recording']), 'decisions-').filter((line) => {
      const { payload } = JSON.parse(line) as Line;
      return Number(payload['cause']) <= inputsKept;
    });
    expect(decisions.length).toBeGreaterThan(10);
  });
  const digit = (line: string): string =>
    line.replace(
      /("recv":\d+)(\d)/,
      (_, head: string, last: string) => `${head}${(Number(last) + 1) % 10}`,
    );
  const replay = async (folder: string, ...args: readonly string[]) => {
    const { code, out, err } = await run(['replay', folder, '--verify', '--json', ...args]);
    return { code, err, report: out === '' ? {} : jsonOf(out) };
  };
  const damaged = (parts: { inputs?: readonly string[]; decisions?: readonly string[] }): string =>
    write(join(newFolder(), 'recording'), { inputs, decisions, ...parts });

  it('replays up to where it ends, and its range is what lies between', async () => {
    const { code, report, err } = await replay(damaged({}), '--from', '#40', '--to', '#80');
    expect([code, err]).toEqual([0, '']);
    expect(report).toMatchObject({
      inputs: 80,
      diverged: null,
      between: { inputs: 41, seqFirst: 40, seqLast: 80 },
    });
  });

  it.each([
    [
      'one digit changed',
      'line_changed',
      (lines: readonly string[]) => lines.with(at - 1, digit(lines[at - 1] ?? '')),
    ],
    [
      'one digit changed, its checksum mended',
      'line_changed',
      (lines: readonly string[]) => mended(lines, at, digit),
    ],
    ['removed', 'lines_missing', (lines: readonly string[]) => lines.toSpliced(at - 1, 1)],
    [
      'moved',
      'lines_out_of_order',
      (lines: readonly string[]) =>
        lines.toSpliced(at - 1, 1).toSpliced(at + 300, 0, lines[at - 1] ?? ''),
    ],
  ])('an input %s is named by its number', async (_, problem, edit) => {
    const { code, report, err } = await replay(damaged({ inputs: edit(inputs) }));
    expect(err).toMatch(new RegExp(`${problem}: .*\\binput ${at}\\b`));
    expect(code).toBe(7);
    expect(report).toMatchObject({ diverged: null, damage: { code: problem, seq: at } });
    expect(report['inputs']).toBeGreaterThanOrEqual(at - 1);
    expect(report['inputs']).toBeLessThanOrEqual(at);
  });

  it('an input changed with all checksums after it is found by what it leads to, with both values', async () => {
    const edit = (line: string): string => line.replace('"minEdgePct":0.08', '"minEdgePct":0.09');
    const { code, report } = await replay(damaged({ inputs: resealed(inputs, 1, edit) }));
    expect(code).toBe(7);
    expect(report).toMatchObject({
      diverged: { seq: 1, what: 'record opened', cause: 'input 1, opened of engine' },
    });
    const { diverged } = report as {
      diverged: { decision: { fields: Record<string, string | null>[] } };
    };
    const field = diverged.decision.fields.find((one) => one['field'] === 'body.settingsHash');
    expect(field?.['recorded']).toMatch(/^"[0-9a-f]{64}"$/);
    expect(field?.['recomputed']).not.toBe(field?.['recorded']);
  });

  it.each([
    ['line', /(line.*?hash\W+)([0-9a-f])/],
    ['text', /(baseline\D+)(\d)/],
  ])('a decision whose %s is another is told with both values', async (_, place) => {
    const other = (line: string): string =>
      line.replace(
        place,
        (_all, head: string, digit: string) => head + (digit === '7' ? '8' : '7'),
      );
    const changed = resealed(decisions, 3, other);
    const { code, report } = await replay(damaged({ decisions: changed }));
    expect(code).toBe(7);
    expect(report).toMatchObject({
      diverged: { seq: 1, what: 'record day', decision: { number: 3, kind: 'record' } },
    });
    const { diverged } = report as { diverged: { decision: { fields: unknown[] } } };
    expect(diverged.decision.fields).toHaveLength(1);
  });

  it('each other damage is named, with its exit code', async () => {
    const first = (): string => join(damaged({}), '2026-11-23T14.ndjson.gz');
    const lost = first();
    rmSync(lost);
    const elsewhere = newFolder();
    writeFileSync(join(elsewhere, 'notes.txt'), 'nothing to replay');
    const empty = join(newFolder(), 'empty.ndjson.gz');
    writeFileSync(empty, '');
    const newer = write(join(newFolder(), 'newer'), { inputs, decisions }, { schemaVersion: 2 });
    const noLonger = resealed(inputs, 1, (line) =>
      line.replace('"minEdgePct":0.08', '"minEdgePct":7'),
    );
    const gone = resealed(inputs, 1, (line) => line.replace('"minEdgePct"', '"minEdgePercent"'));
    const early = resealed(inputs.slice(0, 10), 1, (line) =>
      line.replace(/("hasClaude":false,"clock":\{"realOriginMs":)\d+/, '$14102444800000'),
    );
    const cases: readonly [string, number, RegExp, string?][] = [
      [join(lost, '..'), 7, /lines_missing: input 1 to 750 missing/],
      [elsewhere, 2, /nothing_there/],
      [empty, 2, /empty_file/],
      [newer, 2, /newer_version: version 2; this build reads up to 1/],
      [damaged({ inputs: noLonger }), 3, /minEdgePct is "7": must be a decimal number from/],
      [damaged({ inputs: gone }), 3, /this build has no setting "minEdgePercent"/],
      [damaged({ inputs: early, decisions: [] }), 0, /clock_ahead/],
    ];
    const ends = await Promise.all(cases.map(([path]) => replay(path)));
    for (const [at, [path, code, says]] of cases.entries()) {
      expect(ends[at]?.err, path).toMatch(says);
      expect(ends[at]?.code, path).toBe(code);
    }
  });
});

it('the same seed and origin are the same world, another seed is another', async () => {
  const script = async (seed: string): Promise<string> => {
    const args = ['--seed', seed, '--origin', '1795442400000', '--script', '120000'];
    const { code, out, err } = await run(['simulator', ...args]);
    expect([code, err]).toEqual([0, '']);
    expect(linesOf(out).length).toBeGreaterThan(1_000);
    return createHash('sha256').update(out).digest('hex');
  };
  const [first, second, other] = [await script('7'), await script('7'), await script('8')];
  expect(second).toBe(first);
  expect(other).not.toBe(first);
});
