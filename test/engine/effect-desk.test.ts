import { createHash } from 'node:crypto';
import type { Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { epochMs, ticker } from '../../src/domain/units.js';
import { EffectDesk, requestHash } from '../../src/engine/effect-desk.js';
import type { Effect, EffectKind, EffectRequest, Outcome } from '../../src/messages/effect.js';

const scan: EffectRequest = { kind: 'scan' };
const book = (name: string): EffectRequest => ({ kind: 'book', ticker: ticker(name) });
const page = (body: string): Outcome => ({ kind: 'http', status: 200, path: '/markets', body });
const end = (parts: number): Outcome => ({ kind: 'end', parts });
const bodies = (parts: readonly Outcome[]): readonly string[] =>
  parts.map((part) => (part.kind === 'http' ? part.body : part.kind));

/** A desk, what it asked, and a way to answer. */
function rig() {
  const asked: Effect[] = [];
  const desk = new EffectDesk((effect) => asked.push(effect));
  const answer = (effectId: number, part: number, last: boolean, outcome: Outcome) =>
    desk.settle({
      effectId,
      requestHash: asked[effectId - 1]?.hash ?? 'none',
      part,
      last,
      outcome,
    });
  return { desk, asked, answer };
}

describe('numbers and hashes', () => {
  it('numbers effects from 1 in the order of asking, however they are asked', () => {
    const { desk, asked } = rig();
    desk.issue(scan);
    const later$ = desk.ask(book('B'));
    desk.issue(book('A'));
    // An ask is made by subscribing to it, and made again by subscribing again.
    later$.subscribe();
    later$.subscribe();
    desk.issue({ kind: 'send', connection: 1, text: 'x' });
    expect(asked.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(asked.map(({ request }) => request)).toEqual([
      scan,
      book('A'),
      book('B'),
      book('B'),
      { kind: 'send', connection: 1, text: 'x' },
    ]);
  });

  it('hashes what is asked: the first 16 hex digits of SHA-256 of its JSON', () => {
    const { desk, asked } = rig();
    desk.issue(book('A'));
    desk.issue(book('A'));
    desk.issue(book('B'));
    const expected = createHash('sha256').update('{"kind":"book","ticker":"A"}').digest('hex');
    expect(asked[0]?.hash).toBe(expected.slice(0, 16));
    expect(asked[1]?.hash).toBe(asked[0]?.hash);
    expect(asked[2]?.hash).not.toBe(asked[0]?.hash);
    expect(requestHash({ kind: 'fills', since: null, orderId: null })).not.toBe(
      requestHash({ kind: 'fills', since: epochMs(0), orderId: null }),
    );
  });

  it('is the same desk again when asked the same again', () => {
    const ask = () => {
      const { desk, asked } = rig();
      desk.issue(scan);
      desk.ask(book('A')).subscribe();
      return asked;
    };
    expect(ask()).toEqual(ask());
  });
});

describe('replies', () => {
  it('hands on each part as it comes and completes with the last', () => {
    const { desk, answer } = rig();
    const heard: string[] = [];
    desk.ask(scan).subscribe({
      next: (outcome) => heard.push(...bodies([outcome])),
      complete: () => heard.push('|'),
    });
    expect(answer(1, 0, false, page('a'))).toBeNull();
    expect(answer(1, 1, false, page('b'))).toBeNull();
    expect(heard).toEqual(['a', 'b']);
    expect(answer(1, 2, true, end(2))).toBeNull();
    expect(heard).toEqual(['a', 'b', 'end', '|']);
  });

  it('hands all parts to whoever issued, once they are whole', () => {
    const { desk, answer } = rig();
    const wholes: (readonly string[])[] = [];
    desk.issue(scan, (parts) => wholes.push(bodies(parts)));
    answer(1, 0, false, page('a'));
    expect(wholes).toEqual([]);
    answer(1, 1, true, end(1));
    expect(wholes).toEqual([['a', 'end']]);
  });

  it('keeps replies of effects under way apart', () => {
    const { desk, answer } = rig();
    const heard: string[] = [];
    desk.ask(book('A')).subscribe((outcome) => heard.push(`A ${bodies([outcome])[0]}`));
    desk.ask(book('B')).subscribe((outcome) => heard.push(`B ${bodies([outcome])[0]}`));
    answer(2, 0, true, page('late'));
    answer(1, 0, true, page('early'));
    expect(heard).toEqual(['B late', 'A early']);
  });

  it.each<readonly [string, EffectKind, boolean]>([
    ['asked', 'book', true],
    ['asked, another kind', 'scan', false],
  ])('knows what it waits for: %s', (_name, kind, awaited) => {
    const { desk, answer } = rig();
    desk.issue(book('A'));
    expect(desk.awaits(new Set([kind]))).toBe(awaited);
    answer(1, 0, false, page(''));
    expect(desk.awaits(new Set([kind]))).toBe(awaited);
    answer(1, 1, true, end(1));
    expect(desk.awaits(new Set([kind]))).toBe(false);
  });

  it('waits for no answer to a send', () => {
    const { desk, answer } = rig();
    desk.issue({ kind: 'send', connection: 1, text: 'x' });
    expect(desk.awaits(new Set<EffectKind>(['send']))).toBe(false);
    expect(answer(1, 0, true, page(''))?.code).toBe('unasked');
  });
});

describe('replies that answer nothing are named, and delivered to nobody', () => {
  const waiting = () => {
    const made = rig();
    const heard: Outcome[] = [];
    made.desk.ask(scan).subscribe((outcome) => heard.push(outcome));
    return { ...made, heard };
  };

  it('unasked: a number that was never given', () => {
    const { desk, heard } = waiting();
    expect(
      desk.settle({ effectId: 2, requestHash: 'f00', part: 0, last: true, outcome: page('') }),
    ).toEqual({ code: 'unasked', effectId: 2, recordedHash: 'f00', askedHash: null });
    expect(heard).toEqual([]);
  });

  it('unasked: one that was answered already', () => {
    const { answer, heard } = waiting();
    answer(1, 0, true, page('a'));
    expect(answer(1, 0, true, page('a'))?.code).toBe('unasked');
    expect(answer(1, 1, true, page('b'))?.code).toBe('unasked');
    expect(heard).toHaveLength(1);
  });

  it('other request: the number is right, what was asked is not', () => {
    const { desk, asked, heard } = waiting();
    const recordedHash = requestHash(book('A'));
    expect(
      desk.settle({
        effectId: 1,
        requestHash: recordedHash,
        part: 0,
        last: true,
        outcome: page(''),
      }),
    ).toEqual({
      code: 'other_request',
      effectId: 1,
      recordedHash,
      askedHash: asked[0]?.hash,
    });
    expect(heard).toEqual([]);
  });

  it('part out of order: one left out, or one twice; the right one is still taken', () => {
    const { answer, heard } = waiting();
    expect(answer(1, 1, false, page('b'))?.code).toBe('part_out_of_order');
    expect(answer(1, 0, false, page('a'))).toBeNull();
    expect(answer(1, 0, false, page('a'))?.code).toBe('part_out_of_order');
    expect(answer(1, 1, false, page('b'))).toBeNull();
    expect(bodies(heard)).toEqual(['a', 'b']);
  });
});

describe('whoever asked may leave, and may ask from within an answer', () => {
  it('delivers nothing after leaving, and still takes the rest of the reply as its own', () => {
    const { desk, answer } = rig();
    const heard: string[] = [];
    const subscription = desk.ask(scan).subscribe({
      next: (outcome) => heard.push(...bodies([outcome])),
      complete: () => heard.push('|'),
    });
    answer(1, 0, false, page('a'));
    subscription.unsubscribe();
    expect(answer(1, 1, false, page('b'))).toBeNull();
    expect(desk.awaits(new Set<EffectKind>(['scan']))).toBe(true);
    expect(answer(1, 2, true, end(2))).toBeNull();
    expect(desk.awaits(new Set<EffectKind>(['scan']))).toBe(false);
    expect(heard).toEqual(['a']);
  });

  it('leaves from within the last part without hearing the end', () => {
    const { desk, answer } = rig();
    const heard: string[] = [];
    let subscription: Subscription | undefined;
    subscription = desk.ask(scan).subscribe({
      next: () => subscription?.unsubscribe(),
      complete: () => heard.push('|'),
    });
    expect(answer(1, 0, true, page('a'))).toBeNull();
    expect(heard).toEqual([]);
  });

  it('asks again from within a whole answer: the next number, answered on its own', () => {
    const { desk, asked, answer } = rig();
    const heard: string[] = [];
    desk.issue(book('A'), () => {
      heard.push('A');
      desk.issue(book('A'), () => heard.push('A again'));
      // The first one is over: it is not awaited while its own answer is handled.
      expect(answer(1, 0, true, page(''))?.code).toBe('unasked');
    });
    answer(1, 0, true, page(''));
    expect(asked.map(({ id }) => id)).toEqual([1, 2]);
    answer(2, 0, true, page(''));
    expect(heard).toEqual(['A', 'A again']);
  });

  it('asks again from within a part, before the reply it is part of is whole', () => {
    const { desk, asked, answer } = rig();
    const heard: string[] = [];
    desk.ask(scan).subscribe({
      next: () => desk.issue(book('B'), () => heard.push('B')),
      complete: () => heard.push('|'),
    });
    answer(1, 0, false, page('a'));
    answer(2, 0, true, page(''));
    answer(1, 1, true, end(1));
    expect(asked.map(({ request }) => request.kind)).toEqual(['scan', 'book', 'book']);
    expect(heard).toEqual(['B', '|']);
  });

  it('is answered by whoever performs at once, within the asking', () => {
    const heard: string[] = [];
    const desk: EffectDesk = new EffectDesk(({ id, hash }) => {
      desk.settle({ effectId: id, requestHash: hash, part: 0, last: true, outcome: page('now') });
    });
    desk.ask(scan).subscribe({
      next: (outcome) => heard.push(...bodies([outcome])),
      complete: () => heard.push('|'),
    });
    desk.issue(scan, (parts) => heard.push(...bodies(parts)));
    expect(heard).toEqual(['now', '|', 'now']);
  });
});
