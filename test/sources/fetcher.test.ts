import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import { limits } from '../../src/limits.js';
import type { EvidenceSource } from '../../src/messages/effect.js';
import { Fetcher, type SourceKey } from '../../src/sources/fetcher.js';
import { ManualClock } from '../support/manual-clock.js';

// Goal: whatever a source does, one outcome comes, in time, bounded, and without the key in its address.
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('a source of evidence', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** A server on loopback, and a fetcher that asks it. */
  async function rig(handler: Handler, key: Partial<SourceKey> = {}, clock: Clock = systemClock) {
    const server: Server = createServer(handler);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}/feed`;
    const fetcher = new Fetcher({
      clock,
      userAgent: 'test (someone@example.org)',
      keys:
        key.key === undefined
          ? []
          : [{ source: 'injuries', address, header: 'X-Key', scheme: null, key: '', ...key }],
    });
    closers.push(
      () => fetcher.close(),
      () =>
        new Promise((done) => {
          server.closeAllConnections();
          server.close(done);
        }),
    );
    const fetch = (path: string, source: EvidenceSource = 'noaa') =>
      firstValueFrom(fetcher.fetch(source, `http://127.0.0.1:${port}${path}`));
    return { fetch, fetcher };
  }

  it('is told who asks, and its answer comes whole, without the query', async () => {
    let agent: string | undefined;
    const { fetch } = await rig((request, response) => {
      agent = request.headers['user-agent'];
      response.end('{"ok":true}');
    });
    const outcome = await fetch('/points?key=secret');
    expect(outcome).toMatchObject({ kind: 'http', status: 200, body: '{"ok":true}' });
    expect(JSON.stringify(outcome)).not.toContain('secret');
    expect(agent).toBe('test (someone@example.org)');
  });

  it('gets its key in its header, at its own address alone, and whoever repeats it is not repeated', async () => {
    const canary = 'canary-4711';
    const heard: (string | string[] | undefined)[] = [];
    const { fetch } = await rig(
      (request, response) => {
        heard.push(request.headers['x-key']);
        response.writeHead(401).end(`no access with ${String(request.headers['x-key'])}`);
      },
      { key: canary, scheme: 'Bearer' },
    );
    const outcome = await fetch('/feed', 'injuries');
    expect(outcome).toMatchObject({ status: 401, body: 'no access with Bearer [redacted]' });
    expect(JSON.stringify(outcome)).not.toContain(canary);
    await fetch('/feed', 'noaa');
    expect(heard).toEqual([`Bearer ${canary}`, undefined]);
    const other = await rig((request, response) => response.end(String(request.headers['x-key'])), {
      key: canary,
      address: 'https://elsewhere.example/feed',
    });
    expect(await other.fetch('/feed', 'injuries')).toMatchObject({ body: 'undefined' });
  });

  it('that says nothing changed is taken at its word, with the body it confirms', async () => {
    const asked: (string | undefined)[] = [];
    const { fetch } = await rig((request, response) => {
      asked.push(request.headers['if-none-match']);
      if (request.headers['if-none-match'] === '"a"') response.writeHead(304).end();
      else response.setHeader('etag', '"a"').end('body');
    });
    expect(await fetch('/x')).toMatchObject({ status: 200, body: 'body' });
    expect(await fetch('/x')).toMatchObject({ status: 200, body: 'body' });
    expect(asked).toEqual([undefined, '"a"']);
  });

  it('that fails is tried once more', async () => {
    let asked = 0;
    const { fetch } = await rig((_request, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 500 : 200).end('late');
    });
    expect(await fetch('/x')).toMatchObject({ status: 200, body: 'late' });
    expect(asked).toBe(2);
  });

  it('that asks for time gets it, within a bound', async () => {
    /** The pauses that it made, at once over. */
    const pauses = async (seconds: string): Promise<readonly number[]> => {
      const made: number[] = [];
      let asked = 0;
      const clock: Clock = {
        ...systemClock,
        setTimer: (ms, fire) => {
          if (ms === limits.evidenceDeadlineMs) return systemClock.setTimer(ms, fire);
          made.push(ms);
          return systemClock.setTimer(0, fire);
        },
      };
      const { fetch } = await rig(
        (_request, response) => {
          asked += 1;
          response.writeHead(503, { 'retry-after': seconds }).end();
        },
        {},
        clock,
      );
      await fetch('/x');
      expect(asked).toBe(2);
      return made;
    };
    expect(await pauses('10')).toEqual([10_000]);
    expect(await pauses('86400')).toEqual([limits.evidenceRetryMsMax]);
    expect(await pauses('tomorrow')).toEqual([]);
  });

  it('is never followed elsewhere', async () => {
    const { fetch } = await rig((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect(await fetch('/x')).toMatchObject({ kind: 'failed', code: 'redirect' });
  });

  it('that sends without end is cut off', async () => {
    const { fetch } = await rig((_request, response) => {
      response.end(Buffer.alloc(limits.evidenceBytesMax + 1));
    });
    expect(await fetch('/x')).toMatchObject({ kind: 'failed', code: 'too_large' });
  });

  it('that never answers costs its deadline', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const { fetch } = await rig(
      () => {
        asked += 1;
      },
      {},
      clock,
    );
    const answer = fetch('/x');
    await expect.poll(() => asked).toBe(1);
    clock.pass(limits.evidenceDeadlineMs);
    expect(await answer).toMatchObject({ kind: 'failed', code: 'timeout' });
  });

  it('that is not there is a failure, not an exception', async () => {
    const { fetch, fetcher } = await rig((_request, response) => response.destroy());
    expect(await fetch('/x')).toMatchObject({ kind: 'failed', code: 'network' });
    await fetcher.close();
    expect(await fetch('/x')).toMatchObject({ kind: 'failed', code: 'aborted', sent: false });
  });

  it('is asked one thing at a time', async () => {
    let running = 0;
    let most = 0;
    const { fetch } = await rig((_request, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        response.end('x');
      }, 10);
    });
    await Promise.all([fetch('/a'), fetch('/b'), fetch('/c')]);
    expect(most).toBe(1);
  });
});
