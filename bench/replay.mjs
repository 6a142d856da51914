// Raw-capture replay, whole files through the whole engine, against gunzip, line split and bare JSON.parse of the same.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readConfig } from '../dist/config/read.js';
import { engineTarget, openedForCapture } from '../dist/replay/engine-target.js';
import { replayCaptures } from '../dist/replay/replay-captures.js';
import { grouped, row, sideBySide } from './measure.mjs';
import { syntheticCapture } from './synthetic-capture.mjs';

const messages = 220_000;
const recorded = join(import.meta.dirname, '../../shared/data/kalshi-gold15m');

/** A real capture when there is one beside the project, else one of the same shape and size. */
function captureFiles(scratch, size) {
  if (size(messages) === messages && existsSync(recorded)) {
    const paths = readdirSync(recorded, { recursive: true })
      .filter((name) => name.endsWith('.ndjson.gz'))
      .sort((left, right) => (left < right ? -1 : 1))
      .map((name) => join(recorded, name));
    return { paths, what: 'recorded' };
  }
  const paths = syntheticCapture({ seed: 1, markets: 6, messages: size(messages) }).map(
    ({ ticker, lines }) => {
      const path = join(scratch, `${ticker}.ndjson.gz`);
      writeFileSync(path, gzipSync(`${lines.join('\n')}\n`));
      return path;
    },
  );
  return { paths, what: 'synthetic' };
}

export async function replayBench(size) {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const { paths, what } = captureFiles(scratch, size);
    const config = readConfig({}, {});
    if (!config.ok) throw new Error(config.error[0].message);
    let inputs = 0;
    const subject = async () => {
      const replayed = await replayCaptures({
        paths,
        untilMs: null,
        opened: openedForCapture(config.value.loaded.settings, true),
        make: engineTarget,
        onProblem: (problem) => {
          throw new Error(JSON.stringify(problem));
        },
      });
      inputs = replayed.inputs;
    };
    let lines = 0;
    const floor = () => {
      lines = 0;
      for (const path of paths)
        for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
          if (line === '') continue;
          JSON.parse(line);
          lines += 1;
        }
    };
    const { subjectMs, floorMs } = await sideBySide({ runs: size(5), subject, floor });
    if (inputs !== lines) throw new Error(`replayed ${inputs} of ${lines} lines`);
    const value = (inputs / subjectMs) * 1_000;
    const least = (lines / floorMs) * 1_000;
    return row(
      `capture replay, ${what}, inputs/s`,
      grouped(value),
      grouped(least),
      (value / least).toFixed(2),
      '>= 1.0',
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
