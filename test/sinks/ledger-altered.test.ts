import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Canonical, canonical } from '../../src/domain/canonical.js';
import { noHead, seal } from '../../src/domain/chain.js';
import type { LedgerRecord } from '../../src/domain/records.js';
import { highWaterPath } from '../../src/sinks/ledger/high-water.js';
import { inspectLedger } from '../../src/sinks/ledger/inspect.js';
import { ledgerPath, openLedger } from '../../src/sinks/ledger/ledger.js';
import { openStore, type Store } from '../../src/sinks/ledger/store.js';
import { tradedRuns } from '../support/ledger-records.js';

// Goal: a ledger that LMDB itself finds sound, because somebody wrote it through LMDB, is refused when it does not say what
// was written to it; and what is refused is not touched.
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'altered-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const records = tradedRuns(1, 4).flat(2);
const others = tradedRuns(1, 5, 'other').flat(2);

const opened = (at = home) =>
  openLedger({ home: at, mode: 'paper', environment: 'loopback', account: 'main' });

async function written(at = home, what: readonly LedgerRecord[] = records): Promise<void> {
  const ledger = await opened(at);
  if (!ledger.ok) throw new Error(ledger.error.text);
  ledger.value.append(what);
  await ledger.value.flush(what.length);
  await ledger.value.close();
}

/** Changes the store as LMDB lets one, and says what becomes of the start. */
async function altered(change: (store: Store) => void): Promise<string> {
  const store = openStore(ledgerPath(home), false);
  await store.root.transaction(() => change(store));
  await store.root.close();
  const before = readFileSync(ledgerPath(home));
  const mark = readFileSync(highWaterPath(home));
  const ledger = await opened();
  if (ledger.ok) {
    await ledger.value.close();
    return 'opened';
  }
  expect((await inspectLedger(home)).problem?.code).toBe(ledger.error.code);
  expect(readFileSync(ledgerPath(home)).equals(before)).toBe(true);
  expect(readFileSync(highWaterPath(home)).equals(mark)).toBe(true);
  return ledger.error.code;
}

function put({ records: table }: Store, record: LedgerRecord): void {
  table.putSync(record.seq, canonical(record as unknown as Canonical));
}

/** The same records with one changed, sealed anew from there on. */
function resealed(from: number, to: number): readonly LedgerRecord[] {
  const chain = records.slice(0, from - 1);
  let head = chain.at(-1) ?? noHead;
  for (const { at, run, inputSeq, body } of records.slice(from - 1, to)) {
    const record = seal(head, { at: (at + 1) as typeof at, run, inputSeq }, body);
    chain.push(record);
    head = record;
  }
  return [...chain, ...records.slice(to)];
}

describe('records', () => {
  it('of another run that follow their own are refused', async () => {
    await written();
    expect(
      await altered((store) => {
        for (const record of others.slice(5, records.length)) put(store, record);
      }),
    ).toBe('chain_broken');
  });

  it('of another run in the place of all are not the ones that the mark remembers', async () => {
    await written();
    const code = await altered((store) => {
      for (const record of others) put(store, record);
    });
    expect(code).toBe('older_copy');
  });

  it('that were sealed anew are refused: by those that follow, or by the mark', async () => {
    for (const [from, to, code] of [
      [5, 5, 'chain_broken'],
      [records.length, records.length, 'older_copy'],
      [2, records.length, 'older_copy'],
    ] as const) {
      rmSync(home, { recursive: true, force: true });
      await written();
      const bent = resealed(from, to);
      const replace = (store: Store): void => {
        for (const record of bent) put(store, record);
      };
      expect(await altered(replace)).toBe(code);
    }
  });
});

describe('views', () => {
  it('of every kind, changed, gone or more than there are, are refused though the chain is whole', async () => {
    await written();
    const store = openStore(ledgerPath(home), true);
    const rows = [...store.views.getRange({})];
    await store.root.close();
    const names = new Set(rows.map(({ key }) => key.split('/')[0] ?? ''));
    for (const name of ['orders', 'positions', 'balances', 'account'])
      expect(names).toContain(name);
    const whole = readFileSync(ledgerPath(home));
    for (const name of names) {
      const row = rows.find(({ key }) => key.startsWith(`${name}/`));
      if (row === undefined) throw new Error(`no row of ${name}`);
      const digit = row.value.search(/\d(?=\D*$)/);
      const changed = `${row.value.slice(0, digit)}${(Number(row.value[digit]) + 1) % 10}${row.value.slice(digit + 1)}`;
      for (const change of [
        ({ views }: Store) => views.putSync(row.key, changed),
        ({ views }: Store) => views.removeSync(row.key),
        ({ views }: Store) => views.putSync(`${row.key}x`, row.value),
      ]) {
        expect(await altered(change), `${name}: ${changed}`).toBe('views_differ');
        writeFileSync(ledgerPath(home), whole);
      }
    }
    expect(await altered(() => {})).toBe('opened');
  });
});

describe('a ledger of another version', () => {
  for (const version of ['0', '2', '10', 'x', ''])
    it(`"${version}" is refused and not touched`, async () => {
      await written();
      expect(await altered(({ meta }) => meta.putSync('version', version))).toBe('other_version');
    });

  it('is told by its version even if nothing else of it can be read', async () => {
    await written();
    const code = await altered(({ meta, records: all, views }) => {
      meta.putSync('version', '2');
      all.putSync(1, '{"v":2,"another":"shape"}');
      views.putSync('another/view', '[]');
    });
    expect(code).toBe('other_version');
  });

  it('that has other tables is refused, and none is added to it', async () => {
    await written();
    const at = join(home, 'ledger');
    rmSync(at, { recursive: true });
    mkdirSync(at, { mode: 0o700 });
    const root = open({ path: ledgerPath(home), noSubdir: true, overlappingSync: false });
    const events = root.openDB('events', { encoding: 'string' });
    await events.put('1', 'something');
    await root.close();
    const before = readFileSync(ledgerPath(home));
    const ledger = await opened();
    expect(ledger.ok ? '' : ledger.error.code).toBe('other_version');
    expect(readFileSync(ledgerPath(home)).equals(before)).toBe(true);
    expect(readdirSync(at).filter((name) => !name.endsWith('-lock'))).toEqual(['ledger.mdb']);
  });
});
