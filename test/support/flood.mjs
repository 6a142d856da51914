// Strangers to a dashboard, in a thread of their own so that what they take is not taken from it: `connections` at once, each
// sends `pipelined` requests in one breath and comes again soon after it is cut. Tells when they are all there.
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { port, connections, pipelined } = workerData;
const asked = Buffer.from(
  `GET /metrics HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`.repeat(pipelined),
);
let there = 0;

function come() {
  const socket = connect(port, '127.0.0.1', () => {
    there += 1;
    if (there === connections) parentPort.postMessage('there');
    if (pipelined > 0) socket.write(asked);
  });
  socket.on('error', () => {});
  socket.on('close', () => setTimeout(come, 10));
  socket.resume();
}

for (let n = 0; n < connections; n += 1) come();
