import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

type ScriptEnd = {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
};

/** Runs a script with node to its end. */
export function runScript(script: URL, args: readonly string[]): Promise<ScriptEnd> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
