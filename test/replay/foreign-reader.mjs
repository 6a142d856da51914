/**
 * A reader of recordings by somebody who has docs/recording-format.md and Node, and nothing else of this project. Says what
 * it read as one line of JSON, or which line of which stream it cannot trust.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, crc32, gunzipSync } from 'node:zlib';

/** By hour, then part, then the segment before its tails, then tails by their number. */
function filesOf(folder, prefix) {
  const name = new RegExp(
    `^${prefix}(\\d{4}-\\d\\d-\\d\\dT\\d\\d)(?:p(\\d+))?\\.(?:ndjson\\.gz|tail-(\\d{12})\\.ndjson)$`,
  );
  return readdirSync(folder)
    .flatMap((file) => {
      const found = name.exec(file);
      if (found === null) return [];
      const [, hour, part = '1', tail = '-1'] = found;
      return [{ path: join(folder, file), hour, part: Number(part), tail: Number(tail) }];
    })
    .sort((a, b) =>
      a.hour < b.hour ? -1 : a.hour > b.hour ? 1 : a.part - b.part || a.tail - b.tail,
    )
    .map(({ path }) => path);
}

function* linesOf(folder, prefix) {
  let crc = 0;
  let seq = 0;
  let at = Number.NEGATIVE_INFINITY;
  for (const path of filesOf(folder, prefix)) {
    const packed = readFileSync(path);
    // A torn member gives what is whole of it.
    const bytes = path.endsWith('.gz')
      ? gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH })
      : packed;
    let start = 0;
    // What follows the last line end was cut off in writing.
    for (let end = bytes.indexOf('\n'); end >= 0; end = bytes.indexOf('\n', start)) {
      const line = bytes.subarray(start, end);
      start = end + 1;
      const input = JSON.parse(line.toString('utf8'));
      // Folded, and still in its tail.
      if (input.seq <= seq) continue;
      const wrong = (why) => new Error(`${path}: line ${input.seq}: ${why}`);
      if (input.seq !== seq + 1) throw wrong(`comes after ${seq}`);
      if (input.at < at) throw wrong('goes back in time');
      crc = crc32(line.subarray(0, -18), crc);
      const trailer = `,"crc":"${crc.toString(16).padStart(8, '0')}"}`;
      if (line.subarray(-18).toString('latin1') !== trailer)
        throw wrong('its checksum does not fit');
      ({ seq, at } = input);
      yield input;
    }
  }
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

function read(folder) {
  const { schemaVersion, closed } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  if (schemaVersion > 1) throw new Error(`version ${schemaVersion}`);
  const kinds = {};
  const replies = new Map();
  let inputs = 0;
  for (const { payload } of linesOf(folder, '')) {
    inputs += 1;
    kinds[payload.kind] = (kinds[payload.kind] ?? 0) + 1;
    if (payload.kind === 'reply') replies.set(payload.reply.effectId, payload.reply.requestHash);
  }
  const hash = createHash('sha256');
  let decisions = 0;
  let answered = 0;
  for (const { payload } of linesOf(folder, 'decisions-')) {
    decisions += 1;
    hash.update(`${payload.line}\n`);
    const decision = JSON.parse(payload.line);
    if (payload.of !== null && !sha256(payload.of).startsWith(decision.hash))
      throw new Error(`decision ${decisions}: its text is another`);
    if (decision.effect === undefined || !replies.has(decision.effect)) continue;
    if (replies.get(decision.effect) !== decision.hash)
      throw new Error(`effect ${decision.effect} was answered as another`);
    answered += 1;
  }
  const decisionsHash = hash.digest('hex');
  const isWhole =
    closed !== null &&
    closed.inputs === inputs &&
    (closed.decisions?.seqLast ?? 0) === decisions &&
    (closed.decisionsHash ?? decisionsHash) === decisionsHash;
  return { inputs, kinds, decisions, answered, decisionsHash, isWhole };
}

try {
  process.stdout.write(`${JSON.stringify(read(process.argv[2]))}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
