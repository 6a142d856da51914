// Goal: the synthetic replay prints the same bytes for the same settings, its days add up to its total, it writes nothing, and
// it refuses settings that it cannot obey by name.
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { replayLines } from '../../src/commands/synthetic-replay.js';
import { replayJob, syntheticReplay } from '../../src/synthetic/replay.js';
import { cleanUp, filesBelow, jsonOf, linesOf, newFolder, run, textOf } from '../e2e/support.js';

/** As many windows as there are seconds for. */
function replay(cyclesPerDay: string, cycles: number) {
  const found = replayJob({}, { replayDays: '1', replayCyclesPerDay: cyclesPerDay });
  if (!found.ok) throw new Error(found.problems.map(({ message }) => message).join());
  return syntheticReplay({ ...found.job, cycles });
}

const printed = (done: ReturnType<typeof replay>): string => `${replayLines(done).join('\n')}\n`;

describe('a synthetic replay', () => {
  afterEach(cleanUp);

  it('prints the same bytes again, and its days add up', () => {
    const done = replay('144', 6);
    expect(printed(done)).toBe(printed(replay('144', 6)));
    expect(done.totals.cycles).toBe(6);
    expect(done.agreesWithVenue).toBe(true);
    expect(done.balanced).toBe(true);
    expect(done.totals.orders.filled).toBeGreaterThan(0);
    expect(done.days.map(({ day }) => day)).toEqual(['2026-11-23']);
    expect(done.days[0]?.feesMicros).toBe(done.totals.feesMicros);
    expect(done.totals.openPositions).toBeGreaterThan(0);
  });

  it('prints the same in a process of its own, which writes no file', async () => {
    const text = printed(replay('1', 1));
    const cwd = newFolder();
    const env = { BOT_RUN_REPLAY: 'true', BOT_REPLAY_DAYS: '1', BOT_REPLAY_CYCLES_PER_DAY: '1' };
    const { code, out, err } = await run([], env, { cwd });
    expect({ code, out, err }).toEqual({ code: 0, out: text, err: '' });
    expect(filesBelow(cwd)).toEqual([]);
  });

  it('writes a page that says whose fills they are, and says before that it cannot', async () => {
    const cwd = newFolder();
    const few = ['--set', 'replayDays=1', '--set', 'replayCyclesPerDay=1'];
    const args = ['synthetic-replay', ...few, '--tearsheet', 'page.html'];
    const { code, out, err } = await run(args, {}, { cwd });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/\npage\.html: \d+ ledger records on one page\n$/);
    const page = textOf(join(cwd, 'page.html'));
    expect(page).toContain('<h1>Synthetic replay, 1 day of world 1</h1>');
    expect(page).toContain('A simulated world: fills are estimates.');
    const again = await run(args, {}, { cwd });
    expect([again.code, again.out, linesOf(again.err)]).toEqual([
      2,
      '',
      ['page.html: there is a file already; --force replaces it'],
    ]);
  });

  it('obeys bankroll, seed and any other setting', async () => {
    const args = ['synthetic-replay', '--json', '--set', 'seed=2', '--set', 'replayBankroll=50'];
    const few = ['--set', 'replayDays=1', '--set', 'replayCyclesPerDay=1'];
    const { code, out } = await run([...args, ...few]);
    expect(code).toBe(0);
    expect(jsonOf(out)).toMatchObject({
      schemaVersion: 1,
      seed: 2,
      windowSeconds: 86_400,
      bankrollMicros: 50_000_000,
      agreesWithVenue: true,
    });
  });

  it.each([
    [{ BOT_REPLAY_DAYS: '0' }, 'BOT_REPLAY_DAYS is "0": must be a whole number from 1 to 3650'],
    [{ BOT_REPLAY_CYCLES_PER_DAY: '7' }, 'BOT_REPLAY_CYCLES_PER_DAY (7) must divide a day'],
    [{ BOT_REPLAY_BANKROLL: 'much' }, 'BOT_REPLAY_BANKROLL is "much"'],
  ])('refuses %o', async (env, complaint) => {
    const { code, out, err } = await run([], { BOT_RUN_REPLAY: 'true', ...env });
    expect(code).toBe(3);
    expect(out).toBe('');
    expect(err).toContain(complaint);
  });
});
