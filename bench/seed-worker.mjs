// One demo on virtual time, in a thread of its own.

import { parentPort, workerData } from 'node:worker_threads';
import { virtualDemo } from '../dist/synthetic/demo.js';

const { records, totals, agreesWithVenue } = virtualDemo(workerData);
const { orders, feesMicros, realizedPnlMicros, decisionsHash } = totals;
const isFine = agreesWithVenue && totals.ledger.balanced;
parentPort.postMessage({
  records,
  orders,
  feesMicros,
  realizedPnlMicros,
  decisionsHash,
  agreesWithVenue,
  isFine,
});
