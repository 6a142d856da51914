// Writes a ledger as it is told and says after every flush what is on disk. Ends with 0, or with 4 when a commit failed.
// argv: directory of the compiled sources, home of the ledger, file with the runs.
import { readFileSync, writeSync } from 'node:fs';

const [, , dist, home, runs] = process.argv;
const { openLedger } = await import(`${dist}/sinks/ledger/ledger.js`);

// At once: what is said must not wait for the loop.
const say = (text) => writeSync(1, `${text}\n`);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

for (const groups of JSON.parse(readFileSync(runs, 'utf8'))) {
  const opened = await openLedger({
    home,
    mode: 'paper',
    environment: 'loopback',
    account: 'main',
    onWarning: (code) => say(`warning ${code}`),
  });
  if (!opened.ok) {
    say(`refused ${opened.error.code} ${opened.error.text}`);
    process.exit(3);
  }
  const ledger = opened.value;
  void ledger.failed.then(({ code }) => say(`failed ${code}`));
  for (const [at, records] of groups.entries()) {
    // In the middle of a run the mark is written by its timer, too.
    if (at === Math.floor(groups.length / 2) && process.env.PAUSE_MS)
      await sleep(Number(process.env.PAUSE_MS));
    ledger.append(records);
    const { seq, hash } = records.at(-1);
    const flushed = await ledger.flush(seq);
    if (!flushed.ok) {
      say(`refused ${flushed.error.code} ${flushed.error.text}`);
      await ledger.close();
      process.exit(4);
    }
    say(`durable ${seq} ${hash}`);
  }
  await ledger.close();
  say('closed');
}
