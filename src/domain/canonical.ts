import { assert, InvariantError } from './assert.js';

/** What canonical bytes may hold. Numbers are safe integers: money, counts, times; probabilities go in as 1e-9. */
export type Canonical =
  | null
  | boolean
  | number
  | string
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined };

/**
 * One text for one value: keys sorted by code unit, no blanks, integers only, `undefined` fields left out. Hashes and
 * ledger bytes are made from it, so that two machines agree to the byte.
 */
export function canonical(value: Canonical): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isSafeInteger(value))
        assert(false, `canonical numbers are safe integers, was ${value}`);
      return Object.is(value, -0) ? '0' : String(value);
    case 'object': {
      if (Array.isArray(value))
        return `[${(value as readonly Canonical[]).map(canonical).join(',')}]`;
      const object = value as { readonly [key: string]: Canonical | undefined };
      let text = '{';
      for (const key of sorted(Object.keys(object))) {
        const field = object[key];
        if (field === undefined) continue;
        text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${canonical(field)}`;
      }
      return `${text}}`;
    }
    default:
      throw new InvariantError(`not canonical: ${typeof value}`);
  }
}

const fewKeysMax = 64;

/** Keys are few and often in order already: inserted in place, where the library's sort would copy. */
function sorted(keys: string[]): string[] {
  if (keys.length > fewKeysMax) return keys.sort();
  for (let at = 1; at < keys.length; at += 1) {
    const key = keys[at] as string;
    let to = at;
    for (; to > 0 && (keys[to - 1] as string) > key; to -= 1) keys[to] = keys[to - 1] as string;
    keys[to] = key;
  }
  return keys;
}

/** A probability, edge or fraction as an integer of 1e-9, for canonical bytes. NaN and infinities are bugs. */
export function nano(value: number): number {
  if (!Number.isFinite(value)) assert(false, `nano needs a finite number, was ${value}`);
  const scaled = Math.round(value * 1e9);
  return Object.is(scaled, -0) ? 0 : scaled;
}
