import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

/** A webhook, a Telegram, a Discord and a heartbeat on loopback: keeps what it is told, and answers as it is told to. */
export class AlertReceiver {
  readonly received: Received[] = [];
  /** What a path is answered with; 200 otherwise. `null`: nothing at all. */
  readonly answers = new Map<string, number | null>();
  readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        this.received.push({ method, path, headers, body });
        const status = this.answers.get(path);
        if (status === null) return;
        response.statusCode = status ?? 200;
        response.end('{"ok":true}');
      });
    });
  }

  static async start(): Promise<AlertReceiver> {
    const receiver = new AlertReceiver();
    await new Promise<void>((done) => receiver.server.listen(0, '127.0.0.1', done));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The environment of an engine that tells it everything. */
  get env() {
    return {
      BOT_ALERT_WEBHOOK_URL: `${this.url}/hook?key=canary-hook-1`,
      BOT_ALERT_WEBHOOK_SECRET: 'canary-webhook-secret',
      BOT_ALERT_TELEGRAM_TOKEN: '4711:canary_telegram_token_0815',
      BOT_ALERT_DISCORD_URL: `${this.url}/discord/canary-discord-2`,
      BOT_ALERT_HEARTBEAT_URL: `${this.url}/beat/canary-beat-3`,
    };
  }

  /** Where it is one of the four, by the path's beginning. */
  at(path: string): readonly Received[] {
    return this.received.filter((one) => one.path.startsWith(path));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

export const hook = '/hook';
export const telegram = '/bot';
export const discord = '/discord';
export const beat = '/beat';
