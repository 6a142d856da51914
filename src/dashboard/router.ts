import type { Refusal } from './guards.js';
import type { Route } from './route.js';

export type Found = { readonly route: Route; readonly params: ReadonlyMap<string, string> };

/** Which route a request means. Whole segments only; a `:name` takes one that is not empty. */
export class Router {
  readonly #routes: readonly { readonly route: Route; readonly parts: readonly string[] }[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ route, parts: route.path.split('/') }));
  }

  find(method: string, path: string): Found | Refusal {
    const asked = path.split('/');
    const methods: string[] = [];
    for (const { route, parts } of this.#routes) {
      const params = matched(parts, asked);
      if (params === null) continue;
      if (route.method === method) return { route, params };
      methods.push(route.method);
    }
    return methods.length > 0
      ? { status: 405, code: 'wrong_method', why: `this takes ${methods.join(' and ')}` }
      : { status: 404, code: 'not_found', why: 'there is no such thing here' };
  }
}

function matched(
  parts: readonly string[],
  asked: readonly string[],
): ReadonlyMap<string, string> | null {
  if (parts.length !== asked.length) return null;
  const params = new Map<string, string>();
  for (const [at, part] of parts.entries()) {
    const given = asked[at] ?? '';
    if (part.startsWith(':') && given !== '') params.set(part.slice(1), given);
    else if (part !== given) return null;
  }
  return params;
}
