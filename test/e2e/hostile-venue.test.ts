// Goal: whatever an exchange does to its connections and replies, the engine lives, freezes what is in doubt and no
// more, and ends with the exchange's own books.
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { differences, venueBooks } from './books.js';
import {
  cleanUp,
  jsonOf,
  type LedgerLine,
  ledgerExport,
  linesOf,
  newFolder,
  run,
  sleep,
  start,
  textOf,
  until,
} from './support.js';
import { startVenue } from './venue.js';

afterAll(cleanUp);

const orders = { method: 'POST', path: '/portfolio/events/orders' };

it('survives lost replies, errors, limits, holes, doubles and dead sockets', async () => {
  const venue = await startVenue({ speed: 60, args: ['--markets', '300'] });
  const dataDir = newFolder();
  const home = join(dataDir, 'live-loopback-main');
  const journal = (): string => textOf(join(dataDir, 'logs', 'trade_journal.jsonl'));
  const journalLines = (): readonly LedgerLine[] =>
    linesOf(journal()).map((line) => ({ body: JSON.parse(line) }) as LedgerLine);
  const log = (): string => textOf(join(home, 'logs', 'engine.log'));
  const env = {
    ...venue.env,
    BOT_DATA_DIR: dataDir,
    BOT_CYCLE_SECONDS: '120',
    BOT_SCAN_WS_DELTA_WINDOW_SECS: '1',
    BOT_MISPRICING_THRESHOLD: '0.01',
    BOT_MIN_EDGE_PCT: '0.01',
    BOT_MAX_FRACTION_PER_TRADE: '0.01',
    BOT_MIN_FRACTION_PER_TRADE: '0.0005',
    BOT_MAX_DAILY_LOSS: '9000',
  };
  const hits = async (kind: string): Promise<number> => (await venue.stats()).faults[kind] ?? 0;
  const engine = start(['run', '--json'], env);
  const happens = async (fault: { kind: string; count?: number }): Promise<void> => {
    const before = await hits(fault.kind);
    await venue.fault(fault);
    await until(fault.kind, async () => (await hits(fault.kind)) >= before + (fault.count ?? 1), {
      log: engine.err,
    });
  };
  const aimed = (kind: string, count: number, ms = 500) => ({ kind, count, ms, ...orders });

  const reconciled = (): number => log().match(/"code":"reconciled"/g)?.length ?? 0;
  const patient = { log: () => `${engine.err()}\n${log().slice(-3_000)}` };

  await happens(aimed('rate_limit', 1));
  await happens(aimed('error_after', 1));
  await happens(aimed('delay_reply', 1, 1_000));
  await happens({ kind: 'skip_seq', count: 2 });
  await happens({ kind: 'duplicate_fill', count: 2 });

  // The feed falls silent, replies are lost, and the lists lag behind: nobody knows what became of two orders.
  const loud = journal().length;
  const quiet = (): string => journal().slice(loud);
  await venue.fault({ kind: 'query_lag', ms: 3_000 });
  await venue.fault({ kind: 'mute_sockets' });
  await venue.fault(aimed('drop_reply', 2));
  // If nothing is worth an order before the feed counts as dead, it is the next connection's orders that are hit.
  await until('their outcome is unknown', () => quiet().includes('"kind":"unknown"'), patient);
  const frozen = /"clientOrderId":"(\w+)","event":\{"kind":"unknown"/.exec(quiet())?.[1] ?? '';
  expect(frozen).not.toBe('');
  await until('and is found out', () => !open(journalLines()).includes(frozen), {
    ...patient,
    log: () =>
      linesOf(journal())
        .filter((line) => line.includes(frozen))
        .join('\n'),
  });
  await venue.fault({ kind: 'query_lag', ms: 0 });

  const before = reconciled();
  await venue.fault({ kind: 'drop_sockets' });
  await until('it is connected and reconciled again', () => reconciled() > before, patient);
  const read = journal().length;
  await until(
    'and trades again',
    () => /"kind":"intent".*"kind":"fill"/s.test(journal().slice(read)),
    patient,
  );
  expect(engine.child.exitCode).toBeNull();
  await venue.fault({ kind: 'clear' });
  await venue.freeze();

  // Every order in doubt finds its end, by the exchange's own lists.
  await until('nothing is unknown', async () => open(await ledgerExport(home)).length === 0, {
    ...patient,
    everyMs: 500,
  });
  await sleep(500);
  engine.child.kill('SIGINT');
  const end = await engine.ended;
  expect(end.code, end.err).toBe(0);
  expect(jsonOf(end.out)).toMatchObject({ orders: { unknown: 0 }, ledger: { balanced: true } });

  const lines = await ledgerExport(home);
  const books = await venueBooks(venue);
  expect(differences(books, lines)).toEqual([]);
  expect(books.fills.length).toBeGreaterThan(0);
  const inDoubt = new Set(
    lines
      .filter(({ body }) => (body['event'] as { kind?: string } | undefined)?.kind === 'unknown')
      .map(({ body }) => body['clientOrderId']),
  );
  expect(inDoubt.has(frozen)).toBe(true);
  const replayed = await run(['replay', join(home, 'recordings', '000001'), '--json']);
  expect(jsonOf(replayed.out), replayed.err).toMatchObject({
    diverged: null,
    ledgerHash: (jsonOf(end.out)['ledger'] as { headHash: string }).headHash,
  });
});

/** Orders that were sent and have no end in the ledger. */
function open(lines: readonly LedgerLine[]): readonly string[] {
  const state = new Map<string, string>();
  for (const { body } of lines)
    if (body.kind === 'order')
      state.set(String(body['clientOrderId']), (body['event'] as { kind: string }).kind);
    else if (body.kind === 'fill') state.set(String(body['clientOrderId']), 'fill');
  return [...state].filter(([, kind]) => kind === 'unknown' || kind === 'sent').map(([id]) => id);
}
