// Goal: killed in the middle of trading again and again, stopped by its operator, cut off and lied to, it loses nothing, buys
// nothing twice and stays stopped. A few restarts and scenarios of what `npm run chaos` runs by the hundred.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const msMax = 420_000;

function chaos(...args: readonly string[]) {
  const path = fileURLToPath(new URL('main.mjs', import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
type Told = {
  readonly violations: number;
  readonly scenarios: readonly (Readonly<Record<string, number>> & {
    readonly name: string;
    readonly outcome: string;
  })[];
};

describe('an engine of real processes and sockets', () => {
  it(
    'is equal to the exchange after every kill -9, and sends nothing after a kill',
    async () => {
      const names = ['restarts', 'kill', 'fuse', 'torn frames'];
      const args = ['--restarts', '6', '--rounds', '6', '--only', names.join(), '--json'];
      const { code, out, err } = await chaos(...args);
      expect(code, err).toBe(0);
      const told = JSON.parse(out) as Told;
      expect(told.scenarios.map(({ name, outcome }) => [name, outcome])).toEqual(
        names.map((name) => [name, 'held']),
      );
      const [restarts, kill] = told.scenarios;
      expect(restarts).toMatchObject({ compared: 6, replayed: 2 });
      expect(restarts?.['fills']).toBeGreaterThan(5);
      expect(kill).toMatchObject({ rounds: 6, restarts: 2 });
      process.stdout.write(`${err.trim().split('\n').at(-1) ?? ''}\n`);
    },
    msMax,
  );

  it('refuses what it does not know', async () => {
    expect(await chaos('--only', 'gremlins')).toMatchObject({ code: 2 });
    expect(await chaos('--restarts', 'many')).toMatchObject({ code: 2 });
  });
});
