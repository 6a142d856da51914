// Goal: files beside the ledger. Whole lines and whole files or none, and a disk that refuses is said and costs nothing.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonical } from '../../src/domain/canonical.js';
import type { LedgerRecord } from '../../src/domain/records.js';
import { epochMs, micros } from '../../src/domain/units.js';
import type { Step } from '../../src/messages/step.js';
import { artifacts } from '../../src/sinks/artifacts.js';
import { journal, journalLine } from '../../src/sinks/journal.js';
import { stateFile, stateOf } from '../../src/sinks/state.js';
import { writeWhole } from '../../src/sinks/write-whole.js';
import { Rig, tickerA } from '../support/executor-rig.js';
import { aVerdict } from '../support/fixtures.js';
import { ManualClock } from '../support/manual-clock.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sinks-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const stepOf = (records: readonly LedgerRecord[]): Step => ({
  kind: 'records',
  at: epochMs(0),
  inputSeq: 1,
  records,
});
const other: Step = {
  kind: 'notice',
  at: epochMs(0),
  notice: { level: 'info', code: 'x', text: '' },
};

/** A rig that has traded, with a window's verdicts among its records. */
function traded(): Rig {
  const rig = new Rig().paper();
  rig.send({ kind: 'cycle', result: { cycle: 1, verdicts: [aVerdict('A')], allocations: [] } });
  rig.buy();
  return rig;
}

describe('writeWhole', () => {
  it('replaces what is there, makes the folders, and leaves no draft', () => {
    const path = join(home, 'a', 'b', 'file.json');
    expect(writeWhole(path, 'one')).toBeNull();
    expect(writeWhole(path, 'two')).toBeNull();
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(home, 'a', 'b'))).toEqual(['file.json']);
  });

  it('keeps the old text when the new one cannot be written', () => {
    const path = join(home, 'file.json');
    writeWhole(path, 'old');
    // The draft cannot be made: a folder is in its place.
    mkdirSync(`${path}.draft`);
    writeFileSync(join(`${path}.draft`, 'x'), '');
    expect(writeWhole(path, 'new')).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('takes its draft away when it cannot be put in place', () => {
    const path = join(home, 'file.json');
    mkdirSync(path);
    expect(writeWhole(path, 'new')).toContain(path);
    expect(readdirSync(home)).toEqual(['file.json']);
  });

  it('says why when the folder is a file', () => {
    writeFileSync(join(home, 'f'), '');
    expect(writeWhole(join(home, 'f', 'x.json'), '')).toMatch(/ENOTDIR|EEXIST/);
  });
});

