// Goal: with targets the engine moves cash between the shards of an exchange over real sockets, and the books stay equal.
import { dirname } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, filesBelow, jsonOf, ledgerExport, newFolder, run, textOf } from './support.js';

afterAll(cleanUp);

it('a demo with targets fills up a shard, and ends with the exchange’s books', async () => {
  const home = newFolder();
  const end = await run(['demo', '--cycles', '2', '--json', '--no-ui'], {
    BOT_DATA_DIR: home,
    BOT_SHARD_TARGETS: '0:20,2:60,3:20',
  });
  expect(end.code, end.err).toBe(0);
  expect(jsonOf(end.out)).toMatchObject({
    agreesWithVenue: true,
    differences: [],
    ledger: { balanced: true },
  });
  const state = filesBelow(home).find((path) => path.endsWith('state.json')) ?? '';
  const lines = await ledgerExport(dirname(dirname(state)));
  const kinds = lines.map(({ body }) => body.kind);
  expect(lines.find(({ body }) => body.kind === 'transfer')?.body).toMatchObject({
    from: 0,
    to: 2,
    amount: 3_000_000_000,
  });
  const steps = lines
    .filter(({ body }) => body.kind === 'transfer_step')
    .map(({ body }) => (body['event'] as { kind: string }).kind);
  expect(steps.slice(0, 3)).toEqual(['sent', 'accepted', 'completed']);
  expect(kinds).not.toContain('adjusted');
  // Every order after it may spend what has arrived; before it the shard had half of that.
  const { balances } = JSON.parse(textOf(state)) as { balances: Record<string, number> };
  expect(balances['in_transit'] ?? 0).toBe(0);
  expect(balances['cash:2']).toBeGreaterThan(3_000_000_000);
  const replayed = await run(['replay', String(jsonOf(end.out)['recording']), '--json']);
  expect(replayed.code, replayed.err).toBe(0);
});
