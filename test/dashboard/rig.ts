/** A dashboard's server in this process, on a port of its own, and requests to it that no browser would send. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { type Dashboard, openDashboard } from '../../src/dashboard/dashboard.js';
import type { ReplayCommand } from '../../src/dashboard/messages.js';
import type { DashboardPlan } from '../../src/dashboard/plan.js';
import { type Tokens, tokensIn } from '../../src/dashboard/tokens.js';
import { controlFolder } from '../../src/runtime/control-requests.js';

export type Rig = {
  readonly dashboard: Dashboard;
  readonly tokens: Tokens;
  readonly dataDir: string;
  readonly port: number;
  readonly origin: string;
  readonly replayed: readonly ReplayCommand[];
  readonly close: () => Promise<void>;
};

export const importMap = '{"imports":{"preact":"/assets/vendor/preact.js"}}';
const page = `<!doctype html><title>t</title><script type="importmap">${importMap}</script><script type="module" src="/assets/main.js"></script>`;

export async function openRig(plan: Partial<DashboardPlan> = {}): Promise<Rig> {
  const dataDir = mkdtempSync(join(tmpdir(), 'dashboard-'));
  const assets = join(dataDir, 'ui');
  mkdirSync(join(assets, 'vendor'), { recursive: true });
  writeFileSync(join(assets, 'index.html'), page);
  writeFileSync(join(assets, 'main.js'), 'export {};\n');
  writeFileSync(join(assets, 'vendor', 'preact.js'), 'export {};\n');
  const replayed: ReplayCommand[] = [];
  const opened = await openDashboard(
    {
      source: 'live',
      port: 0,
      version: 'test',
      terminal: { program: 'node dist/main.js', engine: '', ledger: '' },
      tokenDir: dataDir,
      home: null,
      explains: null,
      controlDir: dataDir,
      config: null,
      ...plan,
    },
    { clock: systemClock, assets, replay: (command) => replayed.push(command) },
  );
  if (!opened.ok) throw new Error(opened.error.detail);
  const tokens = tokensIn(dataDir);
  if (!tokens.ok) throw new Error(tokens.error);
  const dashboard = opened.value;
  return {
    dashboard,
    tokens: tokens.value,
    dataDir,
    port: dashboard.port,
    origin: `http://127.0.0.1:${dashboard.port}`,
    replayed,
    close: async () => {
      await dashboard.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Ask = {
  readonly method?: string;
  readonly path?: string;
  /** Undefined: left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  /** Keeps its connections for the next; left out: each has one of its own. */
  readonly agent?: Agent;
};
export type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly code: string | null;
};

/** One request, its headers exactly as given. A stream of events is read until its first message. */
export function ask({ port }: { readonly port: number }, options: Ask = {}): Promise<Reply> {
  const { method = 'GET', path = '/', headers = {}, body, agent = false } = options;
  const given = Object.fromEntries(
    Object.entries({ host: `127.0.0.1:${port}`, ...headers }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: given, agent, setHost: false },
      (response) => {
        let text = '';
        const done = (): void => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            code: codeIn(text),
          });
        };
        response.on('data', (data: Buffer) => {
          text += data.toString();
          const isStream = response.headers['content-type']?.startsWith('text/event-stream');
          if (isStream === true && text.includes('\n\n')) {
            done();
            response.destroy();
          }
        });
        response.on('end', done);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What is answered to these bytes, whole, until the connection ends. */
export function said({ port }: { readonly port: number }, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

function codeIn(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly code?: string } };
    return error?.code ?? null;
  } catch {
    return null;
  }
}

export const bearer = (token: string): { readonly authorization: string } => ({
  authorization: `Bearer ${token}`,
});

/** A POST as a program with a token sends it. */
export const post = (
  rig: Rig,
  path: string,
  body: unknown,
  headers: Ask['headers'] = bearer(rig.tokens.full),
): Promise<Reply> =>
  ask(rig, {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** The cookie that a code or token opens. */
export async function cookieFor(rig: Rig, body: unknown): Promise<string> {
  const reply = await post(rig, '/api/login', body, {});
  const [cookie] = reply.headers['set-cookie'] ?? [];
  if (cookie === undefined) throw new Error(`${reply.status} ${reply.body}`);
  return cookie.split(';')[0] ?? '';
}

/** Everything that can be asked for. A new row here is a new thing that somebody may do. */
export const table = [
  ['GET', '/', 'open'],
  ['GET', '/assets/main.js', 'open'],
  ['GET', '/assets/vendor/preact.js', 'open'],
  ['POST', '/api/login', 'open'],
  ['POST', '/api/logout', 'open'],
  ['POST', '/api/control', 'full'],
  ['GET', '/api/decisions/:id', 'read'],
  ['GET', '/api/settings', 'read'],
  ['POST', '/api/settings', 'full'],
  ['GET', '/metrics', 'read'],
  ['GET', '/api/events', 'read'],
] as const;

/** The same with something where a path has a place for it. */
export const asked = table.map(
  ([method, path, access]) => [method, path.replace(':id', '3.12.X'), access] as const,
);

/** Requests to the engine that lie in the control folder. */
export const left = (rig: Rig): readonly string[] =>
  existsSync(controlFolder(rig.dataDir))
    ? readdirSync(controlFolder(rig.dataDir)).filter((name) => !name.startsWith('.'))
    : [];
