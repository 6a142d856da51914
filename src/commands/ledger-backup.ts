import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backUpLedger, type Checked } from '../sinks/ledger/backup.js';

const main = fileURLToPath(new URL('../main.js', import.meta.url));

/** Exit code 1 when there is no copy, with one line that says why. */
export async function backup(home: string, path: string, isJson: boolean): Promise<number> {
  const target = resolve(path);
  const done = await backUpLedger(home, target, inspectElsewhere);
  if (!done.ok) {
    process.stderr.write(`${done.error.text}\n`);
    return 1;
  }
  const { records, headHash } = done.value;
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ schemaVersion: 1, path: target, records, headHash, ok: true })}\n`
      : `${target}: ${records} records, head ${headHash}: copied, opened and verified\n`,
  );
  return 0;
}

/** `ledger verify` in a process of its own: a file that cannot be read may end the one that reads it. */
function inspectElsewhere(home: string): Promise<Checked> {
  const child = spawn(process.execPath, [main, 'ledger', 'verify', '--json', '--home', home], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((done) => {
    const fail = (text: string): void =>
      done({ records: 0, headHash: null, problem: { code: 'backup_failed', text } });
    child.once('error', ({ message }) => fail(`the check could not be started: ${message}`));
    child.once('close', (code, signal) => {
      const said = errors.trim().split('\n').at(-1);
      if (code !== 0) {
        fail(said === undefined || said === '' ? `the check ended with ${signal ?? code}` : said);
        return;
      }
      const { records, headHash } = JSON.parse(out) as Pick<Checked, 'records' | 'headHash'>;
      done({ records, headHash, problem: null });
    });
  });
}
