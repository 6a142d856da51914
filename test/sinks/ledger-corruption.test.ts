import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { highWaterPath } from '../../src/sinks/ledger/high-water.js';
import { ledgerPath, openLedger } from '../../src/sinks/ledger/ledger.js';
import { compiled } from '../support/compiled.js';
import { corruption, type Samples, type Whole } from '../support/corruptions.js';
import { LedgerJudge } from '../support/ledger-judges.js';
import { type Runs, tradedRuns } from '../support/ledger-records.js';

// Goal: whatever happens to the bytes of a ledger at rest, it is refused with a code, or what happened to it does not
// matter: the same records, and it can be written to. The process never dies of it.
const corruptions = 10_000;
const judges = 2;
/** What is in the ledger, and what is written to it once it was accepted. */
const runs = tradedRuns(3, 8);
const inside = runs.slice(0, 2);

const box = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'corruption-'));
const runsPath = join(box, 'runs.json');
let samples: Samples;
beforeAll(async () => {
  writeFileSync(runsPath, JSON.stringify(runs));
  samples = {
    good: await written('good', inside),
    older: await written('older', inside.slice(0, 1)),
    other: await written('other', tradedRuns(2, 8, 'other'), 'other'),
    twin: await written('twin', tradedRuns(2, 7)),
  };
});
afterAll(() => rmSync(box, { recursive: true, force: true }));

/** A closed ledger. */
async function written(name: string, what: Runs, account = 'main'): Promise<Whole> {
  const home = join(box, name);
  for (const groups of what) {
    const ledger = await openLedger({ home, mode: 'paper', environment: 'loopback', account });
    if (!ledger.ok) throw new Error(ledger.error.text);
    // One commit leaves few free pages, whose damage would be none.
    ledger.value.append(groups.flat());
    await ledger.value.flush(groups.flat().at(-1)?.seq ?? 0);
    await ledger.value.close();
  }
  return { ledger: readFileSync(ledgerPath(home)), mark: readFileSync(highWaterPath(home)) };
}

function put(path: string, bytes: Buffer | null): void {
  rmSync(path, { force: true });
  if (bytes !== null) writeFileSync(path, bytes);
}

it('a judge that opens what is whole, and tells what was lost or is another', async () => {
  const home = join(box, 'control');
  const judgementOf = async ({ ledger, mark }: Whole) => {
    for (const [path, bytes] of [
      [ledgerPath(home), ledger],
      [highWaterPath(home), mark],
    ] as const) {
      mkdirSync(dirname(path), { recursive: true });
      put(path, bytes);
    }
    const ledgers = new LedgerJudge(compiled, runsPath);
    const judgement = await ledgers.ask(home);
    await ledgers.close();
    return judgement;
  };
  const records = inside.flat(2).length;
  expect(await judgementOf(samples.good)).toEqual({ code: 'opened', seq: records });
  const older = inside.slice(0, 1).flat(2).length;
  expect(await judgementOf(samples.older)).toEqual({ code: 'opened', seq: older });
  // Sound by itself, and nothing that the records to come could follow.
  expect((await judgementOf(samples.twin)).code).toMatch(/^(then |died$)/);
});

it(`accepts none of ${corruptions} corruptions`, async () => {
  const records = inside.flat(2).length;
  const violations: string[] = [];
  const counts = new Map<string, { refused: number; intact: number }>();
  const codes = new Map<string, number>();
  const judge = async (first: number): Promise<void> => {
    const home = join(box, `judged-${first}`);
    for (const path of [ledgerPath(home), highWaterPath(home)])
      mkdirSync(dirname(path), { recursive: true });
    const ledgers = new LedgerJudge(compiled, runsPath);
    for (let number = first; number < corruptions; number += judges) {
      const { kind, detail, files } = corruption(samples, number);
      put(ledgerPath(home), files.ledger);
      put(highWaterPath(home), files.mark);
      const judgement = await ledgers.ask(home);
      const { code } = judgement;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      const count = counts.get(kind) ?? { refused: 0, intact: 0 };
      counts.set(kind, count);
      if (!('seq' in judgement)) {
        if (code === 'died' || code.startsWith('then '))
          violations.push(`${number}: ${kind} ${detail}: ${code}, ${judgement.text}`);
        else count.refused += 1;
      } else if (judgement.seq === records) count.intact += 1;
      else violations.push(`${number}: ${kind} ${detail}: accepted ${JSON.stringify(judgement)}`);
    }
    await ledgers.close();
  };
  await Promise.all(Array.from({ length: judges }, (_, first) => judge(first)));
  const lines = [...counts].map(
    ([kind, { refused, intact }]) => `  ${kind}: ${refused} refused, ${intact} intact`,
  );
  process.stdout.write(
    `corruption: ${corruptions} of a ledger of ${records} records and ${samples.good.ledger.length / 4_096} pages; ${violations.length} violations\n${lines.join('\n')}\n  ${JSON.stringify(Object.fromEntries(codes))}\n`,
  );
  expect(violations.slice(0, 40)).toEqual([]);
  // Most of it matters, and some of it does not: whoever refuses everything, or sees nothing, is no judge.
  const sum = (of: 'refused' | 'intact') =>
    [...counts.values()].reduce((total, count) => total + count[of], 0);
  expect(sum('refused') + sum('intact')).toBe(corruptions);
  expect(sum('refused')).toBeGreaterThan(corruptions / 4);
  expect(sum('intact')).toBeGreaterThan(corruptions / 100);
}, 600_000);
