// Opens the ledgers it is asked about, in a process of its own: a damaged file may end it.
// argv: directory of the compiled sources, file with the runs. stdin: a home a line; stdout: a judgement a line.
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , dist, runs] = process.argv;
const { canonical } = await import(`${dist}/domain/canonical.js`);
const { ledgerPath, openLedger } = await import(`${dist}/sinks/ledger/ledger.js`);
const { exportRecords, inspectLedger } = await import(`${dist}/sinks/ledger/inspect.js`);

const groups = JSON.parse(readFileSync(runs, 'utf8')).flat();
const written = groups.flat();
/** The chain covers every byte of every record; so many ledgers are read besides, to not take its word alone. */
const readEvery = 8;

/** What is written next, by the runs. */
const nextAfter = (seq) =>
  groups.map((records) => records.filter((record) => record.seq > seq)).find((more) => more.length);

async function judged(home, isRead) {
  // A reader opens a file that no start has looked at.
  const before = isRead && existsSync(ledgerPath(home)) ? await inspectLedger(home) : null;
  const opened = await openLedger({
    home,
    mode: 'paper',
    environment: 'loopback',
    account: 'main',
  });
  if (!opened.ok) return { code: opened.error.code, text: opened.error.text };
  const ledger = opened.value;
  const seq = ledger.durableSeq();
  // What was accepted must also bear to be written to: a page that only looks free is one that is lost later.
  const last = await writtenTo(ledger, seq);
  await ledger.close();
  if (before !== null && before.problem !== null)
    return { code: 'then refused', text: `to a reader: ${before.problem.text}` };
  if (typeof last === 'string') return { code: 'then refused', text: last };
  const { problem, records, headHash } = await inspectLedger(home);
  if (problem !== null) return { code: 'then damaged', text: problem.text };
  if (records !== last || headHash !== (written[last - 1]?.hash ?? headHash))
    return { code: 'then altered', text: `${records} records, ${last} were written` };
  if (isRead) {
    const lines = [];
    await exportRecords(home, (line) => {
      lines.push(line);
      return null;
    });
    const wanted = written.slice(0, last).map((record) => canonical(record));
    if (lines.join('\n') !== wanted.join('\n')) return { code: 'then altered', text: 'its text' };
  }
  return { code: 'opened', seq };
}

/** The last record there is then, or what went wrong. */
async function writtenTo(ledger, seq) {
  const more = nextAfter(seq);
  if (more === undefined) return seq;
  ledger.append(more);
  const flushed = await ledger.flush(more.at(-1).seq);
  return flushed.ok ? more.at(-1).seq : flushed.error.text;
}

let asked = 0;
for await (const home of createInterface({ input: process.stdin })) {
  asked += 1;
  process.stdout.write(`${JSON.stringify(await judged(home, asked % readEvery === 0))}\n`);
}
