/** Stands between an engine and its exchange, passes everything on, and remembers what was asked. */
import { request as ask, createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

export type Asked = { readonly method: string; readonly path: string; readonly isSigned: boolean };

export class RecordingProxy {
  readonly asked: Asked[] = [];
  /** Every signature that was sent; each was good for some seconds. */
  readonly signatures: string[] = [];
  /** As if the key had been revoked: whatever is private is answered with 401. */
  isRevoked = false;
  /** Commands that were sent over the feed. */
  readonly commands: string[] = [];
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });

  private constructor(target: string) {
    this.server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      this.asked.push({ method, path: url, isSigned: this.noteSignature(headers) });
      if (this.isRevoked && /\/(portfolio|account)\//.test(url)) {
        response.writeHead(401).end('{"error":{"code":"authentication_error"}}');
        return;
      }
      const on = ask(`${target}${url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      on.on('error', () => response.destroy());
      request.pipe(on);
    });
    this.server.on('upgrade', (request, socket, head) => {
      const { url = '', headers } = request;
      this.asked.push({ method: 'UPGRADE', path: url, isSigned: this.noteSignature(headers) });
      const signed = Object.entries(headers).filter(([name]) => name.startsWith('kalshi-access-'));
      const there = new WebSocket(`${target.replace('http', 'ws')}${url}`, {
        headers: Object.fromEntries(signed.map(([name, value]) => [name, String(value)])),
      });
      there.on('error', () => socket.destroy());
      there.once('open', () =>
        this.sockets.handleUpgrade(request, socket, head, (here) => {
          here.on('message', (data: Buffer) => {
            this.commands.push(data.toString());
            there.send(data.toString());
          });
          there.on('message', (data: Buffer) => here.send(data.toString()));
          there.on('ping', () => here.ping());
          here.on('close', () => there.terminate());
          there.on('close', () => here.terminate());
        }),
      );
    });
  }

  static async before(target: string): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(target);
    await new Promise<void>((done) => proxy.server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  /** "127.0.0.1:12345" */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private noteSignature(headers: IncomingHttpHeaders): boolean {
    const signature = headers['kalshi-access-signature'];
    if (typeof signature !== 'string') return false;
    this.signatures.push(signature);
    return true;
  }

  close(): void {
    for (const client of this.sockets.clients) client.terminate();
    this.server.closeAllConnections();
    this.server.close();
  }
}
