import { limits } from '../limits.js';
import type { Decision } from '../messages/decision.js';
import type { DecisionDifference, DecisionKind } from './target.js';

type Fields = Readonly<Record<string, unknown>>;
type Named = Pick<Decision, 'cause' | 'line' | 'of'>;

/** Empty for what is no object: a recorded line may be anything. */
function objectOf(text: string | null): Fields {
  try {
    const value: unknown = text === null ? null : JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

export function kindOf({ line }: Pick<Decision, 'line'>): DecisionKind {
  const fields = objectOf(line);
  if ('verdict' in fields) return 'verdict';
  if ('intent' in fields) return 'intent';
  return 'record' in fields ? 'record' : 'effect';
}

/** The market it is about, if it is about one. */
export function marketOf({ line, of }: Named): string | null {
  const { verdict, intent } = objectOf(line);
  const { body, order } = objectOf(of);
  const { terms } = (body ?? {}) as Fields;
  for (const part of [verdict, intent, body, terms, order, objectOf(of)]) {
    const name = (part as Fields | undefined)?.['ticker'];
    if (typeof name === 'string') return name;
  }
  return null;
}

/** Its kind, and for a record or an effect what it is of. */
export function titleOf(decision: Named): string {
  const { body, kind } = { ...objectOf(decision.line), ...objectOf(decision.of) };
  const what = (body as Fields | undefined)?.['kind'] ?? kind;
  return typeof what === 'string' ? `${kindOf(decision)} ${what}` : kindOf(decision);
}

/** How one decision differs from what was recorded in its place; one of the two may be nothing. */
export function differenceOf(
  recorded: (Named & { readonly seq: number }) | null,
  recomputed: Named | null,
): DecisionDifference {
  const one = recorded ?? recomputed;
  const sides = [leavesOf(recorded), leavesOf(recomputed)] as const;
  const names = new Set([...sides[0].keys(), ...sides[1].keys()]);
  return {
    number: recorded?.seq ?? null,
    kind: one === null ? 'effect' : kindOf(one),
    market: one === null ? null : marketOf(one),
    fields: [...names]
      .map((field) => ({
        field,
        recorded: sides[0].get(field) ?? null,
        recomputed: sides[1].get(field) ?? null,
      }))
      .filter((field) => field.recorded !== field.recomputed)
      .slice(0, limits.fieldsShownMax),
  };
}

/** Every number, text and flag of a decision, by its path. */
function leavesOf(decision: Named | null): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  if (decision === null) return leaves;
  const { verdict, intent, ...rest } = objectOf(decision.line);
  walk('', verdict ?? intent ?? {}, leaves);
  walk('', rest, leaves);
  walk('', objectOf(decision.of), leaves);
  leaves.set('cause', String(decision.cause));
  return leaves;
}

function walk(path: string, value: unknown, leaves: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    leaves.set(path, JSON.stringify(value) ?? 'null');
    return;
  }
  for (const [name, field] of Object.entries(value))
    walk(path === '' ? name : `${path}.${name}`, field, leaves);
}
