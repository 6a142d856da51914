import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sameAccount } from '../../src/domain/account-codec.js';
import { price, probability, ticker } from '../../src/domain/units.js';
import { learnt } from '../../src/runtime/learnt.js';
import { highWaterPath, readHighWater } from '../../src/sinks/ledger/high-water.js';
import { exportRecords, inspectLedger, settledOf } from '../../src/sinks/ledger/inspect.js';
import {
  type Ledger,
  type LedgerOptions,
  ledgerPath,
  openLedger,
} from '../../src/sinks/ledger/ledger.js';
import { openStore } from '../../src/sinks/ledger/store.js';
import { Rig, tickerB } from '../support/executor-rig.js';
import { aVerdict } from '../support/fixtures.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const options = (change: Partial<LedgerOptions> = {}): LedgerOptions => ({
  home,
  mode: 'paper',
  environment: 'loopback',
  account: 'main',
  ...change,
});

async function opened(change: Partial<LedgerOptions> = {}): Promise<Ledger> {
  const ledger = await openLedger(options(change));
  if (!ledger.ok) throw new Error(ledger.error.text);
  return ledger.value;
}

async function refusal(change: Partial<LedgerOptions> = {}): Promise<string> {
  const ledger = await openLedger(options(change));
  if (ledger.ok) {
    await ledger.value.close();
    return 'opened';
  }
  expect(ledger.error.text).not.toContain('\n');
  expect(ledger.error.text).toContain(home);
  return ledger.error.code;
}

/** A ledger with some trading in it, closed. */
async function traded(orders = 20): Promise<Rig> {
  const rig = new Rig().paper({ reentryCooldownMs: 0, maxOrdersPerMinute: 1_000 });
  const ledger = await opened();
  for (let order = 0; order < orders; order += 1)
    rig.buy(order % 2 === 0 ? {} : { ticker: tickerB });
  ledger.append(rig.records);
  const flushed = await ledger.flush(rig.account.head.seq);
  expect(flushed.ok).toBe(true);
  await ledger.close();
  return rig;
}

