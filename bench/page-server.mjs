// Serves the compiled page as the dashboard does, with the same policy, and a stream of whoever asks: for measuring the page
// and for trying what an engine would not say.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, relative } from 'node:path';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Listens on a free port of loopback. `onStream(tell)`: somebody listens; `decision(id)`: its chain, or null. */
export async function servePage(folder, { onStream, decision = () => null, onPost = () => ({}) }) {
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`/assets/${relative(folder, path)}`, readFileSync(path)]),
  );
  const index = files.get('/assets/index.html')?.toString() ?? '';
  const map = /<script type="importmap">([^<]*)<\/script>/.exec(index)?.[1] ?? '';
  const hash = createHash('sha256').update(map).digest('base64');
  const policy = `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:`;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const send = (status, type, body) => {
      response.writeHead(status, { 'content-type': type, 'content-security-policy': policy });
      response.end(body);
    };
    const json = (status, value) => send(status, 'application/json', JSON.stringify(value));
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (data) => {
        body += data;
      });
      request.on('end', () => json(200, onPost(path, JSON.parse(body))));
    } else if (path === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const tell = (told) =>
        response.write(`event: ${told.event}\ndata: ${JSON.stringify(told.data)}\n\n`);
      onStream(tell, response);
    } else if (path.startsWith('/api/decisions/')) {
      const chain = decision(decodeURIComponent(path.slice('/api/decisions/'.length)));
      if (chain === null) json(404, { error: { code: 'no_decision', text: 'no such decision' } });
      else json(200, chain);
    } else {
      const found = files.get(path === '/' ? '/assets/index.html' : path);
      if (found === undefined) send(404, 'text/plain', 'not found');
      else send(200, types[extname(path)] ?? 'text/html', found);
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
