// Goal: files of a recording are read in the order they were written, whatever order a folder lists them in.
import { describe, expect, it } from 'vitest';
import { inReadingOrder, isSegment } from '../../src/replay/segment-names.js';
import { segmentFile, segmentOf, tailFile } from '../../src/sinks/recorder/format.js';

const noon = Date.UTC(2026, 10, 22, 12, 30);
const hour = 3_600_000;

describe('names of segments', () => {
  it('sort by hour, part, and tails last', () => {
    const written = [
      segmentFile(segmentOf('', noon, 1)),
      segmentFile(segmentOf('', noon, 2)),
      tailFile(segmentOf('', noon, 2), 9),
      tailFile(segmentOf('', noon, 2), 1_000),
      segmentFile(segmentOf('', noon, 11)),
      segmentFile(segmentOf('', noon + hour, 1)),
      tailFile(segmentOf('', noon + hour, 1), 2_000),
    ];
    const others = ['manifest.json', 'index.ndjson', 'notes.ndjson.gz', 'decisions.ndjson.gz'];
    const decisions = [segmentFile(segmentOf('decisions-', noon, 1))];
    const listed = [...written, ...others, ...decisions].sort().reverse();
    expect(inReadingOrder(listed, '')).toEqual(written);
    expect(inReadingOrder(listed, 'decisions-')).toEqual(decisions);
    expect(listed.filter(isSegment)).toHaveLength(written.length + 1);
    expect(written[1]).toBe('2026-11-22T12p02.ndjson.gz');
  });

  it('of whole segments sort by themselves: a shell lists an hour in order', () => {
    const parts = [1, 2, 3, 10].map((part) => segmentFile(segmentOf('', noon, part)));
    expect([...parts].sort()).toEqual(parts);
  });
});
