import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { limits } from '../limits.js';

/**
 * A connection that is read in small sips. Node's HTTP parses what it has been given to the end, however many requests are in
 * it, and whatever became of the connection meanwhile; so that it is given little at a time, and who is cut after one request
 * has cost no more than that.
 */
export class Sips extends Duplex {
  readonly #socket: Socket;
  #isThirsty = false;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('readable', () => this.#sip());
    socket.on('end', () => this.push(null));
    socket.on('timeout', () => this.emit('timeout'));
    socket.on('error', () => this.destroy());
    socket.on('close', () => this.destroy());
  }

  /** HTTP ends by it who says nothing for long. */
  setTimeout(ms: number, ended?: () => void): this {
    this.#socket.setTimeout(ms, ended);
    return this;
  }

  override _read(): void {
    this.#isThirsty = true;
    this.#sip();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #sip(): void {
    if (!this.#isThirsty) return;
    const { readableLength } = this.#socket;
    // At nothing, too: that is how a stream is told that more is wanted.
    const wanted = Math.min(readableLength, limits.dashboardSipBytes);
    const chunk: Buffer | null = this.#socket.read(wanted);
    if (chunk === null) return;
    this.#isThirsty = false;
    this.push(chunk);
  }
}

/** Has every connection read in sips; `enter` hears of each. */
export function readInSips(server: Server, enter: (connection: Duplex) => void): void {
  const taken = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    const connection = new Sips(socket);
    enter(connection);
    for (const take of taken) take.call(server, connection);
  });
}
