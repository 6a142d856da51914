import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/messages/effect.js';
import { Contact } from '../../src/runtime/contact.js';

// Goal: what is said about the exchange is about the exchange.
describe('the last part of a scan', () => {
  const told = (code: 'aborted' | 'network'): readonly string[] => {
    const warned: string[] = [];
    const contact = new Contact({
      restAddress: 'https://exchange.test',
      feedAddress: 'wss://exchange.test',
      isFirstOfOne: () => false,
      giveUp: () => {},
      warn: (warning) => warned.push(warning),
    });
    const outcome: Outcome = { kind: 'failed', code, sent: true, detail: 'it ended' };
    contact.scan(outcome, true);
    return warned;
  };

  it('is no news of the exchange when this engine gave it up', () => {
    expect(told('aborted')).toEqual([]);
    expect(told('network')).toEqual(['venue_unreachable']);
  });
});
