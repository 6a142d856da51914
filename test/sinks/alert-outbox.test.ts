// Goal: a channel is told everything once, in its own time: of each alert the newest word, no more in a minute than it may be,
// again with growing pauses while it is down, and nothing old.
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import type { Post } from '../../src/sinks/alerts/channels.js';
import { type AlertMessage, quoted, testMessage } from '../../src/sinks/alerts/message.js';
import { Outbox } from '../../src/sinks/alerts/outbox.js';
import type { Posted } from '../../src/sinks/alerts/post.js';
import { ManualClock } from '../support/manual-clock.js';

const done: Posted = { kind: 'done' };
const down: Posted = { kind: 'later', text: 'HTTP 503', afterMs: null };

function channel(answers: (sent: number) => Posted | null = () => done) {
  const clock = new ManualClock();
  const sent: { readonly key: string; readonly state: string; readonly atMs: number }[] = [];
  const outcomes: string[] = [];
  const reports: (string | null)[] = [];
  let answerLate: (posted: Posted) => void = () => {};
  const outbox = new Outbox(
    {
      name: 'webhook',
      post: (message) => ({ url: '', headers: {}, body: JSON.stringify(message) }),
    },
    {
      clock,
      poster: {
        send: (post) => {
          const { key, state } = JSON.parse((post as Post).body) as AlertMessage;
          sent.push({ key, state, atMs: clock.monotonicMs() });
          const answer = answers(sent.length);
          if (answer !== null) return Promise.resolve(answer);
          return new Promise<Posted>((resolve) => {
            answerLate = resolve;
          });
        },
      },
      came: (outcome) => outcomes.push(outcome),
      report: (problem) => reports.push(problem),
    },
  );
  const turn = async (): Promise<void> => {
    for (let at = 0; at < 10; at += 1) await Promise.resolve();
  };
  const pass = async (seconds: number): Promise<void> => {
    await turn();
    for (let at = 0; at < seconds; at += 1) {
      clock.pass(1_000);
      await turn();
    }
  };
  const add = (key: string, state: AlertMessage['state'] = 'firing'): void =>
    outbox.add({ ...testMessage('engine', clock.realNow()), key, state });
  const answer = async (posted: Posted): Promise<void> => {
    answerLate(posted);
    await turn();
  };
  return { clock, outbox, sent, outcomes, reports, pass, turn, add, answer };
}
const keys = (sent: readonly { readonly key: string; readonly state: string }[]) =>
  sent.map(({ key, state }) => `${key} ${state}`).join(', ');

describe('an outbox', () => {
  it('tells one after the other, the oldest first', async () => {
    const { add, answer, sent } = channel(() => null);
    for (const key of ['a', 'b', 'c']) add(key);
    expect(keys(sent)).toBe('a firing');
    await answer(done);
    await answer(done);
    expect(keys(sent)).toBe('a firing, b firing, c firing');
  });

  it('keeps of each alert the newest word, however long the channel is busy', async () => {
    const { add, answer, sent, outbox } = channel(() => null);
    add('a');
    for (let times = 0; times < 1_000; times += 1) for (const key of ['a', 'b']) add(key);
    add('b', 'resolved');
    expect(outbox.size).toBe(3);
    await answer(done);
    await answer(done);
    await answer(done);
    expect(keys(sent)).toBe('a firing, a firing, b resolved');
  });

  it('asks a channel that is down again with growing pauses, and says so once', async () => {
    const { add, pass, sent, reports, outcomes } = channel((at) => (at < 5 ? down : done));
    add('a');
    await pass(60);
    expect(sent.map(({ atMs }) => atMs / 1_000)).toEqual([0, 2, 6, 14, 30]);
    expect(reports).toEqual(['HTTP 503', null]);
    expect(outcomes).toEqual(['retried', 'retried', 'retried', 'retried', 'sent']);
  });

  it('waits as long as the channel asks for, within bounds', async () => {
    const asked = (afterMs: number) => (at: number) => (at === 1 ? { ...down, afterMs } : done);
    for (const [afterMs, atSecond] of [
      [30_000, 30],
      [0, 2],
      [86_400_000, 120],
    ] as const) {
      const { add, pass, sent } = channel(asked(afterMs));
      add('a');
      await pass(200);
      expect(sent.at(-1)?.atMs).toBe(atSecond * 1_000);
    }
  });

  it('a newer word takes the place of one that did not get through', async () => {
    const { add, pass, answer, sent } = channel((at) => (at === 1 ? null : done));
    add('a');
    add('a', 'resolved');
    await answer(down);
    await pass(10);
    expect(keys(sent)).toBe('a firing, a resolved');
  });

  it('gives up what is refused at once, and what has grown old', async () => {
    const refused = channel((at) => (at === 1 ? { kind: 'refused', text: 'HTTP 404' } : done));
    refused.add('a');
    refused.add('b');
    await refused.turn();
    expect([keys(refused.sent), refused.outcomes]).toEqual([
      'a firing, b firing',
      ['failed', 'sent'],
    ]);
    const old = channel(() => down);
    old.add('a');
    await old.pass(limits.alertAgeMsMax / 1_000 + 200);
    expect([old.outcomes.at(-1), old.outbox.size]).toEqual(['failed', 0]);
    // Every two minutes at the most.
    expect(old.sent.length).toBeLessThan(limits.alertAgeMsMax / limits.alertBackoffMsMax + 20);
  });

  it('tells no more in a minute than it may', async () => {
    const { add, pass, sent } = channel();
    for (let at = 0; at < 50; at += 1) add(`alert ${at}`);
    await pass(59);
    expect(sent).toHaveLength(limits.alertsPerMinuteMax);
    await pass(122);
    expect(sent).toHaveLength(50);
    for (const { atMs } of sent) {
      const minute = sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + 60_000);
      expect(minute.length).toBeLessThanOrEqual(limits.alertsPerMinuteMax);
    }
  });

  it('at the end tells what waits once and at once, and is over in time when nobody answers', async () => {
    const quick = channel((at) => (at === 1 ? down : done));
    for (const key of ['a', 'b']) quick.add(key);
    await quick.turn();
    await quick.outbox.close();
    expect(keys(quick.sent)).toBe('a firing, b firing, a firing');
    quick.add('late');
    expect(quick.sent).toHaveLength(3);

    const mute = channel(() => null);
    mute.add('a');
    let isOver = false;
    void mute.outbox.close().then(() => {
      isOver = true;
    });
    await mute.pass(limits.alertsCloseMsMax / 1_000 - 1);
    expect(isOver).toBe(false);
    await mute.pass(1);
    expect(isOver).toBe(true);
  });
});

describe("somebody's text", () => {
  it.each([
    ['lines', 'two\nlines\t and\r\n more', 'two lines and more'],
    ['colours', '\u001b[31mred\u202e turned', 'red turned'],
    ['too much', 'x'.repeat(1_000), `${'x'.repeat(399)}…`],
    ['nothing', '', ''],
  ])('with %s is one short line', (_, text, line) => {
    expect(quoted(text)).toBe(line);
  });
});
