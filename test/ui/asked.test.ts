// Goal: the page says of a stop what is known of it: not that it was refused where nobody answered, and nothing once it was done.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Header } from '../../src/messages/dashboard.js';
import { emptyState } from '../../src/messages/dashboard-patch.js';
import { answered, asked, askedText, startAsked } from '../../src/ui/asked.js';
import { hear } from '../../src/ui/store.js';

const told = (state: Header['state']): void =>
  hear({ event: 'patch', data: { sections: { header: { state } as Header } } }, 0);

describe('what was asked for', () => {
  let end: () => void;
  beforeEach(() => {
    hear({ event: 'snapshot', data: emptyState }, 0);
    end = startAsked();
  });
  afterEach(() => {
    end();
    asked.value = null;
  });

  it('is spoken of until it is done, and not again once it was lifted', () => {
    told('running');
    asked.value = { action: 'pause', standing: 'sent', why: '' };
    told('running');
    expect(asked.value).not.toBeNull();
    told('paused');
    told('running');
    expect(asked.value).toBeNull();
  });

  it('is done by what includes it, not by less', () => {
    asked.value = { action: 'cancel', standing: 'unknown', why: 'no answer' };
    told('paused');
    expect(asked.value).not.toBeNull();
    told('halted');
    expect(asked.value).toBeNull();
  });
});

describe('the answer', () => {
  const lines: readonly (readonly [string, Parameters<typeof answered>[1], string | null])[] = [
    ['taken', { ok: true, body: { isTaken: true } }, null],
    ['not taken within a second', { ok: true, body: { isTaken: false } }, 'has not taken it yet'],
    ['strange', { ok: true, body: null }, 'has not taken it yet'],
    [
      'none',
      { ok: false, status: 0, why: 'no answer', body: null },
      'Halt: not known to be taken: no answer. From the terminal: kill',
    ],
    [
      'a refusal',
      { ok: false, status: 409, why: 'no engine?', body: null },
      'Halt: not taken: no engine? From the terminal: kill',
    ],
  ];
  for (const [name, answer, text] of lines)
    it(name, () => {
      const left = answered('halt', answer);
      if (text === null) expect(left).toBeNull();
      else expect(left === null ? '' : askedText(left, 'kill')).toContain(text);
    });
});
