// Trades on paper as fast as it can and says after every flush what is on disk, until it is killed.
// argv: directory of the compiled sources, home of the ledger.
const [, , dist, home] = process.argv;
const { decide } = await import(`${dist}/actors/executor/decide.js`);
const { unopened } = await import(`${dist}/actors/executor/state.js`);
const { openLedger } = await import(`${dist}/sinks/ledger/ledger.js`);

const opened = await openLedger({ home, mode: 'paper', environment: 'loopback', account: 'main' });
if (!opened.ok) {
  process.stdout.write(`refused ${opened.error.code}\n`);
  process.exit(3);
}
const ledger = opened.value;
let state = unopened;
let now = Math.max(1_800_000_000_000, ledger.recovered?.lastAt ?? 0);
let inputSeq = 0;
const send = (message) => {
  now += 1;
  inputSeq += 1;
  const desk = {
    now,
    inputSeq,
    book: () => ({ yesAsks: [], noAsks: [], trust: 'unknown', ageMs: 0 }),
    market: () => null,
  };
  const decision = decide(state, message, desk);
  state = decision.state;
  ledger.append(decision.records);
};
const settings = {
  bankroll: 1_000_000_000,
  cashUnit: 100,
  shardAllocation: [],
  dayZone: 'UTC',
  maxDailyLoss: 1e9,
  maxOpenExposure: 1e9,
};
send({
  kind: 'opened',
  settings,
  opened: {
    kind: 'opened',
    run: ledger.nextRun,
    mode: 'paper',
    venue: 'kalshi',
    environment: 'loopback',
    account: 'main',
    hasKey: false,
    settings: {},
    recovered: ledger.recoveredPlain,
  },
});
for (;;) {
  send({ kind: 'settings', settings });
  const { seq, hash } = state.account.head;
  const flushed = await ledger.flush(seq);
  if (!flushed.ok) process.exit(4);
  process.stdout.write(`durable ${seq} ${hash}\n`);
}