describe('the journal', () => {
  const told = (path: string) => {
    const steps$ = new Subject<Step>();
    const problems: string[] = [];
    const heard: unknown[] = [];
    journal(steps$, path, (problem) => problems.push(problem)).subscribe((said) =>
      heard.push(said),
    );
    return { steps$, problems, heard };
  };

  it('is one canonical line a record, without the verdicts', () => {
    const path = join(home, 'logs', 'journal.jsonl');
    const { records } = traded();
    const { steps$, problems, heard } = told(path);
    for (const record of records) steps$.next(stepOf([record]));
    steps$.next(other);
    steps$.next(stepOf([]));
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    const kept = records.filter(({ body }) => body.kind !== 'cycle');
    expect(kept.length).toBe(records.length - 1);
    expect(lines).toEqual(kept.map(journalLine));
    for (const [at, line] of lines.entries()) {
      const fields = JSON.parse(line) as Parameters<typeof canonical>[0];
      expect(canonical(fields)).toBe(line);
      const record = kept[at];
      expect(fields).toMatchObject({
        seq: record?.seq,
        at: record?.at,
        run: 1,
        kind: record?.body.kind,
        time: new Date(record?.at ?? 0).toISOString(),
      });
    }
    expect(problems).toEqual([]);
    expect(heard).toEqual([]);
  });

  it('writes the records of one step in one go, in order, and goes on where it stopped', () => {
    const path = join(home, 'journal.jsonl');
    const { records } = traded();
    told(path).steps$.next(stepOf(records.slice(0, 3)));
    told(path).steps$.next(stepOf(records.slice(3)));
    const seqs = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(seqs[0]).toBe(1);
    expect(seqs.at(-1)).toBe(records.at(-1)?.seq);
  });

  it('keeps a text with line ends on its line', () => {
    const { records } = traded();
    const [record] = records;
    if (record === undefined) throw new Error('no records');
    const body = { kind: 'stopped', reason: 'a\nb\u2028c' } as const;
    const line = journalLine({ ...record, body });
    expect(line).not.toContain('\n');
    expect((JSON.parse(line) as { reason: string }).reason).toBe('a\nb\u2028c');
  });

  it('says once that the disk refuses, goes on, and says it again only after it worked', () => {
    const path = join(home, 'journal.jsonl');
    mkdirSync(path);
    const { steps$, problems } = told(path);
    const { records } = traded();
    for (const record of records.slice(0, 3)) steps$.next(stepOf([record]));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(path);
    rmSync(path, { recursive: true });
    steps$.next(stepOf(records.slice(0, 1)));
    expect(readFileSync(path, 'utf8').trim()).toBe(records.slice(0, 1).map(journalLine).join());
    rmSync(path);
    mkdirSync(path);
    for (const record of records.slice(0, 3)) steps$.next(stepOf([record]));
    expect(problems).toHaveLength(2);
  });
});

describe('the state file', () => {
  function rigged(path = join(home, 'state', 'state.json')) {
    const clock = new ManualClock();
    const steps$ = new Subject<Step>();
    const problems: string[] = [];
    const rig = traded();
    const now = { account: rig.account as Rig['account'] | null };
    let writes = 0;
    const subscription = stateFile(steps$, {
      path,
      everyMs: 1_000,
      account: () => {
        writes += 1;
        return now.account;
      },
      setTimer: clock.setTimer,
      report: (problem) => problems.push(problem),
    }).subscribe();
    const read = () => JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof stateOf>;
    return { clock, steps$, problems, rig, now, path, subscription, read, writes: () => writes };
  }

  it('is written at most every so often, with the account as it is then', () => {
    const { clock, steps$, rig, now, path, read, writes } = rigged();
    steps$.next(other);
    expect(clock.waiting).toBe(0);
    for (let time = 0; time < 5; time += 1) steps$.next(stepOf(rig.records));
    expect(clock.waiting).toBe(1);
    clock.pass(999);
    expect(existsSync(path)).toBe(false);
    now.account = rig.send({ kind: 'sweep' }).state.account;
    clock.pass(1);
    expect(read().ledger.seq).toBe(rig.account.head.seq);
    clock.pass(10_000);
    expect(writes()).toBe(1);
    steps$.next(stepOf(rig.records));
    clock.pass(1_000);
    expect(writes()).toBe(2);
  });

  it('is written once more at the end, and no timer is left', () => {
    const { clock, steps$, rig, read, writes } = rigged();
    steps$.next(stepOf(rig.records));
    steps$.complete();
    expect(read().ledger).toEqual(rig.account.head);
    expect(clock.waiting).toBe(0);
    clock.pass(10_000);
    expect(writes()).toBe(1);
  });

  it('is written when whoever listens leaves', () => {
    const { subscription, read, rig } = rigged();
    subscription.unsubscribe();
    expect(read().ledger).toEqual(rig.account.head);
  });

  it('is not written while there is no account', () => {
    const { steps$, now, path } = rigged();
    now.account = null;
    steps$.complete();
    expect(existsSync(path)).toBe(false);
  });

  it('keeps the old one when the disk refuses, says so once, and costs nothing', () => {
    const { clock, steps$, rig, problems, path, read } = rigged();
    const flush = () => {
      steps$.next(stepOf(rig.records));
      clock.pass(1_000);
    };
    flush();
    mkdirSync(`${path}.draft`);
    writeFileSync(join(`${path}.draft`, 'x'), '');
    for (let time = 0; time < 3; time += 1) flush();
    expect(problems).toHaveLength(1);
    expect(read().ledger.seq).toBe(rig.account.head.seq);
    rmSync(`${path}.draft`, { recursive: true });
    flush();
    mkdirSync(`${path}.draft`);
    writeFileSync(join(`${path}.draft`, 'x'), '');
    flush();
    expect(problems).toHaveLength(2);
  });

  it('is the account at a glance', () => {
    const rig = traded();
    rig.submit({ ticker: 'KXBTC-27JAN1500-T100' as never });
    rig.send({ kind: 'operator', command: { kind: 'kill', level: 'pause', why: 'test' } });
    const state = JSON.parse(JSON.stringify(stateOf(rig.account))) as Record<string, unknown>;
    expect(state).toMatchObject({
      schemaVersion: 1,
      asOf: new Date(rig.account.lastAt).toISOString(),
      mode: 'paper',
      environment: 'loopback',
      account: 'main',
      run: 1,
      ledger: rig.account.head,
      cashMicros: 10_000_000_000 - 4_000_000 - 168_000,
      feesMicros: 168_000,
      realizedPnlMicros: -168_000,
      exposureMicros: 4_000_000 + 4_200_000,
      positions: [{ ticker: tickerA, quantity: 1_000, cost: 4_000_000 }],
      latches: { operator: { level: 'pause' } },
      openOrders: [{ ticker: 'KXBTC-27JAN1500-T100', status: 'sent', filled: 0 }],
      orders: { filled: 1, open: 1 },
    });
    expect(state['balances']).toEqual(Object.fromEntries(rig.account.balances));
  });
});

