/** The simulator as a process, its door for judges, and its public API as a customer reads it. */
import { constants, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sleep, start, until } from './processes.mjs';
import { WireProxy } from './proxy.mjs';

/** A Monday morning in New York, so that a seed is a world. */
export const originMs = Date.UTC(2026, 10, 23, 14, 0, 0);
const root = '/trade-api/v2';
const askMsMax = 10_000;

export async function startExchange({
  seed = 7,
  speed = 20,
  markets = 300,
  origin = originMs,
  agentLag = 1,
} = {}) {
  const numbers = { seed, speed, origin, markets, 'agent-lag': agentLag };
  const running = start([
    'simulator',
    '--tier',
    'prime',
    ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
  ]);
  const first = await until('the exchange is ready', () => /^.*\n/.exec(running.out())?.[0], {
    log: running.err,
  });
  const ready = JSON.parse(first);
  const key = createPrivateKey(readFileSync(ready.privateKeyPath));
  const ask = async (path, init = {}) => {
    const reply = await fetch(`${ready.rest}${path}`, {
      ...init,
      signal: AbortSignal.timeout(askMsMax),
    });
    return { status: reply.status, body: await reply.json().catch(() => null) };
  };
  const admin = async (path, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const { status, body: answer } = await ask(`/simulator/${path}`, init);
    if (status !== 200) throw new Error(`simulator/${path}: HTTP ${status}`);
    return answer;
  };
  const signed = (method, path) => {
    const at = String(Date.now());
    const signature = sign('sha256', Buffer.from(`${at}${method}${path}`), {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
    return {
      'kalshi-access-key': ready.keyId,
      'kalshi-access-timestamp': at,
      'kalshi-access-signature': signature.toString('base64'),
    };
  };
  return {
    running,
    ready,
    proxy: await new WireProxy(Number(new URL(ready.rest).port)).listen(),
    /** The account's books in one instant, straight from the exchange's memory. */
    truth: async () => (await admin('accounts')).accounts[0],
    stats: () => admin('stats'),
    fault: (fault) => admin('fault', fault),
    freeze: () => admin('freeze', {}),
    /** Every row of a private list, page by page, over the public API. */
    list: async (name, rows) => {
      const all = [];
      for (let cursor = ''; cursor !== null; ) {
        const path = `${root}${name}`;
        const { status, body } = await ask(`${path}?limit=1000&cursor=${cursor}`, {
          headers: signed('GET', path),
        });
        // The engine spends the same budget.
        if (status === 429) await sleep(300);
        else if (status !== 200) throw new Error(`${name}: HTTP ${status}`);
        else {
          all.push(...body[rows]);
          cursor = body.cursor ? body.cursor : null;
        }
      }
      return all;
    },
    /** A signed write that has no body. */
    put: async (name) => {
      const path = `${root}${name}`;
      const { status } = await ask(path, { method: 'PUT', headers: signed('PUT', path) });
      if (status !== 200) throw new Error(`${name}: HTTP ${status}`);
    },
    stop: async () => {
      running.child.kill('SIGCONT');
      running.child.kill('SIGKILL');
      await running.ended;
    },
  };
}