describe('the ledger', () => {
  it('gives back the account it was told, and its run', async () => {
    const rig = await traded();
    const ledger = await opened();
    expect(ledger.recovered !== null && sameAccount(ledger.recovered, rig.account)).toBe(true);
    expect(ledger.nextRun).toBe(2);
    expect(ledger.durableSeq()).toBe(rig.account.head.seq);
    const recovered = JSON.parse(JSON.stringify(ledger.recoveredPlain)) as unknown;
    rig.restart({ recovered });
    ledger.append(rig.records.slice(ledger.durableSeq()));
    expect((await ledger.flush(rig.account.head.seq)).ok).toBe(true);
    await ledger.close();
    expect(await inspectLedger(home)).toEqual({
      genesis: 'paper, loopback, main',
      records: rig.records.length,
      headHash: rig.account.head.hash,
      isBalanced: true,
      problem: null,
    });
  });

  it('writes groups: what comes during a commit shares the next one', async () => {
    const rig = new Rig().paper();
    let commits = 0;
    const ledger = await opened({
      onCommit: () => {
        commits += 1;
      },
    });
    for (let time = 0; time < 50; time += 1)
      rig.send({ kind: 'settings', settings: { ...rig.state.session?.settings } as never });
    for (const record of rig.records) ledger.append([record]);
    const flushed = await Promise.all(rig.records.map(({ seq }) => ledger.flush(seq)));
    expect(flushed.every(({ ok }) => ok)).toBe(true);
    expect(rig.records.length).toBeGreaterThanOrEqual(50);
    expect(commits).toBeLessThanOrEqual(2);
    await ledger.close();
    expect((await ledger.flush(9_999)).ok).toBe(false);
  });

  it('tells a commit that failed though nobody waits for it, and then says no to all', async () => {
    const rig = new Rig().paper();
    const ledger = await opened();
    const [first] = rig.records;
    if (first === undefined) throw new Error('no genesis');
    // No number that a record may have: the transaction throws, as it does on a full disk.
    ledger.append([{ ...first, at: Number.NaN as never }]);
    expect((await ledger.failed).code).toBe('commit_failed');
    expect(await ledger.flush(1)).toMatchObject({ ok: false, error: { code: 'commit_failed' } });
    await ledger.close();
  });

  it('exports canonical lines in order', async () => {
    const rig = await traded(2);
    const lines: string[] = [];
    expect(
      await exportRecords(home, (line) => {
        lines.push(line);
        return null;
      }),
    ).toBeNull();
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      rig.records.map((record) => JSON.parse(JSON.stringify(record)) as unknown),
    );
  });

  it('is nobody else’s to read', async () => {
    await traded(1);
    for (const path of [ledgerPath(home), highWaterPath(home), join(home, 'ledger')])
      expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('is verified while it is being written', async () => {
    const rig = new Rig().paper({ reentryCooldownMs: 0, maxOrdersPerMinute: 1_000 });
    const ledger = await opened();
    for (let order = 0; order < 10; order += 1) {
      const from = rig.records.length;
      rig.buy();
      ledger.append(order === 0 ? rig.records : rig.records.slice(from));
      await ledger.flush(rig.account.head.seq);
      expect((await inspectLedger(home)).problem).toBeNull();
    }
    await ledger.close();
  });
});

describe('the ledger is refused', () => {
  it('to a second instance, which learns who has it', async () => {
    const ledger = await opened();
    const second = await openLedger(options());
    expect(second.ok ? '' : second.error.code).toBe('in_use');
    expect(second.ok ? '' : second.error.text).toContain(`process ${process.pid}`);
    await ledger.close();
    expect(await refusal()).toBe('opened');
  });

  it('to another mode, environment or account', async () => {
    await traded(1);
    expect(await refusal({ mode: 'live' })).toBe('other_ledger');
    expect(await refusal({ environment: 'production' })).toBe('other_ledger');
    expect(await refusal({ account: 'other' })).toBe('other_ledger');
    expect(await refusal()).toBe('opened');
  });

  it('when it was truncated, wherever', async () => {
    await traded();
    const whole = readFileSync(ledgerPath(home));
    for (const bytes of [
      0,
      1,
      100,
      4_096,
      8_192,
      Math.floor(whole.length / 2),
      whole.length - 4_096,
    ]) {
      writeFileSync(ledgerPath(home), whole);
      truncateSync(ledgerPath(home), bytes);
      expect(await refusal(), `${bytes} bytes`).toBe('file_damaged');
      expect((await inspectLedger(home)).problem?.code).toBe('file_damaged');
    }
    writeFileSync(ledgerPath(home), whole);
    expect(await refusal()).toBe('opened');
  });

  it('when the end of a long value was cut off', async () => {
    const rig = new Rig().paper();
    const ledger = await opened();
    rig.send({ kind: 'stop', reason: 'long '.repeat(20_000) });
    ledger.append(rig.records);
    await ledger.flush(rig.account.head.seq);
    await ledger.close();
    const whole = readFileSync(ledgerPath(home));
    expect(await refusal()).toBe('opened');
    const start = whole.lastIndexOf('long long');
    expect(start).toBeGreaterThan(0);
    truncateSync(ledgerPath(home), Math.floor(start / 4_096) * 4_096);
    expect(await refusal()).toBe('file_damaged');
  });

  it('when its first pages are zeroed, or it is gone', async () => {
    await traded(2);
    const whole = readFileSync(ledgerPath(home));
    whole.fill(0, 0, 8_192);
    writeFileSync(ledgerPath(home), whole);
    expect(await refusal()).toBe('file_damaged');
    rmSync(ledgerPath(home));
    expect(await refusal()).toBe('missing');
  });

  it('when an older copy was put back', async () => {
    const rig = await traded(4);
    const copy = join(home, 'copy.mdb');
    copyFileSync(ledgerPath(home), copy);
    const ledger = await opened();
    const from = rig.records.length;
    rig.buy();
    ledger.append(rig.records.slice(from));
    await ledger.flush(rig.account.head.seq);
    await ledger.close();
    expect(readHighWater(home)).toMatchObject({ seq: rig.account.head.seq });
    copyFileSync(copy, ledgerPath(home));
    expect(await refusal()).toBe('older_copy');
  });

  it('when it is another ledger with the same name, or the mark is not to be read', async () => {
    await traded(2);
    const other = join(home, 'other');
    const rig = new Rig().open({ mode: 'paper' }, { bankroll: 5_000_000_000 });
    rig.now = (rig.now + 1) as never;
    const ledger = await opened({ home: other });
    ledger.append(rig.records);
    await ledger.flush(rig.account.head.seq);
    await ledger.close();
    const mark = readFileSync(highWaterPath(home));
    cpSync(highWaterPath(other), highWaterPath(home));
    expect(['other_ledger', 'older_copy']).toContain(await refusal());
    writeFileSync(highWaterPath(home), 'garbage');
    expect(await refusal()).toBe('older_copy');
    writeFileSync(highWaterPath(home), mark);
    expect(await refusal()).toBe('opened');
  });

  it('when a record or a view was altered, even one bit', async () => {
    await traded(2);
    const alter = async (
      change: (store: ReturnType<typeof openStore>) => void,
    ): Promise<string> => {
      const whole = readFileSync(ledgerPath(home));
      const store = openStore(ledgerPath(home), false);
      await store.root.transaction(() => change(store));
      await store.root.close();
      const code = await refusal();
      writeFileSync(ledgerPath(home), whole);
      rmSync(`${ledgerPath(home)}-lock`, { force: true });
      return code;
    };
    expect(
      await alter(({ records }) => {
        records.putSync(3, (records.get(3) ?? '').replace('5000000000', '5000000001'));
      }),
    ).toBe('chain_broken');
    expect(await alter(({ records }) => records.removeSync(5))).toBe('chain_broken');
    expect(
      await alter(
        ({ records }) =>
          void records.removeSync([...records.getKeys({ reverse: true, limit: 1 })][0] ?? 0),
      ),
    ).toBe('older_copy');
    expect(await alter(({ records }) => records.putSync(2, ` ${records.get(2)}`))).toBe(
      'chain_broken',
    );
    expect(await alter(({ views }) => views.putSync('balances/fees', '["fees",0]'))).toBe(
      'views_differ',
    );
    expect(await alter(({ views }) => views.putSync('seen/x', '["x",{}]'))).toBe('views_differ');
    expect(await alter(({ views }) => views.removeSync('account/counts'))).toBe('views_differ');
    expect(await alter(({ meta }) => meta.putSync('version', '2'))).toBe('other_version');
    expect(await refusal()).toBe('opened');
  });

  it('never says yes to a flipped bit it could read', async () => {
    const rig = await traded(3);
    const whole = readFileSync(ledgerPath(home));
    // Bits of record texts: whatever LMDB does with them, the chain notices.
    const text = Buffer.from('"prevHash":"');
    let at = 0;
    let flips = 0;
    for (;;) {
      at = whole.indexOf(text, at + 1);
      if (at < 0) break;
      const bent = Buffer.from(whole);
      const byte = at + text.length + (flips % 60);
      bent.writeUInt8(bent.readUInt8(byte) ^ (1 << (flips % 7)), byte);
      writeFileSync(ledgerPath(home), bent);
      rmSync(`${ledgerPath(home)}-lock`, { force: true });
      flips += 1;
      const inspected = await inspectLedger(home);
      // Pages that are free keep old text; those flips are no harm and leave the same head.
      if (inspected.problem === null) expect(inspected.headHash).toBe(rig.account.head.hash);
      else expect(inspected.problem.code).toBe('chain_broken');
    }
    expect(flips).toBeGreaterThan(rig.records.length / 2);
  });
});

describe('what it knows of outcomes', () => {
  const valued = (rig: Rig, name: string, changes: Parameters<typeof aVerdict>[1] = {}) =>
    rig.send({
      kind: 'cycle',
      result: { cycle: 1, verdicts: [aVerdict(name, changes)], allocations: [] },
    });
  const settles = (rig: Rig, name: string, value: number) =>
    rig.send({
      kind: 'lifecycle',
      ticker: ticker(name),
      change: { kind: 'determined', settlementValue: price(value) },
    });

  it('is every verdict whose market has one, up to a record, while it is written to', async () => {
    const rig = new Rig().paper();
    const word = { model: 'weather', p: probability(0.7), evidenceAgeMs: 5 } as const;
    valued(rig, 'A-1', { word, vertical: 'weather' });
    valued(rig, 'A-2');
    valued(rig, 'A-3');
    settles(rig, 'A-1', 10_000);
    const { seq } = rig.account.head;
    valued(rig, 'A-1');
    settles(rig, 'A-2', 0);
    const ledger = await opened();
    ledger.append(rig.records);
    expect((await ledger.flush(rig.account.head.seq)).ok).toBe(true);
    const read = async (throughSeq: number) => {
      const seen: string[] = [];
      const done = await ledger.settled(throughSeq, ({ ticker: name, outcome, word: said }) => {
        seen.push(`${name} ${outcome} ${said?.p ?? '-'}`);
      });
      return [done.ok, ...seen];
    };
    expect(await read(seq)).toEqual([true, 'A-1 1 0.7']);
    expect(await read(rig.account.head.seq)).toEqual([true, 'A-1 1 0.7', 'A-2 0 -', 'A-1 1 -']);
    const answer = await learnt(ledger, rig.account.head.seq);
    expect(answer).toMatchObject({
      kind: 'calibration',
      output: { parts: [{ model: 'weather', events: 1, kept: 'too_few_events' }] },
    });
    const reading = ledger.settled(seq, () => {});
    await ledger.close();
    // Begun before the end, it may be whole; nothing is read after it.
    await reading;
    expect(await ledger.settled(seq, () => {})).toMatchObject({ ok: false });
    expect(await learnt(ledger, seq + 100)).toMatchObject({ kind: 'failed', sent: false });

    const offline: string[] = [];
    expect(await settledOf(home, ({ ticker: name }) => void offline.push(name))).toBeNull();
    expect(offline).toEqual(['A-1', 'A-2', 'A-1']);
  });

  it('is read in pieces: what waits has its turn', async () => {
    const rig = new Rig().paper();
    const many = Array.from({ length: 500 }, (_, i) => aVerdict(`M-${i}`));
    for (let cycle = 0; cycle < 40; cycle += 1)
      rig.send({ kind: 'cycle', result: { cycle, verdicts: many, allocations: [] } });
    settles(rig, 'M-7', 10_000);
    const ledger = await opened();
    ledger.append(rig.records);
    await ledger.flush(rig.account.head.seq);
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    }, 0);
    let seen = 0;
    await ledger.settled(rig.account.head.seq, () => {
      seen += 1;
    });
    clearInterval(counting);
    expect(seen).toBe(40);
    expect(turns).toBeGreaterThan(3);
    await ledger.close();
  });
});