describe('cycle artifacts', () => {
  const cycle = (at: number): Step => ({
    kind: 'cycle',
    at: epochMs(1_800_000_000_000),
    report: {
      cycle: at,
      window: { index: at, from: epochMs(0), to: epochMs(1) },
      scanned: 2,
      kept: 1,
      selected: 1,
      dropped: { no_quote: 1 },
      bankroll: micros(1),
      cash: micros(2),
      inference: { calls: 0, cost: micros(0), costToday: micros(0), reserve: micros(0) },
      marks: [],
      result: { cycle: at, verdicts: [aVerdict('A')], allocations: [] },
    },
  });

  it('are one file a window, named by run and cycle, with every verdict', () => {
    const folder = join(home, 'cycles');
    const steps$ = new Subject<Step>();
    const problems: string[] = [];
    artifacts(
      steps$,
      folder,
      () => 7,
      (problem) => problems.push(problem),
    ).subscribe();
    for (const step of [cycle(1), other, cycle(2)]) steps$.next(step);
    expect(readdirSync(folder).sort()).toEqual(['000007-000001.json', '000007-000002.json']);
    const text = readFileSync(join(folder, '000007-000002.json'), 'utf8');
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toMatchObject({
      schemaVersion: 1,
      at: '2027-01-15T08:00:00.000Z',
      cycle: 2,
      scanned: 2,
      dropped: { no_quote: 1 },
      result: { verdicts: [{ ticker: 'A', reason: 'below_threshold' }] },
    });
    expect(problems).toEqual([]);
  });

  it('that cannot be written are said, each, and the next one is tried', () => {
    const folder = join(home, 'cycles');
    writeFileSync(folder, '');
    const steps$ = new Subject<Step>();
    const problems: string[] = [];
    artifacts(
      steps$,
      folder,
      () => 1,
      (problem) => problems.push(problem),
    ).subscribe();
    steps$.next(cycle(1));
    expect(problems).toHaveLength(1);
    rmSync(folder);
    steps$.next(cycle(2));
    expect(readdirSync(folder)).toEqual(['000001-000002.json']);
  });
});
