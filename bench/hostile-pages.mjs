// Fifty pages that mean no good, in a process of their own: `node hostile-pages.mjs PORT TOKEN`. Sixteen listen and never
// read, seventeen ask as fast as they are answered, seventeen begin a request and never end it. It goes on until it is killed.

import { request } from 'node:http';
import { connect } from 'node:net';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

// What is to be seen is what they cost the engine, not what they take of the processor themselves.
setPriority(constants.priority.PRIORITY_LOW);

const [port, token] = [Number(process.argv[2]), process.argv[3]];
const host = `127.0.0.1:${port}`;
const counts = { answered: 0, cut: 0 };

function neverReads() {
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(
      `GET /api/events HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n\r\n`,
    );
    socket.pause();
  });
  again(socket, neverReads);
}

function halfOpen() {
  const socket = connect(port, '127.0.0.1', () => socket.write('POST /api/control HTTP/1.1\r\nho'));
  again(socket, halfOpen);
}

/** Whoever is cut comes again. */
function again(socket, start) {
  socket.on('error', () => {});
  socket.on('close', () => {
    counts.cut += 1;
    setTimeout(() => start(), 50);
  });
}

const asks = [
  { method: 'GET', path: '/' },
  { method: 'POST', path: '/api/login', body: `{"token":"${'x'.repeat(43)}"}` },
  {
    method: 'POST',
    path: '/api/control',
    body: `{"action":"halt","why":"${'y'.repeat(100_000)}"}`,
  },
  { method: 'GET', path: '/metrics' },
];

const ask = ({ method, path, body }) =>
  new Promise((done) => {
    const headers = { host, 'content-type': 'application/json', authorization: 'Bearer wrong' };
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      response.resume();
      response.on('close', done);
    });
    sent.on('error', done);
    sent.end(body);
  });

async function floods(first) {
  for (let n = first; ; n += 1) {
    await ask(asks[n % asks.length]);
    counts.answered += 1;
    // Where nobody answers it would be a loop without an end to itself.
    if (n % 50 === 0) await sleep(1);
  }
}

for (let n = 0; n < 16; n += 1) neverReads();
for (let n = 0; n < 17; n += 1) halfOpen();
for (let n = 0; n < 17; n += 1) void floods(n);
process.on('message', () => process.send(counts));
process.on('disconnect', () => process.exit(0));
