import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Flags } from '../config/layers.js';
import { Secrets } from '../config/secrets.js';
import { err, ok, type Result } from '../domain/result.js';

export type SimulatorRequest = {
  readonly seed: number;
  readonly speed: number;
  /** Market time it begins at; now, if left out. */
  readonly originMs?: number;
};

export type SimulatorChild = {
  /** Origin of its REST API. */
  readonly rest: string;
  /** Settings that point an engine at it. */
  readonly flags: Flags;
  readonly secrets: Secrets;
  readonly freeze: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** The line the simulator prints when it is ready. */
type Ready = {
  readonly rest: string;
  readonly ws: string;
  readonly keyId: string;
  readonly privateKeyPath: string;
  readonly clock: object;
  readonly evidence: Readonly<
    Record<'noaa' | 'injuries' | 'spot' | 'onchain' | 'sentiment', string>
  >;
};

const startMsMax = 20_000;
const main = fileURLToPath(new URL('../main.js', import.meta.url));

/** Starts a simulator as a process of its own and waits until it is ready. It ends with us, whatever becomes of us. */
export async function simulatorChild(
  request: SimulatorRequest,
): Promise<Result<SimulatorChild, string>> {
  const child = spawn(
    process.execPath,
    [
      main,
      'simulator',
      '--port',
      '0',
      '--seed',
      String(request.seed),
      '--speed',
      String(request.speed),
      ...(request.originMs === undefined ? [] : ['--origin', String(request.originMs)]),
      '--exit-with-parent',
    ],
    // Of its own group: a Ctrl-C is ours to hear, and the books are compared before it ends.
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: { PATH: process.env['PATH'] ?? '' } },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint = `${complaint}${text.toString()}`.slice(-2_000);
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    child.kill('SIGTERM');
    await gone;
  };
  const lines = createInterface(child.stdout);
  const first = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    gone.then(() => null),
    new Promise<null>((resolve) => setTimeout(resolve, startMsMax, null).unref()),
  ]);
  if (first === null) {
    await stop();
    return err(`the simulator did not start: ${complaint.trim() || 'no word from it'}`);
  }
  const ready = JSON.parse(first) as Ready;
  const key = createPrivateKey(readFileSync(ready.privateKeyPath));
  return ok({
    rest: ready.rest,
    flags: {
      kalshiApiBaseUrl: ready.rest,
      kalshiWsUrl: ready.ws,
      clock: JSON.stringify(ready.clock),
      noaaBaseUrl: ready.evidence.noaa,
      coinbaseBaseUrl: ready.evidence.spot,
      krakenBaseUrl: ready.evidence.spot,
      blockchainBaseUrl: ready.evidence.onchain,
      mempoolBaseUrl: ready.evidence.onchain,
      sportsInjuryApiUrl: `${ready.evidence.injuries}/injuries`,
      cryptoSentimentApiUrl: `${ready.evidence.sentiment}/fng/`,
    },
    secrets: new Secrets(ready.keyId, key, process.env['ANTHROPIC_API_KEY'] || null),
    freeze: async () => {
      const reply = await fetch(`${ready.rest}/simulator/freeze`, { method: 'POST' });
      if (!reply.ok) throw new Error(`the simulator did not freeze: ${reply.status}`);
    },
    stop,
  });
}
