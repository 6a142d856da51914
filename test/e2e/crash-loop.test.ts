// Goal: an engine that died three times within ten minutes starts halted, trips its fuses, and trades again once somebody
// has said so.
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, jsonOf, ledgerExport, newFolder, run, start, textOf, until } from './support.js';
import { startVenue } from './venue.js';

afterAll(cleanUp);

it('is halted after the third death, until resume', async () => {
  const venue = await startVenue({ args: ['--markets', '200'] });
  const dataDir = newFolder();
  const home = join(dataDir, 'live-loopback-main');
  const env = { ...venue.env, BOT_DATA_DIR: dataDir, BOT_CYCLE_SECONDS: '600' };
  const journalPath = join(dataDir, 'journal.jsonl');
  const running = { ...env, BOT_JOURNAL_PATH: journalPath };
  const areGroupsKnown = async (): Promise<boolean> => {
    const shards = await venue.list('/portfolio/balance', 'balance_breakdown');
    const known = (await ledgerExport(home)).filter(({ body }) => body.kind === 'group');
    return known.length === shards.length;
  };
  for (let death = 1; death <= 3; death += 1) {
    const read = textOf(journalPath).length;
    const engine = start(['run', '--json'], running);
    await until('it is up', () => textOf(journalPath).slice(read).includes('"kind":"reconciled"'), {
      log: engine.err,
    });
    // The first makes the groups, and is given time to write them down.
    if (death === 1)
      await until('its groups are on disk', areGroupsKnown, { everyMs: 200, log: engine.err });
    expect(engine.err()).not.toContain('crash_loop');
    engine.child.kill('SIGKILL');
    await engine.ended;
  }
  const halted = await run(['run', '--once', '--json'], env);
  expect(halted.code, halted.err).toBe(6);
  expect(halted.err).toContain('3 runs died within minutes');
  expect(jsonOf(halted.out)['orders']).toMatchObject({ submitted: 0 });
  const groups = await venue.list('/portfolio/order_groups', 'order_groups');
  expect(new Set(groups.map((group) => group['is_auto_cancel_enabled']))).toEqual(new Set([false]));

  expect((await run(['resume', '--why', 'looked at it'], env)).code).toBe(0);
  const again = await run(['run', '--once', '--json'], env);
  expect(again.code, again.err).toBe(0);
  const latches = (await ledgerExport(home)).flatMap(({ body }) =>
    body.kind === 'latch' ? [[body['cause'], body['set']]] : [],
  );
  expect(latches).toEqual([
    ['crash_loop', true],
    ['crash_loop', false],
  ]);
});
