// Goal: one request tells one message within its time, follows nobody elsewhere, and what it says of a failure names neither
// the address nor the message.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import { poster } from '../../src/sinks/alerts/post.js';
import { AlertReceiver } from '../support/alert-receiver.js';
import { ManualClock } from '../support/manual-clock.js';

let receiver: AlertReceiver;
/** Sends whoever asks to the receiver, with whatever status it is asked for. */
const elsewhere = createServer((request, response) => {
  const [, status = ''] = /\/(\d+)/.exec(request.url ?? '') ?? [];
  response.writeHead(Number(status), { location: `${receiver.url}/elsewhere`, 'retry-after': '7' });
  response.end();
});
const clock = new ManualClock();
const { send, close } = poster(clock, 'test');
beforeAll(async () => {
  receiver = await AlertReceiver.start();
  await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  await close();
  elsewhere.close();
  await receiver.close();
});

const port = () => (elsewhere.address() as AddressInfo).port;
const posted = (url: string) =>
  send({ url, headers: { 'content-type': 'application/json' }, body: '{"canary":1}' });

it('posts what has a body and gets what has none', async () => {
  expect(await posted(`${receiver.url}/hook`)).toEqual({ kind: 'done' });
  expect(await send({ url: `${receiver.url}/beat` })).toEqual({ kind: 'done' });
  expect(receiver.received.map(({ method, body }) => [method, body])).toEqual([
    ['POST', '{"canary":1}'],
    ['GET', ''],
  ]);
});

it.each([
  [302, { kind: 'refused', text: 'HTTP 302' }],
  [307, { kind: 'refused', text: 'HTTP 307' }],
  [401, { kind: 'refused', text: 'HTTP 401' }],
  [429, { kind: 'later', text: 'HTTP 429', afterMs: 7_000 }],
  [408, { kind: 'later', text: 'HTTP 408', afterMs: 7_000 }],
  [503, { kind: 'later', text: 'HTTP 503', afterMs: 7_000 }],
])('%i', async (status, answer) => {
  expect(await posted(`http://127.0.0.1:${port()}/${status}/canary`)).toEqual(answer);
  expect(receiver.at('/elsewhere')).toEqual([]);
});

it('gives up in time on one that says nothing, and on one that is not there', async () => {
  receiver.answers.set('/canary', null);
  const silent = posted(`${receiver.url}/canary`);
  await expect.poll(() => receiver.at('/canary').length).toBe(1);
  clock.pass(limits.alertPostMsMax);
  expect(await silent).toEqual({ kind: 'later', text: 'no answer in time', afterMs: null });
  const gone = await posted('http://127.0.0.1:1/canary');
  expect(gone).toEqual({ kind: 'later', text: 'ECONNREFUSED', afterMs: null });
});
