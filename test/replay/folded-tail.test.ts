// Goal: a recording that is read while its run still folds tails is read whole, each line once, wherever the fold falls.
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import type { Input } from '../../src/messages/input.js';
import { openRecording, readRecording } from '../../src/replay/recording-reader.js';
import { demoOriginMs } from '../../src/synthetic/demo.js';
import { written } from '../backtest/recorded-demo.js';

const last = 30;
const tails = [11, 21] as const;
type Tail = (typeof tails)[number];
let home = '';
let folder = '';
let segment = '';

const pathOf = (tail: Tail): string =>
  join(folder, `${segment}.tail-${String(tail).padStart(12, '0')}.ndjson`);
const packed = (): string => join(folder, `${segment}.ndjson.gz`);

/** Lines 1 to 10 folded, 11 to 20 and 21 to 30 in tails: a run that still records. */
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'folded-'));
  const inputs = Array.from({ length: last }, (_, at): Input => {
    const clock = { source: 'clock', payload: { kind: 'tick' } } as const;
    return { seq: at + 1, at: epochMs(demoOriginMs + at), ...clock };
  });
  folder = await written(home, inputs);
  segment = readdirSync(folder)
    .find((name) => /^\d.*gz$/.test(name))
    ?.replace('.ndjson.gz', '') as string;
  const lines = gunzipSync(readFileSync(packed())).toString().split('\n');
  const text = (from: number, to: number): string => `${lines.slice(from - 1, to).join('\n')}\n`;
  rmSync(join(folder, 'manifest.json'));
  writeFileSync(join(folder, 'index.ndjson'), '');
  writeFileSync(packed(), gzipSync(text(1, 10)));
  for (const tail of tails) writeFileSync(pathOf(tail), text(tail, tail + 9));
});
afterEach(() => rmSync(home, { recursive: true }));

/** As the recorder does it: append, index, remove. */
function fold(tail: Tail, begun = 0): void {
  const member = gzipSync(readFileSync(pathOf(tail)));
  const offset = statSync(packed()).size - begun;
  appendFileSync(packed(), member.subarray(begun));
  const entry = { segment, offset, seqFirst: tail, seqLast: tail + 9 };
  appendFileSync(join(folder, 'index.ndjson'), `${JSON.stringify(entry)}\n`);
  rmSync(pathOf(tail));
}

async function read(hooks: {
  readonly listed?: () => void;
  readonly heard?: (seq: number) => void;
  readonly onBlock?: () => Promise<boolean>;
}) {
  const opened = await openRecording(folder);
  if (!opened.ok) throw new Error(opened.error.detail);
  expect(opened.value.files).toHaveLength(3);
  hooks.listed?.();
  const seqs: number[] = [];
  const end = await readRecording(
    opened.value,
    ({ seq }) => {
      seqs.push(seq);
      hooks.heard?.(seq);
      return true;
    },
    hooks.onBlock,
  );
  return { seqs, problem: end.problem, torn: end.torn };
}

const whole = {
  seqs: Array.from({ length: last }, (_, at) => at + 1),
  problem: null,
  torn: null,
};

describe('a tail that was folded while it was being read', () => {
  it('is read from its segment when that is still to be read', async () => {
    const listed = (): void => {
      for (const tail of tails) fold(tail);
    };
    expect(await read({ listed })).toEqual(whole);
  });

  it('is read from its segment when that was read before', async () => {
    // Line 11 is heard from its tail, which stays open.
    const heard = (seq: number): void => {
      if (seq === 11) for (const tail of tails) fold(tail);
    };
    expect(await read({ heard })).toEqual(whole);
  });

  it('is read on from the middle of a member that was read while it was being written', async () => {
    const begun = 40;
    appendFileSync(packed(), gzipSync(readFileSync(pathOf(11))).subarray(0, begun));
    let blocks = 0;
    const onBlock = async (): Promise<boolean> => {
      blocks += 1;
      // What is to be read ahead of the end of the segment has been read by then.
      await sleep(20);
      if (blocks === 2) {
        fold(11, begun);
        fold(21);
      }
      return true;
    };
    expect(await read({ onBlock })).toEqual(whole);
    expect(blocks).toBeGreaterThan(2);
  });

  it('is missed when nothing says where its lines are', async () => {
    const lost = () => rmSync(pathOf(21));
    const { seqs, problem } = await read({ listed: lost });
    expect(seqs).toHaveLength(20);
    expect(problem).toMatchObject({ code: 'file_unreadable', path: pathOf(21), seq: 21 });
  });
});
