// Goal: what others wrote stays inside its field: no line of its own in the log, and nothing that moves a terminal.
import fc from 'fast-check';
import pino from 'pino';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/messages/step.js';
import { inert, log } from '../../src/sinks/log.js';

const evil =
  'A\n{"level":60,"msg":"forged"}\r\u001b[2J\u009b31m\u007f\u202eB\u2066\u200fC\u2028D\u2029\u{e0041}"\\';
const moving = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function logged(text: string): string {
  let written = '';
  const write = (line: string): void => {
    written += inert(line);
  };
  const logger = pino({ base: null }, { write });
  const steps$ = new Subject<Step>();
  log(steps$, logger).subscribe();
  steps$.next({
    kind: 'notice',
    at: 1,
    notice: { level: 'warn', code: 'x', text, ticker: text, clientOrderId: null },
  } as unknown as Step);
  return written;
}

describe('the log', () => {
  it('keeps a title with line ends, escapes and marks on one line, and loses nothing of it', () => {
    const written = logged(evil);
    expect(written.split('\n')).toHaveLength(2);
    expect(written).not.toMatch(moving);
    expect(JSON.parse(written)).toMatchObject({ level: 40, msg: evil, ticker: evil });
  });

  it('whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = JSON.stringify({ text });
        expect(JSON.parse(inert(line))).toEqual({ text });
        expect(inert(line)).not.toMatch(moving);
      }),
    );
  });
});
