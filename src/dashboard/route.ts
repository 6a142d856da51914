/** Who may ask: anybody, whoever holds either token, or only who holds the full one. */
export type Access = 'open' | 'read' | 'full';

/** A request that has passed every guard: host, origin, token, method, size and type of its body. */
export type Asked = {
  /** What stands where the path says `:name`, decoded. */
  readonly params: ReadonlyMap<string, string>;
  /** The JSON of a POST, without a key that could reach a prototype; null for a GET. */
  readonly body: unknown;
  /** Verbatim, or null: the revision that a change was made against. */
  readonly ifMatch: string | null;
};

export type Answer = {
  readonly status: number;
  /** Content type; with `nosniff` it is believed. */
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * One thing that can be asked of the dashboard. No route takes a query: what is in an address ends in logs and histories.
 * `path`: whole, with `:name` for one segment that varies. A POST takes JSON and nothing else.
 */
export type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly access: Access;
  readonly handle: (asked: Asked) => Answer | Promise<Answer>;
};

export const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
});

export const text = (status: number, value: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: value,
});

/** What went wrong, for a program (`code`, in docs/errors.md) and a person. Never a path of ours, never a stack. */
export const refused = (status: number, code: string, why: string): Answer =>
  json(status, { error: { code, text: why } });
