/** A bug, not an operating error. Nothing catches it: we die, and recovery replays the ledger. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Stays on in production: a broken invariant must stop the engine before it costs money. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Ends every switch over a union, so that a new variant fails to compile. */
export function assertNever(value: never): never {
  throw new InvariantError(`unhandled variant: ${JSON.stringify(value)}`);
}
