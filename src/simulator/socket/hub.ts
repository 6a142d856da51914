/** The sockets: signed upgrades, pings, the slow-client cut, and the faults that live on the wire. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Account, ExchangeEvent } from '../core/types.js';
import type { Faults } from '../faults.js';
import type { RunningVenue } from '../venue.js';
import { close, handleCommand, sendError } from './commands.js';
import { deliverIndices } from './indices.js';
import { deliver, type Frame, frameText, makeSession, makeTexts, type Session } from './session.js';

const PING_EVERY_MS = 10_000;
const SECOND_MS = 1_000;
const PRINTS_EVERY_MS = 250;
/** A client that answers no ping for this long is gone. */
const SILENT_MS_MAX = 60_000;
const INBOUND_BYTES_MAX = 1_048_576;
/** Bytes waiting for one client before its subscriptions are ended with error 25. */
export const BUFFERED_BYTES_MAX = 16_777_216;
const COMMANDS_PER_SECOND_MAX = 10_000;

type Connection = {
  readonly socket: WebSocket;
  readonly session: Session;
  halfOpen: boolean;
  heardMs: number;
  commandsInSecond: number;
  second: number;
  overflowing: boolean;
};

export type Hub = {
  readonly upgrade: (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    account: Account,
  ) => void;
  readonly publish: (events: readonly ExchangeEvent[]) => void;
  readonly dropAll: () => number;
  readonly muteAll: () => number;
  readonly overflowAll: () => number;
  readonly connections: () => number;
  readonly framesSent: () => number;
  readonly stop: () => void;
};

export function makeHub(
  venue: RunningVenue,
  faults: Faults,
  bufferedBytesMax = BUFFERED_BYTES_MAX,
): Hub {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: INBOUND_BYTES_MAX,
  });
  const connections = new Set<Connection>();
  let framesSent = 0;

  const write = (connection: Connection, text: string): void => {
    if (connection.halfOpen || connection.socket.readyState !== connection.socket.OPEN) return;
    framesSent += 1;
    connection.socket.send(text);
  };

  /** Ends every subscription of a client that does not read, and the connection if it still does not. */
  const cutSlow = (connection: Connection): void => {
    const waiting = connection.socket.bufferedAmount;
    if (waiting <= bufferedBytesMax || connection.overflowing) {
      if (waiting > 2 * bufferedBytesMax) connection.socket.terminate();
      return;
    }
    endSubscriptions(connection);
  };

  const endSubscriptions = (connection: Connection): void => {
    connection.overflowing = true;
    for (const subscription of Array.from(connection.session.subscriptions.values())) {
      close(connection.session, subscription);
      sendError(connection.session, null, 25, subscription);
    }
    connection.overflowing = false;
  };

  const sendFrame = (connection: Connection, frame: Frame): void => {
    // A lost print of an index costs nobody a book: the fault is kept for frames that do.
    const isPrint = frame.type === 'cfbenchmarks_value';
    if (frame.seq !== null && !isPrint && faults.hit('skip_seq') !== null) return;
    const text = frameText(frame, venue.marketNow());
    if (frame.type === 'fill') {
      const delay = faults.hit('delay_fill');
      if (delay !== null) {
        setTimeout(() => write(connection, text), delay.ms).unref();
        return;
      }
      if (faults.hit('duplicate_fill') !== null) write(connection, text);
    }
    write(connection, text);
    if (faults.hit('drop_socket') !== null) connection.socket.terminate();
    else if (faults.hit('half_open') !== null) connection.halfOpen = true;
    if (connection.socket.bufferedAmount > bufferedBytesMax) cutSlow(connection);
  };

  const onMessage = (connection: Connection, data: Buffer, isBinary: boolean): void => {
    connection.heardMs = performance.now();
    if (connection.halfOpen) return;
    const second = Math.floor(connection.heardMs / 1000);
    if (second !== connection.second) {
      connection.second = second;
      connection.commandsInSecond = 0;
    }
    connection.commandsInSecond += 1;
    if (connection.commandsInSecond > COMMANDS_PER_SECOND_MAX)
      sendError(connection.session, null, 27);
    else if (isBinary) sendError(connection.session, null, 1);
    else {
      // What is due happens first, so that a snapshot is of now.
      venue.send({ kind: 'advance' });
      handleCommand(venue.state, connection.session, data.toString('utf8'));
    }
  };

  const accept = (socket: WebSocket, account: Account): void => {
    const connection: Connection = {
      socket,
      session: makeSession(account.id, (frame) => sendFrame(connection, frame)),
      halfOpen: false,
      heardMs: performance.now(),
      commandsInSecond: 0,
      second: 0,
      overflowing: false,
    };
    connections.add(connection);
    socket.on('message', (data: Buffer, isBinary: boolean) =>
      onMessage(connection, data, isBinary),
    );
    socket.on('pong', () => {
      connection.heardMs = performance.now();
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => connections.delete(connection));
  };

  const pinger = setInterval(() => {
    const nowMs = performance.now();
    for (const connection of connections) {
      if (connection.halfOpen) continue;
      if (nowMs - connection.heardMs > SILENT_MS_MAX) connection.socket.terminate();
      else connection.socket.ping('heartbeat');
    }
  }, PING_EVERY_MS);
  pinger.unref();

  // A print a second of market time; where that runs faster than this looks, those between are left out.
  let printedMs = Math.floor(venue.marketNow() / SECOND_MS) * SECOND_MS;
  const printer = setInterval(() => {
    const secondMs = Math.floor(venue.marketNow() / SECOND_MS) * SECOND_MS;
    if (secondMs <= printedMs) return;
    printedMs = secondMs;
    for (const connection of connections)
      if (!connection.halfOpen) deliverIndices(connection.session, venue.state, secondMs);
  }, PRINTS_EVERY_MS);
  printer.unref();

  return {
    upgrade: (request, socket, head, account) => {
      server.handleUpgrade(request, socket, head, (opened) => accept(opened, account));
    },
    publish: (events) => {
      if (connections.size === 0) return;
      for (const event of events) {
        const texts = makeTexts();
        for (const connection of connections) {
          if (!connection.halfOpen) deliver(connection.session, event, texts);
        }
      }
    },
    dropAll: () => {
      const count = connections.size;
      for (const connection of connections) connection.socket.terminate();
      return count;
    },
    muteAll: () => {
      for (const connection of connections) connection.halfOpen = true;
      return connections.size;
    },
    overflowAll: () => {
      for (const connection of connections) endSubscriptions(connection);
      return connections.size;
    },
    connections: () => connections.size,
    framesSent: () => framesSent,
    stop: () => {
      clearInterval(pinger);
      clearInterval(printer);
      for (const connection of connections) connection.socket.terminate();
      server.close();
    },
  };
}
