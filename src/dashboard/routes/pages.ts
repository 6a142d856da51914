import { type Asset, inlineScriptHashes } from '../assets.js';
import { pagePolicy } from '../headers.js';
import { type Route, refused } from '../route.js';

/** Address of each document, by the file it is. */
const documents: Readonly<Record<string, string>> = {
  'index.html': '/',
  'control.html': '/control',
};

export const pageAddresses: ReadonlySet<string> = new Set(Object.values(documents));

/** The page's documents and files. They hold nothing secret: whoever reads them still has to log in. */
export function pageRoutes(assets: ReadonlyMap<string, Asset>): readonly Route[] {
  const routes: Route[] = [];
  for (const [name, { type, body }] of assets) {
    const address = documents[name];
    if (address === undefined) {
      const handle = () => ({ status: 200, type, body });
      routes.push({ method: 'GET', path: `/assets/${name}`, access: 'open', handle });
      continue;
    }
    const policy = pagePolicy(inlineScriptHashes(Buffer.from(body).toString('utf8')));
    const headers = { 'content-security-policy': policy };
    const handle = () => ({ status: 200, type, body, headers });
    routes.push({ method: 'GET', path: address, access: 'open', handle });
  }
  if (!assets.has('index.html'))
    routes.push({
      method: 'GET',
      path: '/',
      access: 'open',
      handle: () => refused(404, 'no_page', 'the page was not built: run npm run build'),
    });
  return routes;
}
