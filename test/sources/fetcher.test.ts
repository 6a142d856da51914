import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { limits } from '../../src/limits.js';
import { Fetcher } from '../../src/sources/fetcher.js';

// Goal: whatever a source does, one outcome comes, in time, bounded, and without the key in its address.
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('a source of evidence', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** A server on loopback, and a fetcher whose timers run a hundred times as fast. */
  async function rig(handler: Handler, speed = 1) {
    const server: Server = createServer(handler);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const fetcher = new Fetcher({
      clock: {
        ...systemClock,
        setTimer: (ms, fire) => systemClock.setTimer(ms / speed, fire),
      },
      userAgent: 'test (someone@example.org)',
      keys: [],
    });
    closers.push(
      () => fetcher.close(),
      () =>
        new Promise((done) => {
          server.closeAllConnections();
          server.close(done);
        }),
    );
    const { port } = server.address() as AddressInfo;
    const fetch = (path: string) =>
      firstValueFrom(fetcher.fetch('noaa', `http://127.0.0.1:${port}${path}`));
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
    const { fetch } = await rig(() => {}, 100);
    expect(await fetch('/x')).toMatchObject({ kind: 'failed', code: 'timeout' });
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
