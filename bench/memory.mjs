// Peak memory of a replay over ten times the data, beside that over the data, each in a process of its own: raw captures,
// then the same decoded. The captures are written as they are drawn, and read as any other.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { makeCapturesCache } from '../dist/replay/decoded/make.js';
import { row } from './measure.mjs';
import { syntheticLines } from './synthetic-capture.mjs';

const markets = 6;
const writtenAtOnce = 65_536;
const child = join(import.meta.dirname, 'memory-child.mjs');

async function capture(folder, count) {
  mkdirSync(folder);
  const files = Array.from({ length: markets }, (_, market) => {
    const path = join(folder, `${market}.ndjson.gz`);
    const gzip = createGzip({ level: 1 });
    return { path, gzip, done: finished(gzip.pipe(createWriteStream(path))), text: '' };
  });
  for (const { market, line } of syntheticLines({ seed: 1, markets, messages: count })) {
    const file = files[market];
    file.text += `${line}\n`;
    if (file.text.length < writtenAtOnce) continue;
    const hasRoom = file.gzip.write(file.text);
    file.text = '';
    if (!hasRoom) await once(file.gzip, 'drain');
  }
  for (const { gzip, text } of files) gzip.end(text);
  await Promise.all(files.map(({ done }) => done));
  return files.map(({ path }) => path);
}

const replayed = (usesCache, paths) =>
  JSON.parse(execFileSync(process.execPath, [child, String(usesCache), ...paths]));

export async function memoryBench(size) {
  const messages = size(200_000);
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const single = await capture(join(scratch, 'once'), messages);
    const tenfold = await capture(join(scratch, 'tenfold'), 10 * messages);
    for (const paths of [single, tenfold]) {
      const problem = await makeCapturesCache(paths);
      if (problem !== null) throw new Error(`${problem.code}: ${problem.detail}`);
    }
    const rows = [];
    for (const [what, usesCache] of [
      ['capture', false],
      ['decoded', true],
    ]) {
      const least = replayed(usesCache, single);
      const most = replayed(usesCache, tenfold);
      if (most.inputs !== 10 * messages || most.isDecoded !== usesCache)
        throw new Error(JSON.stringify(most));
      for (const [figure, name] of [
        ['rssMiB', 'RSS'],
        ['heapMiB', 'heap'],
      ])
        rows.push(
          row(
            `${what}, 10 times the data, peak ${name}, MiB`,
            most[figure].toFixed(0),
            least[figure].toFixed(0),
            (most[figure] / least[figure]).toFixed(2),
            '<= 1.2',
          ),
        );
    }
    return rows.join('\n');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
